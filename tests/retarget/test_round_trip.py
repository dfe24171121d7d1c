"""Motion to keys to Blender's evaluated bones, and back to the motion."""

from dataclasses import replace
from itertools import cycle, pairwise, product

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.retarget.blender.new_skeleton import make_h36m_armature
from gast_mocap.retarget.rig.bone_map import BoneMap
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.solve.solve import SolveOptions, keyed_bones, solve
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import FootContact, Motion
from trials.performances import FPS, motion_of, random_performance, recorded_performance, t_pose
from trials.played import AS_IT_IS, LIMITED, Played, angle, play, worst_direction, worst_hinge, worst_jump
from trials.rigs import (
    PLACEMENTS,
    REAL_RIGS,
    REST_POSES,
    expected_roles,
    family_names,
    make_armature,
    make_bones,
    placed,
    rest_pose_of,
    turned,
    with_spine_of,
)

HINGE_OFF = 5.0  # degrees; 4 measured: rest poses have elbows and knees that are not quite straight
VARIANTS = cycle(product(REST_POSES, PLACEMENTS))


@pytest.fixture(autouse=True)
def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)


@pytest.mark.parametrize(
    ("family", "rest_pose", "placement"),
    [(name, *variant) for name, variant in zip(family_names(), VARIANTS, strict=False)]
    + [("Mixamo", rest_pose, placement) for rest_pose in REST_POSES for placement in PLACEMENTS],
)
@pytest.mark.parametrize("options", [AS_IT_IS, LIMITED], ids=["free", "limited"])
def test_limbs_point_where_the_performers_do_and_bend_to_the_same_side(family, rest_pose, placement, options):
    rig = make_armature(make_bones(family, rest_pose), PLACEMENTS[placement])
    motion, turns = random_performance(seed=len(family) + len(placement))
    played = play(rig, motion, options)
    assert worst_direction(played, motion) < 1.0
    assert worst_hinge(played, motion) < HINGE_OFF
    assert worst_jump(played, turns) < 5.0


@pytest.mark.parametrize("family", family_names())
def test_recorded_motion_on_every_family_as_bakes_are_by_default(family, cmu_mocap):
    rig = make_armature(make_bones(family, "A"))
    motion, turns = recorded_performance(cmu_mocap / "daz" / "02_03.bvh", end=100)
    played = play(rig, motion, LIMITED)
    assert worst_direction(played, motion) < 1.0
    assert worst_hinge(played, motion) < HINGE_OFF
    assert worst_jump(played, turns) < 5.0


@pytest.mark.parametrize("family", family_names())
def test_the_bones_that_are_said_to_be_keyed_are(family):
    rest = rest_pose_of(make_bones(family))
    bone_map = map_bones(rest)
    for travel in ("hips", "object", "none", *({"root"} & bone_map.bones.keys())):
        curves = solve(t_pose(), rest, bone_map, SolveOptions(travel=travel))
        assert keyed_bones(rest, bone_map, travel) == {*curves.bone_names, *curves.located_bones}


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_rig_built_facing_another_way_turns_to_face_as_the_performer(degrees):
    rig = make_armature(turned(make_bones("Unreal 4", "A"), degrees))
    motion, turns = random_performance(seed=degrees)
    played = play(rig, motion)
    assert worst_direction(played, motion) < 1.0
    assert worst_jump(played, turns) < 5.0


def test_a_parented_rig_performs_in_the_world():
    carrier = bpy.data.objects.new("carrier", None)
    bpy.context.scene.collection.objects.link(carrier)
    carrier.matrix_world = placed(0.5, (10, 30, 50), (1, 2, 3)).T
    rig = make_armature(make_bones("Mixamo", "A"))
    rig.parent = carrier
    bpy.context.view_layer.update()
    motion, _ = random_performance(seed=5)
    assert worst_direction(play(rig, motion), motion) < 1.0


@pytest.mark.parametrize("mode", ["XYZ", "ZYX", "YXZ", "AXIS_ANGLE"])
def test_bones_keep_their_rotation_mode(mode):
    rig = make_armature(make_bones("Mixamo", "A"))
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    motion, _ = random_performance(seed=11)
    assert worst_direction(play(rig, motion), motion) < 1.0
    assert {bone.rotation_mode for bone in rig.pose.bones} == {mode}


@pytest.mark.parametrize(
    ("family", "rest_pose", "placement"),
    [(name, "A", "at the origin") for name in family_names()]
    + [("Mixamo", rest_pose, placement) for rest_pose in ("uneven", "down") for placement in PLACEMENTS],
)
def test_a_t_pose_gives_a_t_pose(family, rest_pose, placement):
    rig = make_armature(make_bones(family, rest_pose), PLACEMENTS[placement])
    played = play(rig, t_pose(), SolveOptions())
    assert worst_direction(played, t_pose()) < 1.0
    for role in ("hips", "spine", "chest", "neck", "head", "clavicle.L", "clavicle.R", "foot.L", "foot.R"):
        if role in played.turns:
            assert np.degrees(played.turns[role].magnitude()).max() < 1.0


def test_a_rig_at_rest_in_the_performers_t_pose_does_not_move():
    rig = make_armature(make_bones("Mixamo", "T"))
    played = play(rig, t_pose())
    for role in ("upper_arm.L", "upper_arm.R", "thigh.L", "thigh.R"):
        assert np.degrees(played.turns[role].magnitude()).max() < 2.0


def test_the_skeleton_made_for_a_performer_repeats_every_joint():
    motion, _ = random_performance(seed=3)
    rig = make_h36m_armature("skeleton", motion)
    played = play(rig, motion)
    for role, joint in (("thigh.L", 4), ("shin.R", 2), ("forearm.L", 12), ("neck", 8), ("head", 9), ("clavicle.R", 8)):
        drift = played.heads[role] - motion.joints[:, joint]
        assert np.ptp(drift, axis=0).max() < 0.03
    assert worst_direction(played, motion) < 1.0


def test_elbows_and_knees_stop_when_straight():
    motion = t_pose()
    bent_back = motion.joints.repeat(3, axis=0)
    bent_back[:, [3, 6]] += [0.0, -0.15, 0.0]
    knees_forward = Motion(np.arange(3) / 30, bent_back, np.ones((3, 17)))
    rig = make_armature(make_bones("Mixamo"))
    limited = play(rig, knees_forward, SolveOptions())
    for side in "LR":
        assert angle(limited.direction(f"thigh.{side}"), limited.direction(f"shin.{side}")).max() < 1.0
        assert np.degrees(limited.turns[f"thigh.{side}"].magnitude()).max() < 3.0


@pytest.mark.parametrize("yaw", [-60.0, 30.0, 75.0])
def test_the_head_turns_with_the_nose_and_the_neck_does_not_lean(yaw):
    joints = t_pose().joints.repeat(5, axis=0)
    turn = Rotation.from_rotvec(np.outer(np.linspace(0, yaw, 5), [0, 0, 1]), degrees=True)
    for joint in (9, 10):
        joints[:, joint] = joints[:, 8] + turn.apply(joints[:, joint] - joints[:, 8])
    played = play(make_armature(make_bones("Mixamo", "A")), motion_of(joints))
    head_error = played.turns["head"] * turn.inv()
    assert np.degrees(head_error.magnitude()).max() < 1.0
    assert angle(played.turns["neck"].apply([0, 0, 1]), np.array([0, 0, 1])).max() < 1.0


def test_a_standing_foot_stays_flat_and_a_lifted_one_follows_its_shin():
    joints = t_pose().joints.repeat(2, axis=0)
    joints[:, 0:1] += [0.0, 0.1, -0.02]
    joints[:, [1, 2, 4, 5]] += [0.0, 0.1, -0.02]
    joints[1, 6] = joints[1, 5] + [0.0, 0.43, 0.0]
    played = play(make_armature(make_bones("Mixamo", "A")), motion_of(joints))
    assert np.degrees(played.turns["foot.R"].magnitude()).max() < 1.0
    assert np.degrees(played.turns["foot.L"][0].magnitude()) < 1.0
    assert np.degrees((played.turns["foot.L"][1] * played.turns["shin.L"][1].inv()).magnitude()) < 1.0


@pytest.mark.parametrize("with_contacts", [True, False])
def test_a_foot_that_stands_on_a_wall_stays_flat(with_contacts):
    joints = t_pose().joints.repeat(120, axis=0)
    joints[:, 0:1] += [0.0, 0.1, -0.02]
    joints[:, [1, 2, 4, 5]] += [0.0, 0.1, -0.02]
    joints[60:, :, 2] += 1.5
    spans = ((0.0, 59 / FPS), (60 / FPS, 119 / FPS)) if with_contacts else ()
    contacts = tuple(FootContact(foot, *span) for span in spans for foot in ("left", "right"))
    rig = make_armature(make_bones("Mixamo", "A"))
    played = play(rig, replace(motion_of(joints), contacts=contacts))
    steady = [*range(30), *range(90, 120)] if not with_contacts else range(120)
    assert np.degrees(played.turns["foot.L"].magnitude())[steady].max() < 1.0
    assert np.degrees(played.turns["shin.L"].magnitude()).min() > 5.0


@pytest.mark.parametrize("rig_name", REAL_RIGS)
def test_recorded_motion_on_real_rigs(rig_name, cmu_mocap, rigs):
    bpy.ops.wm.open_mainfile(filepath=str(rigs / "mpfb_rigs.blend"))
    rig = bpy.data.objects[rig_name]
    for clip in ("02_03", "12_01"):
        motion, turns = recorded_performance(cmu_mocap / "daz" / f"{clip}.bvh", end=100)
        played = play(rig, motion, LIMITED)
        assert worst_direction(played, motion) < 1.0
        assert worst_hinge(played, motion) < HINGE_OFF
        assert worst_jump(played, turns) < 5.0


@pytest.mark.parametrize("rig_name", REAL_RIGS)
def test_random_motion_and_a_t_pose_on_real_rigs(rig_name, rigs):
    bpy.ops.wm.open_mainfile(filepath=str(rigs / "mpfb_rigs.blend"))
    rig = bpy.data.objects[rig_name]
    motion, turns = random_performance(seed=len(rig_name), frames=40)
    played = play(rig, motion)
    assert worst_direction(played, motion) < 1.0
    assert worst_hinge(played, motion) < HINGE_OFF
    assert worst_jump(played, turns) < 5.0
    assert worst_direction(play(rig, t_pose(), SolveOptions()), t_pose()) < 1.0


@pytest.mark.parametrize("metarig", ["human", "human_toes"])
def test_real_metarigs_are_refused(metarig, rigs):
    bpy.ops.wm.open_mainfile(filepath=str(rigs / "mpfb_rigs.blend"))
    with pytest.raises(MocapError, match="Generate the rig first"):
        map_bones(read_rest_pose(bpy.data.objects[metarig]))


@pytest.mark.parametrize(("reference", "rolled"), [("REST", 0.0), ("POSE", 40.0)])
def test_the_current_pose_can_be_what_motion_is_measured_from(reference, rolled):
    rig = make_armature(make_bones("Mixamo", "T"))
    roll = Rotation.from_rotvec([0, 40, 0], degrees=True).as_quat()[[3, 0, 1, 2]]
    rig.pose.bones["mixamorig:LeftForeArm"].rotation_quaternion = roll
    bpy.context.view_layer.update()
    played = play(rig, t_pose(), reference=reference)
    assert np.degrees(played.turns["forearm.L"].magnitude()[0]) == pytest.approx(rolled, abs=4.0)
    assert worst_direction(played, t_pose()) < 1.0


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_a_spine_of_any_length_shares_the_bend(count):
    bones, chain = with_spine_of(make_bones("Mixamo"), count)
    rig = make_armature(bones)
    motion, _ = random_performance(seed=21, frames=30)
    roles = expected_roles(bones) | {"chest": chain[-1]} | {"spine": chain[0]}
    if count == 1:
        del roles["chest"]
    played = play(rig, motion, bone_map=BoneMap(roles))
    assert worst_direction(played, motion) < 1.0
    links = BoneMap({"hips": roles["hips"], **{str(number): name for number, name in enumerate(chain)}})
    turns = list(Played(rig, read_rest_pose(rig), links, 30).turns.values())
    bend = (turns[-1] * turns[1].inv()).magnitude()
    steps = [(above * below.inv()).magnitude() for below, above in pairwise(turns[1:])]
    assert all(np.all(step <= 2 / count * bend + 0.01) for step in steps)
