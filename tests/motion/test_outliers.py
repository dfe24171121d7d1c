import numpy as np
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
