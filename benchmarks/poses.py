"""How far poses are from the truth, by the field's measures. Poses are (t, j, 3) metres in camera axes."""

import numpy as np

from gast_mocap.take.records import BoolArray, FloatArray
from gast_mocap.take.skeletons import H36M17

HIPS, SHOULDERS = (4, 1), (11, 14)
LIMBS = [bone for bone in H36M17.bones() if not {7, 8, 9, 10} & set(bone) and 0 not in bone]


def scores(found: FloatArray, truth: FloatArray, judged: list[int], fps: float) -> dict[str, float]:
    """Errors of Human3.6M-17 poses (t, 17, 3), around the pelvis, over the joints ``judged``.

    MPJPE: mean distance. N-: after the one scale for all frames that fits best. PA-: after moving, turning and
    scaling each pose onto the truth. ``bones``: degrees between limbs, trunk, hips and shoulders after that turning.
    ``accel``: mean difference of the joints' accelerations. ``flips``: share of poses with hips and shoulders
    turned front to back.
    """
    found, truth = (pose - pose[:, :1] for pose in (found, truth))
    a, b = found[:, judged], truth[:, judged]
    scale = (a * b).sum() / (a * a).sum()
    placed, rotation = aligned(a, b)
    angles = angles_between(bone_vectors(found) @ rotation, bone_vectors(truth))
    jolt = np.diff(a - b, 2, axis=0) * fps**2
    return {
        "MPJPE mm": 1000 * distance(a, b),
        "N-MPJPE mm": 1000 * distance(scale * a, b),
        "PA-MPJPE mm": 1000 * distance(placed, b),
        "bones deg": float(np.degrees(angles.mean())),
        "accel m/s2": float(np.linalg.norm(jolt, axis=-1).mean()),
        "flips %": 100 * float(turned_over(found, truth).mean()),
    }


def distance(found: FloatArray, truth: FloatArray) -> float:
    """Mean over all joints and frames."""
    return float(np.linalg.norm(found - truth, axis=-1).mean())


def aligned(found: FloatArray, truth: FloatArray) -> tuple[FloatArray, FloatArray]:
    """``found`` (t, j, 3) moved, turned and scaled onto ``truth`` pose by pose, and the rotations (t, 3, 3) of rows."""
    middles = [pose.mean(axis=1, keepdims=True) for pose in (found, truth)]
    a, b = found - middles[0], truth - middles[1]
    u, s, vt = np.linalg.svd(a.swapaxes(1, 2) @ b)
    sign = np.ones_like(s)
    sign[:, 2] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign[:, None]) @ vt
    scale = (s * sign).sum(axis=1) / (a**2).sum(axis=(1, 2))
    return scale[:, None, None] * a @ rotation + middles[1], rotation


def bone_vectors(pose: FloatArray) -> FloatArray:
    """(t, b, 3): thighs, shins, arms, across the hips and the shoulders, and the trunk from hips to shoulders."""
    trunk = (pose[:, 11] + pose[:, 14]) / 2 - (pose[:, 1] + pose[:, 4]) / 2
    pairs = [*LIMBS, HIPS, SHOULDERS]
    return np.stack([*(pose[:, end] - pose[:, begin] for begin, end in pairs), trunk], axis=1)


def angles_between(a: FloatArray, b: FloatArray) -> FloatArray:
    """Radians between vectors (..., 3)."""
    return np.asarray(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(axis=-1)))


def turned_over(found: FloatArray, truth: FloatArray) -> BoolArray:
    """(t,) whether both hips and shoulders point against the truth's."""
    against = [
        ((found[:, a] - found[:, b]) * (truth[:, a] - truth[:, b])).sum(axis=-1) < 0 for a, b in (HIPS, SHOULDERS)
    ]
    return np.asarray(against[0] & against[1])
