"""A skeleton whose bones keep their length."""

import numpy as np

from ..take.records import FloatArray
from ..take.skeletons import H36M17, Side

ANKLE_HEIGHT = 0.05
"""Of the body height: the malleolus at 0.039 (Winter, Biomechanics and Motor Control), and the sole of a shoe. Raising
it lifts bodies over the floor."""
LEG_AND_TRUNK = H36M17.indices("right_knee", "right_ankle", "spine", "thorax")
PELVIS, THORAX, HEAD = H36M17.indices("pelvis", "thorax", "head")
FEET = (Side.RIGHT, Side.LEFT)
"""The order of feet, ankles and legs in all arrays of this chapter."""
HIPS = H36M17.indices(*(f"{side}_hip" for side in FEET))
ANKLES = H36M17.indices(*(f"{side}_ankle" for side in FEET))
LEGS = [H36M17.indices(f"{side}_hip", f"{side}_knee", f"{side}_ankle") for side in FEET]


def bone_lengths(joints: FloatArray, scores: FloatArray, symmetric: bool) -> FloatArray:
    """(17,) length of the bone that ends at each joint, 0 for the pelvis; weighted medians over the take."""
    lengths = np.zeros(len(H36M17.joints))
    for parent, child in H36M17.bones():
        spans = np.linalg.norm(joints[:, child] - joints[:, parent], axis=-1)
        lengths[child] = weighted_median(spans, scores[:, parent] * scores[:, child] + 1e-6)
    if symmetric:
        left, right = list(H36M17.left), list(H36M17.right)
        lengths[left] = lengths[right] = (lengths[left] + lengths[right]) / 2
    return lengths


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def standing_height(joints: FloatArray, scores: FloatArray, lengths: FloatArray) -> float:
    """Height in metres of the body with these bones, standing straight.

    The nose is before the line from thorax to head top, so that span is measured and not summed.
    """
    top = weighted_median(np.linalg.norm(joints[:, HEAD] - joints[:, THORAX], axis=-1), scores[:, HEAD] + 1e-6)
    return float((lengths[LEG_AND_TRUNK].sum() + top) / (1 - ANKLE_HEIGHT))


def set_bone_lengths(joints: FloatArray, lengths: FloatArray) -> FloatArray:
    """``joints`` (t, 17, 3) with every bone's direction kept and its length replaced, pelvis first."""
    fitted = joints.copy()
    for parent, child in H36M17.bones():
        bone = joints[:, child] - joints[:, parent]
        span = np.maximum(np.linalg.norm(bone, axis=-1, keepdims=True), 1e-9)
        fitted[:, child] = fitted[:, parent] + bone / span * lengths[child]
    return fitted
