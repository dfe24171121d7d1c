"""Mends a take: its people become what edits make of those tracked, and whoever is changed is lifted again.

``python -m gast_mocap.inference.mend TAKE EDITS`` does it in this process; ``EDITS`` as ``take.edits`` writes them.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..take.console import take_any_name
from ..take.edits import NO_PICTURE, from_json, mended
from ..take.errors import MocapError
from ..take.files import load_take, save_take
from ..take.records import ImageArray, Keypoints2D, Person, Pose3D, Take, VideoInfo
from ..take.sentences import Sentence
from .bar import Bar
from .memory import memory_errors, reserve_for_matrices
from .networks.slots import used_files
from .people.portrait import portrait, worth_of
from .pipeline import Notify, load_lifter
from .protocol.job import Mend
from .protocol.messages import Stage
from .protocol.progress import Report, StageClock
from .video.decode import Reading, probe_video
from .video.pyramid import Pyramid


@memory_errors()
def mend(order: Mend, report: Report, notify: Notify) -> Path:
    """Do ``order`` and return where the take is. The take is replaced by a whole new one, or stays as it is.

    Raises:
        MocapError: the take cannot be read or saved, an edit is impossible, or the lifter cannot be loaded.
        StoppedError: ``report`` said so before the take was saved.
    """
    before = load_take(order.take)
    take = mended(before, from_json(order.edits))
    take = lifted(take, before, order, report, notify)
    report(Stage.SAVE, 0, 1)
    take = with_pictures(take, lambda: report(Stage.SAVE, 0, 1), notify)
    save_take(take, order.take)
    notify_lost_contacts(before, take, notify)
    return order.take


def lifted(take: Take, before: Take, order: Mend, report: Report, notify: Notify) -> Take:
    """``take`` with a pose for whoever has none; of whom only a stretch differs from ``before``, that is lifted."""
    touched = [person for person in take.people if not len(person.pose.frames)]
    if not touched:
        return take
    lifter, used = load_lifter(take.settings.quality, order.own)
    is_same_lifter = used_files([used]).items() <= take.settings.models.items()
    if not is_same_lifter:
        notify("Whoever was changed was lifted with another network than the rest. Import the video again to compare.")
    total, done = sum(len(person.keypoints.frames) for person in touched), 0
    for person in touched:

        def progress(lifted: int, _: int, earlier: int = done) -> None:
            report(Stage.LIFT, earlier + lifted, total)

        known = known_of(person, before) if is_same_lifter else None
        pose = lifter.lift(person.keypoints, take.video, order.low_memory, progress, known)
        take = take.with_person(replace(person, pose=pose))
        done += len(person.keypoints.frames)
    return take


def known_of(person: Person, before: Take) -> tuple[Keypoints2D, Pose3D] | None:
    """Keypoints and pose that the same person had ``before`` in the same frames, if they had any there."""
    same = next((other for other in before.people if other.track_id == person.track_id), None)
    if same is None or not np.array_equal(same.pose.frames, person.keypoints.frames):
        return None
    return same.keypoints, same.pose


def with_pictures(take: Take, go_on: Callable[[], None], notify: Notify) -> Take:
    """``take`` with a picture of whoever has none, where the video is still at hand."""
    for person in take.people:
        if person.thumbnail is not NO_PICTURE:
            continue
        try:
            take = take.with_person(replace(person, thumbnail=picture_of(person, take.video, go_on)))
        except MocapError as error:
            notify(Sentence("{why} Until then {person} has no picture.", why=error.text, person=person.label))
    return take


def picture_of(person: Person, video: VideoInfo, go_on: Callable[[], None]) -> ImageArray:
    """The person in the frame in which they are read best. Raises MocapError when the video cannot be read."""
    seen, at, read_at = np.intersect1d(person.track.frames, person.keypoints.frames, return_indices=True)
    boxes, points, scores = person.track.boxes[at], person.keypoints.points[read_at], person.keypoints.scores[read_at]
    best = int(np.argmax([worth_of(*read) for read in zip(boxes, points, scores, strict=True)]))
    footage = probe_video(video.path, lambda _: None, video.playback)
    for frame in Reading(footage, int(seen[best]), int(seen[best]) + 1, Pyramid.of, waiting=go_on):
        return portrait(frame.picture, boxes[best])
    return NO_PICTURE


def notify_lost_contacts(before: Take, after: Take, notify: Notify) -> None:
    """Say whose corrected contacts no longer fit: they are found again."""
    kept = {person.track_id for person in after.people if person.contacts is not None}
    lost = [person.label for person in before.people if person.contacts is not None and person.track_id not in kept]
    if lost:
        notify(Sentence("Saved foot contacts were dropped and are found again: {people}.", people=", ".join(lost)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 after a message on stderr."""
    take_any_name()
    parser = argparse.ArgumentParser(prog="python -m gast_mocap.inference.mend", description=__doc__)
    parser.add_argument("take", type=Path)
    parser.add_argument("edits")
    options = parser.parse_args(arguments)
    bar = Bar()
    try:
        with memory_errors():
            reserve_for_matrices()
        mend(Mend(options.take.absolute(), options.edits), StageClock(bar.show), bar.note)
    except MocapError as error:
        bar.note(error.text)
        return 1
    except MemoryError:
        bar.note("The computer ran out of memory. Close other programs and try again.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
