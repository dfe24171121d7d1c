"""Scales of bones and objects: 0, mirrored, left over from another action."""

from dataclasses import replace

import bpy
import numpy as np
import pytest

from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.retarget.blender.write import WriteOptions, write_action
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.solve.solve import solve
from gast_mocap.take.skeletons import H36M17
from trials.performances import random_performance, squat
from trials.played import AS_IT_IS, LIMITED, play, worst_direction, worst_gap, worst_sole
from trials.rigs import make_armature, make_bones
from trials.topologies import make_topology

MOTION = random_performance(seed=3, frames=20)[0]


@pytest.fixture
def rig():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return make_armature(make_bones("Mixamo", "A"))


@pytest.mark.parametrize("scale", [(0, 0, 0), (1, 0, 1), (-1, 1, 1), (-1, -1, -1), (1.5, 1.5, 1.5)])
@pytest.mark.parametrize("bone", ["LeftHand", "LeftFoot", "Head", "LeftArm", "Hips"])
@pytest.mark.parametrize("reference", ["REST", "POSE"])
def test_bones_of_any_scale_are_baked(rig, bone, scale, reference):
    scaled = rig.pose.bones[f"mixamorig:{bone}"]
    scaled.scale = scale
    bpy.context.view_layer.update()
    played = play(rig, MOTION, reference=reference)
    if min(scale) != 0:
        assert worst_direction(played, MOTION) < 0.5
    bpy.context.scene.frame_set(5)
    carries = bone != "Head" and not bone.endswith("Hand")
    expected = np.abs(scale) if carries else scale
    assert scaled.scale[:] == pytest.approx(expected)


def test_a_hidden_hand_stays_hidden_and_the_rest_of_the_body_does_not_mind(rig):
    rig.pose.bones["mixamorig:LeftHand"].scale = (0, 0, 0)
    bpy.context.view_layer.update()
    played = play(rig, MOTION)
    assert worst_direction(played, MOTION) < 0.1
    assert worst_gap(played) < 0.005
    assert rig.pose.bones["mixamorig:LeftHand"].scale[:] == (0, 0, 0)


@pytest.mark.parametrize("mode", ["NEW", "REPLACE", "NLA"])
def test_a_second_bake_hides_and_enlarges_what_the_first_did(rig, mode):
    hand, hips = (rig.pose.bones[f"mixamorig:{bone}"] for bone in ("LeftHand", "Hips"))
    hand.scale, hips.scale = (0, 0, 0), (1.5, 1.5, 1.5)
    for _ in range(2):
        rest = read_rest_pose(rig)
        write_action(rig, solve(MOTION, rest, map_bones(rest)), np.arange(1, 21), "baked", WriteOptions(mode=mode))
        bpy.context.scene.frame_set(5)
        assert hand.scale[:] == (0, 0, 0)
        assert hips.scale[:] == (1.5, 1.5, 1.5)


@pytest.mark.parametrize("size", [0.3, 3.0])
def test_a_body_that_a_bone_enlarges_stands_on_the_floor_with_feet_as_large(rig, size):
    rig.pose.bones["mixamorig:Hips"].scale = (size, size, size)
    played = play(rig, squat(12), LIMITED)
    for role in ("foot.L", "toes.R"):
        assert played.heads[role][:, 2] == pytest.approx(size * played.rest_heads[role][2], abs=0.01 * size)


@pytest.mark.parametrize("size", [0.5, 2.0])
def test_the_larger_of_two_feet_stands_on_the_floor(rig, size):
    rig.pose.bones["mixamorig:LeftFoot"].scale = (size, size, size)
    played = play(rig, squat(12), LIMITED)
    larger, height = ("foot.L", size * 0.09) if size > 1 else ("foot.R", 0.09)
    assert played.heads[larger][:, 2] == pytest.approx(height, abs=0.005)


def test_longer_legs_by_scale_still_stand_on_the_floor(rig):
    for side in ("Left", "Right"):
        rig.pose.bones[f"mixamorig:{side}UpLeg"].scale = (1.3, 1.3, 1.3)
    bpy.context.view_layer.update()
    played = play(rig, squat(12), LIMITED)
    assert abs(played.heads["foot.L"][0, 2] - 1.3 * 0.09) < 0.005


@pytest.mark.parametrize("mode", ["NEW", "REPLACE"])
def test_a_scale_that_keys_left_over_does_not_depend_on_the_playhead(rig, mode):
    shin = rig.pose.bones["mixamorig:LeftLeg"]
    for frame, size in ((1, 0.5), (20, 2.0)):
        shin.scale = (size, size, size)
        shin.keyframe_insert("scale", frame=frame)
    keyed = rig.animation_data.action
    feet = []
    for playhead in (1, 20):
        rig.animation_data.action = keyed
        bpy.context.scene.frame_set(playhead)
        feet.append(play(rig, MOTION).heads["foot.L"])
        assert shin.scale[:] == (1, 1, 1)
    assert feet[0] == pytest.approx(feet[1], abs=1e-5)


@pytest.mark.parametrize("scale", [(-1, 1, 1), (1, -1, 1), (1, 1, -1), (-1, -1, -1), (-2, 2, 2)])
@pytest.mark.parametrize("mirrored", ["object", "parent"])
def test_a_mirrored_character_faces_and_moves_as_the_performer_does(rig, scale, mirrored):
    if mirrored == "parent":
        rig.parent = bpy.data.objects.new("carrier", None)
        bpy.context.scene.collection.objects.link(rig.parent)
    (rig.parent or rig).scale = scale
    bpy.context.view_layer.update()
    seen = replace(MOTION, joints=MOTION.joints[:, H36M17.mirrored_order()])  # what is called left is seen on the right
    assert worst_direction(play(rig, MOTION, AS_IT_IS), seen) < 0.1
    assert worst_sole(play(rig, squat(12))) < 0.01


def test_edits_that_are_not_applied_yet_count(rig):
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    arm = rig.data.edit_bones["mixamorig:LeftArm"]
    for bone in (arm, *arm.children_recursive):
        bone.head.z += 0.5 * (bone.head.x - arm.head.x)
        bone.tail.z += 0.5 * (bone.tail.x - arm.head.x)
    unapplied = read_rest_pose(rig)
    assert rig.mode == "EDIT"
    bpy.ops.object.mode_set(mode="OBJECT")
    assert read_rest_pose(rig).rest == pytest.approx(unapplied.rest)
    assert worst_direction(play(rig, MOTION), MOTION) < 0.1


def test_a_body_that_is_mirrored_in_its_bones_and_by_its_object_plays_left_with_left():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    rig = make_armature(make_topology("left and right swapped"))
    rig.scale = (-1, 1, 1)
    bpy.context.view_layer.update()
    played = play(rig, MOTION, AS_IT_IS)
    assert played.bone_map.bones["upper_arm.R"] == "mixamorig:LeftArm"  # roles are those of the mirrored armature
    seen = replace(MOTION, joints=MOTION.joints[:, H36M17.mirrored_order()])
    assert worst_direction(played, seen) < 0.1
    assert worst_sole(play(rig, squat(12))) < 0.01
