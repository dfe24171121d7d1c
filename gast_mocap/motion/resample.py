"""Onto the scene's frame grid, by time stamp."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .records import FloatArray, IntArray, Motion


def resample(motion: Motion, fps: float, max_gap: float, notify: Callable[[str], None]) -> tuple[IntArray, Motion]:
    """The motion at whole frames of a scene that runs at ``fps``; frame 0 is time 0 of the video.

    Frames inside a gap of more than ``max_gap`` seconds are left out. Returns the frames (t,) and the motion
    whose ``times`` are ``frames / fps``. A motion too short to touch a whole frame gets the nearest one.
    """
    first, last = np.ceil(motion.times[0] * fps - 1e-6), np.floor(motion.times[-1] * fps + 1e-6)
    frames = np.arange(int(first), int(max(first, last)) + 1)
    times = frames / fps
    outside, gap_count = _inside_gaps(times, motion.times, max_gap)
    if gap_count:
        notify(f"{gap_count} gaps longer than {max_gap:g} s have no keys.")
        frames, times = frames[~outside], times[~outside]
    return frames, replace(
        motion,
        times=times,
        joints=_at(times, motion, motion.joints),
        scores=_at(times, motion, motion.scores),
    )


def _inside_gaps(times: FloatArray, sampled: FloatArray, max_gap: float) -> tuple[FloatArray, int]:
    """Which ``times`` lie inside a gap between samples of more than ``max_gap``, and the number of gaps."""
    steps = np.diff(sampled)
    outside = np.zeros(len(times), dtype=bool)
    gaps = np.flatnonzero(steps > max_gap)
    for gap in gaps:
        outside |= (times > sampled[gap] + 1e-6) & (times < sampled[gap + 1] - 1e-6)
    return outside, len(gaps)


def _at(times: FloatArray, motion: Motion, values: FloatArray) -> FloatArray:
    """``values`` (t, ...) of the motion, interpolated linearly at ``times``."""
    if len(motion.times) == 1:
        return np.repeat(values, len(times), axis=0)
    after = np.clip(np.searchsorted(motion.times, times), 1, len(motion.times) - 1)
    start, end = motion.times[after - 1], motion.times[after]
    share = np.clip((times - start) / (end - start), 0, 1).reshape(-1, *[1] * (values.ndim - 1))
    between: FloatArray = values[after - 1] * (1 - share) + values[after] * share
    return between
