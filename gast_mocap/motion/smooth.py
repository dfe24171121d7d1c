"""Smoothing that does not lag, on samples at any times.

The smoother is Whittaker's (1923), also known as Hodrick-Prescott: the curve f that minimises
``integral of w (f - x)^2 + k (f'')^2``. It is symmetric in time, so it has no lag; weights of zero make it
bridge gaps; and with k = (seconds / 2 pi)^4 a sine whose period is ``seconds`` comes out at half its height.
"""

import numpy as np
from scipy.linalg import solveh_banded

from .records import FloatArray


def sample_spans(times: FloatArray) -> FloatArray:
    """(t,) seconds that each sample stands for: half the way to each neighbour."""
    steps = np.diff(times)
    return np.concatenate([steps[:1], (steps[:-1] + steps[1:]) / 2, steps[-1:]])


def curvature_bands(times: FloatArray) -> FloatArray:
    """The integral of f''^2 as a quadratic form of the samples f(times), in SciPy's lower banded form (3, t).

    Each second divided difference counts for the time around it, so uneven frame times are respected.
    """
    left, right = np.diff(times)[:-1], np.diff(times)[1:]
    span = (left + right) / 2
    rows = np.stack([1 / (left * span), -1 / (left * span) - 1 / (right * span), 1 / (right * span)])
    bands = np.zeros((3, len(times)))
    for offset in range(3):
        for first in range(3 - offset):
            column = slice(first, first + len(span))
            bands[offset, column] += span * rows[first] * rows[first + offset]
    return bands


def smooth_curves(times: FloatArray, values: FloatArray, weights: FloatArray, seconds: float) -> FloatArray:
    """Smooth ``values`` (t, k) given ``weights`` (t,): 1 for a trusted sample, 0 for one to be bridged.

    ``seconds`` is the period of the movement that is halved; slower ones pass, faster ones go.
    """
    if len(times) < 3:
        return values
    weights = np.maximum(weights, 1e-6) * sample_spans(times)
    bands = curvature_bands(times) * (seconds / (2 * np.pi)) ** 4
    bands[0] += weights
    smoothed: FloatArray = solveh_banded(bands, weights[:, None] * values, lower=True)
    return smoothed


def smooth_joints(times: FloatArray, joints: FloatArray, scores: FloatArray, seconds: float) -> FloatArray:
    """``joints`` (t, n, 3) smoothed joint by joint, each weighted by its ``scores`` (t, n)."""
    if seconds <= 0:
        return joints
    weights = np.square(np.clip(scores / 0.5, 0.05, 1.0))
    curves = [smooth_curves(times, joints[:, j], weights[:, j], seconds) for j in range(joints.shape[1])]
    return np.stack(curves, axis=1)
