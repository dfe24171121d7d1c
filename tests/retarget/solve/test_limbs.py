"""Elbows and knees: which way they bend, and when their plane is believed."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gast_mocap.retarget.rotations import about, rotate
from gast_mocap.retarget.solve.limbs import (
    bend_between,
    carried_roll,
    hinge_of,
    limb_roll,
    limb_turns,
    not_past_straight,
    resting_roll,
)
from gast_mocap.retarget.solve.torso import BACK, FORWARD, LEFT, UP
from gast_mocap.take.skeletons import Side

UNTURNED = np.array([1.0, 0.0, 0.0, 0.0])


def turned(vector: np.ndarray, axis: np.ndarray, degrees: float) -> np.ndarray:
    return Rotation.from_rotvec(np.radians(degrees) * axis / np.linalg.norm(axis)).apply(vector)


def bent(hinge, raised: float, roll: float, bend: float) -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower limb (1, 3): raised about the hinge's own axis, then rolled and bent by so many degrees."""
    upper = turned(hinge.home, hinge.axis, raised)
    lower = turned(upper, turned(hinge.axis, upper, roll), bend)
    return upper[None], lower[None]


def degrees_carried(hinge, *frames: tuple[float, float, float]) -> list[float]:
    upper, lower = (np.concatenate(limbs) for limbs in zip(*(bent(hinge, *frame) for frame in frames), strict=True))
    parent = np.tile(UNTURNED, (len(frames), 1))
    return np.degrees(carried_roll(hinge, parent, upper, lower, np.ones(len(frames) - 1))).tolist()


@pytest.mark.parametrize("side", Side)
def test_knees_bend_back_and_elbows_forward(side):
    knee, elbow = hinge_of("thigh", side), hinge_of("upper_arm", side)
    assert knee.home == pytest.approx(-UP)
    assert turned(knee.home, knee.axis, 90) == pytest.approx(BACK)
    out = LEFT if side == Side.LEFT else -LEFT
    assert elbow.home == pytest.approx((out - UP) / np.sqrt(2)), "arms hang half way down"
    assert turned(elbow.home, elbow.axis, 90) == pytest.approx(FORWARD)


@pytest.mark.parametrize(("roll", "bend"), [(0, 90), (60, 30), (-60, 30), (170, 45), (-170, 45)])
@pytest.mark.parametrize("raised", [0, -90, -135])
def test_the_roll_is_that_of_the_plane(raised, roll, bend):
    hinge = hinge_of("thigh", Side.LEFT)
    upper, lower = bent(hinge, raised, roll, bend)
    assert np.degrees(limb_roll(hinge, UNTURNED, upper, lower)) == pytest.approx([roll])
    assert np.degrees(bend_between(upper, lower)) == pytest.approx([bend])
    tilted = about(np.array([0.6, 0.8, 0.0]), np.array(1.1))
    again = limb_roll(hinge, tilted, rotate(tilted, upper), rotate(tilted, lower))
    assert np.degrees(again) == pytest.approx([roll]), "whatever it hangs on"
    upper_turn, lower_turn = limb_turns(hinge, UNTURNED, upper, lower, np.radians([roll]))
    assert rotate(upper_turn, hinge.home) == pytest.approx(upper)
    assert rotate(lower_turn, hinge.home) == pytest.approx(lower)
    normal = np.cross(upper, lower) / np.sin(np.radians(bend))
    for turn in (upper_turn, lower_turn):
        assert rotate(turn, hinge.axis) == pytest.approx(normal), "both limbs turn about the hinge"


@pytest.mark.parametrize(
    ("part", "raised", "roll", "bend", "believed"),
    [
        ("thigh", 0, 89, 60, True), ("thigh", 0, 91, 60, False),  # a thigh that hangs never rolls beyond 90 degrees
        ("thigh", 0, -89, 60, True), ("thigh", 0, -91, 60, False),
        ("thigh", -44, 100, 60, False), ("thigh", -46, 100, 60, True),  # within 45 degrees it hangs
        ("thigh", -90, 100, 29, False), ("thigh", -90, 100, 31, True),  # a bend of 30 degrees is more than slight
        ("thigh", -90, 89, 29, True),
        ("upper_arm", 0, 119, 29, True), ("upper_arm", 0, 121, 29, False), ("upper_arm", 0, 121, 31, True),
        ("upper_arm", 0, -119, 29, True), ("upper_arm", 0, -121, 29, False),
    ],
)  # fmt: skip
def test_a_plane_that_no_joint_allows_is_not_believed(part, raised, roll, bend, believed):
    hinge = hinge_of(part, Side.LEFT)
    frame = (raised, roll, bend)
    assert degrees_carried(hinge, frame, frame) == pytest.approx([roll if believed else 0] * 2)


def test_a_straight_limb_keeps_the_roll_that_it_had_when_it_was_bent():
    """Below 5 degrees a plane tells nothing, from 20 degrees on all."""
    hinge = hinge_of("thigh", Side.RIGHT)
    straight = [(-90, 70, 4.9)] * 3
    carried = degrees_carried(hinge, (-90, 20, 90), (-90, 20, 90), *straight, (-90, 20, 90), (-90, 20, 90))
    assert carried == pytest.approx([20] * 7, abs=1e-6)
    assert degrees_carried(hinge, *[(-90, 20, 90)] * 9, *[(-90, 70, 21)] * 9, *[(-90, 20, 90)] * 9)[13] > 69


def test_a_limb_at_rest_is_rolled_as_far_as_its_bend_tells():
    hinge = hinge_of("upper_arm", Side.RIGHT)
    for roll, bend, wanted in ((80, 60, 80), (-80, 60, -80), (89, 60, 89), (91, 60, 0), (80, 4.9, 0), (80, 12.5, 40)):
        found = np.degrees(resting_roll(hinge, UNTURNED, *(limb[0] for limb in bent(hinge, 0, roll, bend))))
        assert found == pytest.approx(wanted), (roll, bend)


@pytest.mark.parametrize(("bend", "left"), [(-20, 0), (-1, 0), (0, 0), (30, 30), (120, 120)])
def test_a_limb_bent_against_its_hinge_is_straightened(bend, left):
    hinge = hinge_of("thigh", Side.LEFT)
    upper, lower = bent(hinge, 0, 0, bend)
    kept = not_past_straight(hinge, UNTURNED[None], upper, lower)
    assert kept == pytest.approx(turned(hinge.home, hinge.axis, left)[None])


def test_what_bends_aside_as_well_loses_only_what_is_against_the_hinge():
    hinge = hinge_of("thigh", Side.LEFT)
    aside = np.array([[0.3, -0.4, -np.sqrt(0.75)]])
    kept = not_past_straight(hinge, UNTURNED[None], np.array([[0.0, 0.0, -1.0]]), aside)
    assert kept == pytest.approx(np.array([[0.3, 0.0, -np.sqrt(0.75)]]) / np.sqrt(0.84))
