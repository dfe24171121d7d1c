import numpy as np

from gast_mocap.take.interpolate import interpolate


def test_values_lie_on_straight_lines() -> None:
    values = np.array([[[0.0, 1.0]], [[3.0, 4.0]]])
    assert np.allclose(interpolate(np.arange(4), np.array([0, 3]), values)[:, 0], [[0, 1], [1, 2], [2, 3], [3, 4]])


def test_values_stay_before_and_after_the_samples() -> None:
    times, values = np.array([1.0, 2.0, 4.0]), np.array([10.0, 20.0, 40.0])
    assert interpolate(np.array([0.0, 1.0, 3.5, 4.0, 9.0]), times, values).tolist() == [10, 10, 35, 40, 40]


def test_one_sample_stands_for_all_times() -> None:
    assert interpolate(np.array([-1.0, 0.0, 5.0]), np.array([0.0]), np.array([[7.0, 8.0]])).tolist() == [[7, 8]] * 3
