from pathlib import Path

import numpy as np
import pytest

from gast_mocap.take.records import VideoInfo


def video(times: list[float], cuts: list[int] | None = None) -> VideoInfo:
    return VideoInfo(Path("v.mp4"), 640, 360, np.array(times), cuts=np.array(cuts or [], int))


def test_a_gap_counts_neither_for_the_rate_nor_as_time_on_screen() -> None:
    paused = video([0.0, 0.1, 0.2, 60.0, 60.1])
    assert paused.fps == pytest.approx(10)
    assert paused.gaps.tolist() == [False, False, True, False, False]
    np.testing.assert_allclose(paused.durations, 0.1)


def test_a_varying_rate_has_no_gaps() -> None:
    varying = video([0.0, 0.033, 0.1, 0.133, 0.233, 0.266])
    assert not varying.gaps.any()
    assert varying.fps == pytest.approx(5 / 0.266)
    np.testing.assert_allclose(varying.durations[:2], [0.033, 0.067])


def test_one_frame_is_a_video_too() -> None:
    assert video([0.0]).fps == 30
    assert video([0.0]).durations.tolist() == [1 / 30]


def test_frames_belong_to_shots() -> None:
    assert video([0, 1, 2, 3, 4], [2, 4]).shot_of(np.arange(5)).tolist() == [0, 0, 1, 1, 2]
    assert video([0, 1]).shot_of(np.array([1])).tolist() == [0]
