"""Watches the whole video: who is in it, where, and with which keypoints."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Self

import cv2
import numpy as np

from ...models.catalog import bundled_model
from ...take.records import FloatArray, ImageArray, Keypoints2D, Track, VideoInfo
from ...take.skeletons import COCO17, Side
from ..networks.roles import Detector, Estimator
from ..networks.session import Session
from ..quality import Preset
from ..video.decode import Frame
from ..video.pyramid import Pyramid
from ..video.stillness import Backdrop
from .boxes import box_around, box_of_keypoints
from .detect import MultiPoseDetector
from .follow import Sort
from .keypoints import SinglePose, repeated
from .rejoin import Piece, rejoin

SEEN = 0.25
"""Mean keypoint score from which a person counts as seen in a frame."""
SHRUNK = 0.35
"""A pose smaller than this share of its box is not the person who was followed but something behind."""
UNSURE = 0.4
"""Below this mean score people are looked for again after a third of the usual wait."""
WEAK_END = 0.6
"""A track's ends that score below this share of its median are where the person was not there yet or no more."""
MAX_UNSEEN_SECONDS = 0.5
THUMBNAIL_HEIGHT = 128
HUES, SATURATIONS = 12, 4
BOX, POINTS, SCORES = slice(0, 4), slice(4, 38), slice(38, 55)
ROW = 55
"""Numbers that are kept of a person in one frame, and where in them."""

TORSO = COCO17.indices(*(f"{side}_{joint}" for side in Side for joint in ("shoulder", "hip")))

Watched = tuple[Track, Keypoints2D, ImageArray]


@dataclass(frozen=True)
class Eyes:
    """The two networks that watch."""

    detector: Detector
    estimator: Estimator
    sessions: tuple[Session, ...]
    hashes: dict[str, str]

    @classmethod
    def load(cls, preset: Preset) -> Self:
        """Raises MocapError when a bundled model is missing or damaged."""
        names = ("movenet-multipose", preset.estimator)
        files = {name: bundled_model(name) for name in names}
        sessions = tuple(Session(path) for path, _ in files.values())
        hashes = {name: sha256 for name, (_, sha256) in files.items()}
        return cls(MultiPoseDetector(sessions[0]), SinglePose(sessions[1], preset.flips), sessions, hashes)


def watch_people(
    frames: Iterable[Frame[Pyramid]],
    fps: float,
    preset: Preset,
    eyes: Eyes,
    backdrop: Backdrop,
    progress: Callable[[int], None],
) -> "dict[int, Sighting]":
    """What is seen of everybody in ``frames``, which come ``fps`` a second, by the ids of their tracks.

    ``backdrop`` is shown what lies behind them. ``progress`` is called with the number of frames done; what it raises
    ends the work.
    """
    sort = Sort(max_unseen=max(1, round(MAX_UNSEEN_SECONDS * fps)))
    detect_every = max(1, round(preset.detect_seconds * fps))
    sightings: dict[int, Sighting] = {}
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
            sightings.setdefault(track_id, Sighting()).see(frame, picture, box, points, scores)
        if len(seen) < len(boxes) or any(scores.mean() < UNSURE for _, scores in seen.values()):
            look_at = min(look_at, frame + max(1, detect_every // 3))
        backdrop.look(shown.time, picture, np.array(list(boxes.values())).reshape(-1, 4))
        progress(done)
    return sightings


def tell_people(sightings: "dict[int, Sighting]", video: VideoInfo) -> tuple[Watched, ...]:
    """Track, keypoints and thumbnail of every person in ``sightings``, with ids from 1 in order of appearance."""
    for sighting in sightings.values():
        sighting.drop_weak_ends()
    pieces = [sighting.piece(track_id) for track_id, sighting in sightings.items()]
    groups = rejoin(pieces, video)
    return tuple(join(track_id, [sightings[i] for i in group]) for track_id, group in enumerate(groups, start=1))


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


@dataclass
class Sighting:
    """What has been seen of one followed person so far.

    ``rows`` holds the box, the keypoints and their scores of one frame after the other, in single precision: that is a
    ten-thousandth of a pixel. An hour of video has many rows; as small arrays they would take three times the memory.
    """

    frames: list[int] = field(default_factory=list)
    rows: "array[float]" = field(default_factory=lambda: array("f"))
    colours: FloatArray = field(default_factory=lambda: np.zeros(HUES * SATURATIONS))
    thumbnail: ImageArray = field(default_factory=lambda: np.zeros((1, 1, 3), np.uint8))
    thumbnail_worth: float = -1.0

    @property
    def boxes(self) -> FloatArray:
        """(t, 4) px."""
        return self._table()[:, BOX]

    @property
    def points(self) -> FloatArray:
        """(t, 17, 2) px."""
        return self._table()[:, POINTS].reshape(-1, 17, 2)

    @property
    def scores(self) -> FloatArray:
        """(t, 17)."""
        return self._table()[:, SCORES]

    def see(self, frame: int, picture: Pyramid, box: FloatArray, points: FloatArray, scores: FloatArray) -> None:
        """Take in the person's keypoints (17, 2) and scores (17,) and how they look in ``frame``."""
        self.add(frame, box, points, scores)
        self.colours = self.colours + colours_of_torso(picture, points)
        worth = float(scores.mean() * min(box[3] - box[1], 2 * THUMBNAIL_HEIGHT))
        if worth > self.thumbnail_worth * 1.05:
            self.thumbnail, self.thumbnail_worth = portrait(picture, box), worth

    def add(self, frame: int, box: FloatArray, points: FloatArray, scores: FloatArray) -> None:
        self.frames.append(frame)
        self.rows.extend(np.concatenate([box, points.ravel(), scores]))

    def drop_weak_ends(self) -> None:
        """Forget the first and last frames in which something else was taken for the person."""
        means = self.scores.mean(axis=1)
        strong = np.flatnonzero(means >= WEAK_END * np.median(means))
        self._keep(int(strong[0]), int(strong[-1]) + 1)

    def end_before(self, frame: int) -> None:
        self._keep(0, bisect_left(self.frames, frame))

    def _keep(self, begin: int, end: int) -> None:
        self.frames, self.rows = self.frames[begin:end], self.rows[begin * ROW : end * ROW]

    def _table(self) -> FloatArray:
        return np.array(self.rows, np.float32).reshape(-1, ROW)

    def piece(self, track_id: int) -> Piece:
        score = float(np.mean(self.scores))
        colours = self.colours / max(self.colours.sum(), 1e-9)
        return Piece(track_id, np.array(self.frames), self.boxes, score, colours)


def join(track_id: int, sightings: list[Sighting]) -> Watched:
    """One person of all the pieces that are theirs; where two meet, the later one counts."""
    for earlier, later in pairwise(sightings):
        earlier.end_before(later.frames[0])
    frames = np.concatenate([sighting.frames for sighting in sightings])
    boxes, points, scores = (
        np.concatenate([getattr(sighting, name) for sighting in sightings]) for name in ("boxes", "points", "scores")
    )
    best = max(sightings, key=lambda sighting: sighting.thumbnail_worth)
    track = Track(track_id, frames, boxes, scores.mean(axis=1))
    return track, Keypoints2D(track_id, frames, points, scores), best.thumbnail


def colours_of_torso(picture: Pyramid, points: FloatArray) -> FloatArray:
    """(HUES * SATURATIONS,) share of each colour between the shoulders and the hips; zeros when out of the frame."""
    torso = inside(picture, box_around(points[TORSO]))
    if torso is None:
        return np.zeros(HUES * SATURATIONS)
    small = cv2.cvtColor(picture.picture(torso, 16, 16), cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([small], [0, 1], None, [HUES, SATURATIONS], [0, 180, 0, 256])
    return np.asarray(counts.ravel() / counts.sum(), np.float64)


def portrait(picture: Pyramid, box: FloatArray) -> ImageArray:
    """The person in ``box``, THUMBNAIL_HEIGHT high."""
    seen = inside(picture, box)
    if seen is None:
        return np.zeros((1, 1, 3), np.uint8)
    width, height = seen[2:] - seen[:2]
    return picture.picture(seen, max(1, round(width * THUMBNAIL_HEIGHT / height)), THUMBNAIL_HEIGHT)


def inside(picture: Pyramid, box: FloatArray) -> FloatArray | None:
    """The part of ``box`` (4,) that lies in the frame, None when that is less than a pixel wide or high."""
    clipped = np.clip(box, 0, [*picture.size, *picture.size])
    return clipped if (clipped[2:] - clipped[:2] >= 1).all() else None
