"""Boxes as x1 y1 x2 y2 in pixels, and how they overlap."""

import numpy as np

from ...take.records import FloatArray

CONFIDENT = 0.2
"""Keypoints below this score do not count towards a person's box. Raising it makes boxes of what is sure only."""
MARGIN = 0.15
"""Keypoints lie inside the body: their box grows by this share of its longer side to hold head and feet.
Raising it shows more of the surroundings."""


def overlaps(first: FloatArray, second: FloatArray) -> FloatArray:
    """Intersection over union (n, m) of boxes (n, 4) and (m, 4)."""
    top_left = np.maximum(first[:, None, :2], second[None, :, :2])
    bottom_right = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.prod(np.clip(bottom_right - top_left, 0, None), axis=2)
    union = areas(first)[:, None] + areas(second)[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-9))


def paired_overlaps(first: FloatArray, second: FloatArray) -> FloatArray:
    """Intersection over union (n,) of each of boxes (n, 4) with its partner in (n, 4)."""
    shared = shared_areas(first, second)
    return np.asarray(shared / np.maximum(areas(first) + areas(second) - shared, 1e-9))


def shared_areas(first: FloatArray, second: FloatArray) -> FloatArray:
    """(n,) px^2 that each of boxes (n, 4) shares with its partner in (n, 4)."""
    return areas(np.hstack([np.maximum(first[:, :2], second[:, :2]), np.minimum(first[:, 2:], second[:, 2:])]))


def areas(boxes: FloatArray) -> FloatArray:
    """(n,) px^2 of boxes (n, 4)."""
    return np.asarray(np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0, None), axis=1))


def box_around(points: FloatArray) -> FloatArray:
    """(4,) px box of ``points`` (n, 2)."""
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def box_of_keypoints(points: FloatArray, scores: FloatArray) -> FloatArray:
    """(4,) box around the confident of one person's keypoints (17, 2); around all of them when too few are."""
    confident = points[scores >= CONFIDENT]
    if len(confident) < 4:
        confident = points
    low, high = confident.min(axis=0), confident.max(axis=0)
    margin = MARGIN * max(high - low) / 2
    return np.concatenate([low - margin, high + margin])
