from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gast_mocap.motion.resample import rate_note, resample, resample_evenly
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import FootContact, Hands, Motion


def motion_at(times: np.ndarray) -> Motion:
    """Every joint's x is the time."""
    joints = np.zeros((len(times), 17, 3))
    joints[..., 0] = times[:, None]
    return Motion(times, joints, np.ones((len(times), 17)), (FootContact("left", 0.1, 0.2),))


@given(st.integers(0, 500), st.sampled_from([12.0, 23.976, 24.0, 29.97, 60.0]))
def test_every_key_is_the_pose_of_its_own_time(seed: int, fps: float) -> None:
    times = np.cumsum(np.random.default_rng(seed).uniform(0.01, 0.2, 40))
    frames, resampled = resample(motion_at(times), fps, 1.0)
    assert np.all(np.diff(frames) == 1)
    assert np.allclose(resampled.times, frames / fps)
    assert np.allclose(resampled.joints[:, 5, 0], frames / fps)
    assert frames[0] - 1 < times[0] * fps <= frames[0] + 1e-5
    assert frames[-1] - 1e-5 <= times[-1] * fps < frames[-1] + 1


def test_long_gaps_have_no_keys() -> None:
    times = np.concatenate([np.arange(0, 1.01, 0.1), np.arange(3, 4.01, 0.1)])
    frames, _ = resample(motion_at(times), 24.0, 0.5)
    assert frames.tolist() == [*range(0, 25), *range(72, 97)]


def test_the_steps_of_a_slow_video_are_no_gaps() -> None:
    frames, _ = resample(motion_at(np.arange(10) / 5), 24.0, 0.1)
    assert frames.tolist() == [*range(0, 44)]


def test_even_steps_keep_the_time_across_gaps_and_uneven_frames() -> None:
    gapped = resample_evenly(motion_at(np.concatenate([np.arange(0, 1.01, 0.1), np.arange(3, 4.01, 0.1)])))
    assert np.allclose(gapped.times, np.arange(41) / 10)
    assert np.allclose(gapped.joints[:, 5, 0], gapped.times)
    uneven = resample_evenly(motion_at(np.array([0.5, 0.6, 0.7, 0.83, 0.9])))
    assert np.allclose(uneven.joints[:, 5, 0], [0.5, 0.6, 0.7, 0.8, 0.9])


def test_contacts_come_along() -> None:
    _, resampled = resample(motion_at(np.arange(10) / 10), 24.0, 0.5)
    assert resampled.contacts == (FootContact("left", 0.1, 0.2),)


def test_hands_come_along() -> None:
    times = np.arange(10) / 10
    curls, sureness = np.tile(90 * times[:, None, None], (1, 2, 5)), np.tile(times[:, None], (1, 2))
    frames, resampled = resample(replace(motion_at(times), hands=Hands(curls, sureness)), 24.0, 0.5)
    assert resampled.hands is not None
    assert np.allclose(resampled.hands.curls[:, 1, 3], 90 * frames / 24)
    assert np.allclose(resampled.hands.sureness[:, 0], frames / 24)


def test_an_even_motion_stays_as_it_is() -> None:
    for motion in (motion_at(0.4 + np.arange(300) / 29.97), motion_at(np.array([0.5]))):
        assert resample_evenly(motion) is motion


def test_a_hostile_rate_costs_a_sentence_and_not_the_memory() -> None:
    hours = motion_at(np.array([0.0, 3600.0, 7200.0]))
    with pytest.raises(MocapError, match="At 100 frames a second the motion has more than 500,000 frames"):
        resample(hours, 100.0, 1e9)
    with pytest.raises(MocapError) as refused:  # two close frames make a thousandth of a second the usual step
        resample_evenly(motion_at(np.array([0.0, 0.001, 0.002, 1000.0])))
    assert refused.value.code == "too_many_frames"
    frames, _ = resample(hours, 60.0, 1e9)
    assert len(frames) == 60 * 7200 + 1


@pytest.mark.parametrize(
    ("video", "scene", "is_told"), [(30, 30, False), (29.97, 30, False), (29, 30, True), (60, 24, True)]
)
def test_a_rate_that_is_not_the_scenes_is_told_with_both(video: float, scene: float, is_told: bool) -> None:
    note = rate_note(video, scene)
    assert bool(note) == is_told
    assert not is_told or (f"has {video:g} frames a second" in note and f"the scene {scene:g}." in note)
