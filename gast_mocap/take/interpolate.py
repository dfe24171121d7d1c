"""Linear interpolation, for everything that is sampled in time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .records import FloatArray

Instants = NDArray[np.floating[Any] | np.integer[Any]]


def interpolate(wanted: Instants, times: Instants, values: FloatArray) -> FloatArray:
    """``values`` at other times, in straight lines between the samples and constant before and after them.

    Args:
        wanted: (n,) times, in the unit of ``times``.
        times: (t,) times of the samples, rising, at least one.
        values: (t, ...) the samples.

    Returns:
        (n, ...) values.
    """
    if len(times) == 1:
        return np.repeat(values, len(wanted), axis=0)
    after = np.clip(np.searchsorted(times, wanted), 1, len(times) - 1)
    start, end = times[after - 1], times[after]
    share = np.clip((wanted - start) / (end - start), 0, 1).reshape(-1, *[1] * (values.ndim - 1))
    between: FloatArray = values[after - 1] * (1 - share) + values[after] * share
    return between


def distance_to_nearest(wanted: Instants, times: Instants) -> FloatArray:
    """(n,) from each of ``wanted`` (n,) to the nearest of ``times`` (t,), rising, at least one; in their unit."""
    after = np.clip(np.searchsorted(times, wanted), 0, len(times) - 1)
    before = np.maximum(after - 1, 0)
    nearest: FloatArray = np.minimum(np.abs(times[after] - wanted), np.abs(wanted - times[before]))
    return nearest
