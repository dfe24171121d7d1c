"""Onto the scene's frame grid, by time stamp."""

from dataclasses import replace

import numpy as np

from ..take.errors import MocapError
from ..take.interpolate import interpolate
from ..take.records import FloatArray, Hands, IntArray, Motion
from ..take.sentences import Sentence
from .gaps import long_gaps

SAME_RATE = 0.01
"""Share by which frame rates may differ unsaid: 29.97 passes for 30, and phones do not keep theirs to the digit."""
MOST_FRAMES = 500_000
"""Frames of the longest performance, more than two hours at 60 a second; 1.3 kilobytes each while they are made."""
TOUCHING = 1e-6
"""Frames of the scene by which a sample may miss a frame and still count as on it: time stamps are rounded."""


def resample(motion: Motion, fps: float, max_gap: float) -> tuple[IntArray, Motion]:
    """The motion at whole frames of a scene that runs at ``fps``; frame 0 is time 0 of the video.

    Frames inside a gap of more than ``max_gap`` seconds are left out. A motion too short to touch a whole frame gets
    the nearest one.

    Returns:
        The frames (t,) and the motion whose ``times`` are ``frames / fps``.

    Raises:
        MocapError: ``too_many_frames``.
    """
    runs = np.split(motion.times * fps, long_gaps(motion.times, max_gap) + 1)
    firsts = np.array([np.ceil(run[0] - TOUCHING) for run in runs]).astype(int)
    lasts = np.array([np.floor(run[-1] + TOUCHING) for run in runs]).astype(int)
    if np.all(lasts < firsts):
        lasts[0] = firsts[0]
    _check_count(np.maximum(lasts - firsts + 1, 0).sum(), fps)
    frames = np.unique(np.concatenate([np.arange(first, last + 1) for first, last in zip(firsts, lasts, strict=True)]))
    return frames, _sampled(motion, frames / fps)


def rate_note(video_fps: float, scene_fps: float) -> str:
    """What it means for a bake that video and scene have different frame rates, "" where they agree."""
    if abs(video_fps - scene_fps) <= SAME_RATE * scene_fps:
        return ""
    return Sentence(
        "The video has {video:.4g} frames a second and the scene {scene:.4g}. The motion keeps its speed, resampled to "
        "the scene's frames. For a key on each frame of the video set the scene to {video:.4g}.",
        video=video_fps,
        scene=scene_fps,
    )


def resample_evenly(motion: Motion) -> Motion:
    """The motion in steps of its usual one, in straight lines across its gaps.

    Raises:
        MocapError: ``too_many_frames``.
    """
    steps = np.diff(motion.times)
    step = float(np.median(steps)) if len(steps) else 0.0
    if np.all(np.abs(steps - step) <= TOUCHING * step):
        return motion
    count = round((motion.times[-1] - motion.times[0]) / step)
    _check_count(count, 1 / step)
    return _sampled(motion, motion.times[0] + step * np.arange(count + 1))


def _check_count(count: int, fps: float) -> None:
    if count > MOST_FRAMES:
        raise MocapError(
            "too_many_frames",
            Sentence(
                "At {fps:g} frames a second the motion has more than {most:,} frames. Choose a lower "
                "frame rate or import a part of the video.",
                fps=fps,
                most=MOST_FRAMES,
            ),
        )


def _sampled(motion: Motion, times: FloatArray) -> Motion:
    joints, scores = (interpolate(times, motion.times, values) for values in (motion.joints, motion.scores))
    feet = None if motion.feet is None else interpolate(times, motion.times, motion.feet)
    hands = motion.hands and Hands(
        interpolate(times, motion.times, motion.hands.curls), interpolate(times, motion.times, motion.hands.sureness)
    )
    return replace(motion, times=times, joints=joints, scores=scores, feet=feet, hands=hands)
