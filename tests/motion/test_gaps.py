import numpy as np

from gast_mocap.motion.gaps import bridge_short_gaps


def test_short_gaps_are_bridged_and_long_ones_stay() -> None:
    times = np.arange(40) / 10
    frames = bridge_short_gaps(np.array([0, 1, 4, 5, 20, 21]), times, 0.5)
    assert frames.tolist() == [0, 1, 2, 3, 4, 5, 20, 21]


def test_gaps_are_measured_in_seconds_not_frames() -> None:
    times = np.concatenate([np.arange(5) / 10, 10 + np.arange(5) / 10])
    assert bridge_short_gaps(np.array([0, 4, 5, 9]), times, 0.5).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert bridge_short_gaps(np.array([0, 4, 5, 9]), times, 0.3).tolist() == [0, 4, 5, 9]
