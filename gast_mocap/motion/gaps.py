"""Frames in which the person is unseen: short stretches are bridged, long ones stay out."""

from itertools import pairwise

import numpy as np

from .records import FloatArray, IntArray


def bridge_short_gaps(frames: IntArray, times: FloatArray, longest: float) -> IntArray:
    """``frames`` (t,) of the video joined by those missing in gaps of at most ``longest`` seconds.

    ``times`` are those of all the video's frames.
    """
    kept = [frames[:1]]
    for before, after in pairwise(frames):
        missing = np.arange(before + 1, after) if times[after] - times[before] <= longest else np.arange(0)
        kept.append(np.append(missing, after))
    return np.concatenate(kept)


def spread_over(frames: IntArray, seen: IntArray, values: FloatArray) -> FloatArray:
    """``values`` (t, ...) of the ``seen`` frames at ``frames``, straight lines between."""
    flat = values.reshape(len(seen), -1)
    columns = [np.interp(frames, seen, flat[:, k]) for k in range(flat.shape[1])]
    return np.stack(columns, axis=1).reshape(len(frames), *values.shape[1:])
