from dataclasses import replace

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.retarget.rig.bone_map import BoneMap, check_map, with_sides_swapped
from gast_mocap.retarget.rig.naming import map_by_names
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.rig.review import review_map
from gast_mocap.retarget.rig.roles import about
from gast_mocap.take.errors import MocapError
from trials.rigs import (
    REST_POSES,
    RigBone,
    expected_roles,
    family_names,
    make_bones,
    rest_pose_of,
    turned,
    with_spine_of,
)

UNNAMED = {"root", "toes.L", "toes.R"}
HIPS = 0.93


@pytest.mark.parametrize("family", family_names())
def test_every_family_is_mapped_without_touching_a_field(family):
    bones = make_bones(family)
    found = map_bones(rest_pose_of(bones))
    assert not found.missing
    assert dict(found.bones) == expected_roles(bones)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("{}.L", "{}.R"),
        ("{}_l", "{}_r"),
        ("{}-l", "{}-r"),
        ("{} L", "{} R"),
        ("l-{}", "r-{}"),
        ("l_{}", "r_{}"),
        ("L_{}", "R_{}"),
        ("Left{}", "Right{}"),
        ("{}Left", "{}Right"),
        ("left_{}", "right_{}"),
        ("{}.left", "{}.right"),
        ("Armature|{}_Lft", "Armature|{}_Rgt"),
        ("左{}", "右{}"),
        ("{}.左", "{}.右"),
        ("{}_L.001", "{}_R.001"),
    ],
)
def test_left_and_right_in_every_usual_spelling(left, right):
    parts = {
        "clavicle": "Collar", "upper_arm": "UpperArm", "forearm": "LowerArm", "hand": "Hand",
        "thigh": "UpperLeg", "shin": "LowerLeg", "foot": "Foot", "toes": "Toe",
    }  # fmt: skip
    sided = {
        f"{part}.{side}": spelling.format(word)
        for part, word in parts.items()
        for side, spelling in (("L", left), ("R", right))
    }
    assert map_by_names(["Hips", "Spine", "Head", *sided.values()]) == sided | {
        "hips": "Hips",
        "spine": "Spine",
        "head": "Head",
    }


@pytest.mark.parametrize("rest_pose", REST_POSES)
def test_bones_without_names_are_mapped_by_where_they_lie(rest_pose):
    bones = make_bones("no names", rest_pose)
    assert dict(map_bones(rest_pose_of(bones)).bones) == expected_roles(bones)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_sides_follow_the_feet_whichever_way_a_nameless_rig_faces(degrees):
    bones = turned(make_bones("no names"), degrees)
    assert dict(map_bones(rest_pose_of(bones)).bones) == expected_roles(bones)


def test_a_nameless_rig_with_y_up_is_mapped():
    world = np.eye(4)
    world[:3, :3] = Rotation.from_euler("x", 90, degrees=True).as_matrix() * 0.01
    bones = make_bones("no names", "A")
    assert dict(map_bones(rest_pose_of(bones, world)).bones) == expected_roles(bones)


@pytest.mark.parametrize("family", ["Mixamo", "MakeHuman", "Unreal 5", "Daz Genesis 8", "DEF bones"])
def test_the_hierarchy_alone_finds_the_body(family):
    bones = make_bones(family)
    numbers = {bone.name: f"Bone.{index:03d}" for index, bone in enumerate(bones)}
    nameless = [
        RigBone(numbers[bone.name], numbers.get(bone.parent, ""), bone.role, bone.head, bone.tail, bone.roll)
        for bone in bones
    ]
    found = map_bones(rest_pose_of(nameless))
    expected = expected_roles(nameless)
    limbs = {role for role in expected if role.split(".")[0] in ("upper_arm", "forearm", "shin")}
    assert {role: found.bones[role] for role in limbs} == {role: expected[role] for role in limbs}
    assert found.bones["hips"] == expected["hips"]


def test_a_bird_has_no_human_body():
    names = ["root", "body", "neck", "head", "beak", "tail"]
    names += [f"{part}.{side}" for part in ("wing", "feathers", "thigh", "shin", "foot") for side in "LR"]
    assert _refusal(names, spread=True) == "no_bones_known"


@pytest.mark.parametrize("kind", ["bird", "cat", "horse", "wolf", "shark", "basic_quadruped"])
def test_rigifys_animals_are_refused(kind):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.preferences.addon_enable(module="rigify")
    getattr(bpy.ops.object, f"armature_{kind}_metarig_add")()
    with pytest.raises(MocapError) as caught:
        map_bones(read_rest_pose(bpy.context.object))
    assert caught.value.code in {"metarig", "no_bones_known", "not_upright"}


@pytest.mark.parametrize("family", ["Mixamo", "no family, side before", "no names"])
def test_a_body_on_four_feet_is_refused_whatever_its_bones_are_called(family):
    bones = make_bones(family)
    with pytest.raises(MocapError) as caught:
        map_bones(rest_pose_of(_on_four_feet(bones)))
    assert caught.value.code in {"no_bones_known", "not_upright"}


def test_a_rig_whose_rest_pose_does_not_stand_is_mapped_by_a_pose_that_does():
    rest = rest_pose_of(make_bones("Mixamo"))
    crawling = rest_pose_of(_on_four_feet(make_bones("Mixamo")))
    with pytest.raises(MocapError, match="Current Pose"):
        map_bones(crawling)
    assert map_bones(replace(crawling, armature_from_bone=rest.rest)).family == "Mixamo"


def test_a_lying_body_is_mapped():
    lying = [
        replace(bone, head=bone.head[[0, 2, 1]] * [1, 1, -1], tail=bone.tail[[0, 2, 1]] * [1, 1, -1])
        for bone in make_bones("Mixamo")
    ]
    assert not map_bones(rest_pose_of(lying)).missing


def test_a_camera_rig_has_no_human_body():
    assert _refusal(["Root", "Aim", "Camera", "Camera_Offset", "DOF_Point"]) == "no_bones_known"


def test_the_refusal_names_the_missing_parts():
    bones = [RigBone("Root", "", "", np.zeros(3), np.array([0.0, 0.0, 1.0]), 0.0)]
    with pytest.raises(MocapError) as caught:
        map_bones(rest_pose_of(bones))
    assert "Upper arm, left" in caught.value.text


def test_a_metarig_is_refused():
    names = [
        "spine",
        "spine.001",
        "spine.002",
        "spine.003",
        "pelvis.L",
        "shoulder.L",
        "upper_arm.L",
        "thigh.L",
    ]
    assert _refusal([*names, "shin.L"]) == "metarig"


def test_an_arm_without_its_middle_bone_is_not_complete():
    bones = [bone for bone in make_bones("Mixamo") if bone.name != "mixamorig:LeftForeArm"]
    bones = [replace(bone, parent="mixamorig:LeftArm") if "LeftHand" in bone.name else bone for bone in bones]
    assert map_bones(rest_pose_of(bones)).missing == ("forearm.L",)


def test_a_map_with_an_empty_required_role_is_refused():
    bones = make_bones("Mixamo")
    roles = expected_roles(bones)
    del roles["shin.R"]
    with pytest.raises(MocapError, match="Shin, right") as caught:
        check_map(BoneMap(roles), rest_pose_of(bones))
    assert caught.value.code == "bones_missing"


def test_a_map_with_a_bone_that_the_rig_lacks_is_refused():
    bones = make_bones("Mixamo")
    with pytest.raises(MocapError, match="Gone") as caught:
        check_map(BoneMap(expected_roles(bones) | {"neck": "Gone"}), rest_pose_of(bones))
    assert caught.value.code == "bone_unknown"


def test_a_map_that_gives_one_bone_two_parts_is_refused():
    bones = make_bones("Mixamo")
    roles = expected_roles(bones)
    with pytest.raises(MocapError, match="Hand, left and Hand, right") as caught:
        check_map(BoneMap(roles | {"hand.R": roles["hand.L"]}), rest_pose_of(bones))
    assert caught.value.code == "bone_twice"


def _on_four_feet(bones):
    """Trunk level, arms and legs straight down."""

    def placed(point):
        return point if point[2] < HIPS else np.array([point[0], HIPS - point[2], HIPS])

    def bone_of(bone):
        head, tail = placed(bone.head), placed(bone.tail)
        if bone.role.split(".")[0] in ("upper_arm", "forearm", "hand"):
            shoulder = placed(np.array([np.sign(bone.head[0]) * 0.17, 0.02, 1.43]))
            head, tail = (shoulder - [0, 0, abs(end[0]) - 0.17] for end in (bone.head, bone.tail))
        return replace(bone, head=head, tail=tail)

    return [bone_of(bone) for bone in bones]


def _refusal(names, spread=False):
    """Code of the error for a chain, or a fan, of bones with these names."""
    rng = np.random.default_rng(0)
    heads = [np.array([0.0, 0.0, 0.1 * index]) + spread * rng.uniform(-0.2, 0.2, 3) for index in range(len(names))]
    bones = [
        RigBone(name, names[(index - 1) // (2 if spread else 1)] if index else "", "", head, head + 0.1, 0.0)
        for index, (name, head) in enumerate(zip(names, heads, strict=True))
    ]
    with pytest.raises(MocapError) as caught:
        map_bones(rest_pose_of(bones))
    return caught.value.code


def test_a_free_bone_called_shin_is_not_taken_before_the_one_that_hangs_on_the_thigh():
    spoken = {bone.name: bone.role.replace(".", "_") or bone.name for bone in make_bones("Mixamo")}
    spoken |= {bone: name.replace("shin", "zork") for bone, name in spoken.items()}
    bones = [replace(bone, name=spoken[bone.name], parent=spoken.get(bone.parent, "")) for bone in make_bones("Mixamo")]
    ahead = np.array([0.0, -0.5, 0.0])
    targets = [
        replace(bone, name=bone.name.replace("zork", "shin"), parent="", head=bone.head + ahead, tail=bone.tail + ahead)
        for bone in bones
        if "zork" in bone.name
    ]
    found = map_bones(rest_pose_of([*bones, *targets])).bones
    assert [found[f"{part}.L"] for part in ("thigh", "shin", "foot")] == ["thigh_L", "zork_L", "foot_L"]


def test_an_arm_that_hangs_on_a_stump_is_doubted():
    bones = make_bones("Mixamo")
    roles = {role: name for role, name in expected_roles(bones).items() if role not in ("forearm.L", "hand.L")}
    assert set(review_map(rest_pose_of(bones), BoneMap(roles)).doubts) == {"upper_arm.L"}


@pytest.mark.parametrize("parts", [("clavicle",), ("clavicle", "upper_arm")])
def test_a_spine_without_names_leads_to_the_neck_where_arms_hang_elsewhere(parts):
    bones, chain = with_spine_of(make_bones("Unreal 5"), 4)
    root = next(bone.name for bone in bones if bone.role == "root")
    bones = [replace(bone, parent=root) if bone.role.startswith(parts) else bone for bone in bones]
    found = map_bones(rest_pose_of(bones)).bones
    assert (found["spine"], found["chest"]) == (chain[0], chain[-1])


def test_a_map_that_cannot_be_baked_is_refused_with_what_is_wrong():
    rest = rest_pose_of(make_bones("Mixamo"))
    whole = map_bones(rest)
    arm = whole.bones["upper_arm.L"]
    for changes, code, words in (
        ({"thigh.L": None}, "bones_missing", "Thigh, left"),
        ({"thigh.L": "gone"}, "bone_unknown", "gone"),
        ({"thigh.L": arm}, "bone_twice", f"{arm} is given to two parts: Upper arm, left and Thigh, left"),
    ):
        bones = {role: bone for role, bone in {**whole.bones, **changes}.items() if bone}
        with pytest.raises(MocapError) as caught:
            check_map(BoneMap(bones), rest)
        assert caught.value.code == code
        assert words in caught.value.text


def test_swapped_sides_are_the_other_sides_and_the_middle_stays():
    whole = map_bones(rest_pose_of(make_bones("Mixamo")))
    swapped = with_sides_swapped(whole)
    for role, bone in whole.bones.items():
        other = role[:-1] + {"L": "R", "R": "L"}[role[-1]] if role[-2:] in (".L", ".R") else role
        assert swapped.bones[other] == bone
    assert with_sides_swapped(swapped) == whole


def test_a_role_says_where_it_lies_and_whether_it_is_needed():
    assert about("upper_arm.L") == "Upper arm, left (required)"
    assert about("root") == "Root (not required): the bone on the floor on which all others hang"
