"""Neck and head: along nose and crown, rolled by the plane in which the nose stands out."""

from collections.abc import Mapping

import numpy as np

from ...take.records import FloatArray
from ...take.skeletons import H36M17
from .. import rotations as quat
from .torso import LEFT, segment
from .twist import carry_angle, ramp, roll_of, rolled

ENDS = {"neck": ("thorax", "neck"), "head": ("neck", "head")}
TELLING_NOSE = (0.08, 0.2)  # how far it stands out, as a share of the way from thorax to crown


def head_turns(
    joints: FloatArray, chest: FloatArray, neutral: Mapping[str, FloatArray], steps: FloatArray
) -> dict[str, FloatArray]:
    """Body turns (t, 4) of the roles "neck" and "head".

    Args:
        joints: (t, 17, 3) Human3.6M; its "neck" is the nose's height in front of the neck.
        chest: (t, 4) body turn.
        neutral: unit directions (3,) that both have at ease, body axes.
        steps: (t - 1,) frames between neighbours.
    """
    crown = joints[:, H36M17.index("head")] - joints[:, H36M17.index("thorax")]
    nose = joints[:, H36M17.index("neck")] - joints[:, H36M17.index("thorax")]
    left = quat.cross(crown, nose)
    standing_out = np.linalg.norm(left, axis=-1) / np.maximum(np.sum(crown * crown, axis=-1), 1e-12)
    weight = ramp(standing_out, *TELLING_NOSE)
    turns = {}
    for role, home in neutral.items():
        direction = segment(joints, *ENDS[role])
        roll = carry_angle(roll_of(left, chest, home, LEFT, direction), weight, steps)
        turns[role] = rolled(roll, chest, home, direction)
    return turns
