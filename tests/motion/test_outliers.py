import numpy as np
import pytest
from walker import walk

from gast_mocap.motion.outliers import doubt_leaps

TIMES = np.arange(60) / 30


def test_a_leap_that_the_video_was_unsure_of_is_doubted_and_nothing_else() -> None:
    joints, scores = walk(TIMES, 0.0).joints.copy(), np.full((60, 17), 0.8)
    joints[30:32, 13] += [0.4, 0, 0]
    scores[30:32, 13] = 0.2
    doubted = doubt_leaps(joints, scores) == 0
    assert doubted[30:32, 13].all()
    assert doubted.sum() == 2


def test_a_fast_strike_that_the_video_was_sure_of_is_kept() -> None:
    joints = walk(TIMES, 0.0).joints.copy()
    joints[:, 13, 1] += 0.5 * np.exp(-(((TIMES - 1.0) / 0.06) ** 2))
    scores = np.full((60, 17), 0.8)
    assert np.array_equal(doubt_leaps(joints, scores), scores)


@pytest.mark.parametrize(("score", "farthest"), [(0.0, 0.12), (0.5, 0.36), (1.0, 0.60)])
def test_the_surer_the_video_the_farther_a_joint_may_leap(score: float, farthest: float) -> None:
    for share, kept in ((0.98, True), (1.02, False)):
        joints, scores = np.zeros((11, 2, 3)), np.full((11, 2), 0.9)
        joints[5, 0] = farthest * share * np.array([0.6, 0.0, -0.8])
        scores[5, 0] = score
        doubted = doubt_leaps(joints, scores)
        assert doubted[5, 0] == (score if kept else 0.0)
        assert np.array_equal(np.delete(doubted, 5, 0), np.delete(scores, 5, 0))


def test_two_frames_may_leap_and_three_are_a_movement() -> None:
    for frames, doubted in ((2, True), (3, False)):
        joints = np.zeros((20, 1, 3))
        joints[8 : 8 + frames, 0, 0] = 2.0
        found = doubt_leaps(joints, np.full((20, 1), 0.5)) == 0
        assert found.any() == doubted
        assert not np.delete(found, range(8, 8 + frames)).any()


def test_leaps_at_the_ends_are_doubted_too() -> None:
    for frame in (0, 19):
        joints = np.zeros((20, 1, 3))
        joints[frame, 0, 1] = 2.0
        assert np.flatnonzero(doubt_leaps(joints, np.full((20, 1), 0.5)) == 0).tolist() == [frame]
