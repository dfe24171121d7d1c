"""The roll of a body part about its own direction.

The turn without roll is the shortest one from the part's home direction, far from whose opposite every
part stays; the roll is the angle of a known axis across the part, a hinge say, measured from there.
"""

import numpy as np
from scipy.linalg import solveh_banded

from ...take.records import FloatArray
from .. import rotations as quat

SURE = 100.0
MOST_ROLL = np.radians(15.0)
"""From one frame to the next, beside what a limb's direction turns; raising it lets knees and elbows flip faster."""


def roll_of(
    normal: FloatArray, parent: FloatArray, home: FloatArray, axis: FloatArray, direction: FloatArray
) -> FloatArray:
    """Radians (t,) from ``axis`` without roll to ``normal``.

    Args:
        normal: (t, 3) where the axis truly points, any length.
        parent: (t, 4) body turn of what the part hangs on.
        home, axis: (3,) unit, body axes, at right angles.
        direction: (t, 3) unit, of the part.
    """
    unrolled = quat.rotate(_swing(parent, home, direction), axis)
    sine = np.sum(direction * quat.cross(unrolled, normal), axis=-1)
    roll: FloatArray = np.arctan2(sine, np.sum(unrolled * normal, axis=-1))
    return roll


def rolled(roll: FloatArray, parent: FloatArray, home: FloatArray, direction: FloatArray) -> FloatArray:
    """Body turn (t, 4) of a part that points along ``direction`` (t, 3), with ``roll`` (t,)."""
    return quat.multiply(_swing(parent, home, direction), quat.about(home, roll))


def carry_angle(angles: FloatArray, weights: FloatArray, steps: FloatArray) -> FloatArray:
    """``angles`` (t,) radians made whole: kept where ``weights`` (t,) are 1, carried over where they are 0.

    Sure angles are followed the short way round. Between them the least squares of
    sum w (x - angle)^2 + sum (x[i+1] - x[i])^2 / steps[i] runs straight in time; faint ones that point to the
    other side of what their neighbours say are left out. Without one that can be trusted all are 0.
    """
    sure = np.flatnonzero(weights >= max(0.99 * float(weights.max(initial=0)), 0.05))
    if not len(sure):
        return np.zeros_like(angles)
    if len(angles) == 1:
        return angles
    ticks = np.concatenate([[0.0], np.cumsum(steps)])
    carried = np.interp(ticks, ticks[sure], np.unwrap(angles[sure]))
    offsets = np.remainder(angles - carried + np.pi, 2 * np.pi) - np.pi
    trusted = SURE * np.where((weights < 1.0) & (np.abs(offsets) > np.pi / 2), 0.0, weights)
    trusted[sure] = SURE
    pull = 1.0 / steps
    banded = np.zeros((2, len(angles)))
    banded[1] = trusted
    banded[1, :-1] += pull
    banded[1, 1:] += pull
    banded[0, 1:] = -pull
    smooth: FloatArray = solveh_banded(banded, trusted * (carried + offsets))
    return smooth


def steadied(turns: FloatArray, directions: FloatArray, steps: FloatArray) -> FloatArray:
    """``turns`` (t, 4) that roll by no more than 15 degrees a frame about the unit ``directions`` (t, 3) of the part.

    A flip is spread over the frames before and after it, as near to the given roll as that speed allows: half way
    between its lower and upper Lipschitz envelope. ``steps`` (t - 1,): frames between neighbours.
    """
    if len(turns) < 2:
        return turns
    carried = quat.multiply(quat.between(directions[:-1], directions[1:]), turns[:-1])
    rest = quat.multiply(turns[1:], quat.inverse(carried))
    half = np.arctan2(np.sum(rest[:, 1:] * directions[1:], axis=1), rest[:, 0])
    rolls = np.remainder(2 * half + np.pi, 2 * np.pi) - np.pi
    if np.all(np.abs(rolls) <= MOST_ROLL * steps):
        return turns
    roll, most = (np.concatenate([[0.0], np.cumsum(each)]) for each in (rolls, MOST_ROLL * steps))
    below = np.minimum(_least(roll - most) + most, _least((roll + most)[::-1])[::-1] - most)
    above = -np.minimum(_least(-roll - most) + most, _least((-roll + most)[::-1])[::-1] - most)
    return quat.multiply(quat.about(directions, (below + above) / 2 - roll), turns)


def _least(values: FloatArray) -> FloatArray:
    """(t,) the least so far."""
    least: FloatArray = np.minimum.accumulate(values)
    return least


def ramp(values: FloatArray, start: float, end: float) -> FloatArray:
    """0 up to ``start``, 1 from ``end``, smooth between."""
    share = np.clip((values - start) / (end - start), 0, 1)
    smooth: FloatArray = share * share * (3 - 2 * share)
    return smooth


def _swing(parent: FloatArray, home: FloatArray, direction: FloatArray) -> FloatArray:
    local = quat.rotate(quat.inverse(parent), direction)
    return quat.multiply(parent, quat.between(home, local))
