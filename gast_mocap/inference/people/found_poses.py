"""Keypoints by a network that finds and reads everybody at once, for people whose boxes are known."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from ...take.records import FloatArray
from ..networks.roles import Detections, Detector, Poses
from ..video.pyramid import Pyramid
from .boxes import overlaps

SAME_PERSON = 0.1
"""Overlap from which on a pose belongs to a box. Lower takes a neighbour's, higher loses who moves fast."""


class FoundPoses:
    """A detector that reads poses, as Detector and as Estimator; it looks once at each frame and each part of it."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._looks: list[tuple[Pyramid, Detections]] = []

    def detect(self, frame: Pyramid) -> Detections:
        if self._looks and self._looks[0][0].levels is not frame.levels:
            self._looks.clear()  # parts of one frame share its levels, so this is the next frame
        known = next((found for looked, found in self._looks if looked is frame), None)
        if known is None:
            known = self._detector.detect(frame)
            self._looks.append((frame, known))
        return known

    def estimate(self, frame: Pyramid, boxes: FloatArray) -> Poses:
        """The pose found in each of ``boxes`` (n, 4) px; all scores 0 where there is none."""
        found = self.detect(frame)
        points = np.repeat(boxes.reshape(-1, 2, 2).mean(axis=1)[:, None], 17, axis=1)
        scores = np.zeros(points.shape[:2])
        if found.poses is not None:
            overlap = overlaps(boxes, found.boxes)
            for box, person in zip(*linear_sum_assignment(-overlap), strict=True):
                if overlap[box, person] >= SAME_PERSON:
                    points[box], scores[box] = found.poses.points[person], found.poses.scores[person]
        return Poses(points, scores)
