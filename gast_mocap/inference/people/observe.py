"""What is kept of one followed person while the video is watched."""

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field

import cv2
import numpy as np

from ...take.records import BoolArray, FloatArray, ImageArray, IntArray
from ...take.skeletons import COCO17, PARTS, Side, dimensions
from ..networks.roles import Parts
from ..video.pyramid import Pyramid
from .boxes import box_around
from .portrait import inside, portrait, sharpness, worth_of
from .pose import Pose
from .rejoin import Piece

WEAK_END = 0.6
"""A track's ends that score below this share of its median are where the person was not there yet or no more. Raising
it cuts off people who walk out of the light."""
CLEARLY = 1.05
"""So many times as good a picture takes the place of the one that is kept. Lowering it costs time."""
HUES, SATURATIONS = 12, 4
PART_SHAPES = {name: (len(part.joints), dimensions(name) + 1) for name, part in PARTS.items()}
BOX, POINTS, SCORES, HELD, PART_POINTS = slice(0, 4), slice(4, 38), slice(38, 55), slice(55, 72), slice(72, None)
ROW = 72 + sum(joints * numbers for joints, numbers in PART_SHAPES.values())
"""Numbers that are kept of a person in one frame, and where in them."""
NOTHING: Parts = {}
NOT_HELD = np.zeros(17, int)
TORSO = COCO17.indices(*(f"{side}_{joint}" for side in Side for joint in ("shoulder", "hip")))


@dataclass
class Observations:
    """What has been seen of one followed person so far.

    ``rows`` holds the box, the keypoints, their scores, for how long they are held, and the points of feet, face and
    hands with theirs, of one frame after the other, in single precision: that is a ten-thousandth of a pixel. An hour
    of video has many rows; as small arrays they would take three times the memory.
    ``replaces``: they seem to have taken somebody's place from one frame to the next.
    """

    frames: list[int] = field(default_factory=list)
    rows: "array[float]" = field(default_factory=lambda: array("f"))
    colours: FloatArray = field(default_factory=lambda: np.zeros(HUES * SATURATIONS))
    thumbnail: ImageArray = field(default_factory=lambda: np.zeros((1, 1, 3), np.uint8))
    thumbnail_worth: float = -1.0
    replaces: bool = False

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

    @property
    def held(self) -> BoolArray:
        """(t, 17) whether somebody else was in the way of a joint."""
        return self._table()[:, HELD] > 0

    @property
    def parts(self) -> dict[str, FloatArray]:
        """Name of skeletons.PARTS -> (t, k, d + 1) its points px and scores, 0 where it was not read."""
        table = self._table()[:, PART_POINTS]
        ends = np.cumsum([joints * numbers for joints, numbers in PART_SHAPES.values()])
        pieces = zip(PART_SHAPES.items(), np.split(table, ends[:-1], axis=1), strict=True)
        return {name: piece.reshape(-1, *shape) for (name, shape), piece in pieces}

    def see(self, frame: int, picture: Pyramid, pose: Pose, parts: Parts = NOTHING) -> None:
        """Take in the person's ``pose``, the ``parts`` read beside it, and how they look in ``frame``."""
        box = pose.box
        self.add(frame, box, pose.points, pose.scores, pose.held, parts)
        if not pose.held[TORSO].any():
            self.colours = self.colours + colours_of_torso(picture, pose.points)
        self._look_at(picture, pose)

    def add(
        self,
        frame: int,
        box: FloatArray,
        points: FloatArray,
        scores: FloatArray,
        held: IntArray = NOT_HELD,
        parts: Parts = NOTHING,
    ) -> None:
        read = [parts.get(name, np.zeros(shape)).ravel() for name, shape in PART_SHAPES.items()]
        self.frames.append(frame)
        self.rows.extend(np.concatenate([box, points.ravel(), scores, held, *read]))

    def _look_at(self, picture: Pyramid, pose: Pose) -> None:
        """Keep the picture if it is better than the one that is kept."""
        is_alone = not pose.held.any()  # else it shows another's face as well
        worth = is_alone * worth_of(pose.box, pose.points, pose.scores)
        if worth <= self.thumbnail_worth * CLEARLY:
            return
        shown = portrait(picture, pose.box)
        worth *= sharpness(shown)
        if worth > self.thumbnail_worth * CLEARLY:
            self.thumbnail, self.thumbnail_worth = shown, worth

    def drop_weak_ends(self) -> None:
        """Forget the first and last frames in which something else was taken for the person."""
        means = self.scores.mean(axis=1)
        strong = np.flatnonzero(means >= WEAK_END * np.median(means))
        self._keep(int(strong[0]), int(strong[-1]) + 1)

    def end_before(self, frame: int) -> None:
        self._keep(0, bisect_left(self.frames, frame))

    def go_on_with(self, later: "Observations", frame: int) -> None:
        """Take in what ``later`` holds of the same person from ``frame`` on."""
        later._keep(bisect_left(later.frames, frame), len(later.frames))
        self.frames = self.frames + later.frames
        self.rows = self.rows + later.rows
        self.colours = self.colours + later.colours
        if later.thumbnail_worth > self.thumbnail_worth:
            self.thumbnail, self.thumbnail_worth = later.thumbnail, later.thumbnail_worth

    def piece(self, track_id: int) -> Piece:
        score = float(np.mean(self.scores))
        return Piece(track_id, np.array(self.frames), self.boxes, score, shares(self.colours), self.replaces)

    def _keep(self, begin: int, end: int) -> None:
        self.frames, self.rows = self.frames[begin:end], self.rows[begin * ROW : end * ROW]

    def _table(self) -> FloatArray:
        return np.array(self.rows, np.float32).reshape(-1, ROW)


def shares(colours: FloatArray) -> FloatArray:
    """(n,) of each of ``colours`` in their sum; zeros where none was seen."""
    return np.asarray(colours / max(colours.sum(), 1e-9))


def colours_of_torso(picture: Pyramid, points: FloatArray) -> FloatArray:
    """(HUES * SATURATIONS,) share of each colour between the shoulders and the hips; zeros when out of the frame."""
    torso = inside(picture, box_around(points[TORSO]))
    if torso is None:
        return np.zeros(HUES * SATURATIONS)
    small = cv2.cvtColor(picture.picture(torso, 16, 16), cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([small], [0, 1], None, [HUES, SATURATIONS], [0, 180, 0, 256])
    return np.asarray(counts.ravel() / counts.sum(), np.float64)
