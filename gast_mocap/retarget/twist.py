"""The hinge of elbows and knees, through the frames in which the limb is straight and shows none."""

import numpy as np
from scipy.linalg import solveh_banded

from ..motion.records import FloatArray

SURE_BEND = np.radians(20.0)
FAINT_BEND = np.radians(5.0)


def bend_weight(bend: FloatArray) -> FloatArray:
    """How far to trust the plane of a limb bent by ``bend`` radians: 0 when straight, 1 from 20 degrees."""
    share = np.clip((bend - FAINT_BEND) / (SURE_BEND - FAINT_BEND), 0, 1)
    weight: FloatArray = share * share * (3 - 2 * share)
    return weight


def carry_angle(angles: FloatArray, weights: FloatArray, steps: FloatArray) -> FloatArray:
    """``angles`` (t,) radians made whole: kept where ``weights`` (t,) are 1, carried over where they are 0.

    Sure angles are followed the short way round. Between them the least squares of
    sum w (x - angle)^2 + sum (x[i+1] - x[i])^2 / steps[i] runs straight in time; faint ones that point to the
    other side of what their neighbours say are a limb bent past straight and are left out.
    Without one trusted frame all are 0.
    """
    sure = np.flatnonzero(weights >= 1.0)
    if not len(sure):
        sure = np.flatnonzero(weights >= max(float(weights.max(initial=0)) * 0.99, 0.05))
    if not len(sure):
        return np.zeros_like(angles)
    ticks = np.concatenate([[0.0], np.cumsum(steps)])
    carried = np.interp(ticks, ticks[sure], np.unwrap(angles[sure]))
    offsets = np.remainder(angles - carried + np.pi, 2 * np.pi) - np.pi
    trusted = 100.0 * np.where((weights < 1.0) & (np.abs(offsets) > np.pi / 2), 0.0, weights)
    trusted[sure] = 100.0
    pull = 1.0 / steps
    banded = np.zeros((2, len(angles)))
    banded[1] = trusted
    banded[1, :-1] += pull
    banded[1, 1:] += pull
    banded[0, 1:] = -pull
    smooth: FloatArray = solveh_banded(banded, trusted * (carried + offsets))
    return smooth
