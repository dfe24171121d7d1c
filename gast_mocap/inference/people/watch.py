"""Watches the whole video: who is in it, where, and with which keypoints."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

import numpy as np

from ...models.catalog import bundled_model
from ...take.records import FloatArray, ImageArray, Keypoints2D, Track, VideoInfo
from ..choice import BUNDLED, OwnNetworks
from ..networks.roles import Detector, Estimator
from ..networks.session import Session
from ..networks.slots import Used, own_detector, own_reader
from ..quality import Preset
from ..video.frame import Frame
from ..video.pyramid import Pyramid
from ..video.stillness import Backdrop
from .boxes import box_of_keypoints
from .detect import MultiPoseDetector
from .follow import Sort
from .found_poses import FoundPoses
from .keypoints import SinglePose, repeated
from .observe import Observations
from .rejoin import rejoin

SEEN = 0.25
"""Mean keypoint score from which a person counts as seen in a frame. Raising it loses people in the dark and half out
of the picture, lowering it follows shadows."""
SHRUNK = 0.35
"""A pose smaller than this share of its box is not the person who was followed but something behind. Raising it loses
somebody who crouches suddenly."""
UNSURE = 0.4
"""Below this mean score people are looked for again after a third of the usual wait. Raising it costs time."""
MAX_UNSEEN_SECONDS = 0.5
"""Raising it lets more people keep their id while they are hidden, and more of them pass it on to somebody else."""


@dataclass(frozen=True)
class WatchedPerson:
    """One person of the video; ``thumbnail`` (h, w, 3) RGB shows them at their best."""

    track: Track
    keypoints: Keypoints2D
    thumbnail: ImageArray


@dataclass(frozen=True)
class Eyes:
    """The networks that watch, and how they are used; a bottom-up one does both."""

    detector: Detector
    estimator: Estimator
    preset: Preset
    used: tuple[Used, ...]

    @classmethod
    def load(cls, preset: Preset, own: OwnNetworks = BUNDLED) -> Self:
        """The bundled networks, with the user's ``own`` in their places.

        Raises:
            MocapError: a bundled model is missing or damaged, or an own one is of no kind that is known.
        """
        estimator: Estimator
        if own.pose:
            reader, read_by = own_reader(own.pose, preset.flips, own.refinement)
            estimator = reader if isinstance(reader, Estimator) else FoundPoses(reader)
        else:
            session = Session(bundled_model(preset.estimator)[0])
            estimator, read_by = SinglePose(session, preset.flips), Used("2D pose", session)
        if own.detector:
            detector, found_by = own_detector(own.detector, own.detector_score, own.detector_overlap)
        elif isinstance(estimator, FoundPoses):
            # Such a network finds people wherever it reads them.
            return cls(estimator, estimator, replace(preset, detect_seconds=0.0), (read_by,))
        else:
            session = Session(bundled_model("movenet-multipose")[0])
            detector, found_by = MultiPoseDetector(session), Used("detector", session)
        return cls(detector, estimator, preset, (found_by, read_by))


def watch_people(
    frames: Iterable[Frame[Pyramid]],
    fps: float,
    eyes: Eyes,
    backdrop: Backdrop,
    progress: Callable[[int], None],
) -> dict[int, Observations]:
    """What is seen of everybody in ``frames``, which come ``fps`` a second, by the ids of their tracks.

    ``backdrop`` is shown what lies behind them. ``progress`` is called with the number of frames done; what it raises
    ends the work.
    """
    sort = Sort(max_unseen=max(1, round(MAX_UNSEEN_SECONDS * fps)))
    detect_every = max(1, round(eyes.preset.detect_seconds * fps))
    tracks: dict[int, Observations] = {}
    look_at = -1
    for done, shown in enumerate(frames, start=1):
        frame, picture = shown.index, shown.picture
        boxes = sort.predict()
        if frame >= look_at:
            boxes |= sort.match(eyes.detector.detect(picture).boxes)
            look_at = frame + detect_every
        seen = read(eyes.estimator, picture, boxes)
        for track_id, (points, scores) in seen.items():
            box = box_of_keypoints(points, scores)
            sort.correct(track_id, box)
            tracks.setdefault(track_id, Observations()).see(frame, picture, box, points, scores)
        if len(seen) < len(boxes) or any(scores.mean() < UNSURE for _, scores in seen.values()):
            look_at = min(look_at, frame + max(1, detect_every // 3))
        backdrop.look(shown.time, picture, np.array(list(boxes.values())).reshape(-1, 4))
        progress(done)
    return tracks


def tell_people(
    tracks: dict[int, Observations], video: VideoInfo, go_on: Callable[[], None]
) -> tuple[WatchedPerson, ...]:
    """Everybody whose ``tracks`` those are, with ids from 1 in order of appearance.

    ``go_on`` is called again and again; what it raises ends the work.
    """
    for track in tracks.values():
        track.drop_weak_ends()
    pieces = [track.piece(track_id) for track_id, track in tracks.items()]
    groups = rejoin(pieces, video, go_on)
    return tuple(join(track_id, [tracks[i] for i in group]) for track_id, group in enumerate(groups, start=1))


def read(
    estimator: Estimator, picture: Pyramid, boxes: dict[int, FloatArray]
) -> dict[int, tuple[FloatArray, FloatArray]]:
    """Keypoints (17, 2) and scores (17,) of the people in ``boxes`` who are really seen there."""
    ids, around = list(boxes), np.array(list(boxes.values())).reshape(-1, 4)
    poses = estimator.estimate(picture, around)
    points, scores = poses.points, poses.scores
    seen = [p for p in range(len(ids)) if scores[p].mean() >= SEEN and fills(around[p], points[p], scores[p])]
    wrong = repeated(points[seen], scores[seen], around[seen])
    return {ids[p]: (points[p], scores[p]) for n, p in enumerate(seen) if n not in wrong}


def fills(box: FloatArray, points: FloatArray, scores: FloatArray) -> bool:
    """Whether a pose is about as large as the ``box`` (4,) that it was looked for in."""
    found = box_of_keypoints(points, scores)
    return bool(max(found[2:] - found[:2]) >= SHRUNK * max(box[2:] - box[:2]))


def join(track_id: int, tracks: list[Observations]) -> WatchedPerson:
    """One person of all the tracks that are theirs; where two meet, the later one counts."""
    for earlier, later in pairwise(tracks):
        earlier.end_before(later.frames[0])
    frames = np.concatenate([track.frames for track in tracks])
    boxes, points, scores = (
        np.concatenate([getattr(track, name) for track in tracks]) for name in ("boxes", "points", "scores")
    )
    best = max(tracks, key=lambda track: track.thumbnail_worth)
    seen = Track(track_id, frames, boxes, scores.mean(axis=1))
    return WatchedPerson(seen, Keypoints2D(track_id, frames, points, scores), best.thumbnail)
