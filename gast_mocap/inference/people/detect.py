"""Finds the people in one frame, with MoveNet MultiPose."""

import numpy as np

from ...take.records import FloatArray, ImageArray
from ..networks.roles import Detections, Poses
from ..networks.session import Session
from ..video.pyramid import Pyramid
from .boxes import box_of_keypoints, overlaps

LONG_SIDE = 384
"""Pixels. At 256 the network finds both people of a two-person clip in 59 of 87 frames, at 384 in all."""
MULTIPLE = 32
LOWEST_SCORE = 0.2
SAME_PERSON = 0.7
"""Boxes that overlap more than this are one person found twice."""


class MultiPoseDetector:
    """Finds up to six people in a picture."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._input = session.input_names[0]

    def detect(self, frame: Pyramid) -> Detections:
        """The people in an RGB ``frame``, the surest first, with the keypoints that the network read of them."""
        padded, scale = _padded(frame)
        people = self._session.run({self._input: padded[None].astype(np.int32)})[0][0]
        people = people[np.argsort(-people[:, 55], kind="stable")]
        people = people[people[:, 55] >= LOWEST_SCORE]
        keypoints = people[:, :51].reshape(-1, 17, 3)
        size = np.array([padded.shape[1], padded.shape[0]]) / scale
        points, scores = keypoints[:, :, 1::-1] * size, keypoints[:, :, 2]
        boxes = np.array([box_of_keypoints(*person) for person in zip(points, scores, strict=True)]).reshape(-1, 4)
        kept = _first_of_each(boxes)
        return Detections(boxes[kept], people[kept, 55], Poses(points[kept], scores[kept]))


def _padded(frame: Pyramid) -> tuple[ImageArray, float]:
    """``frame`` scaled to LONG_SIDE and padded at the bottom and right to multiples of 32, and the scale."""
    scale = LONG_SIDE / max(frame.size)
    width, height = (-(-round(side * scale) // MULTIPLE) * MULTIPLE for side in frame.size)
    return frame.picture(np.array([0, 0, width / scale, height / scale]), width, height), scale


def _first_of_each(boxes: FloatArray) -> list[int]:
    """Indices of the boxes that do not repeat an earlier one."""
    kept: list[int] = []
    for index in range(len(boxes)):
        if not kept or overlaps(boxes[index : index + 1], boxes[kept]).max() < SAME_PERSON:
            kept.append(index)
    return kept
