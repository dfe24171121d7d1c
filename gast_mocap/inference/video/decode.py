"""Video file in, upright frames and their real times out, in one pass."""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Generic, TypeVar

import numpy as np

from ...take.errors import MocapError
from ...take.records import FloatArray, ImageArray, IntArray, Playback, VideoInfo
from ...take.sentences import Sentence
from .clock import FASTEST, FASTEST_PLAY, SLOWEST, SLOWEST_PLAY, Clock
from .container import check_file
from .cuts import Cuts
from .fields import deinterlaced
from .film import Film, FilmFacts
from .frame import Frame
from .lens import field_of_view
from .names import is_picture
from .sequence import Sequence, is_animation
from .upright import Turn, Upright

Notify = Callable[[str], None]
Prepared = TypeVar("Prepared")

SMALLEST_SIDE = 32
"""Pixels. In anything smaller nobody can be found."""
FRAMES_AHEAD = 8
"""Decoded frames that may wait for the consumer: enough to bridge a slow frame, a few dozen MB in full HD."""
SECONDS_BETWEEN_SIGNS = 0.2
"""While no frame comes, the consumer is asked this often whether to go on."""


@dataclass(frozen=True)
class Footage:
    """A video that can be read.

    ``width`` and ``height`` of its upright pictures; ``fps`` its usual rate, and ``frame_count`` about how many frames
    it has: both as far as its beginning tells, in seconds of what was filmed.
    """

    path: Path
    width: int
    height: int
    fps: float
    frame_count: int
    field_of_view: float
    playback: Playback
    facts: FilmFacts = field(repr=False)

    def info(self, times: FloatArray, cuts: IntArray) -> VideoInfo:
        """What a take keeps of it, once the ``times`` (t,) of its frames are known in seconds, and its ``cuts``."""
        return VideoInfo(
            self.path, self.width, self.height, times, self.field_of_view, self.playback, cuts,
            Turn.of(self.facts.first).degrees,
        )  # fmt: skip


def probe_video(path: Path, notify: Notify, playback: Playback | None = None) -> Footage:
    """Look into a video; its header and first frames are read.

    Raises:
        MocapError: there is no such file, it holds no readable video, or the picture is too small.
    """
    playback = playback or Playback()
    check_playback(playback)
    source = source_of(path, playback)
    facts = source.facts()
    width, height = Upright(facts.first, facts.pixel, playback.mirrored).size
    if min(height, width) < SMALLEST_SIDE:
        raise MocapError(
            "video_too_small",
            Sentence(
                "The picture of {name} is only {width} x {height} pixels. Choose one in which people can be seen.",
                name=path.name,
                width=width,
                height=height,
            ),
        )
    if facts.streams > 1:
        notify(
            Sentence(
                "{name} holds {streams} videos. The main one is used: {width} x {height}.",
                name=path.name,
                streams=facts.streams,
                width=width,
                height=height,
            )
        )
    if facts.is_nonsense and playback.frame_rate is None:
        notify(
            Sentence(
                "The times in {name} cannot be true. {fps:.5g} frames a second are assumed; if it has "
                "another frame rate, give that.",
                name=path.name,
                fps=facts.fps,
            )
        )
    if facts.is_dolby_5:
        notify(
            Sentence(
                "{name} is Dolby Vision profile 5: its colours are wrong here, and people may be missed. "
                "Convert it to HDR10 or SDR, such as MP4 (H.264).",
                name=path.name,
            )
        )
    fps = (playback.frame_rate or facts.fps) / playback.speed
    return Footage(path, width, height, fps, facts.frame_count, field_of_view(path, width, height), playback, facts)


def check_playback(playback: Playback) -> None:
    """Raises MocapError for what no video can be played back with."""
    if not SLOWEST_PLAY <= playback.speed <= FASTEST_PLAY:
        raise MocapError(
            "speed_impossible",
            Sentence(
                "A playback speed of {speed:g} is not possible. Give 0.25 for slow motion at a quarter "
                "of the true speed, 1 for a video at true speed.",
                speed=playback.speed,
            ),
        )
    if playback.frame_rate is not None and not SLOWEST <= playback.frame_rate <= FASTEST:
        raise MocapError(
            "frame_rate_impossible",
            Sentence(
                "{frame_rate:g} frames a second are not possible. Give between {slowest:g} and {fastest:g}.",
                frame_rate=playback.frame_rate,
                slowest=SLOWEST,
                fastest=FASTEST,
            ),
        )


def source_of(path: Path, playback: Playback) -> Film | Sequence:
    """What frames come from: a video or an animation, or pictures with numbers in their names."""
    check_file(path)
    is_sequence = is_picture(path) and not is_animation(path)
    return Sequence(path, playback.frame_rate) if is_sequence else Film(path)


class Reading(Generic[Prepared]):
    """Frames ``start`` to ``end`` (exclusive; None for all) of ``footage``, with what ``prepare`` makes of them.

    A thread decodes and prepares ahead of the consumer. Cuts are found in what ``coarse`` makes of a prepared frame, a
    small picture (h, w, 3); without it they are not looked for. ``waiting`` is called while no frame is ready, as when
    what lies before a late start is read over; what it raises ends the reading.
    """

    def __init__(
        self,
        footage: Footage,
        start: int,
        end: int | None,
        prepare: Callable[[ImageArray], Prepared],
        coarse: Callable[[Prepared], ImageArray] | None = None,
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self._footage, self._start, self._end = footage, start, end
        self._prepare, self._coarse, self._waiting = prepare, coarse, waiting
        self._frames: queue.Queue[Frame[Prepared] | Exception | None] = queue.Queue(maxsize=FRAMES_AHEAD)
        self._stop = threading.Event()
        self._cuts: list[int] = []
        self._source = source_of(footage.path, footage.playback)
        playback = footage.playback
        self._clock = Clock(
            footage.fps * playback.speed,
            not footage.facts.has_stamps or (playback.frame_rate is not None and isinstance(self._source, Film)),
            playback.speed,
            footage.facts.joins_forward,
        )

    def __iter__(self) -> Iterator[Frame[Prepared]]:
        thread = threading.Thread(target=self._decode, daemon=True)
        thread.start()
        try:
            while (item := self._next()) is not None:
                if isinstance(item, Exception):
                    raise item
                if item.is_cut:
                    self._cuts.append(item.index)
                yield item
        finally:
            self._stop.set()
            thread.join()

    @property
    def video(self) -> VideoInfo:
        """What was read so far, with exact times."""
        return self._footage.info(self._clock.times(), np.array(self._cuts, int))

    @property
    def lost(self) -> int:
        """Frames that could not be decoded. Where parts join, the container's count of packets breaks off as well."""
        return max(0, self._source.lost - self._clock.joints)

    @property
    def missing(self) -> int | None:
        """Frames by which a file that was read to its end is shorter than it declares; about so many where it has no
        index, None where it was cut off and declares no length, as those for broadcast."""
        if self._source.missing is not None:
            return self._source.missing
        facts = self._footage.facts
        return None if facts.joins_forward else max(0, facts.frame_count - len(self._clock.times())) or None

    def _next(self) -> Frame[Prepared] | Exception | None:
        while True:
            try:
                return self._frames.get(timeout=SECONDS_BETWEEN_SIGNS)
            except queue.Empty:
                self._waiting()

    seconds = 0.0
    """Spent on decoding and preparing so far."""

    def _decode(self) -> None:
        """The decoding thread: fills the queue and ends with None, or with what went wrong."""
        try:
            began = perf_counter()
            for item in self._decoded():
                self.seconds += perf_counter() - began
                if not self._put(item):
                    return
                began = perf_counter()
            self._put(None)
        except Exception as error:
            self._put(error)

    def _decoded(self) -> Iterator[Frame[Prepared]]:
        if self._coarse is None:
            yield from self._uncut()
            return
        cuts: Cuts[Prepared] = Cuts()
        for frame in self._uncut():
            yield from cuts.push(frame, self._coarse(frame.picture))
        yield from cuts.rest()

    def _uncut(self) -> Iterator[Frame[Prepared]]:
        facts = self._footage.facts
        upright = Upright(facts.first, facts.pixel, self._footage.playback.mirrored)
        shown = deinterlaced(self._source.frames(self._start, self._stop.is_set))
        for index, (stamp, frame) in enumerate(shown):
            if index == self._end:
                break
            time = self._clock.tick(stamp)
            if frame is not None and index >= self._start:
                yield Frame(index, time, self._prepare(upright.picture(frame)))

    def _put(self, item: Any) -> bool:
        """Wait for room in the queue; False when the consumer is gone."""
        while not self._stop.is_set():
            try:
                self._frames.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False


def read_frames(video: Footage | VideoInfo, start: int, end: int | None) -> Iterator[Frame[ImageArray]]:
    """Frames ``start`` to ``end`` (exclusive), upright RGB uint8 (h, w, 3)."""
    footage = video if isinstance(video, Footage) else probe_video(video.path, lambda _: None, video.playback)
    return iter(Reading(footage, start, end, lambda image: np.ascontiguousarray(image)))
