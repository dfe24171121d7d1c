"""A video watched in stretches, some side by side: a thread each, which share the networks.

Where the stretches meet depends on the video alone. So does the take, to the last bit: how many are watched at once
only tells how long it takes.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import pairwise
from threading import Event

import numpy as np

from ..take.records import VideoInfo
from .people.observe import Observations
from .people.seams import joined_tracks
from .people.so_far import Stretch
from .people.watch import Eyes, watch_people
from .protocol.progress import StoppedError
from .video.cuts import coarse_level
from .video.decode import Footage, Reading
from .video.pyramid import Pyramid
from .video.stillness import Backdrop

WARM_UP_SECONDS, TAIL_SECONDS = 0.75, 0.25
"""How long before the first frame that counts a stretch begins to watch, so that it knows everybody by then, and how
long after the last one it ends. Raising them costs time; lowering them shows the seams."""
SHORTEST_TAIL = 8
"""Frames of the tail at least: a cut is told from a flash by those after it."""
SHORTEST_SECONDS, USUAL_SECONDS = 10.0, 15.0
"""How long a stretch is at least and usually. Lowering them keeps more cores busy, with more warm-ups that are watched
twice and more seams, behind which people are read a little otherwise for two seconds."""
MOST_MEMORY, MEMORY_OF_ONE, FRAMES_OF_ONE = 2e9, 100e6, 20
"""Bytes that all stretches at once may take; what one takes besides so many frames with their smaller sizes."""
MOST_AT_ONCE = 8
"""So many threads at most: what is Python of each frame's work is done by one of them at a time."""
MOST = 16
"""Stretches of a long video: each reads over all that lies before it."""
SAME_TIME = 1e-6
SECONDS_BETWEEN_REPORTS = 0.1

Part = tuple[int, int | None]
"""The first frame and that after the last; None: up to the video's end."""
Show = Callable[[Sequence[Stretch], float], None]
"""Is shown again and again what each stretch has seen so far, and how many frames a second they have."""


def show_nobody(_stretches: Sequence[Stretch], _fps: float) -> None:
    pass


@dataclass(frozen=True)
class Span:
    """The frames of ``footage`` from ``start`` up to ``end``, which is not one of them; None: up to its end."""

    footage: Footage
    start: int = 0
    end: int | None = None

    @property
    def frame_count(self) -> int:
        """As the file declares it: at least 1, exact only once it is read."""
        whole = self.footage.frame_count
        return max(1, (whole if self.end is None else min(self.end, whole)) - self.start)


@dataclass(frozen=True)
class Seen:
    """What watching from frame ``start`` on gave: ``tracks`` by their ids, the background, and the ``video`` up to
    where watching ended. ``lost`` frames could not be read; ``missing`` ones are declared only, None where the file was
    cut off and nobody knows how many it had. ``decoding`` took so many seconds, in a thread of its own."""

    start: int
    tracks: dict[int, Observations]
    backdrop: Backdrop
    video: VideoInfo
    lost: int
    missing: int | None
    decoding: float = 0.0

    @property
    def frames(self) -> int:
        """How many were read."""
        return max(0, self.video.frame_count - self.start)


Watch = Callable[[Footage, Part, Eyes, Callable[[int], None], Stretch], Seen]
"""``watch_part``, or what stands in for it."""


def stretches_at_once(footage: Footage) -> int:
    """How many suit this computer: half its cores, so that Blender stays usable, and with two cores both; fewer where
    the pictures of ``footage`` are so large that they would take too much memory."""
    frame = footage.width * footage.height * 3 * 4 / 3
    room = int(MOST_MEMORY / (MEMORY_OF_ONE + FRAMES_OF_ONE * frame))
    return max(1, min(room, MOST_AT_ONCE, max(2, usable_cores() // 2)))


def usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def seams_of(span: Span) -> list[int]:
    """The frames with which all stretches but the first begin to count: none where the video is short, or its frames
    cannot be told by their times."""
    footage = span.footage
    if footage.playback.frame_rate is not None or not footage.facts.has_stamps:
        return []
    seconds = span.frame_count / footage.fps
    count = min(MOST, max(2, round(seconds / USUAL_SECONDS)), int(seconds / SHORTEST_SECONDS))
    return [span.start + round(span.frame_count * part / count) for part in range(1, count)]


def watch_stretches(
    span: Span,
    seams: Sequence[int],
    at_once: int,
    eyes: Eyes,
    progress: Callable[[int], None],
    show: Show = show_nobody,
    watch: Watch | None = None,
) -> Seen:
    """What is seen in ``span``, which is watched in stretches that meet at ``seams``, so many ``at_once``.

    ``progress`` is called in this thread with the number of frames done, and ``show`` with who was found so far; what
    they raise ends the work. Where stretches do not count the frames alike, as in damaged files, all is watched again
    in one. ``watch`` stands in for ``watch_part``.
    """
    parts = parts_of(span, seams)
    seen = watch_parts(span.footage, parts, at_once, eyes, progress, show, watch or watch_part)
    if not all(agree(*two, end) for two, (_, end) in zip(pairwise(seen), parts, strict=False)):
        seams, seen = [], watch_parts(span.footage, [(span.start, span.end)], 1, eyes, progress, show, watch_part)
    whole = seen[0]
    for seam, later in zip(seams, seen[1:], strict=True):
        whole = joined(whole, later, seam)
    return whole


def parts_of(span: Span, seams: Sequence[int]) -> list[Part]:
    """What each stretch watches."""
    warm_up = round(WARM_UP_SECONDS * span.footage.fps)
    tail = max(SHORTEST_TAIL, round(TAIL_SECONDS * span.footage.fps))
    begins = [span.start, *(max(span.start, seam - warm_up) for seam in seams)]
    return list(zip(begins, [*(seam + tail for seam in seams), span.end], strict=True))


def watch_parts(
    footage: Footage,
    parts: Sequence[Part],
    at_once: int,
    eyes: Eyes,
    progress: Callable[[int], None],
    show: Show,
    watch: Watch,
) -> list[Seen]:
    """What is seen in each of ``parts``; the first failure ends them all."""
    done, signs = [0] * len(parts), [0] * len(parts)
    found: list[Stretch] = [{} for _ in parts]
    stop = Event()

    def watch_one(number: int) -> Seen:
        if stop.is_set():
            raise StoppedError

        def sign(frames: int) -> None:
            if stop.is_set():
                raise StoppedError
            done[number] = frames
            signs[number] += 1

        return watch(footage, parts[number], eyes, sign, found[number])

    with ThreadPoolExecutor(at_once) as threads:
        work = [threads.submit(watch_one, number) for number in range(len(parts))]
        try:
            heard = 0
            while (state := wait(work, SECONDS_BETWEEN_REPORTS, FIRST_EXCEPTION)).not_done:
                for ended in state.done:
                    ended.result()
                if sum(signs) > heard:  # silence is not reported: somebody waits for it to end work that stands still
                    heard = sum(signs)
                    progress(sum(done))
                    show(found, footage.fps)
        finally:
            stop.set()
        return [ended.result() for ended in work]


def watch_part(footage: Footage, part: Part, eyes: Eyes, sign: Callable[[int], None], found: Stretch) -> Seen:
    """What is seen in one ``part``; ``found`` is filled meanwhile. ``sign`` hears how many frames are done, also while
    none comes."""
    done = 0

    def progress(frames: int) -> None:
        nonlocal done
        done = frames
        sign(done)

    backdrop = Backdrop()
    reading = Reading(footage, *part, Pyramid.of, coarse_level, waiting=lambda: sign(done))
    tracks = watch_people(reading, footage.fps, eyes, backdrop, progress, found)
    return Seen(part[0], tracks, backdrop, reading.video, reading.lost, reading.missing, reading.seconds)


def agree(first: Seen, second: Seen, end: int | None) -> bool:
    """Whether both know the same frames up to ``end``, where the first was to end."""
    ours, theirs = first.video.times, second.video.times[:end]
    return len(ours) == len(theirs) and np.allclose(ours, theirs, rtol=0, atol=SAME_TIME)


def joined(first: Seen, second: Seen, seam: int) -> Seen:
    """What both saw: the first before frame ``seam``, the second from it on."""
    video = second.video
    cuts = np.concatenate([first.video.cuts[first.video.cuts < seam], video.cuts[video.cuts >= seam]])
    if seam < video.frame_count:
        next_cut = next((video.times[cut] for cut in cuts if cut >= seam), np.inf)
        first.backdrop.go_on_with(second.backdrop, video.times[seam], next_cut)
    return Seen(
        first.start,
        joined_tracks(first.tracks, second.tracks, seam),
        first.backdrop,
        replace(video, cuts=cuts),
        first.lost + second.lost,
        second.missing,  # the first was not read to the file's end
        first.decoding + second.decoding,
    )
