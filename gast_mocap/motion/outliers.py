"""Joints that leap away for a frame or two and come back."""

import numpy as np

from ..take.records import FloatArray

WINDOW = 5
"""Frames whose median a leap of up to two frames cannot move. Raising it doubts longer leaps, and fast movements."""
UNSURE_LEAP, SURE_LEAP = 0.12, 0.60
"""Metres off the median that are too far at scores 0 and 1. Raising them keeps more strikes, and errors."""


def doubt_leaps(joints: FloatArray, scores: FloatArray) -> FloatArray:
    """``scores`` (t, n) set to 0 where ``joints`` (t, n, 3) leap farther than their score allows (Hampel's
    test).

    The surer the video was of a joint, the farther it may leap, so that a fast strike is not taken for an
    error.
    """
    half = WINDOW // 2
    if len(joints) < WINDOW:
        return scores
    padded = np.pad(joints, ((half, half), (0, 0), (0, 0)), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=0)
    leaps = np.linalg.norm(joints - np.median(windows, axis=-1), axis=-1)
    return np.where(leaps > UNSURE_LEAP + (SURE_LEAP - UNSURE_LEAP) * scores, 0.0, scores)
