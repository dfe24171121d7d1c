"""Feet against the ground, judged by the rest heights of heel, ball and toes, in what Blender plays."""

from dataclasses import replace

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.rig.rest_body import leg_length
from gast_mocap.retarget.solve.feet import FootTurns, Sole, foot_turns, sole_of
from gast_mocap.take.skeletons import Side
from trials.performances import climb, kneel, lunge, squat, walk
from trials.played import LIMITED, angle, play, worst_direction, worst_gap, worst_sole
from trials.rigs import family_names, make_armature, make_bones, rest_pose_of, with_legs_of

PERFORMANCES = {
    "squat": squat(24),
    "lunge": lunge(24),
    "walk": walk(30),
    "stairs": climb(37),
    "kneel, toes tucked": kneel(24),
    "kneel, on the instep": kneel(24, end_ankle=0.07),
}
UP = np.array([0.0, 0.0, 1.0])


@pytest.fixture(autouse=True)
def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)


@pytest.mark.parametrize("family", family_names())
def test_no_sole_goes_under_the_floor(family):
    rig = make_armature(make_bones(family, "A"))
    for name, motion in PERFORMANCES.items():
        played = play(rig, motion, LIMITED)
        assert worst_sole(played) < 0.01, name
        assert worst_direction(played, motion) < 0.1, name
        assert worst_gap(played) < 0.005, name


@pytest.mark.parametrize(("thigh", "shin"), [(0.2, 0.3), (0.5, 0.3), (0.3, 0.5)])
@pytest.mark.parametrize("performance", PERFORMANCES)
def test_nor_on_legs_of_other_proportions(thigh, shin, performance):
    rig = make_armature(with_legs_of(make_bones("Unreal 4", "A"), thigh, shin))
    assert worst_sole(play(rig, PERFORMANCES[performance], LIMITED)) < 0.01


def test_neither_end_of_a_sole_is_below_the_ground_however_the_shin_is_turned():
    rest = rest_pose_of(make_bones("Mixamo", "A"))
    bone_map = map_bones(rest)
    leg, still = leg_length(rest, bone_map), np.array([1.0, 0.0, 0.0, 0.0])
    sole = sole_of(rest, bone_map, still, Side.LEFT, 0.09)
    rng = np.random.default_rng(5)
    turned = Rotation.from_euler("xyz", rng.uniform([-80, -70, -90], [100, 70, 90], (2000, 3)), degrees=True)
    ankle = rng.uniform(0.03, 0.25, 2000)
    feet = foot_turns(sole, turned.as_quat()[:, [3, 0, 1, 2]], UP, ankle, leg)
    foot, toes = (Rotation.from_quat(turn[:, [1, 2, 3, 0]]) for turn in (feet.foot, feet.toes))
    joint = foot.apply(sole.toe_joint)
    for ends in (foot.apply(sole.heel), *(joint + toes.apply(end - sole.toe_joint) for end in (sole.ball, sole.tip))):
        assert (ankle + feet.sunk + ends[:, 2]).min() > -0.005 * leg


def test_standing_feet_lie_flat_in_a_squat_whatever_the_shins_do():
    played = play(make_armature(make_bones("Mixamo", "A")), squat(24))
    for side in "LR":
        assert np.degrees(played.turns[f"shin.{side}"].magnitude()).max() > 30.0
        assert np.degrees(played.turns[f"foot.{side}"].magnitude()).max() < 1.0
        assert np.degrees(played.turns[f"toes.{side}"].magnitude()).max() < 1.0


def test_a_raised_heel_pivots_about_the_ball_and_the_toes_stay_on_the_ground():
    played = play(make_armature(make_bones("Mixamo", "A")), lunge(24))
    reach, below = np.hypot(0.12, 0.09), np.arctan2(0.12, 0.09)  # from ankle to ball; its angle from straight down
    pitch = below - np.arccos(played.heads["foot.R"][0, 2] / reach)
    assert pitch > 0.2
    assert played.turns["foot.R"].magnitude()[0] == pytest.approx(pitch, abs=0.03)
    assert np.degrees(played.turns["toes.R"].magnitude())[0] < 1.0
    ball = played.heads["toes.R"][0] - played.rest_heads["toes.R"]
    assert abs(ball[2]) < 0.005


def test_a_foot_without_toe_bones_pivots_about_its_tip():
    played = play(make_armature(make_bones("MakeHuman", "A")), lunge(24))
    assert "toes.R" not in played.heads
    assert 5.0 < np.degrees(played.turns["foot.R"].magnitude())[0] < 30.0
    assert worst_sole(played) < 0.001


def test_feet_do_not_snap_from_one_frame_to_the_next():
    for motion in (squat(60), lunge(60), kneel(60), kneel(60, end_ankle=0.07)):
        played = play(make_armature(make_bones("Mixamo", "A")), motion)
        for side in "LR":
            toes = played.turns[f"foot.{side}"].apply([0.0, -1.0, 0.0])
            assert angle(toes[1:], toes[:-1]).max() < 25.0


LEG, HEIGHT, BALL = 0.5, 0.09, 0.15
"""Of a foot whose ball lies 0.12 ahead of the ankle: 0.15 away, 53.13 degrees before straight down."""
BEFORE_DOWN = np.degrees(np.arctan2(0.12, HEIGHT))
FLAT = Sole(
    HEIGHT,
    heel=np.array([0.0, 0.05, -HEIGHT]),
    ball=np.array([0.0, -0.12, -HEIGHT]),
    tip=np.array([0.0, -0.2, -HEIGHT]),
    toe_end=np.array([0.0, -0.2, -HEIGHT]),
    toe_joint=np.array([0.0, -0.12, -HEIGHT]),
    has_toes=True,
)


def turned_by(axis: str, shin: float, ankle: float) -> FootTurns:
    """A foot under a shin that is tilted forward ("x") or aside ("y") by so many degrees."""
    quaternion = Rotation.from_euler(axis, shin, degrees=True).as_quat()[[3, 0, 1, 2]]
    return foot_turns(FLAT, quaternion[None], UP, np.array([ankle]), LEG)


def degrees_about(axis: str, turns: np.ndarray) -> float:
    return float(np.degrees(2 * np.arctan2(turns[0, "wxy".index(axis)], turns[0, 0])))


def pitch_on_the_ball(ankle: float) -> float:
    """With which the ball touches the ground: ankle = 0.15 cos(53.13 degrees - pitch)."""
    return BEFORE_DOWN - np.degrees(np.arccos(ankle / BALL))


@pytest.mark.parametrize(
    ("shin", "ankle", "pitch"),
    [
        (50, HEIGHT, 0), (-49, HEIGHT, 0),  # it stands
        (50, 0.12, pitch_on_the_ball(0.12)), (10, 0.12, 10),  # as far as the shin, and no farther than the ground
        (50, HEIGHT + 0.01 * LEG, 0), (50, HEIGHT + 0.04 * LEG, pitch_on_the_ball(HEIGHT + 0.04 * LEG)),  # noise
        (50, HEIGHT + 0.025 * LEG, pitch_on_the_ball(HEIGHT + 0.0125 * LEG)),
        (60, 0.12, pitch_on_the_ball(0.12)), (85, 0.12, 90), (100, 0.12, 100),  # from the ball onto the instep
        (72.5, 0.12, (pitch_on_the_ball(0.12) + 90) / 2),
        (-50, HEIGHT, 0), (-80, HEIGHT, -80), (-65, HEIGHT, -32.5),  # from the sole onto the heel
        (40, 0.24, 40), (-40, 0.24, -40),  # in the air
    ],
)  # fmt: skip
def test_a_foot_is_pitched_by_its_shin_as_far_as_the_ground_allows(shin, ankle, pitch):
    assert degrees_about("x", turned_by("x", shin, ankle).foot) == pytest.approx(pitch, abs=1e-6)


def test_under_a_shin_tilted_far_back_a_raised_foot_turns_on_from_its_heel_to_the_shin():
    """The heel, 29.05 degrees behind straight down, touches when ankle = reach cos(29.05 degrees - pitch)."""
    lift = 0.015  # two thirds between the lifts that count as noise and in full: 20/27 of it counts
    ankle = HEIGHT + lift * 20 / 27
    on_the_heel = np.degrees(np.arctan2(0.05, HEIGHT) - np.arccos(ankle / np.hypot(0.05, HEIGHT)))
    for shin, pitch in ((-40, -on_the_heel), (-65, -(on_the_heel + 65) / 2), (-80, -80)):
        turned = turned_by("x", shin, HEIGHT + lift)
        assert degrees_about("x", turned.foot) == pytest.approx(pitch, abs=1e-6)


@pytest.mark.parametrize(
    ("length", "believed"), [(0.04, False), (0.06, True), (0.14, True), (0.39, True), (0.41, False), (-0.1, False)]
)
def test_a_foot_bone_of_a_length_that_no_foot_has_tells_no_ball(length, believed):
    """Without a toe bone the ball is where the foot bone ends; else a seventh of the leg ahead, as of a body."""
    bones = make_bones("MakeHuman", "A")
    leg = leg_length(rest_pose_of(bones), map_bones(rest_pose_of(bones)))
    foot = next(bone for bone in bones if bone.role == "foot.L")
    ahead = np.array([0.0, -length * leg, -0.09])
    bones = [replace(bone, tail=bone.head + ahead) if bone is foot else bone for bone in bones]
    rest = rest_pose_of(bones)
    sole = sole_of(rest, map_bones(rest), np.array([1.0, 0.0, 0.0, 0.0]), Side.LEFT, 0.09)
    assert not sole.has_toes
    assert sole.ball[1] == pytest.approx(-(length if believed else 0.14) * leg)
    assert sole.heel == pytest.approx([0, -0.4 * sole.ball[1], -0.09]), "two fifths of that behind the ankle"


@pytest.mark.parametrize(
    ("shin", "ankle", "roll"),
    [
        (30, HEIGHT, 0), (-30, 1.0 * BALL, 0), (30, 1.3 * BALL, 15), (30, 1.6 * BALL, 30),  # down, and up in the air
        (36.8, HEIGHT, 0), (64.2, HEIGHT, 64.2), (-64.2, HEIGHT, -64.2),  # sines of 0.6 and 0.9: it lies on its side
    ],
)  # fmt: skip
def test_a_foot_rolls_with_its_shin_only_in_the_air_or_on_its_side(shin, ankle, roll):
    assert degrees_about("y", turned_by("y", shin, ankle).foot) == pytest.approx(roll, abs=1e-6)


def test_toes_stay_on_the_ground_under_a_raised_heel_and_hang_on_the_foot_in_the_air():
    assert degrees_about("x", turned_by("x", 50, 0.12).toes) == pytest.approx(0, abs=1e-6)
    assert degrees_about("x", turned_by("x", 40, 0.3).toes) == pytest.approx(40, abs=1e-6)


def test_what_sinks_in_is_told_beyond_a_sole_that_gives():
    assert turned_by("x", 0, 0.05).sunk == pytest.approx([HEIGHT - 0.05 - 0.004 * LEG])
    assert turned_by("x", 0, HEIGHT - 0.003 * LEG).sunk == [0]
    assert turned_by("x", 0, 0.2).sunk == [0]


@pytest.mark.parametrize(
    ("length", "believed"), [(0.01, False), (0.019, False), (0.025, True), (0.19, True), (0.21, False), (-0.1, False)]
)
def test_a_toe_bone_of_a_length_that_no_toes_have_tells_no_tip(length, believed):
    """Importers make up where bones end. Toes without an end are three fifths as long as the way from ankle to ball."""
    bones = make_bones("Mixamo", "A")
    leg = leg_length(rest_pose_of(bones), map_bones(rest_pose_of(bones)))
    toes = next(bone for bone in bones if bone.role == "toes.L")
    ahead = np.array([0.02, -length * leg, 0.0])
    bones = [replace(bone, tail=bone.head + ahead) if bone is toes else bone for bone in bones]
    rest = rest_pose_of(bones)
    sole = sole_of(rest, map_bones(rest), np.array([1.0, 0.0, 0.0, 0.0]), Side.LEFT, 0.09)
    assert sole.ball[2] == sole.tip[2] == pytest.approx(-0.09)
    wanted = sole.ball[1] - length * leg if believed else 1.6 * sole.ball[1]
    assert sole.tip[1] == pytest.approx(wanted)
    assert sole.toe_end[2] == pytest.approx(sole.toe_joint[2]), "toes lie as high as they begin"
