import numpy as np
import pytest

from gast_mocap.motion.summary import summary, travelled
from gast_mocap.take.records import FootContact, Motion


def hips_along(way: np.ndarray, fps: float = 30.0) -> Motion:
    """The hips at (t, 3) places."""
    joints = np.repeat(way[:, None], 17, axis=1)
    return Motion(np.arange(len(way)) / fps, joints, np.ones((len(way), 17)), (FootContact("left", 0.0, 1.0),))  # type: ignore[arg-type]


def test_a_straight_walk_of_three_metres() -> None:
    way = np.linspace([0, 0, 1], [0, -3, 1], 91)
    assert travelled(hips_along(way)) == pytest.approx(3.0)
    assert summary(hips_along(way)) == "91 frames in 3.0 s, 3.0 m of travel, 1 foot contact"


def test_there_and_back_counts_twice_and_up_and_down_not_at_all() -> None:
    there = np.linspace([0, 0, 1], [2, 0, 1], 61)
    assert travelled(hips_along(np.concatenate([there, there[::-1]]))) == pytest.approx(4.0, abs=0.1)
    jumps = np.zeros((60, 3))
    jumps[:, 2] = np.sin(np.arange(60) / 5)
    assert travelled(hips_along(jumps)) == 0
