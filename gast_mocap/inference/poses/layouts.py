"""From the keypoints of the 2D network to the joints that a lifter takes.

The combination is that of the published GAST-Net weights (Liu et al. 2021, arXiv 2003.14179), which learned it.
"""

from ...take.records import FloatArray
from ...take.skeletons import COCO17, H36M17, Side

UNSEEN = 0.3
"""A knee or ankle scored lower than this is out of sight."""

_COPIED = [COCO17.index(name) if name in COCO17.joints else -1 for name in H36M17.joints]
_NOSE = COCO17.index("nose")
_EYES, _EARS, _SHOULDERS, _HIPS, _KNEES, _ANKLES = (
    COCO17.indices(*(f"{side}_{part}" for side in Side)) for part in ("eye", "ear", "shoulder", "hip", "knee", "ankle")
)
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


def with_cut_off_legs_folded(points: FloatArray, scores: FloatArray) -> FloatArray:
    """Keypoints (t, 17, 2) in which ankles or whole legs out of sight lie on their parents, as lifters learned it.

    This is the half-body rule of the published demo, for a body that is cut off by the frame or a desk: both ankles
    unseen put each ankle on its knee, both knees unseen as well put all on the hips. Unlike the demo, one leg alone is
    left where the network guessed it: it is mostly hidden by the other. ``scores`` (t, 17).
    """
    folded = points.copy()
    no_ankles = (scores[:, _ANKLES] < UNSEEN).all(axis=1)
    no_legs = no_ankles & (scores[:, _KNEES] < UNSEEN).all(axis=1)
    for hip, knee, ankle in zip(_HIPS, _KNEES, _ANKLES, strict=True):
        folded[no_legs, knee] = points[no_legs, hip]
        folded[no_ankles, ankle] = folded[no_ankles, knee]
    return folded
