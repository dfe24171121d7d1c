from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gast_mocap.retarget.rig.naming import map_by_names
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.rig.review import review_map
from trials.rigs import RigBone, expected_roles, make_bones, rest_pose_of, scheme_names

VOCABULARIES = (
    ("shoulder", "arm", "fore arm", "hand", "up leg", "leg", "foot", "toe base"),
    ("clavicle", "upper arm", "lower arm", "hand", "thigh", "calf", "foot", "ball"),
    ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot"),
    ("shoulder", "arm", "elbow", "wrist", "leg", "knee", "ankle", "toe"),
    ("scapula", "bicep", "low arm", "palm", "femur", "tibia", "foot", "toes"),
)
PARTS = ("clavicle", "upper_arm", "forearm", "hand", "thigh", "shin", "foot", "toes")
EXTRAS = (
    ("hand", "index 1"), ("hand", "thumb 1"), ("hand", "finger 2"), ("upper_arm", "upper arm twist"),
    ("forearm", "lower arm roll"), ("thigh", "thigh twist 1"), ("hand", "hand ik"), ("foot", "foot ik target"),
    ("shin", "knee pole"), ("foot", "foot end"), ("hand", "weapon"), ("clavicle", "shoulder pad"), ("thigh", "skirt 1"),
)  # fmt: skip
SIDES = ("{side} {name}", "{name} {side}")
LEFT_RIGHT = (("left", "right"), ("l", "r"), ("L", "R"), ("Left", "Right"))
PREFIXES = ("", "hero", "rig", "Bip01", "m avg", "b", "Character1", "my guy", "zq")


@pytest.mark.parametrize("scheme", scheme_names())
def test_every_scheme_is_mapped_by_its_names(scheme):
    bones = make_bones(scheme)
    rest = rest_pose_of(bones)
    found = map_bones(rest)
    assert _named(found.bones, bones) == expected_roles(bones)
    assert not review_map(rest, found).doubts


@given(st.data())
def test_words_are_found_in_any_dress(data):
    """Prefixes, capitals, separators and the place of the side change nothing; fingers, twists and helpers are none."""
    words = dict(zip(PARTS, data.draw(st.sampled_from(VOCABULARIES)), strict=True))
    prefix = data.draw(st.sampled_from(PREFIXES))
    pattern = data.draw(st.sampled_from(SIDES))
    sides = data.draw(st.sampled_from(LEFT_RIGHT))
    dress = data.draw(st.sampled_from((_joined("_"), _joined("."), _joined("-"), _joined(" "), _camel)))
    suffix = data.draw(st.sampled_from(("", ".001")))
    extras = data.draw(st.lists(st.sampled_from(EXTRAS), max_size=6, unique=True))

    def spelled(name, side):
        told = pattern.format(side=side, name=name) if side else name
        return dress(f"{prefix} {told}".strip()) + suffix

    trunk = [spelled(name, "") for name in ("hips", "spine", "neck", "head")]
    expected = {
        f"{part}.{letter}": spelled(word, side)
        for part, word in words.items()
        for letter, side in zip("LR", sides, strict=True)
    }
    others = [spelled(name, side) for _, name in extras for side in sides]
    found = map_by_names([*trunk, *expected.values(), *others])
    assert {role: found.get(role) for role in expected} == expected
    assert [found.get(role) for role in ("hips", "spine", "neck", "head")] == trunk


@pytest.mark.parametrize("scheme", ["VRChat", "HumanIK", "SMPL-X", "b_l_arm", "German", "Chinese", "Korean", "French"])
def test_a_bone_of_no_known_name_is_filled_in_by_where_it_lies(scheme):
    """No part alone may turn the others: what the names tell stays, and the gap is filled."""
    for lacking in ("hips", "forearm.L", "upper_arm.R", "thigh.L", "shin.R", "head", "clavicle.L"):
        bones = make_bones(scheme)
        roles = expected_roles(bones)
        other = {roles[lacking]: "qwx"}
        renamed = [
            replace(bone, name=other.get(bone.name, bone.name), parent=other.get(bone.parent, bone.parent))
            for bone in bones
        ]
        found = map_bones(rest_pose_of(renamed))
        assert _named(found.bones, renamed) == expected_roles(renamed), lacking


def test_arms_named_one_joint_up_are_put_right_by_where_they_lie():
    """Bones that begin at the neck and are as long as collarbones are no upper arms, whatever they are called."""
    bones = make_bones("VRChat")
    names = {"shoulder": "arm", "arm": "elbow", "elbow": "wrist", "wrist": "grip"}
    renamed = [replace(bone, name=_other(bone.name, names), parent=_other(bone.parent, names)) for bone in bones]
    expected = {role: _other(name, names) for role, name in expected_roles(bones).items()}
    found = map_bones(rest_pose_of(renamed))
    assert _named(found.bones, renamed) == expected
    assert not review_map(rest_pose_of(renamed), found).doubts


def test_the_swap_of_names_stays_and_gaps_are_filled_on_the_names_side():
    """Left bones on the right are told, not silently turned: the map keeps to the names in all its roles."""
    bones = make_bones("Mixamo")
    swap = {"Left": "Right", "Right": "Left"}
    names = {
        bone.name: next((bone.name.replace(a, b) for a, b in swap.items() if a in bone.name), bone.name)
        for bone in bones
    }
    names["mixamorig:LeftForeArm"] = "qwx"  # the right arm's, by its name
    renamed = [replace(bone, name=names[bone.name], parent=names.get(bone.parent, "")) for bone in bones]
    rest = rest_pose_of(renamed)
    found = map_bones(rest)
    assert found.bones["thigh.L"] == "mixamorig:LeftUpLeg"
    assert found.bones["forearm.R"] == "qwx"
    assert review_map(rest, found).sides_contradict


def test_controls_called_like_parts_of_limbs_are_not_taken_for_them():
    bones = make_bones("Lower case")
    called = {"hand": "{}hand_ctrl", "foot": "{}foot_ctrl", "shin": "{}knee", "forearm": "{}elbow"}
    controls = [
        replace(bone, name=called[part].format(side), parent="", role="")
        for bone in bones
        for part in called
        for letter, side in (("L", "left"), ("R", "right"))
        if bone.role == f"{part}.{letter}"
    ]
    found = map_bones(rest_pose_of([*controls, *bones]))
    assert found.bones == expected_roles(bones)


@pytest.mark.parametrize(
    "names",
    [
        ["root", "door", "hinge.L", "hinge.R", "handle.L", "handle.R"],
        ["chassis", "wheel_front_l", "wheel_front_r", "arm_l", "arm_r", "shoulder_bolt_l", "shoulder_bolt_r"],
        ["head_light.L", "head_light.R", "hand_brake", "foot_pedal.L", "back_seat", "neck_rest"],
    ],
)
def test_words_of_a_body_do_not_make_a_body(names):
    heads = np.random.default_rng(0).uniform(-1, 1, (len(names), 3))
    bones = [
        RigBone(name, names[0] if i else "", "", head, head + 0.1, 0.0)
        for i, (name, head) in enumerate(zip(names, heads, strict=True))
    ]
    with pytest.raises(Exception, match="no human body"):
        map_bones(rest_pose_of(bones))


def _other(name, names):
    side, _, word = name.partition(" ")
    return f"{side} {names[word]}" if word in names else name


def _joined(sign):
    return lambda text: text.replace(" ", sign)


def _camel(text):
    return "".join(word[:1].upper() + word[1:] for word in text.split())


def _named(found, bones):
    """The map, without a root that the scheme does not tell of."""
    return {role: bone for role, bone in found.items() if role != "root" or role in expected_roles(bones)}
