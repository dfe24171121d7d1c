"""The fingers of a BVH: a usual hand on each wrist, palm down at rest, that closes as the hands that were read do.

No lengths are read from the picture. The phalanges are the means of Buryanov and Kotiuk (2010, Proportions of hand
segments), their tips with the soft tissue, for a forearm of 255 mm.
"""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from ..take.records import FloatArray
from ..take.skeletons import FINGERS, HAND_JOINTS, Side, Skeleton
from .hands import knuckle_bends

FOREARM = 255.0
"""mm that the hand below belongs to."""
# mm along the fingers, towards the thumb and out of the palm
ROOTS = {
    "thumb": (25, 30, 8), "index": (97, 25, 0), "middle": (99, 4, 0), "ring": (92, -14, 0), "pinky": (84, -30, 0)
}  # fmt: skip
"""Where a finger begins, from the wrist."""
PHALANGES = {
    "thumb": (46, 32, 26), "index": (40, 22, 20), "middle": (45, 26, 21), "ring": (41, 26, 21), "pinky": (33, 18, 20)
}  # fmt: skip
THUMB_POINTS = (0.62, 0.70, 0.35)
"""Where the thumb points at rest, ahead and aside."""
THUMB_AIMS = (95, 0, 30)
"""mm as above: where it closes to, before the palm."""
JOINTS_OF = {finger: [name for name in HAND_JOINTS if name.startswith(finger)] for finger in FINGERS}
"""The joints of each finger from the palm to the tip."""


def with_fingers(body: Skeleton) -> Skeleton:
    """``body`` with ``left_thumb_cmc`` to ``right_pinky_tip`` behind its joints, 20 a hand."""
    joints, parents = list(body.joints), list(body.parents)
    for side in Side:
        for names in JOINTS_OF.values():
            above = body.index(f"{side}_wrist")
            for name in names:
                joints.append(f"{side}_{name}")
                parents.append(above)
                above = len(joints) - 1
    first, count = len(body.joints), (len(joints) - len(body.joints)) // 2
    return replace(
        body,
        joints=tuple(joints),
        parents=tuple(parents),
        left=(*body.left, *range(first, first + count)),
        right=(*body.right, *range(first + count, len(joints))),
    )


def finger_offsets(body: Skeleton, offsets: FloatArray) -> FloatArray:
    """(40, 3) of the fingers' joints from their parents in a T-pose, in the axes and the unit of the ``offsets``
    (j, 3) of ``body``."""
    found = []
    for side in Side:
        forearm = float(np.linalg.norm(offsets[body.index(f"{side}_wrist")]))
        for finger in FINGERS:
            pointing = _pointing(finger)
            hand = [np.array(ROOTS[finger], float), *(length * pointing for length in PHALANGES[finger])]
            found += [forearm / FOREARM * _axes(side) @ offset for offset in hand]
    return np.array(found)


def finger_turns(curls: FloatArray, sureness: FloatArray) -> FloatArray:
    """(t, 40, 3, 3) turn of each joint against its parent's axes, of ``curls`` (t, 2, 5) and ``sureness`` (t, 2) as in
    records.Hands."""
    turns = []
    for number, side in enumerate(Side):
        bends = knuckle_bends(curls[:, number], sureness[:, number])
        for finger in FINGERS:
            axis = _axes(side) @ _closes_about(finger) * np.linalg.det(_axes(side))  # a mirror image turns backwards
            for bend in np.radians(bends[finger]).T:
                turns.append(Rotation.from_rotvec(bend[:, None] * axis).as_matrix())
            turns.append(np.tile(np.eye(3), (len(curls), 1, 1)))  # the tip
    return np.stack(turns, axis=1)


def _axes(side: Side) -> FloatArray:
    """(3, 3) whose columns are along the fingers, towards the thumb and out of the palm in BVH's T-pose: x to the
    figure's left, y up, z ahead."""
    return np.array([[1.0 if side is Side.LEFT else -1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


def _pointing(finger: str) -> FloatArray:
    way = np.array(THUMB_POINTS if finger == FINGERS[0] else (1.0, 0.0, 0.0))
    return np.asarray(way / np.linalg.norm(way))


def _closes_about(finger: str) -> FloatArray:
    """(3,) unit axis, in a hand's own axes, about which a finger closes."""
    way = _pointing(finger)
    to = np.array([0.0, 0.0, 1.0])
    if finger == FINGERS[0]:
        to = np.array(THUMB_AIMS) - np.array(ROOTS[finger]) - sum(PHALANGES[finger][:2]) * way
    axis = np.cross(way, to)
    return np.asarray(axis / np.linalg.norm(axis))
