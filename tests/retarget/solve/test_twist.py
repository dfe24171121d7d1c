"""The speed at which limbs roll."""

from itertools import pairwise

import numpy as np
import pytest

from gast_mocap.retarget.rotations import about, between, inverse, multiply, rotate
from gast_mocap.retarget.solve.twist import MOST_ROLL, steadied

UP = np.array([0.0, 0.0, 1.0])


def turning(degrees, directions):
    """Body turns that point z along ``directions`` (t, 3), rolled by ``degrees`` (t,)."""
    return multiply(between(UP, directions), about(np.broadcast_to(UP, directions.shape), np.radians(degrees)))


def angles(turns):
    return np.degrees(2 * np.arctan2(np.linalg.norm(turns[:, 1:], axis=1), np.abs(turns[:, 0])))


def test_a_flip_is_spread_over_the_frames_around_it():
    still = np.tile(UP, (21, 1))
    flipping = np.where(np.arange(21) < 10, 0.0, 105.0)
    steady = steadied(turning(flipping, still), still, np.ones(20))
    rolls = np.degrees(2 * np.arctan2(steady[:, 3], steady[:, 0]))
    assert np.abs(np.diff(rolls)).max() <= np.degrees(MOST_ROLL) + 1e-9
    assert rolls[[0, -1]] == pytest.approx([0.0, 105.0])
    assert np.abs(rolls - flipping).max() <= 105.0 / 2 + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_directions_stay_and_no_step_rolls_faster(seed):
    rng = np.random.default_rng(seed)
    directions = np.cumsum(rng.standard_normal((60, 3)) * 0.1, axis=0) + UP * 2
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    steps = rng.choice([1.0, 1.0, 4.0], 59)
    steady = steadied(turning(rng.uniform(-170, 170, 60), directions), directions, steps)
    assert rotate(steady, np.broadcast_to(UP, (60, 3))) == pytest.approx(directions, abs=1e-9)
    for step, (first, second) in enumerate(pairwise(range(60))):
        moved = multiply(between(directions[first], directions[second]), steady[first])
        assert angles(multiply(steady[second], inverse(moved))[None])[0] <= 15.0 * steps[step] + 1e-6


def test_slow_rolls_are_left_as_they_are():
    still = np.tile(UP, (30, 1))
    turns = turning(np.linspace(0, 360, 30), still)
    assert steadied(turns, still, np.ones(29)) is turns
