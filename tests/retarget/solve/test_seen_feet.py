"""Feet that were seen point where they were seen to, on every family of rigs, and stay out of the floor."""

from dataclasses import replace

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.rig.rest_body import leg_length
from gast_mocap.retarget.solve.feet import foot_turns, sole_of
from gast_mocap.take.records import FloatArray, Motion
from gast_mocap.take.skeletons import Side
from trials.performances import random_performance, squat, walk
from trials.played import LIMITED, Played, play, worst_sole
from trials.rigs import family_names, make_armature, make_bones, placed, rest_pose_of

UP = np.array([0.0, 0.0, 1.0])


@pytest.fixture(autouse=True)
def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)


def pointing(motion: Motion, out: float, down: float = 0.0, sure: float = 1.0) -> Motion:
    """``motion``, of somebody who faces -y, whose feet were seen to point so many degrees outwards and down."""
    angles, low = np.radians(-90 + np.array([-out, out])), np.radians(down)
    feet = np.stack([np.cos(low) * np.cos(angles), np.cos(low) * np.sin(angles), 0 * angles - np.sin(low)], axis=-1)
    return replace(motion, feet=np.tile(sure * feet, (len(motion.times), 1, 1)))


def heading(played: Played, side: str) -> FloatArray:
    """(t,) degrees from -y, seen from above, of the way from ankle to ball; outwards is positive."""
    bone = played.bone_map.bones[f"foot.{side}"]
    rest = played.rest_tails if f"toes.{side}" not in played.heads else played.rest_heads
    ball = rest.get(f"toes.{side}", played.rest_tails[f"foot.{side}"]) - played.rest_heads[f"foot.{side}"]
    assert bone
    way = played.turns[f"foot.{side}"].apply(ball)
    return np.degrees(np.arctan2(way[:, 0], -way[:, 1])) * (1 if side == "L" else -1)


@pytest.mark.parametrize("family", [name for name in family_names() if "Make" not in name])
def test_standing_feet_point_where_they_were_seen_to(family: str) -> None:
    rig = make_armature(make_bones(family, "A"))
    played = play(rig, pointing(squat(12), 25.0), LIMITED)
    for side in "LR":
        assert np.abs(heading(played, side) - 25.0).max() < 2.0
    assert worst_sole(played) < 0.01


def test_on_a_rig_that_lies_scaled_in_the_scene_too() -> None:
    rig = make_armature(make_bones("Mixamo", "A"), placed(0.01, (90.0, 0.0, 0.0), (1.0, 2.0, 0.0)))
    motion = pointing(squat(12), 25.0)
    played = play(rig, motion, LIMITED)
    assert worst_sole(played) < 0.01
    level = play(make_armature(make_bones("Mixamo", "A")), motion, LIMITED)
    for role in ("foot.L", "foot.R"):
        apart = (played.turns[role] * level.turns[role].inv()).magnitude()
        assert np.ptp(np.degrees(apart)) < 1.0


def test_what_is_half_sure_turns_feet_half_and_what_was_not_seen_not_at_all() -> None:
    rig = make_armature(make_bones("Mixamo", "A"))
    plain = heading(play(rig, squat(12), LIMITED), "L")
    half = heading(play(rig, pointing(squat(12), 30.0, sure=0.5), LIMITED), "L")
    unseen = heading(play(rig, pointing(squat(12), 30.0, sure=0.0), LIMITED), "L")
    np.testing.assert_allclose(half, (plain + 30.0) / 2, atol=1.0)
    np.testing.assert_allclose(unseen, plain, atol=1e-3)


def test_a_foot_seen_to_point_backwards_was_misread() -> None:
    rig = make_armature(make_bones("Mixamo", "A"))
    plain = heading(play(rig, squat(12), LIMITED), "L")
    np.testing.assert_allclose(heading(play(rig, pointing(squat(12), 150.0), LIMITED), "L"), plain, atol=1e-3)


def test_toes_seen_up_are_up_in_the_air_and_flat_on_the_ground() -> None:
    """The ankle 0.09 over a ground that is as high, then 0.4 over it: only there can the foot be turned freely."""
    rest = rest_pose_of(make_bones("Mixamo", "A"))
    bone_map = map_bones(rest)
    still = np.array([1.0, 0.0, 0.0, 0.0])
    sole = sole_of(rest, bone_map, still, Side.LEFT, 0.09)
    seen = np.tile([0.0, -np.cos(0.5), np.sin(0.5)], (2, 1))
    feet = foot_turns(sole, np.tile(still, (2, 1)), UP, np.array([0.09, 0.4]), leg_length(rest, bone_map), seen)
    toes = Rotation.from_quat(feet.foot[:, [1, 2, 3, 0]]).apply([0.0, -1.0, 0.0])
    np.testing.assert_allclose(np.arcsin(toes[:, 2]), [0.0, 0.5], atol=0.02)


def test_a_foot_that_points_outwards_at_rest_points_where_it_was_seen_to() -> None:
    rest = rest_pose_of(make_bones("Mixamo", "A"))
    bone_map = map_bones(rest)
    still = np.array([1.0, 0.0, 0.0, 0.0])
    straight = sole_of(rest, bone_map, still, Side.LEFT, 0.09)
    aside = np.array([0.06, 0.0, 0.0])
    sole = replace(straight, ball=straight.ball + aside, toe_joint=straight.toe_joint + aside)
    feet = foot_turns(sole, still[None], UP, np.array([0.09]), leg_length(rest, bone_map), np.array([[0.0, -1.0, 0.0]]))
    ball = Rotation.from_quat(feet.foot[:, [1, 2, 3, 0]]).apply(sole.ball)
    assert np.degrees(np.arctan2(ball[0, 0], -ball[0, 1])) == pytest.approx(0.0, abs=0.5)


def test_a_heel_that_rises_is_read_too_flat_and_the_shin_tells_more() -> None:
    """At toe-off: the ankle high, the shin 60 degrees forward, the sole seen 25 degrees down. The toes stay down."""
    rest = rest_pose_of(make_bones("Mixamo", "A"))
    bone_map = map_bones(rest)
    still = np.array([1.0, 0.0, 0.0, 0.0])
    sole = sole_of(rest, bone_map, still, Side.LEFT, 0.09)
    forward = Rotation.from_euler("x", 60, degrees=True).as_quat()[[3, 0, 1, 2]][None]
    seen = np.array([[0.0, -np.cos(np.radians(25)), -np.sin(np.radians(25))]])
    feet = foot_turns(sole, forward, UP, np.array([0.148]), leg_length(rest, bone_map), seen)
    ball = 0.148 + Rotation.from_quat(feet.foot[:, [1, 2, 3, 0]]).apply(sole.ball)[0, 2]
    assert abs(ball) < 0.01


def test_a_heel_strikes_before_the_sole_is_down() -> None:
    """The ankle a little higher than it stands, toes seen up: the heel is what touches the ground."""
    rest = rest_pose_of(make_bones("Mixamo", "A"))
    bone_map = map_bones(rest)
    leg, still = leg_length(rest, bone_map), np.array([1.0, 0.0, 0.0, 0.0])
    sole = sole_of(rest, bone_map, still, Side.LEFT, 0.09)
    ankle = np.linspace(0.09, 0.14, 20)
    seen = np.tile([0.0, -np.cos(0.5), np.sin(0.5)], (20, 1))
    feet = foot_turns(sole, np.tile(still, (20, 1)), UP, ankle, leg, seen)
    foot = Rotation.from_quat(feet.foot[:, [1, 2, 3, 0]])
    heel, ball = (ankle + foot.apply(point)[:, 2] for point in (sole.heel, sole.ball))
    rising = ankle > 0.09 + 0.04 * leg
    assert rising.any()
    assert (ball - heel)[rising].min() > 0.01
    assert np.minimum(heel, ball).min() > -0.005 * leg


def test_no_end_of_a_sole_is_below_the_ground_wherever_it_was_seen_to_point() -> None:
    rest = rest_pose_of(make_bones("Mixamo", "A"))
    bone_map = map_bones(rest)
    leg, still = leg_length(rest, bone_map), np.array([1.0, 0.0, 0.0, 0.0])
    sole = sole_of(rest, bone_map, still, Side.LEFT, 0.09)
    rng = np.random.default_rng(5)
    turned = Rotation.from_euler("xyz", rng.uniform([-80, -70, -90], [100, 70, 90], (2000, 3)), degrees=True)
    seen = rng.normal(size=(2000, 3))
    seen *= rng.uniform(0, 1, (2000, 1)) / np.linalg.norm(seen, axis=1, keepdims=True)
    ankle = rng.uniform(0.03, 0.25, 2000)
    feet = foot_turns(sole, turned.as_quat()[:, [3, 0, 1, 2]], UP, ankle, leg, seen)
    foot, toes = (Rotation.from_quat(turn[:, [1, 2, 3, 0]]) for turn in (feet.foot, feet.toes))
    joint = foot.apply(sole.toe_joint)
    for ends in (foot.apply(sole.heel), *(joint + toes.apply(end - sole.toe_joint) for end in (sole.ball, sole.tip))):
        assert (ankle + feet.sunk + ends[:, 2]).min() > -0.005 * leg


def test_a_walk_whose_feet_were_seen_does_not_snap() -> None:
    motion = walk(60)
    played = play(make_armature(make_bones("Mixamo", "A")), pointing(motion, 12.0), LIMITED)
    assert worst_sole(played) < 0.01
    for side in "LR":
        toes = played.turns[f"foot.{side}"].apply([0.0, -1.0, 0.0])
        steps = np.degrees(np.arccos(np.clip(np.sum(toes[1:] * toes[:-1], axis=1), -1, 1)))
        assert steps.max() < 25.0


def test_feet_and_head_can_be_left_to_shins_and_shoulders() -> None:
    """Off, seen feet are as if nobody had seen them, and the head has one pose on the chest, however it turns."""
    seen, unseen = pointing(squat(12), 25.0), squat(12)
    rig = make_armature(make_bones("Mixamo", "A"))
    off = play(rig, seen, replace(LIMITED, feet=False))
    assert heading(off, "L") == pytest.approx(heading(play(rig, unseen, LIMITED), "L"), abs=1e-3)
    looking = random_performance(seed=5, frames=20)[0]
    for head, spread in ((True, 5.0), (False, 0.1)):
        played = play(rig, looking, replace(LIMITED, head=head))
        on_chest = played.turns["chest"].inv() * played.turns["head"]
        apart = np.degrees((on_chest * on_chest[0].inv()).magnitude())
        assert (apart.max() > spread) == head
