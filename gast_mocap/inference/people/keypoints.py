"""Finds one person's 17 keypoints in a square crop of the frame, with MoveNet Thunder or Lightning."""

from dataclasses import dataclass

import numpy as np

from ...take.records import FloatArray, ImageArray
from ...take.skeletons import COCO17
from ..networks.roles import Poses
from ..networks.session import Session
from ..video.pyramid import Pyramid
from .boxes import box_of_keypoints, overlaps

PADDING = 1.25
"""Side of the crop over the longer side of the person's box."""
SAME_POSE = 0.08
"""Poses whose keypoints lie closer than this share of their size are one person read twice."""


@dataclass(frozen=True)
class Crop:
    """A square of the frame: ``corner`` (2,) px of its top left, ``side`` px; it may reach beyond the frame."""

    corner: FloatArray
    side: int

    @property
    def box(self) -> FloatArray:
        """(4,) px."""
        return np.concatenate([self.corner, self.corner + self.side])

    def frame_from_crop(self, points: FloatArray) -> FloatArray:
        """Frame pixels of ``points`` (n, 2) given as shares 0..1 of the crop."""
        return self.corner + points * self.side


def square_around(box: FloatArray) -> Crop:
    """The crop in which the network likes to see the person of ``box`` (4,)."""
    side = max(8, round(PADDING * max(box[2:] - box[:2])))
    return Crop(np.floor((box[:2] + box[2:]) / 2 - side / 2), side)


class SinglePose:
    """Reads the keypoints of the people whose boxes are known."""

    def __init__(self, session: Session, flips: bool) -> None:
        """With ``flips`` each answer is averaged with that of the mirrored crop."""
        self._session = session
        self._input = session.input_names[0]
        self._size = session.input_size
        self._flips = flips

    def estimate(self, frame: Pyramid, boxes: FloatArray) -> Poses:
        """The poses of the people in ``boxes`` (n, 4) px of an RGB ``frame``."""
        points, scores = np.empty((len(boxes), 17, 2)), np.empty((len(boxes), 17))
        for person, box in enumerate(boxes):
            others = np.delete(boxes, person, axis=0)
            crop = square_around(box)
            picture = frame.picture(crop.box, self._size, self._size)
            if len(others) and overlaps(box[None], others).max() > 0:
                picture = masked(picture, crop, box)
            points[person], scores[person] = self._read(picture, crop)
        return Poses(points, scores)

    def _read(self, picture: ImageArray, crop: Crop) -> tuple[FloatArray, FloatArray]:
        shares, scores = self._run(picture)
        if self._flips:
            mirrored, mirrored_scores = self._run(picture[:, ::-1])
            order = COCO17.mirrored_order()
            shares = (shares + (1, 0) + (-1, 1) * mirrored[order]) / 2
            scores = (scores + mirrored_scores[order]) / 2
        return crop.frame_from_crop(shares), scores

    def _run(self, picture: ImageArray) -> tuple[FloatArray, FloatArray]:
        answer = self._session.run({self._input: picture[None].astype(np.int32)})[0][0, 0]
        return answer[:, 1::-1].astype(np.float64), answer[:, 2].astype(np.float64)


def masked(picture: ImageArray, crop: Crop, box: FloatArray) -> ImageArray:
    """``picture`` of ``crop``, black outside the person's ``box``, so that a neighbour does not attract the network."""
    low, high = (box.reshape(2, 2) - crop.corner) / crop.side * len(picture)
    x1, y1 = np.clip(np.floor(low), 0, len(picture)).astype(int)
    x2, y2 = np.clip(np.ceil(high), 0, len(picture)).astype(int)
    alone = np.zeros_like(picture)
    alone[y1:y2, x1:x2] = picture[y1:y2, x1:x2]
    return alone


def repeated(points: FloatArray, scores: FloatArray, boxes: FloatArray) -> list[int]:
    """Indices of poses that read another box's person: when two overlap the network snaps to the front one.

    Of two poses (17, 2) that are the same, the one that fits its own box (4,) less is the repetition.
    """
    own = [box_of_keypoints(*pose) for pose in zip(points, scores, strict=True)]
    fit = [overlaps(pose_box[None], box[None])[0, 0] for pose_box, box in zip(own, boxes, strict=True)]
    wrong: list[int] = []
    for first in range(len(points)):
        for second in range(first + 1, len(points)):
            size = max(own[first][2:] - own[first][:2])
            distance = np.linalg.norm(points[first] - points[second], axis=1).mean()
            if distance < SAME_POSE * size:
                wrong.append(first if fit[first] < fit[second] else second)
    return sorted(set(wrong))
