"""Onto the scene's frame grid, by time stamp."""

from dataclasses import replace

import numpy as np

from ..take.interpolate import interpolate
from ..take.records import BoolArray, FloatArray, IntArray, Motion
from .gaps import long_gaps


def resample(motion: Motion, fps: float, max_gap: float) -> tuple[IntArray, Motion]:
    """The motion at whole frames of a scene that runs at ``fps``; frame 0 is time 0 of the video.

    Frames inside a gap of more than ``max_gap`` seconds are left out. Returns the frames (t,) and the motion
    whose ``times`` are ``frames / fps``. A motion too short to touch a whole frame gets the nearest one.
    """
    first, last = np.ceil(motion.times[0] * fps - 1e-6), np.floor(motion.times[-1] * fps + 1e-6)
    frames = np.arange(int(first), int(max(first, last)) + 1)
    frames = frames[~_inside_gaps(frames / fps, motion.times, max_gap)]
    return frames, _sampled(motion, frames / fps)


def resample_evenly(motion: Motion) -> Motion:
    """The motion in steps of its usual one, in straight lines across its gaps."""
    if len(motion.times) < 2:
        return motion
    step = float(np.median(np.diff(motion.times)))
    count = round((motion.times[-1] - motion.times[0]) / step)
    return _sampled(motion, motion.times[0] + step * np.arange(count + 1))


def _inside_gaps(times: FloatArray, sampled: FloatArray, max_gap: float) -> BoolArray:
    """Which ``times`` lie inside a gap between samples of more than ``max_gap``."""
    inside = np.zeros(len(times), dtype=bool)
    for gap in long_gaps(sampled, max_gap):
        inside |= (times > sampled[gap] + 1e-6) & (times < sampled[gap + 1] - 1e-6)
    return inside


def _sampled(motion: Motion, times: FloatArray) -> Motion:
    joints, scores = (interpolate(times, motion.times, values) for values in (motion.joints, motion.scores))
    return replace(motion, times=times, joints=joints, scores=scores)
