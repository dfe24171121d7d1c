"""What records say of themselves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gast_mocap.take.records import Keypoints2D, Person, Pose3D, Take, TakeSettings, Track, VideoInfo
from gast_mocap.take.settings import Quality


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


@pytest.mark.parametrize(
    ("times", "plausible"),
    [
        (np.arange(9) / 30, True),
        (np.arange(9) / 9_900, True),
        (np.arange(9) / 10_100, False),
        (np.arange(9) * 4.9, True),
        (np.arange(9) * 5.1, False),
        (np.r_[0.0, 0.1, 0.2, 6.9 * 86400], True),
        (np.r_[0.0, 0.1, 0.2, 7.1 * 86400], False),
        (np.r_[0.0, 0.1, 0.1 + 2e-9, 0.2], True),
        (np.r_[0.0, 0.1, 0.1 + 5e-10, 0.2], False),
        (np.r_[0.0, 0.1, np.inf], False),
        (np.zeros(1), True),
        (np.zeros(0), False),
    ],
)
def test_time_stamps_of_videos_are_told_from_damaged_ones(times: np.ndarray, plausible: bool) -> None:
    """Up to 10 000 frames a second, one in five seconds, a week, and a billionth of a second between two frames."""
    assert VideoInfo(Path("a.mp4"), 640, 360, times).has_plausible_times is plausible


def test_a_person_is_on_screen_for_the_frames_they_are_seen_in() -> None:
    """Frames 0.1 s apart: 4 frames last 0.4 s, the last one as long as the others."""
    video = VideoInfo(Path("a.mp4"), 640, 360, np.arange(10) / 10)
    frames = np.array([0, 4, 5, 9])
    person = Person(
        Track(1, frames, np.zeros((4, 4)), np.ones(4)),
        Keypoints2D(1, frames, np.zeros((4, 17, 2)), np.repeat([[0.2], [0.4], [0.6], [0.8]], 17, axis=1)),
        Pose3D(frames, np.zeros((4, 17, 3))),
        np.zeros((2, 2, 3), np.uint8),
    )
    take = Take(video, TakeSettings(Quality.FAST, 0, 10, False), (person,), camera_shift=0.03)
    assert take.seconds_on_screen(person) == pytest.approx(0.4)
    assert person.confidence == pytest.approx(0.5)
    assert take.camera_moved
    assert not replace(take, camera_shift=0.01).camera_moved
    assert not take.is_corrected
    assert take.with_person(replace(person, body_height=1.5)).is_corrected
    assert take.with_person(replace(person, contacts=())).is_corrected


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Track(1, np.array([1, 1]), np.zeros((2, 4)), np.zeros(2)),
        lambda: Track(1, np.array([1, 2]), np.zeros((2, 3)), np.zeros(2)),
        lambda: Track(1, np.array([1, 2]), np.zeros((2, 4)), np.zeros(3)),
        lambda: Keypoints2D(1, np.array([2, 1]), np.zeros((2, 17, 2)), np.zeros((2, 17))),
        lambda: Keypoints2D(1, np.array([1, 2]), np.zeros((2, 16, 2)), np.zeros((2, 17))),
        lambda: Pose3D(np.array([1, 2]), np.zeros((2, 17, 2))),
        lambda: Pose3D(np.array([[1, 2]]), np.zeros((2, 17, 3))),
        lambda: VideoInfo(Path("a"), 1, 1, np.array([0.0, 0.0])),
    ],
)
def test_records_refuse_arrays_of_other_shapes_and_frames_that_do_not_rise(wrong) -> None:
    with pytest.raises(ValueError):
        wrong()
