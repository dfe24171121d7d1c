"""The picture by which a person is known in the panel: sharp, from the front, and of a body that is read surely."""

import cv2
import numpy as np

from ...take.records import FloatArray, ImageArray
from ...take.skeletons import COCO17
from ..video.pyramid import Pyramid

THUMBNAIL_HEIGHT = 128
FACE = COCO17.indices("nose", "left_eye", "right_eye")
LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_HIP, RIGHT_HIP = COCO17.indices(
    "left_shoulder", "right_shoulder", "left_hip", "right_hip"
)
FRONTAL_WIDTH = 0.6
"""Shoulders so wide, in lengths of the trunk, are seen from the front. Raising it tells half turned bodies from others,
and leaves narrow ones behind."""
SIDE = 0.4
"""What a picture from behind is worth, of one from the front. Raising it prefers large ones and sure ones."""
BLURRED, SHARP = 0.5, 0.06
"""What a picture without any edge is worth, of a sharp one; and the edges, as a share of all contrast, from which on a
picture is sharp."""


def worth_of(box: FloatArray, points: FloatArray, scores: FloatArray) -> float:
    """How good a picture of the person in ``box`` (4,) px would be if it were sharp, from 0.

    ``points`` (17, 2) px and ``scores`` (17,) are those read of them.
    """
    size = min(box[3] - box[1], 2 * THUMBNAIL_HEIGHT)
    turned = SIDE + (1 - SIDE) * (frontality(points) + scores[FACE].mean()) / 2
    return float(scores.mean() * size * turned)


def frontality(points: FloatArray) -> float:
    """From 0, seen from behind or the side, to 1, from the front, however the body lies in the picture."""
    shoulders = points[LEFT_SHOULDER] - points[RIGHT_SHOULDER]
    trunk = (points[LEFT_HIP] + points[RIGHT_HIP] - points[LEFT_SHOULDER] - points[RIGHT_SHOULDER]) / 2
    across = shoulders[0] * trunk[1] - shoulders[1] * trunk[0]
    return float(np.clip(across / (FRONTAL_WIDTH * max(trunk @ trunk, 1e-9)), 0, 1))


def sharpness(picture: ImageArray) -> float:
    """What a ``picture`` (h, w, 3) is worth for its edges, from BLURRED to 1."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *axes, ksize=1).var() for axes in ((2, 0), (0, 2)))
    edges = min(across, down) / max(float(grey.var()), 1.0)  # whoever moves is blurred one way
    return BLURRED + (1 - BLURRED) * min(float(edges) / SHARP, 1.0)


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
