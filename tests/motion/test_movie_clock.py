from dataclasses import replace
from math import floor
from pathlib import Path

import numpy as np
import pytest

from gast_mocap.motion.movie_clock import movie_clock
from gast_mocap.take.records import Playback, VideoInfo


def shown(expression: str, frame: int, start: int) -> int:
    """The frame of the movie, from 0, that Blender shows: one a scene frame, and as many more as the driver says."""
    return frame - start + int(eval(expression, {"floor": floor, "frame": frame}))


@pytest.mark.parametrize(("movie_fps", "scene_fps"), [(60, 24), (24, 60), (30, 30), (30000 / 1001, 24)])
@pytest.mark.parametrize("start", [1, 101, -20])
def test_the_picture_is_the_one_that_was_taken_then(movie_fps: float, scene_fps: float, start: int) -> None:
    times = np.arange(600) / movie_fps
    expression = movie_clock(VideoInfo(Path("v.mp4"), 4, 4, times), movie_fps, scene_fps, start)
    for frame in range(start, start + 200):
        seconds = (frame - start) / scene_fps
        assert shown(expression, frame, start) == np.searchsorted(times, seconds + 0.01 / movie_fps) - 1


def test_slow_motion_plays_as_many_times_as_many_frames() -> None:
    video = VideoInfo(Path("v.mp4"), 4, 4, np.arange(600) / 120, playback=Playback(speed=0.25))
    assert shown(movie_clock(video, 30.0, 30.0, 1), 31, 1) == 120


def test_a_frame_rate_of_ones_own_counts_and_a_late_start_too() -> None:
    times = 0.5 + np.arange(100) / 12.5
    video = VideoInfo(Path("v.mp4"), 4, 4, times, playback=Playback(frame_rate=12.5))
    assert shown(movie_clock(video, 30.0, 25.0, 1), 1 + 25, 1) == 6
    assert shown(movie_clock(replace(video, playback=Playback()), 30.0, 25.0, 1), 1 + 25, 1) == 15
