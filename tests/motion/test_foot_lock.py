import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from walker import walk

from gast_mocap.motion.contacts import phases_of
from gast_mocap.motion.foot_lock import LARGEST_KNEE_CHANGE, bend_leg, lock_feet, pulls_to_anchors
from gast_mocap.take.settings import CleanSettings

TIMES = np.arange(150) / 30
PLACES = arrays(float, (4, 3), elements=st.floats(-0.3, 0.3))


@settings(deadline=None)
@given(PLACES, PLACES)
def test_a_bent_leg_reaches_its_target_with_its_own_bones(shake: np.ndarray, away: np.ndarray) -> None:
    hips = np.zeros((4, 3))
    knees, ankles = hips + [0.05, -0.1, -0.4] + shake / 10, hips + [0.0, 0.0, -0.8] + shake / 10
    targets = np.array([0.0, -0.1, -0.6]) + away / 2
    new_knees, new_ankles = bend_leg(hips, knees, ankles, targets, np.array([0.0, -1.0, 0.0]), np.pi)
    assert np.allclose(np.linalg.norm(new_knees - hips, axis=-1), np.linalg.norm(knees - hips, axis=-1))
    assert np.allclose(np.linalg.norm(new_ankles - new_knees, axis=-1), np.linalg.norm(ankles - knees, axis=-1))
    assert np.allclose(new_ankles, targets, atol=1e-6)


def test_a_target_out_of_reach_straightens_the_leg_without_stretching_it() -> None:
    hips, knees, ankles = np.zeros((1, 3)), np.array([[0, -0.05, -0.42]]), np.array([[0, 0, -0.83]])
    _, reached = bend_leg(hips, knees, ankles, np.array([[0, -2.0, 0.0]]), np.array([[0, -1.0, 0]]), np.pi)
    assert np.allclose(reached / np.linalg.norm(reached), [[0, -1, 0]])
    assert np.linalg.norm(reached) < 0.85


def test_a_straight_leg_bends_forward() -> None:
    hips, knees, ankles = np.zeros((1, 3)), np.array([[0, 0, -0.4]]), np.array([[0, 0, -0.8]])
    new_knees, _ = bend_leg(hips, knees, ankles, np.array([[0, 0, -0.6]]), np.array([[0, -1.0, 0]]), np.pi)
    assert new_knees[0, 1] < -0.1


def test_a_knee_keeps_its_side_unless_the_leg_is_straight_to_a_millimetre() -> None:
    hips, ankles, targets = np.zeros((2, 3)), np.tile([0, 0, -0.8], (2, 1)), np.tile([0, 0, -0.6], (2, 1))
    knees = np.array([[0.005, 0, -0.4], [0.0005, 0, -0.4]])  # to the left
    new_knees, _ = bend_leg(hips, knees, ankles, targets, np.tile([0, -1.0, 0], (2, 1)), np.pi)
    sides = np.degrees(np.arctan2(-new_knees[:, 1], new_knees[:, 0]))
    assert sides[0] < 15, "5 mm tell where the knee points"
    assert sides[1] > 60, "half a millimetre does not: it bends forward"


def test_locked_feet_stay_and_let_go_softly() -> None:
    performance = walk(TIMES, 0.0)
    drifting = performance.joints + 0.04 * np.sin(2 * TIMES)[:, None, None] * np.array([1.0, 1.0, 0.0])
    phases = phases_of(performance.standing, TIMES, 0.5)
    ankles = performance.joints[:, [3, 6]]
    anchors = np.stack([ankles[phases == number].mean(0) for number in range(phases.max() + 1)])
    locked = lock_feet(TIMES, drifting, phases, anchors, 1.7, CleanSettings())
    for number in range(phases.max() + 1):
        assert np.ptp(locked[:, [3, 6]][phases == number], axis=0).max() < 0.005
    speed = np.linalg.norm(np.diff(locked[:, [3, 6]], axis=0), axis=-1)
    speed_before = np.linalg.norm(np.diff(drifting[:, [3, 6]], axis=0), axis=-1)
    assert speed.max() < speed_before.max() + 0.04, "no foot snaps into or out of its lock"
    loose = lock_feet(TIMES, drifting, phases, anchors, 1.7, CleanSettings(lock_strength=0.0))
    assert np.allclose(loose, drifting, atol=1e-6)


def test_feet_are_lifted_out_of_the_floor() -> None:
    sunk = walk(TIMES, 0.0).joints - [0, 0, 0.25]
    locked = lock_feet(TIMES, sunk, np.full((150, 2), -1), np.zeros((0, 3)), 1.7, CleanSettings())
    assert sunk[:, [3, 6], 2].min() < 0.04
    assert locked[:, [3, 6], 2].min() > 0.06


def test_a_knee_changes_its_angle_by_no_more_than_its_bound() -> None:
    hips, knees, ankles = np.zeros((2, 3)), np.tile([0, -0.1, -0.4], (2, 1)), np.tile([0, 0, -0.79], (2, 1))
    targets = np.array([[0, 0, -0.2], [0, 0, -0.75]])
    new_knees, new_ankles = bend_leg(hips, knees, ankles, targets, np.tile([0, -1.0, 0], (2, 1)), LARGEST_KNEE_CHANGE)

    def angles(knee: np.ndarray, ankle: np.ndarray) -> np.ndarray:
        thigh, shin = hips - knee, ankle - knee
        cosines = np.sum(thigh * shin, axis=-1) / np.linalg.norm(thigh, axis=-1) / np.linalg.norm(shin, axis=-1)
        return np.arccos(cosines)

    changes = angles(knees, ankles) - angles(new_knees, new_ankles)
    assert changes[0] == pytest.approx(LARGEST_KNEE_CHANGE)
    assert 0 < changes[1] < LARGEST_KNEE_CHANGE
    assert np.allclose(new_ankles[1], targets[1])


def test_a_foot_is_carried_to_its_anchor_without_kinks_and_let_go() -> None:
    times = np.arange(120) / 30
    phases = np.full((120, 2), -1)
    phases[40:60, 0], phases[75:90, 0] = 0, 1
    anchors = np.array([[0.1, 0.0, 0.0], [0.0, 0.06, 0.0]])
    pulls = pulls_to_anchors(times, np.zeros((120, 2, 3)), phases, anchors, 0.3)
    assert np.abs(pulls[40:60, 0] - anchors[0]).max() < 1e-3
    assert np.abs(pulls[75:90, 0] - anchors[1]).max() < 1e-3
    assert np.abs(pulls[:20]).max() < 0.01, "long before, the foot goes its own way"
    assert np.all(pulls[:, 1] == 0)
    steps = np.linalg.norm(np.diff(pulls[:, 0], axis=0), axis=-1)
    assert steps.max() < 0.04, "0.1 m over 0.3 s, twice as fast in the middle"


def test_hips_sink_by_a_hand_at_most() -> None:
    """Anchors half a metre under a body that stands: its hips come down by 10 cm, and no further."""
    joints = np.repeat(walk(TIMES, 0.0).joints[:1], 150, axis=0)
    joints[..., 2] += 0.5
    phases = np.full((150, 2), -1)
    phases[40:110] = [0, 1]
    anchors = joints[0, [3, 6]] - [0, 0, 0.5]
    locked = lock_feet(TIMES, joints, phases, anchors, 1.7, CleanSettings())
    sunk = joints[:, 0, 2] - locked[:, 0, 2]
    assert sunk[60:90] == pytest.approx(0.10, abs=0.002)
    assert sunk.max() < 0.11, "smoothing overshoots a little"
    assert np.abs(sunk[[0, -1]]).max() < 0.01


def test_hips_sink_just_as_far_as_the_leg_is_short() -> None:
    """A straight leg of 0.8 m reaches 0.799 m; an anchor 4 cm lower brings the hips down by 4 cm."""
    joints = np.repeat(walk(TIMES, 0.0).joints[:1], 150, axis=0)
    for hip, knee, ankle in ((1, 2, 3), (4, 5, 6)):
        joints[:, knee] = joints[:, hip] - [0, 0, 0.4]
        joints[:, ankle] = joints[:, hip] - [0, 0, 0.8]
    joints[..., 2] += 1.0
    phases = np.full((150, 2), -1)
    phases[30:120, 0] = 0
    anchors = joints[:1, 3] - [0, 0, 0.04]
    locked = lock_feet(TIMES, joints, phases, anchors, 1.7, CleanSettings())
    assert (joints[:, 0, 2] - locked[:, 0, 2])[50:100] == pytest.approx(0.04, abs=0.002)
    assert np.abs(locked[50:100, 3] - anchors).max() < 0.002


def test_feet_in_the_air_keep_four_fifths_of_their_standing_height() -> None:
    """0.8 of 0.05 of 1.7 m are 68 mm."""
    sunk = walk(TIMES, 0.0).joints - [0, 0, 0.1]
    locked = lock_feet(TIMES, sunk, np.full((150, 2), -1), np.zeros((0, 3)), 1.7, CleanSettings())
    lowest = locked[:, [3, 6], 2].min(axis=1)
    assert lowest.min() == pytest.approx(0.068, abs=1e-4)
