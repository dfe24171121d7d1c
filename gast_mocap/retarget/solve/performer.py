"""Measures of the performer's body."""

import numpy as np
from scipy.ndimage import percentile_filter

from ...motion.bones import ANKLE_HEIGHT, bone_lengths, standing_height
from ...take.records import BoolArray, FloatArray, FootContact, Motion
from ...take.skeletons import H36M17, Side

ANKLES = {side: H36M17.index(f"{side}_ankle") for side in Side}
THIGHS_AND_SHINS = [H36M17.index(f"{side}_{joint}") for side in Side for joint in ("knee", "ankle")]
STANDING_PERCENTILE = 10.0
GROUND_REACH = 1.0
"""Seconds before and after a frame in which the lower ankle shows the ground; raising it evens out stairs."""
TIME_STAMP = 0.001
"""Seconds by which a contact and a frame may miss each other: containers such as Matroska round to milliseconds."""


def leg_length(motion: Motion) -> float:
    """Metres of thigh and shin, mean of both sides."""
    legs = motion.joints[:, THIGHS_AND_SHINS] - motion.joints[:, [H36M17.parents[joint] for joint in THIGHS_AND_SHINS]]
    return float(np.median(np.linalg.norm(legs, axis=-1), axis=0).sum()) / 2


def ankle_height(motion: Motion) -> float:
    """Metres of the ankles over the floor when the body stands, from its height."""
    lengths = bone_lengths(motion.joints, motion.scores, symmetric=True)
    return ANKLE_HEIGHT * standing_height(motion.joints, motion.scores, lengths)


def ankle_lift(motion: Motion) -> dict[Side, FloatArray]:
    """Side -> (t,) metres of the ankle over where it is in standing.

    The floor is z = 0, unless the feet are often nearer to it than ankles can be: then their lowest is
    standing.
    """
    lowest = motion.joints[:, list(ANKLES.values()), 2].min(1)
    standing = np.clip(np.percentile(lowest, STANDING_PERCENTILE), 0, ankle_height(motion))
    return {side: motion.joints[:, ankle, 2] - standing for side, ankle in ANKLES.items()}


def in_contact(times: FloatArray, contact: FootContact) -> BoolArray:
    """(t,) whether each of ``times`` seconds is in the contact, both of its ends included."""
    inside: BoolArray = (times >= contact.start - TIME_STAMP) & (times <= contact.end + TIME_STAMP)
    return inside


def _nearby_lowest(motion: Motion) -> FloatArray:
    """(t,) metres of the lower ankle when it was low, in the second before and after each frame."""
    lowest = motion.joints[:, list(ANKLES.values()), 2].min(1)
    usual_step = np.median(np.diff(motion.times)) if len(lowest) > 1 else 1.0
    # SciPy 1.15 answers 0 where half a window is longer than its input.
    reach = min(int(np.ceil(GROUND_REACH / usual_step)), len(lowest) - 1)
    window = 1 + 2 * reach
    nearby: FloatArray = percentile_filter(lowest, STANDING_PERCENTILE, window, mode="nearest")
    return nearby


def ankle_step(motion: Motion) -> dict[Side, FloatArray]:
    """Side -> (t,) metres of the ankle over where it is in standing on what the foot stands on then: floor, wall,
    stairs.

    Between two contacts of a foot its ground runs straight in time; without contacts it is where the lower ankle
    was within a second.
    """
    ground = _nearby_lowest(motion)
    steps = {side: motion.joints[:, ankle, 2] - ground for side, ankle in ANKLES.items()}
    for side, ankle in ANKLES.items():
        height = motion.joints[:, ankle, 2]
        knots: list[tuple[float, float]] = []
        for contact in motion.contacts:
            inside = in_contact(motion.times, contact)
            if contact.foot == side and inside.any():
                level = float(np.median(height[inside]))
                knots += [(contact.start, level), (contact.end, level)]
        if knots:
            steps[side] = height - np.interp(motion.times, *np.transpose(sorted(knots)))
    return steps
