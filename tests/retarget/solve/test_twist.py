"""The speed at which limbs roll."""

from itertools import pairwise

import numpy as np
import pytest

from gast_mocap.retarget.rotations import about, between, inverse, multiply, rotate
from gast_mocap.retarget.solve.twist import MOST_ROLL, carry_angle, ramp, roll_of, rolled, steadied

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


def about_hinge(degrees):
    return np.array([[np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 0.0]])


@pytest.mark.parametrize("degrees", [-170, -60, 0, 60, 170])
def test_a_roll_is_counted_from_the_shortest_turn(degrees):
    """Home is up and the hinge is x; a part that points along x has been turned about y, which takes x down."""
    up, along_x = UP[None], np.array([[1.0, 0.0, 0.0]])
    level = np.array([[1.0, 0.0, 0.0, 0.0]])
    hinge = np.array([1.0, 0.0, 0.0])
    assert np.degrees(roll_of(about_hinge(degrees), level, UP, hinge, up)) == pytest.approx([degrees])
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    tipped = np.array([[0.0, sine, -cosine]])
    assert np.degrees(roll_of(3 * tipped, level, UP, hinge, along_x)) == pytest.approx([degrees])
    turn = rolled(np.radians([degrees]), level, UP, along_x)
    assert rotate(turn, UP) == pytest.approx(along_x)
    assert rotate(turn, hinge) == pytest.approx(tipped)
    parent = about(np.array([[0.0, 0.6, 0.8]]), np.array([1.3]))
    carried = [rotate(parent, vectors) for vectors in (tipped, along_x)]
    assert np.degrees(roll_of(carried[0], parent, UP, hinge, carried[1])) == pytest.approx([degrees])


def carried(angles_, weights, steps):
    return np.degrees(carry_angle(np.radians(angles_), np.array(weights, float), np.array(steps, float)))


def test_between_sure_angles_the_roll_runs_straight_in_time():
    found = carried([0, 77, -50, 0, 80, 80], [1, 0, 0, 0, 1, 1], [1, 1, 2, 4, 1])
    assert np.diff(found)[:4] / [1, 1, 2, 4] == pytest.approx(np.full(4, (found[4] - found[0]) / 8))
    assert found[[0, -1]] == pytest.approx([0, 80], abs=0.2)


def test_sure_angles_go_the_short_way_round():
    found = carried([170, 0, -170], [1, 0, 1], [1, 1])
    assert found == pytest.approx([170, 180, 190], abs=0.2)


def test_jitter_of_sure_angles_stays():
    """A hundred to one against its neighbours: what alternates keeps 100 / 104 of its height."""
    found = carried(np.where(np.arange(200) % 2, 1.0, -1.0), np.ones(200), np.ones(199))
    assert np.abs(found[90:110]) == pytest.approx(np.full(20, 100 / 104), abs=1e-3)


def test_faint_angles_count_unless_they_point_to_the_other_side():
    near, far = (carried([0] * 9 + [angle] + [0] * 9, [1] * 9 + [0.5] + [1] * 9, [1] * 18)[9] for angle in (89, 91))
    assert near > 80
    assert far == pytest.approx(0, abs=1e-9)
    assert carried([0] * 9 + [91] + [0] * 9, [1] * 19, [1] * 18)[9] > 80, "one that is sure is believed"


def test_without_a_sure_angle_there_is_no_roll():
    assert carried([30, 40], [0.04, 0.04], [1]).tolist() == [0, 0]
    assert carried([30, 30], [0.06, 0.06], [1]) == pytest.approx([30, 30])
    assert carried([30], [0.06], []) == pytest.approx([30])
    assert carried([30], [0.0], []).tolist() == [0]


def test_a_ramp_is_flat_at_its_ends_and_half_in_its_middle():
    """3 s^2 - 2 s^3 of the share s: 5/32 at a quarter."""
    assert ramp(np.array([0, 2, 3, 4, 6, 9.0]), 2, 6) == pytest.approx([0, 0, 5 / 32, 0.5, 1, 1])
