from dataclasses import replace

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.retarget.rig.bone_map import BoneMap, with_sides_swapped
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.rig.review import review_map
from trials.rigs import (
    REST_POSES,
    RigBone,
    expected_roles,
    family_names,
    make_armature,
    make_bones,
    rest_pose_of,
    turned,
)

OTHER = {"L": "R", "R": "L"}


@pytest.mark.parametrize("rest_pose", REST_POSES)
@pytest.mark.parametrize("family", family_names())
def test_a_right_map_of_any_family_is_not_doubted(family, rest_pose):
    bones = make_bones(family, rest_pose)
    review = review_map(rest_pose_of(bones), BoneMap(expected_roles(bones)))
    assert not review.doubts
    assert not review.sides_contradict


@pytest.mark.parametrize("degrees", [0, 90, 180])
@pytest.mark.parametrize("family", ["Mixamo", "Unreal 5", "DEF bones"])
def test_left_bones_on_the_right_are_told_and_the_swap_mends_it(family, degrees):
    bones = turned(make_bones(family), degrees)
    swapped = {_mirrored(role): name for role, name in expected_roles(bones).items()}
    review = review_map(rest_pose_of(bones), BoneMap(swapped))
    assert review.sides_contradict
    assert "left" in review.notices[0]
    assert dict(with_sides_swapped(BoneMap(swapped)).bones) == expected_roles(bones)


@pytest.mark.parametrize("name", ["Eye", "mixamorig:LeftEye", "eye.L", "Jaw", "目"])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_face_tells_the_sides_of_a_body_without_toes(name, sign):
    bones = [bone for bone in make_bones("Mixamo") if not bone.role.startswith("toes")]
    head = next(bone for bone in bones if bone.role == "head")
    front = head.head + sign * np.array([0.0, -0.08, 0.06])
    face = RigBone(name, head.name, "", front, front + 0.02, 0.0)
    review = review_map(rest_pose_of([*bones, face]), BoneMap(expected_roles(bones)))
    assert review.sides_contradict == (sign < 0)


@pytest.mark.parametrize("family", ["Mixamo", "Unreal 5", "Character Creator"])
def test_arms_one_joint_up_are_doubted(family):
    bones = make_bones(family)
    roles = expected_roles(bones)
    for side in "LR":
        up = {"upper_arm": "clavicle", "forearm": "upper_arm", "hand": "forearm"}
        moved = {f"{part}.{side}": roles[f"{other}.{side}"] for part, other in up.items()}
        del roles[f"clavicle.{side}"]
        roles |= moved
    doubts = review_map(rest_pose_of(bones), BoneMap(roles)).doubts
    assert set(doubts) == {"upper_arm.L", "forearm.L", "upper_arm.R", "forearm.R"}


def test_a_shin_given_to_an_arm_is_doubted():
    bones = make_bones("Mixamo")
    roles = expected_roles(bones)
    roles["forearm.L"] = roles["foot.L"]
    assert {"upper_arm.L", "forearm.L"} <= set(review_map(rest_pose_of(bones), BoneMap(roles)).doubts)


def test_a_head_below_the_shoulders_is_doubted():
    bones = make_bones("Mixamo")
    roles = expected_roles(bones)
    roles["head"] = roles["spine"]
    assert set(review_map(rest_pose_of(bones), BoneMap(roles)).doubts) == {"head"}


@pytest.mark.parametrize(("axis", "degrees", "way"), [("x", 40, "forward"), ("x", -40, "back"), ("y", 40, "left")])
def test_a_leaning_trunk_is_told(axis, degrees, way):
    bones = make_bones("Mixamo")
    lean, hips = Rotation.from_euler(axis, degrees, degrees=True), np.array([0.0, 0.0, 0.95])
    legs = ("thigh", "shin", "foot", "toes", "root")
    leaning = [
        bone
        if bone.role.split(".")[0] in legs
        else replace(bone, head=lean.apply(bone.head - hips) + hips, tail=lean.apply(bone.tail - hips) + hips)
        for bone in bones
    ]
    rest = rest_pose_of(leaning)
    told = review_map(rest, map_bones(rest)).notices
    assert len(told) == 1
    assert f"leans {way} by" in told[0]
    assert abs(float(told[0].split(" by ")[1].split()[0]) - 40) <= 5


@pytest.mark.parametrize(
    ("without", "words"),
    [
        (("thigh", "shin", "foot", "toes"), "no legs:"),
        (("upper_arm.R", "forearm.R", "hand.R"), "no right arm:"),
        (("upper_arm", "forearm", "hand"), "no arms:"),
        (("thigh.L", "shin.L", "foot.L", "toes.L"), "no left leg:"),
    ],
)
def test_what_a_half_body_lacks_is_told_in_one_line(without, words):
    bones = make_bones("Mixamo")
    roles = {role: bone for role, bone in expected_roles(bones).items() if not role.startswith(without)}
    half = BoneMap(roles)
    assert not half.missing
    assert [words in notice for notice in review_map(rest_pose_of(bones), half).notices] == [True]


def _mirrored(role):
    part, dot, side = role.partition(".")
    return f"{part}{dot}{OTHER.get(side, '')}"


@pytest.mark.parametrize(("scale", "told"), [((1, 1, 2), True), ((2, 2, 2), False), ((-1, 1, 1), False)])
def test_an_object_that_is_scaled_unevenly_is_told(scale, told):
    bones = make_bones("Mixamo")
    rest = rest_pose_of(bones, np.diag([*scale, 1.0]))
    notices = review_map(rest, BoneMap(expected_roles(bones))).notices
    assert any("Ctrl A" in notice for notice in notices) == told


@pytest.mark.parametrize(("scale", "told"), [((1, 1.5, 1), True), ((1.5, 1.5, 1.5), False), ((0, 0, 0), False)])
@pytest.mark.parametrize(("bone", "carries"), [("LeftUpLeg", True), ("Spine", True), ("Head", False)])
def test_a_limb_that_an_uneven_pose_scale_shears_is_told(bone, carries, scale, told):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bones = make_bones("Mixamo")
    rig = make_armature(bones)
    rig.pose.bones[f"mixamorig:{bone}"].scale = scale
    notices = review_map(read_rest_pose(rig), BoneMap(expected_roles(bones))).notices
    assert [f"scales mixamorig:{bone} unevenly" in notice for notice in notices] == [True] * (carries and told)


@pytest.mark.parametrize("size", [0.5, 1.0])
@pytest.mark.parametrize("way", [(2.0, 0.0, 0.0), (0.0, 0.8, 0.0)])
def test_a_second_character_in_the_armature_is_told(size, way):
    bones = make_bones("Mixamo")
    other = [
        replace(
            bone,
            name=f"B {bone.name}",
            parent=f"B {bone.parent}" if bone.parent else "",
            head=size * bone.head + way,
            tail=size * bone.tail + way,
        )
        for bone in bones
    ]
    rest = rest_pose_of([*bones, *other])
    (told,) = review_map(rest, BoneMap(expected_roles(bones))).notices
    assert f"that of B {expected_roles(bones)['hips']}" in told


def test_a_second_set_of_the_same_bones_is_no_second_character():
    bones = make_bones("Mixamo")
    deform = [
        replace(bone, name=f"DEF-{bone.name}", parent=f"DEF-{bone.parent}" if bone.parent else "") for bone in bones
    ]
    assert not review_map(rest_pose_of([*bones, *deform]), BoneMap(expected_roles(bones))).notices
