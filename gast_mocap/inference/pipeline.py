"""The whole job in order: probe, watch people, lift, save, preview."""

import os
import secrets
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Self

from ..models.catalog import bundled_model
from ..take.errors import MocapError
from ..take.files import check_saving, save_take
from ..take.records import CameraMove, Person, Take, TakeSettings, VideoInfo
from ..take.sentences import Sentence
from ..take.settings import Quality
from ..take.skeletons import TOES19
from ..take.visibility import visibility_words
from ..take.whole_file import NAME_KEPT, remove_parts
from .choice import BUNDLED, OwnNetworks
from .kept_stretches import KeptStretches
from .memory import memory_errors
from .networks.session import Network, Session
from .networks.slots import BUNDLED_KIND, Used, used_files
from .people.watch import Eyes, WatchedPerson, alike_across_cuts, tell_people
from .poses.lift import Lifter
from .preview import draw_preview
from .protocol.job import Job
from .protocol.messages import Stage
from .protocol.progress import Report, StoppedError
from .quality import PRESETS
from .stretches import Seen, Show, Span, parts_of, seams_of, show_nobody, stretches_at_once, watch_stretches
from .video.container import check_file
from .video.decode import Footage, probe_video, read_frames
from .video.names import is_picture

LIFTER = "gast-27"
SHORT_SIGHT = 1.0
ROOM = 16 << 20
"""Bytes that must be free before the work begins: the take of ten minutes with two people."""

COPY_AGAIN = "Copy or download it again if there is more of it."

Notify = Callable[[str], None]


@dataclass(frozen=True)
class StageSeconds:
    """Wall seconds of one stage and how many of them were spent inside the networks."""

    stage: str
    seconds: float
    in_networks: float


@dataclass(frozen=True)
class Run:
    """A finished job: its take, the file in which it is saved already, and where the time went.

    ``work``: seconds that were spent on decoding and in each network; some of it is done side by side.
    """

    take: Take
    saved_as: Path
    stages: tuple[StageSeconds, ...]
    work: dict[str, float]


@memory_errors()
def run(job: Job, report: Report, notify: Notify, at_once: int | None = None, show: Show = show_nobody) -> Run:
    """Do ``job``. A take that is already at ``job.output`` is replaced only by a whole new one.

    Of the stretches that the video is watched in, so many are watched ``at_once``, None: as many as suit this computer.
    ``show`` is shown again and again who was found so far.

    Raises:
        MocapError: bad input, nobody found, or no room to save.
        MemoryError: the computer has none left.
        StoppedError: ``report`` said so before the take was saved; later, only the preview is given up.
    """
    job = checked(job)
    watch = Stopwatch()
    with watch.stage(Stage.PROBE):
        report(Stage.PROBE, 0, 1)
        footage = probe_video(job.video, notify, job.playback)
        span = span_of(job, footage)
        at_once = 1 if job.gentle or job.low_memory else at_once or stretches_at_once(footage)
        # What users bring may keep things between its runs.
        is_bundled = not (job.own.detector or job.own.pose)
        seams = seams_of(span) if is_bundled else []
        networks = Networks.load(job.quality, job.own, 1 if seams or job.gentle else 0, job.feet, job.hands)
        kept = KeptStretches.of(job, footage, used_files(networks.used), parts_of(span, seams)) if seams else None
        if kept and kept.known:
            notify(
                Sentence(
                    "An earlier import of {video} was ended. It goes on behind {frames} frames.",
                    video=job.video.name,
                    frames=kept.frames,
                )
            )
        report(Stage.PROBE, 1, 1)
    with watch.stage(Stage.WATCH, networks.sessions):
        watched, seen = watch_range(span, networks, report, notify, seams, at_once, show, kept)
        video, backdrop = seen.video, seen.backdrop
        check_times(video)
    with watch.stage(Stage.LIFT, networks.sessions):
        people = lift_people(watched, video, job.low_memory, networks, report)
    with watch.stage(Stage.SAVE):
        report(Stage.SAVE, 0, 1)
        settings = TakeSettings(
            job.quality,
            job.start,
            video.frame_count,
            job.low_memory,
            used_files(networks.used),
            {used.slot: f"{used.network.name}, {used.contract}" for used in networks.used},
        )
        take = Take(
            video, settings, people, camera_shift=backdrop.shift, camera=backdrop.move, camera_path=backdrop.path
        )
        job = replace(job, output=saved(take, job.output, notify))
        if kept:
            kept.remove()
        with suppress(StoppedError):  # too late: whoever hears "cancelled" counts on the old take
            report(Stage.SAVE, 1, 1)
    notify_moving_camera(take, notify)
    notify_short_sights(take, notify)
    notify_hidden(take, notify)
    if job.preview:
        with watch.stage(Stage.PREVIEW):
            preview(take, job, job.preview, report, notify)
    work = {"decode": seen.decoding} | {used.slot: used.network.seconds for used in networks.used}
    return Run(take, job.output, tuple(watch.stages), work)


def checked(job: Job) -> Job:
    """``job`` with full paths.

    Raises:
        MocapError: there is no such video, a result could not be saved, or it would be written over the video or over
            the other result.
    """
    try:
        job = job.absolute()
    except OSError as error:
        raise MocapError("folder_missing", "The current folder is gone. Change to another one.", str(error)) from error
    check_file(job.video)
    for output in job.outputs:
        check_saving(output, ROOM)
        place = Path(os.path.realpath(output))  # where it will be written: "x/.." goes even where there is no x
        if os.path.exists(place) and place.samefile(job.video):
            raise MocapError(
                "output_is_video", Sentence("{take} is the video itself. Choose another name.", take=output.name)
            )
        remove_parts(place.parent)
    if len({os.path.realpath(output) for output in job.outputs}) < len(job.outputs):
        raise MocapError(
            "preview_is_take",
            Sentence(
                "Take and preview would both be saved as {take}. Choose another name for one.", take=job.output.name
            ),
        )
    return job


def check_times(video: VideoInfo) -> None:
    """Raises MocapError when the video's time stamps are none that a video can have."""
    if not video.has_plausible_times:
        raise MocapError(
            "times_damaged",
            Sentence(
                "The time stamps of {video} are damaged. Convert the video to a new file and import that one.",
                video=video.path.name,
            ),
            f"{video.frame_count} frames, from {video.times[:1]} to {video.times[-1:]} s",
        )


@dataclass
class Stopwatch:
    """Times the stages of a run."""

    stages: list[StageSeconds] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, sessions: Sequence[Network] = ()) -> Iterator[None]:
        """Time what happens within, and the ``sessions`` on their own."""
        began, spent = time.perf_counter(), sum(session.seconds for session in sessions)
        yield
        in_networks = sum(session.seconds for session in sessions) - spent
        self.stages.append(StageSeconds(name, time.perf_counter() - began, in_networks))


def span_of(job: Job, footage: Footage) -> Span:
    """What ``job`` wants of ``footage``.

    Raises:
        MocapError: no frame lies between start and end, however long the video turns out to be.
    """
    if job.start < 0 or (job.end is not None and job.start >= job.end):
        raise MocapError(
            "range_empty",
            Sentence(
                "No frames lie from start {start} to end {end}; the video has about {frames} frames. "
                "Choose a start before the end.",
                start=job.start,
                end=job.end,
                frames=footage.frame_count,
            ),
        )
    return Span(footage, job.start, job.end)


@dataclass(frozen=True)
class Networks:
    """All that a run needs."""

    eyes: Eyes
    lifter: Lifter
    used: tuple[Used, ...]

    @classmethod
    def load(
        cls,
        quality: Quality,
        own: OwnNetworks = BUNDLED,
        threads: int = 0,
        feet: bool = False,
        hands: bool = False,
    ) -> Self:
        """Those of a preset, with the user's ``own`` in their places. ``threads``, ``feet`` and ``hands`` as in
        Eyes.load.

        Raises:
            MocapError: a bundled model is missing or damaged, or an own one is of an unknown kind or takes feet that
                are not read.
        """
        eyes = Eyes.load(PRESETS[quality], own, threads, feet, hands)
        lifter, lifted_by = load_lifter(quality, own)
        if lifter.contract.layout is TOES19 and not feet:
            name = lifted_by.network.name
            raise MocapError(
                "lifter_wants_toes",
                Sentence(
                    "The lifter {name} takes toes (19 joints). Have feet read, or choose another lifter.", name=name
                ),
            )
        return cls(eyes, lifter, (*eyes.used, lifted_by))

    @property
    def sessions(self) -> list[Network]:
        return [used.network for used in self.used]


def load_lifter(quality: Quality, own: OwnNetworks) -> tuple[Lifter, Used]:
    """The bundled lifter or the user's own. Raises as ``Networks.load``."""
    session = Session(own.lifter or bundled_model(LIFTER)[0])
    used = Used("lifter", session, "GAST-Net") if own.lifter else Used("lifter", session)
    return Lifter(session, PRESETS[quality].lift_flips, own.causal), used


def watch_range(
    span: Span,
    networks: Networks,
    report: Report,
    notify: Notify,
    seams: Sequence[int] = (),
    at_once: int = 1,
    show: Show = show_nobody,
    kept: KeptStretches | None = None,
) -> tuple[tuple[WatchedPerson, ...], Seen]:
    """Everybody seen in ``span``, and what else: the video up to its end with exact times, what is behind the people.

    It is watched in stretches that meet at ``seams``, so many ``at_once``; those that are ``kept`` are known.

    Raises:
        MocapError: nobody was seen, or nothing could be read.
    """

    def progress(frames: int) -> None:
        report(Stage.WATCH, frames, max(frames, span.frame_count - (kept.frames if kept else 0)))

    progress(0)
    seen = watch_stretches(span, seams, at_once, networks.eyes, progress, show, kept.watch if kept else None)
    video, done = seen.video, seen.frames
    if not done:
        raise nothing_read(video, span.start, bool(seen.lost or seen.missing != 0))
    report(Stage.WATCH, done, done)
    notify_losses(seen, notify)
    watched = tell_people(seen.tracks, video, lambda: report(Stage.WATCH, done, done))
    if not watched:
        raise nobody_found(video, networks)
    for person in watched:
        if person.replaces:
            at = video.times[person.track.frames[0]]
            notify(
                Sentence(
                    "Person {track_id} takes another's place at {at:.1f} s, as in a cut before the same view.",
                    track_id=person.track.track_id,
                    at=at,
                )
            )
    for earlier, later in alike_across_cuts(watched, video):
        notify(
            Sentence(
                "Persons {earlier} and {later} of two shots look alike. They may be one person.",
                earlier=earlier,
                later=later,
            )
        )
    return watched, seen


def nobody_found(video: VideoInfo, networks: Networks) -> MocapError:
    """What to do about it; a user's own networks may be the reason."""
    own = [used.network.name for used in networks.eyes.used if used.contract != BUNDLED_KIND]
    without = ", or try without {networks}." if own else "."
    return MocapError(
        "no_person",
        Sentence(
            "No person was found in {video}. They must be at least a twelfth of the picture's height. Choose a part in "
            f"which someone is seen larger, from head to feet, and not in the dark{without}",
            video=video.path.name,
            networks=" and ".join(own),
        ),
    )


def nothing_read(video: VideoInfo, start: int, is_damaged: bool) -> MocapError:
    """Why no frame came from ``start`` on."""
    if not is_damaged:
        return MocapError(
            "range_empty",
            Sentence(
                "No frames lie from start {start} on; {video} has {frames} frames. Choose an earlier start.",
                start=start,
                video=video.path.name,
                frames=video.frame_count,
            ),
        )
    return MocapError(
        "video_damaged",
        Sentence(
            "{video} is damaged: nothing from frame {start} on can be read. Choose an earlier start.",
            video=video.path.name,
            start=start,
        ),
    )


def lift_people(
    watched: Sequence[WatchedPerson], video: VideoInfo, low_memory: bool, networks: Networks, report: Report
) -> tuple[Person, ...]:
    """Everybody with their 3D pose."""
    total = sum(len(person.keypoints.frames) for person in watched)
    people: list[Person] = []
    lifted = 0
    for person in watched:

        def progress(done: int, _: int, before: int = lifted) -> None:
            report(Stage.LIFT, before + done, total)

        pose = networks.lifter.lift(person.keypoints, video, low_memory, progress)
        people.append(Person(person.track, person.keypoints, pose, person.thumbnail))
        lifted += len(person.keypoints.frames)
    return tuple(people)


def notify_losses(seen: Seen, notify: Notify) -> None:
    """Say how much of a damaged file, or of a sequence of pictures with gaps, could not be read."""
    name, read, whole = seen.video.path.name, seen.frames, seen.frames + seen.lost + (seen.missing or 0)
    if seen.missing is None:
        notify(
            Sentence(
                "{name} was cut off: {read} frames can be read, and it does not tell how many are "
                "missing at its end. {remedy}",
                name=name,
                read=read,
                remedy=COPY_AGAIN,
            )
        )
    elif seen.missing:
        notify(
            Sentence(
                "{name} ends early: {read} of {whole} frames can be read. {remedy}",
                name=name,
                read=read,
                whole=whole,
                remedy=COPY_AGAIN,
            )
        )
    elif seen.lost and is_picture(seen.video.path):
        notify(
            Sentence(
                "{name}: {read} of the {whole} pictures of this sequence could be read; the others are "
                "missing or damaged. Nobody gets keys in the gaps.",
                name=name,
                read=read,
                whole=whole,
            )
        )
    elif seen.lost:
        notify(
            Sentence(
                "{name} is damaged: {read} of the {whole} frames could be read and were used. Nobody "
                "gets keys in the gaps.",
                name=name,
                read=read,
                whole=whole,
            )
        )


def notify_moving_camera(take: Take, notify: Notify) -> None:
    """Say that the camera did not stand still, or that nobody can tell."""
    if take.camera is CameraMove.TRAVELS:
        notify("The camera travels: near things move more than far ones. Poses are not affected; travel is left out.")
    elif take.camera is CameraMove.UNKNOWN:
        notify(
            "Too little of the background is seen to tell whether the camera moves. If it does, turn Travel off in "
            "Clean-up."
        )
    elif take.camera_moved:
        notify(
            Sentence(
                "The camera moves by {shift:.0%} of the picture's width. Poses are not affected. Travel, "
                "gravity and floor are right if it only turns, by up to 90 degrees.",
                shift=take.camera_shift,
            )
        )


def notify_short_sights(take: Take, notify: Notify) -> None:
    """Say who is seen too briefly to make good motion; they stay in the take."""
    for person in take.people:
        seconds = take.seconds_on_screen(person)
        if seconds < SHORT_SIGHT:
            notify(
                Sentence(
                    "Person {track_id} is seen for {seconds:.1f} s only, too short for good motion.",
                    track_id=person.track_id,
                    seconds=seconds,
                )
            )


def saved(take: Take, path: Path, notify: Notify) -> Path:
    """Save ``take`` and return where: in the system's temporary folder if ``path`` can no longer be written to, for the
    work of minutes should not be lost to a disk that filled meanwhile.

    Raises:
        MocapError: as ``save_take``; neither place will do.
    """
    try:
        save_take(take, path)
        return path
    except MocapError as error:
        name, _, suffixes = path.name.partition(".")
        rescued = Path(tempfile.gettempdir(), f"{name[:NAME_KEPT]} {secrets.token_hex(3)}.{suffixes[-16:]}")
        try:
            save_take(take, rescued)
        except MocapError:
            raise error from None
        notify(
            Sentence(
                "{name} could no longer be saved in its folder. It is saved as {rescued}: move it from there.",
                name=path.name,
                rescued=rescued,
            )
        )
        return rescued


def notify_hidden(take: Take, notify: Notify) -> None:
    """Say of whom parts are often hidden: there the motion is a guess."""
    for person in take.people:
        if words := visibility_words(person.keypoints):
            notify(Sentence("Person {track_id}: {words}. Expect guesses there.", track_id=person.track_id, words=words))


def preview(take: Take, job: Job, path: Path, report: Report, notify: Notify) -> None:
    """Draw the preview. The take is safe by now, so whatever happens here is only worth a notice."""
    try:
        frames = read_frames(take.video, take.settings.start, take.settings.end)
        draw_preview(take, frames, path, partial(report, Stage.PREVIEW), job.preview_view)
    except (StoppedError, KeyboardInterrupt):
        notify("The preview was cancelled. The take is saved.")
    except MocapError as error:
        notify(Sentence("{why} The take is saved.", why=error.text))
    except Exception as error:
        traceback.print_exc()
        notify(Sentence("The preview could not be drawn: {error}. The take is saved.", error=error))
