from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gast_mocap.retarget.rig.bone_map import BoneMap, with_sides_swapped
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.rig.review import review_map
from trials.rigs import REST_POSES, RigBone, expected_roles, family_names, make_bones, rest_pose_of, turned

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
