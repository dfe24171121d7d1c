"""Which frames need a key."""

from collections.abc import Callable

import numpy as np

from ...take.records import FloatArray, IntArray

Error = Callable[[FloatArray, FloatArray], FloatArray]


def every_nth(frames: IntArray, step: int) -> IntArray:
    """Indices of every ``step``-th frame, and of the last before and the first after each gap."""
    wanted = (frames - frames[0]) % step == 0
    gaps = np.diff(frames) > 1
    wanted[1:] |= gaps
    wanted[:-1] |= gaps
    wanted[-1] = True
    return np.flatnonzero(wanted)


def reduced(frames: IntArray, values: FloatArray, error: Error, limit: float) -> IntArray:
    """Indices of the keys between which straight lines stay within ``limit`` of ``values`` (t, k) on every
    frame.

    ``error`` measures how far interpolated values are from the true ones, (t,). Keys are added where a
    line is worst (Ramer 1972; Douglas and Peucker 1973).
    """
    keep = {0, len(frames) - 1}
    spans = [(0, len(frames) - 1)]
    while spans:
        start, end = spans.pop()
        if end - start < 2:
            continue
        errors = error(_line(frames, values, start, end), values[start + 1 : end])
        worst = int(np.argmax(errors))
        if errors[worst] > limit:
            middle = start + 1 + worst
            keep.add(middle)
            spans += [(start, middle), (middle, end)]
    return np.array(sorted(keep))


def _line(frames: IntArray, values: FloatArray, start: int, end: int) -> FloatArray:
    """Values at the frames between ``start`` and ``end``, interpolated from those two."""
    share = (frames[start + 1 : end] - frames[start]) / (frames[end] - frames[start])
    between: FloatArray = values[start] + share[:, None] * (values[end] - values[start])
    return between
