"""How arms and legs are turned: along their direction, rolled by the plane of elbow and knee."""

from dataclasses import dataclass

import numpy as np

from ...take.records import FloatArray
from ...take.skeletons import Side
from .. import rotations as quat
from .torso import BACK, FORWARD, LEFT, UP
from .twist import carry_angle, ramp, roll_of, rolled

# Measured on CMU motion: a knee bent by less than 30 degrees, or under a thigh that hangs, never rolls
# beyond 90; elbows beyond 120 at little bend are arms stretched past straight.
TELLING_BEND = (np.radians(5.0), np.radians(20.0))  # where a plane begins to be trusted, and is
SLIGHT_BEND = np.radians(30.0)
KNEE_ROLL_LIMIT = np.radians(90.0)
ELBOW_ROLL_LIMIT = np.radians(120.0)
HANGING = np.cos(np.radians(45.0))


@dataclass(frozen=True)
class Hinge:
    """An upper and a lower limb. ``home`` (3,) and ``axis`` (3,): body axes; the limb flexes by a positive
    turn.

    A plane rolled beyond ``roll_limit`` is a limb bent the wrong way if it is bent slightly, or if the
    upper limb is nearer to home than the angle of cosine ``sure_cosine``.
    """

    home: FloatArray
    axis: FloatArray
    roll_limit: float
    sure_cosine: float


def hinge_of(part: str, side: Side) -> Hinge:
    """The elbow (``part`` "upper_arm") or knee ("thigh") of a side."""
    if part == "thigh":
        return Hinge(-UP, quat.unit(np.cross(-UP, BACK)), KNEE_ROLL_LIMIT, HANGING)
    home = quat.unit((LEFT if side == Side.LEFT else -LEFT) - UP)
    return Hinge(home, quat.unit(np.cross(home, FORWARD)), ELBOW_ROLL_LIMIT, 1.0)


def bend_between(upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Radians between unit directions (..., 3)."""
    sine = np.linalg.norm(quat.cross(upper, lower), axis=-1)
    angle: FloatArray = np.arctan2(sine, np.sum(upper * lower, axis=-1))
    return angle


def limb_roll(hinge: Hinge, parent: FloatArray, upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Radians (t,) of the plane of unit directions ``upper`` and ``lower`` (t, 3). ``parent`` (t, 4) body
    turn."""
    return roll_of(quat.cross(upper, lower), parent, hinge.home, hinge.axis, upper)


def limb_turns(
    hinge: Hinge, parent: FloatArray, upper: FloatArray, lower: FloatArray, roll: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Body turns (t, 4) of the upper and the lower limb with unit directions (t, 3) and the ``roll`` (t,)."""
    upper_turn = rolled(roll, parent, hinge.home, upper)
    return upper_turn, quat.multiply(quat.between(upper, lower), upper_turn)


def carried_roll(
    hinge: Hinge, parent: FloatArray, upper: FloatArray, lower: FloatArray, steps: FloatArray
) -> FloatArray:
    """Roll (t,) of a moving limb: its plane where it is bent, carried over in time where it is straight.

    ``steps`` (t - 1,): frames between neighbours.
    """
    roll, bend = limb_roll(hinge, parent, upper, lower), bend_between(upper, lower)
    near_home = quat.rotate(quat.inverse(parent), upper) @ hinge.home > hinge.sure_cosine
    against = (np.abs(roll) > hinge.roll_limit) & ((bend < SLIGHT_BEND) | near_home)
    return carry_angle(roll, np.where(against, 0.0, ramp(bend, *TELLING_BEND)), steps)


def resting_roll(hinge: Hinge, parent: FloatArray, upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Roll () of a limb at rest: that of its plane as far as it is bent to the side on which it can flex."""
    roll = limb_roll(hinge, parent, upper, lower)
    return np.where(np.abs(roll) < np.pi / 2, roll * ramp(bend_between(upper, lower), *TELLING_BEND), 0.0)


def not_past_straight(hinge: Hinge, upper_turn: FloatArray, upper: FloatArray, lower: FloatArray) -> FloatArray:
    """``lower`` (t, 3), straightened in its own plane where it bends against the hinge."""
    flexing = quat.cross(quat.rotate(upper_turn, hinge.axis), upper)
    outward = np.sum(lower * flexing, axis=-1, keepdims=True)
    return quat.unit(lower - np.minimum(outward, 0) * flexing)
