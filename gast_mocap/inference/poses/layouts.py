"""From the keypoints of the 2D network to the joints that a lifter takes.

The combination is that of the published GAST-Net weights (Liu et al. 2021, arXiv 2003.14179), which learned it.
"""

from collections.abc import Callable

import numpy as np

from ...take.interpolate import interpolate
from ...take.records import FloatArray, IntArray, PartPoints
from ...take.skeletons import COCO17, FEET4, H36M17, HUMANEVA15, TOES19, Side

UNSEEN = 0.3
"""A knee or ankle scored lower than this is out of sight."""

_COPIED = [COCO17.index(name) if name in COCO17.joints else -1 for name in H36M17.joints]
_NOSE = COCO17.index("nose")
_EYES, _EARS, _SHOULDERS, _HIPS, _KNEES, _ANKLES = (
    COCO17.indices(*(f"{side}_{part}" for side in Side)) for part in ("eye", "ear", "shoulder", "hip", "knee", "ankle")
)
_TOES = FEET4.indices(*(f"{side}_toes" for side in Side))
_PELVIS, _SPINE, _THORAX, _NECK, _HEAD = H36M17.indices("pelvis", "spine", "thorax", "neck", "head")


def h36m17_from_coco17(points: FloatArray) -> FloatArray:
    """Human3.6M-17 joints (t, 17, 2) of COCO-17 keypoints (t, 17, 2); both px, y down."""
    nose, eyes, ears = points[:, _NOSE], points[:, _EYES], points[:, _EARS]
    shoulders, hips = points[:, _SHOULDERS].mean(axis=1), points[:, _HIPS].mean(axis=1)
    joints = points[:, _COPIED]
    thorax = shoulders + (nose - shoulders) / 3
    spine = (shoulders + hips) / 2
    spine[:, 0] += 2 * (spine[:, 0] - (hips[:, 0] + thorax[:, 0]) / 2)
    thorax[:, 1] -= (eyes[:, :, 1].mean(axis=1) - nose[:, 1]) * 2 / 3
    joints[:, _PELVIS] = hips
    joints[:, _SPINE] = spine
    joints[:, _THORAX] = thorax
    joints[:, _NECK] = nose - (nose - shoulders) / 4
    joints[:, _HEAD, 0] = (eyes[:, :, 0].sum(axis=1) + ears[:, :, 0].sum(axis=1)) / 4
    joints[:, _HEAD, 1] = eyes[:, :, 1].sum(axis=1) - nose[:, 1]
    return joints


def humaneva15_from_coco17(points: FloatArray) -> FloatArray:
    """HumanEva-15 joints (t, 15, 2) of COCO-17 keypoints (t, 17, 2): those of Human3.6M-17 without spine and neck."""
    return h36m17_from_coco17(points)[:, H36M17.indices(*HUMANEVA15.joints)]


def h36m17_from_humaneva15(joints: FloatArray) -> FloatArray:
    """Human3.6M-17 joints (t, 17, 3) of HumanEva-15 ones: the spine halfway up to the thorax, the neck halfway from
    there to the head."""
    full = np.zeros((len(joints), len(H36M17.joints), joints.shape[2]))
    full[:, H36M17.indices(*HUMANEVA15.joints)] = joints
    full[:, _SPINE] = (full[:, _PELVIS] + full[:, _THORAX]) / 2
    full[:, _NECK] = (full[:, _THORAX] + full[:, _HEAD]) / 2
    return full


def toes19_from_coco17(points: FloatArray) -> FloatArray:
    """Human3.6M-17 joints with toes (t, 19, 2) of COCO-17 keypoints with left and right toes after them (t, 19, 2)."""
    joints = np.empty_like(points)
    joints[:, TOES19.indices(*H36M17.joints)] = h36m17_from_coco17(points)
    joints[:, TOES19.indices(*(f"{side}_toes" for side in Side))] = points[:, len(COCO17.joints) :]
    return joints


def h36m17_from_toes19(joints: FloatArray) -> FloatArray:
    """Human3.6M-17 joints (t, 17, 3) of those with toes (t, 19, 3)."""
    return joints[:, TOES19.indices(*H36M17.joints)]


def unchanged(joints: FloatArray) -> FloatArray:
    return joints


Conversion = Callable[[FloatArray], FloatArray]
CONVERSIONS: dict[str, tuple[Conversion, Conversion]] = {
    H36M17.name: (h36m17_from_coco17, unchanged),
    TOES19.name: (toes19_from_coco17, h36m17_from_toes19),
    HUMANEVA15.name: (humaneva15_from_coco17, h36m17_from_humaneva15),
}
"""A lifter's layout -> its joints from keypoints with toes, and Human3.6M-17 joints from its answers."""


def with_missing_bridged(points: FloatArray, scores: FloatArray) -> FloatArray:
    """Keypoints (t, 17, 2) in which those not found, of score 0, lie between where they were before and after.

    Where a keypoint is never found it stays where its network let another stand in for it. ``scores`` (t, 17).
    """
    bridged = points.copy()
    for joint in np.flatnonzero((scores == 0).any(axis=0) & (scores > 0).any(axis=0)):
        seen = np.flatnonzero(scores[:, joint] > 0)
        bridged[:, joint] = interpolate(np.arange(len(points)), seen, points[seen, joint])
    return bridged


def with_cut_off_legs_folded(points: FloatArray, scores: FloatArray) -> FloatArray:
    """Keypoints (t, 17, 2) in which ankles or whole legs out of sight lie on their parents, as lifters learned it.

    This is the half-body rule of the published demo. With both ankles unseen, as when the frame or a desk cuts a body
    off, each lies on its knee, and where that knee is unseen too, both lie on the hip. One ankle alone, with all else
    seen, lies on its knee. A whole leg alone is left where the network guessed it: it is mostly hidden by the other.
    ``scores`` (t, 17).
    """
    folded = points.copy()
    no_knee, no_ankle = (scores[:, joints] < UNSEEN for joints in (_KNEES, _ANKLES))
    both, one = no_ankle.all(axis=1), (no_ankle.sum(axis=1) == 1) & ~no_knee.any(axis=1)
    for side, (hip, knee, ankle) in enumerate(zip(_HIPS, _KNEES, _ANKLES, strict=True)):
        no_leg = both & no_knee[:, side]
        folded[no_leg, knee] = points[no_leg, hip]
        no_foot = both | (one & no_ankle[:, side])
        folded[no_foot, ankle] = folded[no_foot, knee]
    return folded


def with_toes(folded: FloatArray, seen: FloatArray, feet: PartPoints, frames: IntArray) -> FloatArray:
    """Keypoints ``folded`` (t, 17, 2) with left and right toes after them (t, 19, 2), of ``feet`` in these ``frames``.

    Between frames in which they were read, toes go with the ankles. Toes that were never read, and those of ankles that
    lie elsewhere than they were ``seen`` (t, 17, 2), lie on the ankles, as lifters learned it.
    """
    ankles = folded[:, _ANKLES]
    away = np.zeros_like(ankles)
    for foot, (toes, ankle) in enumerate(zip(_TOES, _ANKLES, strict=True)):
        read = feet.scores[:, toes] >= UNSEEN
        if read.any():
            away[:, foot] = interpolate(frames, frames[read], feet.points[read, toes] - seen[read, ankle])
    away[(ankles != seen[:, _ANKLES]).any(axis=-1)] = 0
    return np.concatenate([folded, ankles + away], axis=1)
