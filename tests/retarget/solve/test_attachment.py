"""Bodies whose parts hang beside what they belong to stay whole."""

from dataclasses import replace

import bpy
import numpy as np
import pytest

from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.retarget.blender.write import WriteOptions, write_action
from gast_mocap.retarget.rig.attachment import stuck_bones
from gast_mocap.retarget.rig.bone_map import BoneMap
from gast_mocap.retarget.solve.solve import SolveOptions, keyed_bones, solve
from trials.performances import random_performance
from trials.played import Played, play, worst_direction, worst_gap
from trials.rigs import expected_roles, family_names, make_armature, make_bones

PARTS = {
    "trunk": ("spine",),
    "arms": ("clavicle.L", "clavicle.R"),
    "bare arms": ("upper_arm.L", "upper_arm.R"),
    "hands": ("hand.L", "hand.R"),
    "legs": ("thigh.L", "thigh.R"),
    "feet": ("foot.L", "foot.R"),
    "head": ("head",),
    "everything": ("spine", "neck", "head", "clavicle.L", "upper_arm.R", "hand.L", "thigh.R", "foot.L", "toes.R"),
}


@pytest.fixture(autouse=True)
def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)


def reparented(family, roles, parent=""):
    """A rig of the family with the bones of ``roles`` hung on the bone of role ``parent``, "" for nothing."""
    bones = make_bones(family, "A")
    known = expected_roles(bones)
    above = known[parent] if parent else ""
    return make_armature([replace(bone, parent=above) if bone.role in roles else bone for bone in bones]), known


def travelling(frames=5):
    """A random performance that goes three metres besides."""
    motion, _ = random_performance(seed=3, frames=frames)
    way = np.linspace(0, 3, frames)[:, None, None] * np.array([1.0, 0.5, 0.0])
    return replace(motion, joints=motion.joints + way)


@pytest.mark.parametrize("family", family_names())
@pytest.mark.parametrize("part", ["trunk", "arms", "hands", "feet", "head", "everything"])
def test_parts_that_hang_on_nothing_stay_where_they_belong(family, part):
    rig, known = reparented(family, PARTS[part])
    motion = travelling()
    played = play(rig, motion, SolveOptions(joint_limits=False), bone_map=BoneMap(known))
    assert worst_gap(played) < 0.005
    assert worst_direction(played, motion) < 0.1


@pytest.mark.parametrize("travel", ["hips", "root", "none"])
@pytest.mark.parametrize("part", PARTS)
def test_parts_that_hang_on_the_root_bone_stay_where_they_belong(travel, part):
    rig, known = reparented("Unreal 4", PARTS[part], "root")
    motion = travelling()
    played = play(rig, motion, SolveOptions(joint_limits=False, travel=travel), bone_map=BoneMap(known))
    assert worst_gap(played) < 0.005
    assert worst_direction(played, motion) < 0.1
    if travel != "none":
        assert np.linalg.norm(played.heads["head"][-1] - played.heads["head"][0]) > 2.0


def test_hips_that_hang_on_the_spine_are_carried_by_it():
    rig, known = reparented("Mixamo", ())
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    spine, hips = (rig.data.edit_bones[known[role]] for role in ("spine", "hips"))
    spine.parent = None
    hips.parent = spine
    bpy.ops.object.mode_set(mode="OBJECT")
    played = play(rig, travelling(), bone_map=BoneMap(known))
    assert worst_gap(played) < 0.005
    assert np.linalg.norm(played.heads["thigh.L"][-1] - played.heads["thigh.L"][0]) > 2.0


def test_a_part_whose_end_is_joined_to_another_is_named_before_the_bake():
    rig, known = reparented("Mixamo", ())
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    arm = rig.data.edit_bones[known["upper_arm.L"]]
    arm.parent = rig.data.edit_bones[known["shin.R"]]
    arm.parent.tail = arm.head
    arm.use_connect = True
    bpy.ops.object.mode_set(mode="OBJECT")
    assert stuck_bones(read_rest_pose(rig), BoneMap(known)) == (known["upper_arm.L"],)
    rig, known = reparented("Mixamo", PARTS["everything"])
    assert stuck_bones(read_rest_pose(rig), BoneMap(known)) == ()


@pytest.mark.parametrize("family", ["Unreal 4", "Mixamo"])
def test_a_body_stands_as_high_when_its_thighs_hang_on_a_spine_that_bends(family):
    played = []
    for roles in ((), ("thigh.L", "thigh.R")):
        rig, known = reparented(family, roles, "spine")
        for _ in range(2):  # the second bake finds what the first one left
            played.append(play(rig, travelling(9), bone_map=BoneMap(known)))
    for other in played[1:]:
        for role in ("hips", "foot.L"):
            assert other.heads[role] == pytest.approx(played[0].heads[role], abs=1e-4)


@pytest.mark.parametrize("size", [0.5, 2.0])
def test_a_body_whose_hips_are_enlarged_stands_as_high_when_its_thighs_hang_on_nothing(size):
    played = []
    for roles in ((), ("thigh.L", "thigh.R")):
        rig, known = reparented("Mixamo", roles)
        rig.pose.bones[known["hips"]].scale = (size, size, size)
        for side in "LR":  # those that hang on the hips are enlarged by them
            rig.pose.bones[known[f"thigh.{side}"]].scale = (size, size, size) if roles else (1, 1, 1)
        bpy.context.view_layer.update()
        played.append(play(rig, travelling(9), bone_map=BoneMap(known)))
    for role in ("hips", "foot.L"):
        assert played[1].heads[role] == pytest.approx(played[0].heads[role], abs=1e-4)


@pytest.mark.parametrize("mode", ["NEW", "REPLACE", "NLA"])
@pytest.mark.parametrize("keyed", [True, False])
def test_a_place_that_a_bone_was_moved_to_does_not_stay(mode, keyed):
    rig, known = reparented("Mixamo", ())
    arm = rig.pose.bones[known["upper_arm.L"]]
    arm.location = (0.1, 0.2, 0.0)
    if keyed:
        arm.keyframe_insert("location", frame=1)
    motion = travelling()
    rest = read_rest_pose(rig, keyed=keyed_bones(read_rest_pose(rig), BoneMap(known), "hips"))
    write_action(rig, solve(motion, rest, BoneMap(known)), np.arange(1, 6), "baked", WriteOptions(mode=mode))
    assert worst_gap(Played(rig, rest, BoneMap(known), 5)) < 1e-4


def test_a_place_in_the_pose_that_motion_is_measured_from_stays():
    rig, known = reparented("Mixamo", ())
    rig.pose.bones[known["upper_arm.L"]].location = (0.1, 0.2, 0.0)
    bpy.context.view_layer.update()
    play(rig, travelling(), reference="POSE", bone_map=BoneMap(known))
    bpy.context.scene.frame_set(3)
    assert rig.pose.bones[known["upper_arm.L"]].location[:] == pytest.approx((0.1, 0.2, 0.0))


def test_a_pelvis_that_carries_thighs_with_a_place_of_their_own_is_not_stuck():
    bones = make_bones("Mixamo", "A")
    known = expected_roles(bones)
    hips = next(bone for bone in bones if bone.role == "hips")
    pelvis = replace(hips, name="pelvis", role="pelvis")
    hung = [replace(bone, parent="pelvis") if bone.role.startswith("thigh") else bone for bone in bones]
    rig, bone_map = make_armature([pelvis, *hung]), BoneMap(known | {"pelvis": "pelvis"})
    assert not stuck_bones(read_rest_pose(rig), bone_map)
    played = play(rig, travelling(), bone_map=bone_map)
    assert worst_gap(played) < 1e-4
    assert played.heads["pelvis"] == pytest.approx(played.heads["hips"], abs=1e-4)
