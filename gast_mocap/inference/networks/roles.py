"""What the pipeline asks of the networks that watch, whoever made them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ...take.records import FloatArray, check_shape
from ..video.pyramid import Pyramid


@dataclass(frozen=True)
class Poses:
    """COCO-17 keypoints of n people: ``points`` (n, 17, 2) px of the frame, ``scores`` (n, 17) 0..1.

    A keypoint that was not found has score 0; its point then only stands in.
    """

    points: FloatArray
    scores: FloatArray

    def __post_init__(self) -> None:
        check_shape("points", self.points, (None, 17, 2))
        check_shape("scores", self.scores, (len(self.points), 17))


@dataclass(frozen=True)
class Detections:
    """The people found in one frame, the surest first: ``boxes`` (n, 4) x1 y1 x2 y2 px, ``scores`` (n,) 0..1.

    ``poses`` are their keypoints where the detector reads such.
    """

    boxes: FloatArray
    scores: FloatArray
    poses: Poses | None = None

    def __post_init__(self) -> None:
        check_shape("boxes", self.boxes, (None, 4))
        check_shape("scores", self.scores, (len(self.boxes),))


Parts = Mapping[str, FloatArray]
"""What was read of one body in one frame beside COCO-17: by the names of skeletons.PARTS, (k, d + 1) the points px of d
dimensions and their scores; a part that was not read is absent."""


class Detector(Protocol):
    """Finds people."""

    def detect(self, frame: Pyramid) -> Detections:
        """Everybody in an RGB ``frame``."""
        ...


@runtime_checkable
class Estimator(Protocol):
    """Reads the keypoints of people whose boxes are known."""

    def estimate(self, frame: Pyramid, boxes: FloatArray) -> Poses:
        """One pose for each of ``boxes`` (n, 4) px of an RGB ``frame``; all scores 0 where nobody is."""
        ...
