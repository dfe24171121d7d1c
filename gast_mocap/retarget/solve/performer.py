"""Measures of the performer's body."""

import numpy as np
from scipy.ndimage import percentile_filter

from ...motion.bones import ANKLE_HEIGHT, bone_lengths, standing_height
from ...take.records import BoolArray, FloatArray, FootContact, Motion
from ...take.skeletons import H36M17, Side
from .twist import ramp

ANKLES = {side: H36M17.index(f"{side}_ankle") for side in Side}
THIGHS_AND_SHINS = [H36M17.index(f"{side}_{joint}") for side in Side for joint in ("knee", "ankle")]
STANDING_PERCENTILE = 10.0
GROUND_REACH = 1.0
"""Seconds before and after a frame in which the lower ankle shows the ground; raising it evens out stairs."""
UPRIGHT = (0.5, 0.75)
"""Leg lengths of the pelvis over an ankle below which a body does not stand on that foot, and above which it may."""
STAIR = (0.12, 0.18)
"""Leg lengths over the floor: a contact below the first may be a raised heel, one above the second is a stair."""
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
    standing = _standing_height(motion)
    return {side: motion.joints[:, ankle, 2] - standing for side, ankle in ANKLES.items()}


def _standing_height(motion: Motion) -> float:
    """Metres of the ankles over z = 0 in standing."""
    lowest = motion.joints[:, list(ANKLES.values()), 2].min(1)
    return float(np.clip(np.percentile(lowest, STANDING_PERCENTILE), 0, ankle_height(motion)))


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


def distance(motion: Motion, first: str, second: str) -> float:
    """Metres between two joints, the median of the motion."""
    apart = motion.joints[:, H36M17.index(first)] - motion.joints[:, H36M17.index(second)]
    return float(np.median(np.linalg.norm(apart, axis=-1)))


def grounds(motion: Motion) -> dict[Side, FloatArray]:
    """Side -> (t,) metres by which what the foot stands on is higher than the floor: a wall, a stair.

    Between two contacts of a foot its ground runs straight in time; without contacts it is where the lower ankle was
    within a second. Of a body that kneels, sits or lies, ankles tell no ground: it is the floor then, unless a contact
    is as high as a stair.
    """
    standing = _standing_height(motion)
    nearby: FloatArray = _nearby_lowest(motion) - standing
    legs = leg_length(motion)
    found: dict[Side, FloatArray] = {}
    for side, ankle in ANKLES.items():
        height = motion.joints[:, ankle, 2]
        upright = ramp((motion.joints[:, 0, 2] - height) / legs, *UPRIGHT)
        knots = [knot for contact in motion.contacts if contact.foot == side for knot in _level(motion, contact)]
        ground: FloatArray = nearby
        trust = upright
        if knots:
            ground = np.interp(motion.times, *np.transpose(sorted(knots))) - standing
            trust = np.maximum(upright, ramp(ground / legs, *STAIR))
        found[side] = np.maximum(ground, 0.0) * trust
    return found


def _level(motion: Motion, contact: FootContact) -> list[tuple[float, float]]:
    """(seconds, metres) of the ankle at start and end of a contact; none when no frame is in it."""
    inside = in_contact(motion.times, contact)
    if not inside.any():
        return []
    level = float(np.median(motion.joints[inside, ANKLES[contact.foot], 2]))
    return [(contact.start, level), (contact.end, level)]
