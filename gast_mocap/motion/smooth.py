"""Smoothing that does not lag, on samples at any times.

The smoother is Whittaker's (1923), also known as Hodrick-Prescott: the curve f that minimises
``integral of w (f - x)^2 + k (f'')^2``. It is symmetric in time, so it has no lag; weights near zero make it
bridge gaps; and with k = (seconds / 2 pi)^4 a sine whose period is ``seconds`` comes out at half its height.
"""

import numpy as np
from scipy.linalg import solveh_banded

from ..take.records import FloatArray

SURE_SCORE = 0.5
"""Keypoints of this score and more are trusted alike. Raising it smooths joints that are half hidden more."""
LEAST_TRUST = 1e-6
"""The weight of samples that nobody trusts. Raising it lets them pull on what is bridged."""
LONGEST_SPAN = 2.0
"""Usual steps that one sample may stand for at most. Raising it leaves jitter beside gaps."""
SHORTEST_STEP = 0.01
"""Usual steps; frames that are closer by their time stamps are taken for so far apart. Lowering it makes the equations
hard to solve."""
SOLVABLE = 1e-12
"""The least weight of a sample against curvature. With less, rounding errors decide what is bridged."""
STRIKE_PASSES = 2
"""How often the fit is made again around fast movements. Raising it keeps more of them, and of the jitter in them."""
STRIKE_LEVEL = 3.0
"""Misses this many times the usual are movement that the first pass ate. Raising it smooths more strikes away."""
LEAST_MISS = 0.001
"""Metres: nobody strikes that little. Raising it smooths small movements of still bodies away."""


def sample_spans(times: FloatArray) -> FloatArray:
    """(t,) seconds that each sample stands for: half the way to each neighbour, but no more than two usual steps.

    Without the bound a sample beside a gap would weigh as much as the whole gap, and its jitter would stay.
    """
    steps = np.diff(times)
    spans: FloatArray = np.concatenate([steps[:1], (steps[:-1] + steps[1:]) / 2, steps[-1:]])
    return np.minimum(spans, LONGEST_SPAN * np.median(steps)) if len(steps) else spans


def curvature_bands(times: FloatArray) -> FloatArray:
    """The integral of f''^2 as a quadratic form of the samples f(times), in SciPy's lower banded form (3, t).

    Each second divided difference counts for the time around it, so uneven frame times are respected.
    """
    steps = np.diff(times)
    steps = np.maximum(steps, SHORTEST_STEP * np.median(steps))
    left, right = steps[:-1], steps[1:]
    span = (left + right) / 2
    rows = np.stack([1 / (left * span), -1 / (left * span) - 1 / (right * span), 1 / (right * span)])
    bands = np.zeros((3, len(times)))
    for offset in range(3):
        for first in range(3 - offset):
            column = slice(first, first + len(span))
            bands[offset, column] += span * rows[first] * rows[first + offset]
    return bands


def trust(scores: FloatArray) -> FloatArray:
    """Weights of samples with these scores, more than 0 and at most 1."""
    weights: FloatArray = np.maximum(np.minimum(scores / SURE_SCORE, 1.0) ** 2, LEAST_TRUST)
    return weights


def smooth_curves(times: FloatArray, values: FloatArray, weights: FloatArray, seconds: float) -> FloatArray:
    """Smooth ``values`` (t, k) given ``weights`` (t,): 1 for a trusted sample, near 0 for one to be bridged.

    ``seconds`` is the period of the movement that is halved; slower ones pass, faster ones go.
    """
    if len(times) < 3 or seconds <= 0:
        return values
    bands = curvature_bands(times) * (seconds / (2 * np.pi)) ** 4
    spans = np.maximum(weights * sample_spans(times), SOLVABLE * bands[0].max())
    bands[0] += spans
    smoothed: FloatArray = solveh_banded(bands, spans[:, None] * values, lower=True)
    return smoothed


def smooth_joints(times: FloatArray, joints: FloatArray, scores: FloatArray, seconds: float) -> FloatArray:
    """``joints`` (t, n, 3) smoothed joint by joint, each weighted by its ``scores`` (t, n).

    Where the result misses a joint by much more than it mostly does, over more than a sample, a fast movement was
    eaten: there the samples get more weight and the fit is made again.
    """
    weights = trust(scores)
    return np.stack(
        [_smooth_around_strikes(times, joints[:, j], weights[:, j], seconds) for j in range(joints.shape[1])],
        axis=1,
    )


def _smooth_around_strikes(times: FloatArray, values: FloatArray, weights: FloatArray, seconds: float) -> FloatArray:
    smoothed = smooth_curves(times, values, weights, seconds)
    if len(times) < 5 or seconds <= 0:
        return smoothed
    boost = np.ones(len(times))
    usual = 0.0
    for _ in range(STRIKE_PASSES):
        miss = np.linalg.norm(smooth_curves(times, values - smoothed, weights, seconds / 3), axis=-1)
        usual = usual or max(float(np.median(miss)), LEAST_MISS)
        boost = np.maximum(boost, 1 + (miss / (STRIKE_LEVEL * usual)) ** 4)
        smoothed = smooth_curves(times, values, weights * boost, seconds)
    return smoothed
