"""The roll of a body part about its own direction.

The turn without roll is the shortest one from the part's home direction, far from whose opposite every
part stays; the roll is the angle of a known axis across the part, a hinge say, measured from there.
"""

import numpy as np
from scipy.linalg import solveh_banded

from ...take.records import FloatArray
from .. import rotations as quat

SURE = 100.0


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


def ramp(values: FloatArray, start: float, end: float) -> FloatArray:
    """0 up to ``start``, 1 from ``end``, smooth between."""
    share = np.clip((values - start) / (end - start), 0, 1)
    smooth: FloatArray = share * share * (3 - 2 * share)
    return smooth


def _swing(parent: FloatArray, home: FloatArray, direction: FloatArray) -> FloatArray:
    local = quat.rotate(quat.inverse(parent), direction)
    return quat.multiply(parent, quat.between(home, local))
