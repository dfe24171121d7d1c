"""Whether somebody stands where somebody else stood a frame before: a cut before the same background."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from ...take.records import FloatArray, ImageArray
from ..video.cuts import CHANGED_GREY, WINDOW, newness
from ..video.pyramid import Pyramid
from .observe import colours_of_torso
from .pose import Pose

WELL_SEEN = 0.4
"""Mean keypoint score of both bodies, 0..1: where one is lost, anything may be read. Raising it notices fewer."""
UNLIKE = 0.56
"""Shared colour of the torsos (histogram intersection), 0..1, of two successive frames below which it may be somebody
else: who walks and turns keeps six tenths. Raising it notices more, and asks the picture more often."""
NEW, TIMES_USUAL = 0.18, 2.0
"""Share of the structure around a body that is nowhere near in the frame before: at least so much, and so many times as
much as in the steps around. Whoever moves fast, or passes before another, was near, and whoever falls is new in every
step. Raising either notices fewer."""
CHANGED = 0.1
"""Share of the picture beside the bodies that may change: a flash of light and a camera that moves change more."""
LEAST_BESIDE = 0.05
"""Share of the picture beside the bodies that must be seen; who fills it cannot be exchanged without a cut."""
SIDE = 96
"""Pixels along the long side of the pictures that are compared. Of a body that is smaller, the steps of a walk and the
blocks of the coding change as much as another body would."""


def is_replaced(old: Pose, new: Pose, pictures: Sequence[Pyramid], old_at: int, bodies: FloatArray) -> bool:
    """Whether ``new`` in the last of ``pictures`` is somebody else than ``old``, and came in one step.

    ``pictures`` begin with the one in which ``old`` was last seen, or with some before it: the other steps tell how
    much change is usual. ``old_at``: the place of ``old`` in them. ``bodies`` (n, 4) px: boxes of everybody in both.
    """
    before, after = pictures[old_at], pictures[-1]
    if min(old.score, new.score) < WELL_SEEN or max(new.box[2:] - new.box[:2]) < SIDE:
        return False
    likeness = np.minimum(colours_of_torso(before, old.points), colours_of_torso(after, new.points)).sum()
    if likeness >= UNLIKE or not _has_same_background(before, after, bodies):
        return False
    *usual, change = sorted(_change(*step, new.box) for step in pairwise(pictures))
    return change >= max(NEW, TIMES_USUAL * max(usual, default=0.0))


def _change(before: Pyramid, after: Pyramid, box: FloatArray) -> float:
    """Share of the structure in ``box`` (4,) px that is new, seen either way."""
    first, second = _grey(before, box), _grey(after, box)
    return min(newness(first, second), newness(second, first))


def _has_same_background(before: Pyramid, after: Pyramid, bodies: FloatArray) -> bool:
    whole = np.array([0.0, 0.0, *before.size])
    first, second = _grey(before, whole), _grey(after, whole)
    beside = np.ones(first.shape, bool)
    scale = np.array([first.shape[1], first.shape[0]] * 2) / whole[[2, 3, 2, 3]]
    for left, top, right, bottom in np.round(np.maximum(0, bodies * scale)).astype(int):
        beside[top:bottom, left:right] = False
    changed = cv2.absdiff(first, second)[beside] > CHANGED_GREY
    return bool(changed.size >= LEAST_BESIDE * beside.size and changed.mean() < CHANGED)


def _grey(picture: Pyramid, box: FloatArray) -> ImageArray:
    """(h, w) grey of what lies in ``box`` (4,) px."""
    width, height = box[2:] - box[:2]
    scale = SIDE / max(width, height)
    drawn = picture.picture(box, max(WINDOW, round(width * scale)), max(WINDOW, round(height * scale)))
    return np.asarray(cv2.cvtColor(drawn, cv2.COLOR_RGB2GRAY), np.uint8)
