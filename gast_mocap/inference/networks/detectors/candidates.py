"""From all the boxes that a network answers with to the people that count."""

from dataclasses import dataclass

import cv2
import numpy as np

from ....take.records import FloatArray
from ..roles import Detections

PERSON = 0
"""The class of people, first of COCO's 80 as of a network that knows nothing else."""
CLASSES = (80, 1)
"""Numbers of classes of networks that find people: COCO's, or people alone."""


FARTHEST = 1e5
"""Pixels from the frame's corner within which boxes count; beyond, no picture can be cut out."""


@dataclass(frozen=True)
class Thresholds:
    """``score`` 0..1 from which a box counts: raising it loses unsure people. Of two boxes that overlap more than
    ``overlap`` (intersection over union) the weaker is dropped: raising it keeps people who stand close together,
    and lets one person be found twice."""

    score: float
    overlap: float

    def people(self, boxes: FloatArray, scores: FloatArray) -> Detections:
        """Those of ``boxes`` (n, 4) px with ``scores`` (n,) who count, the surest first."""
        sure = np.flatnonzero((scores >= self.score) & (np.abs(boxes) < FARTHEST).all(axis=1))
        sizes = boxes[sure, 2:] - boxes[sure, :2]
        corners_and_sizes = np.concatenate([boxes[sure, :2], sizes], axis=1)
        kept = cv2.dnn.NMSBoxes(corners_and_sizes.tolist(), scores[sure].tolist(), 0.0, self.overlap)
        people = sure[np.asarray(kept, int).reshape(-1)]
        return Detections(np.asarray(boxes[people], np.float64), np.clip(scores[people], 0.0, 1.0))


PUBLISHED = Thresholds(score=0.7, overlap=0.4)
"""Of the published GAST demo, for YOLOv3."""
USUAL = Thresholds(score=0.5, overlap=0.45)
"""For the YOLO family's later heads, whose scores are lower."""


def corners(centres_and_sizes: FloatArray) -> FloatArray:
    """Boxes (n, 4) x1 y1 x2 y2 of (n, 4) centre x, centre y, width, height."""
    centres, halves = centres_and_sizes[:, :2], centres_and_sizes[:, 2:] / 2
    return np.concatenate([centres - halves, centres + halves], axis=1)
