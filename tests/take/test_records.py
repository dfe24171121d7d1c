"""What records say of themselves."""

from pathlib import Path

import numpy as np
import pytest

from gast_mocap.take.records import VideoInfo


def filmed(times: list[float] | np.ndarray) -> VideoInfo:
    return VideoInfo(Path("v.mp4"), 640, 480, np.asarray(times, dtype=float))


@pytest.mark.parametrize("fps", [12, 23.976, 30, 60, 120, 240])
def test_a_steady_video_is_steady_though_its_times_are_whole_milliseconds(fps: float) -> None:
    assert not filmed(np.arange(60) / fps).is_variable
    assert not filmed(np.round(np.arange(60) / fps, 3)).is_variable


def test_a_pause_does_not_make_a_video_variable() -> None:
    times = np.arange(60) / 30
    times[30:] += 20
    assert not filmed(times).is_variable


def test_frames_of_different_durations_do() -> None:
    assert filmed(np.cumsum(np.tile([1 / 30, 2 / 30], 30))).is_variable
    assert filmed(np.cumsum([*[1 / 30] * 50, 1 / 24, *[1 / 30] * 50])).is_variable


def test_a_single_frame_is_steady() -> None:
    assert not filmed([0.0]).is_variable
