"""Keys, and what else on a rig would have a say."""

from dataclasses import replace

import bpy
import numpy as np
import pytest

from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.retarget.blender.channels import degrees_between_values
from gast_mocap.retarget.blender.write import WriteOptions, Written, write_action
from gast_mocap.retarget.rig.families import Switch
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.solve.confidence import bone_confidence
from gast_mocap.retarget.solve.solve import SolveOptions, solve
from gast_mocap.take.errors import MocapError
from trials.performances import random_performance
from trials.played import AS_IT_IS, play, worst_direction
from trials.rigs import make_armature, make_bones

FRAMES = np.arange(1, 41)
FOREARM = "mixamorig:LeftForeArm"


@pytest.fixture
def rig():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return make_armature(make_bones("Mixamo", "A"))


@pytest.fixture
def motion():
    return random_performance(seed=4, frames=len(FRAMES))[0]


def bake(rig, motion, name="take", solving=AS_IT_IS, confidence=None, **options) -> Written:
    rest = read_rest_pose(rig)
    curves = solve(motion, rest, map_bones(rest), solving)
    return write_action(rig, curves, FRAMES, name, WriteOptions(**options), confidence)


def curves_in(action):
    if not hasattr(action, "layers"):
        return {(curve.data_path, curve.array_index): curve for curve in action.fcurves}
    bags = action.layers[0].strips[0].channelbags
    return {(curve.data_path, curve.array_index): curve for bag in bags for curve in bag.fcurves}


def test_action_and_slot_have_the_name(rig, motion):
    action = bake(rig, motion, name="clip person 2").action
    assert action.name == "clip person 2"
    assert rig.animation_data.action == action
    if hasattr(action, "slots"):
        assert [slot.name_display for slot in action.slots] == ["clip person 2"]
        assert rig.animation_data.action_slot == action.slots[0]


def test_replace_writes_over_the_same_curves_and_leaves_others(rig, motion):
    rig.pose.bones["mixamorig:HeadTop_End"].keyframe_insert("location", frame=3)
    action = rig.animation_data.action
    written = bake(rig, motion, mode="REPLACE")
    count = len(curves_in(action))
    again = bake(rig, random_performance(seed=5, frames=len(FRAMES))[0], mode="REPLACE")
    assert written.action == again.action == action
    assert len(bpy.data.actions) == 1
    assert len(curves_in(action)) == count
    assert ('pose.bones["mixamorig:HeadTop_End"].location', 0) in curves_in(action)


def test_replace_drops_the_travel_of_an_earlier_bake(motion):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    rig = make_armature(make_bones("Unreal 4", "A"))
    for travel, paths in (
        ("object", {"location", 'pose.bones["pelvis"].location'}),
        ("root", {'pose.bones["root"].location', 'pose.bones["pelvis"].location'}),
        ("hips", {'pose.bones["pelvis"].location'}),
    ):
        action = bake(rig, motion, solving=SolveOptions(travel=travel), mode="REPLACE").action
        assert {path for path, _ in curves_in(action) if path.endswith("location")} == paths


@pytest.mark.parametrize(("first", "mode"), [("NEW", "NEW"), ("NEW", "REPLACE"), ("NEW", "NLA"), ("NLA", "NLA")])
def test_an_object_that_a_bake_carried_sets_out_from_its_place_again(motion, first, mode):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    rig = make_armature(make_bones("Unreal 4", "A"))
    rig.location = (1, 2, 3)
    bpy.context.view_layer.update()
    bake(rig, motion, solving=SolveOptions(travel="object"), mode=first)
    bpy.context.scene.frame_set(40)
    assert np.abs(np.array(rig.location) - (1, 2, 3)).max() > 0.2, "it was carried away"
    bake(rig, motion, solving=SolveOptions(travel="hips"), mode=mode)
    for frame in (1, 20, 40):
        bpy.context.scene.frame_set(frame)
        assert rig.matrix_world.translation[:] == pytest.approx((1, 2, 3), abs=1e-5)


@pytest.mark.skipif(not hasattr(bpy.types, "ActionSlot"), reason="actions have slots from Blender 4.4 on")
def test_an_action_that_stays_in_use_keeps_the_slot_that_was_chosen(rig, motion):
    rig.pose.bones["mixamorig:LeftHandIndex1"].keyframe_insert("rotation_quaternion", frame=3)
    fingers = rig.animation_data.action
    other = fingers.slots.new(id_type="OBJECT", name="other fingers")
    rig.animation_data.action_slot = other
    bake(rig, motion, mode="NLA")
    assert rig.animation_data.action == fingers
    assert rig.animation_data.action_slot == other


def test_nla_gets_a_track_of_its_own(rig, motion):
    bake(rig, motion, name="first", mode="NLA")
    bake(rig, motion, name="second", mode="NLA")
    animation = rig.animation_data
    assert animation.action is None
    assert [(track.name, track.strips[0].action.name) for track in animation.nla_tracks] == [
        ("first", "first"),
        ("second", "second"),
    ]
    strip = animation.nla_tracks[1].strips[0]
    assert (strip.frame_start, strip.frame_end) == (1, 40)
    bpy.context.scene.frame_set(20)
    moved = np.array(rig.pose.bones["mixamorig:LeftArm"].matrix_basis)
    assert np.abs(moved - np.eye(4)).max() > 0.1


@pytest.mark.parametrize("kept", [False, True])
def test_an_action_that_keys_other_bones_stays_in_use_above_the_nla_track(rig, motion, kept):
    rig.pose.bones["mixamorig:LeftHandIndex1"].keyframe_insert("rotation_quaternion", frame=3)
    animation = rig.animation_data
    fingers, slot = animation.action, getattr(animation, "action_slot", None)
    fingers.use_fake_user = kept
    assert bake(rig, motion, mode="NLA").laid_aside == ""
    assert animation.action == fingers
    assert getattr(animation, "action_slot", None) == slot
    assert fingers.use_fake_user == kept
    bpy.context.scene.frame_set(20)
    moved = np.array(rig.pose.bones["mixamorig:LeftArm"].matrix_basis)
    assert np.abs(moved - np.eye(4)).max() > 0.1


def test_an_action_that_would_overrule_the_nla_track_is_laid_aside_and_told(rig, motion):
    rig.pose.bones[FOREARM].keyframe_insert("rotation_quaternion", frame=3)
    earlier = rig.animation_data.action
    assert bake(rig, motion, mode="NLA").laid_aside == earlier.name
    assert rig.animation_data.action is None
    assert earlier.use_fake_user


def test_a_strip_that_is_open_for_tweaking_is_left_alone(rig, motion):
    bake(rig, motion, name="first", mode="NLA")
    strip = rig.animation_data.nla_tracks[0].strips[0]
    rig.animation_data.nla_tracks.active = rig.animation_data.nla_tracks[0]
    strip.select = True
    rig.animation_data.use_tweak_mode = True
    with pytest.raises(MocapError, match="tweak mode"):
        bake(rig, motion, name="second")
    assert [action.name for action in bpy.data.actions] == ["first"]


def test_every_nth_frame(rig, motion):
    action = bake(rig, motion, step=5).action
    for curve in curves_in(action).values():
        assert [point.co.x for point in curve.keyframe_points] == [1, 6, 11, 16, 21, 26, 31, 36, 40]


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "AXIS_ANGLE"])
@pytest.mark.parametrize("limit", [0.2, 1.0, 5.0])
def test_reduced_keys_stay_within_the_error_that_is_told(rig, motion, limit, mode):
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    full = curves_in(bake(rig, motion).action)
    written = bake(rig, motion, max_error=limit)
    reduced = curves_in(written.action)
    worst = 0.0
    for path in {path for path, _ in full if "rotation" in path}:
        indices = sorted(index for other, index in full if other == path)
        before, after = (
            np.array([[curves[path, index].evaluate(frame) for index in indices] for frame in FRAMES])
            for curves in (full, reduced)
        )
        worst = max(worst, float(degrees_between_values(after, before, mode).max()))
    assert worst <= limit + 1e-3
    assert worst <= written.error + 1e-3 <= limit + 2e-3
    assert sum(len(curve.keyframe_points) for curve in reduced.values()) < sum(
        len(curve.keyframe_points) for curve in full.values()
    )


def test_confidence_is_a_curve_for_each_bone(rig, motion):
    motion.scores[:, 12] = np.linspace(0.2, 0.9, len(FRAMES))
    confidence = bone_confidence(motion, map_bones(read_rest_pose(rig)))
    curves = curves_in(bake(rig, motion, confidence=confidence).action)
    path = f'pose.bones["{FOREARM}"]["mocap_confidence"]'
    assert [curves[path, 0].evaluate(frame) for frame in (1, 40)] == pytest.approx([0.2, 0.9], abs=1e-6)
    bpy.context.scene.frame_set(40)
    assert rig.pose.bones[FOREARM]["mocap_confidence"] == pytest.approx(0.9, abs=1e-6)
    right = curves['pose.bones["mixamorig:RightForeArm"]["mocap_confidence"]', 0]
    assert right.evaluate(1) == pytest.approx(1.0)


def constrain(rig, bone, kind, **settings):
    constraint = rig.pose.bones[bone].constraints.new(kind)
    for name, value in settings.items():
        setattr(constraint, name, value)
    return constraint


def target_at(place):
    empty = bpy.data.objects.new("target", None)
    empty.location = place
    bpy.context.scene.collection.objects.link(empty)
    return empty


@pytest.mark.parametrize(
    ("bone", "kind", "settings"),
    [
        (FOREARM, "IK", {"chain_count": 2}),
        ("mixamorig:LeftHand", "IK", {"chain_count": 3}),
        ("mixamorig:LeftHand", "IK", {"chain_count": 2, "use_tail": False}),
        ("mixamorig:LeftHandIndex1", "IK", {"chain_count": 0}),
        ("mixamorig:RightUpLeg", "DAMPED_TRACK", {}),
        (FOREARM, "COPY_ROTATION", {}),
        ("mixamorig:LeftLeg", "COPY_TRANSFORMS", {}),
        (FOREARM, "LIMIT_ROTATION", {"use_limit_x": True, "use_limit_z": True}),
        ("mixamorig:Spine1", "TRANSFORM", {}),
    ],
)
def test_constraints_that_pull_elsewhere_are_silenced_in_the_action(rig, motion, bone, kind, settings):
    constraint = constrain(rig, bone, kind, **settings)
    if hasattr(constraint, "target"):
        constraint.target = target_at((1, 2, 3))
    played = play(rig, motion)
    assert worst_direction(played, motion) < 1.0
    assert not constraint.mute
    assert bake(rig, motion).silenced == ((bone, constraint.name),)


def test_deform_bones_that_copy_unknown_controls_are_keyed_themselves():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bones = make_bones("Mixamo", "A")
    rig = make_armature(bones)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in bones:
        control = rig.data.edit_bones.new(f"ctl{bones.index(bone)}")
        original = rig.data.edit_bones[bone.name]
        control.head, control.tail, control.roll = original.head, original.tail, original.roll
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in bones:
        constrain(rig, bone.name, "COPY_TRANSFORMS", target=rig, subtarget=f"ctl{bones.index(bone)}")
    motion, _ = random_performance(seed=4, frames=20)
    assert worst_direction(play(rig, motion), motion) < 1.0


def test_constraints_that_are_off_or_only_scale_are_left_alone(rig, motion):
    constrain(rig, FOREARM, "IK", chain_count=2, mute=True)
    constrain(rig, FOREARM, "LIMIT_SCALE")
    assert bake(rig, motion).silenced == ()


def test_drivers_that_would_overrule_the_keys_are_muted_and_told(rig, motion):
    driven = rig.pose.bones[FOREARM].driver_add("rotation_quaternion", 1)
    driven.driver.expression = "0.7"
    other = rig.pose.bones["mixamorig:HeadTop_End"].driver_add("location", 0)
    other.driver.expression = "0.1"
    played = play(rig, motion)
    assert worst_direction(played, motion) < 1.0
    assert driven.mute and not other.mute
    driven.mute = False
    assert bake(rig, motion).muted == (f'pose.bones["{FOREARM}"].rotation_quaternion',)


def test_a_driven_constraint_is_silenced_too(rig, motion):
    constraint = constrain(rig, FOREARM, "IK", chain_count=2, target=target_at((1, 2, 3)))
    constraint.driver_add("influence").driver.expression = "1.0"
    assert worst_direction(play(rig, motion), motion) < 1.0


def test_replace_leaves_the_action_to_other_objects_that_play_it(rig, motion):
    shared = bake(rig, motion, name="shared").action
    other = make_armature(make_bones("Mixamo", "A"))
    other.animation_data_create().action = shared
    if hasattr(shared, "slots"):
        other.animation_data.action_slot = shared.slots[0]
    before = {key: curve.evaluate(20) for key, curve in curves_in(shared).items()}
    written = bake(rig, random_performance(seed=9, frames=len(FRAMES))[0], mode="REPLACE")
    assert written.copied_from == "shared"
    assert written.action == rig.animation_data.action != shared
    assert other.animation_data.action == shared
    assert {key: curve.evaluate(20) for key, curve in curves_in(shared).items()} == before
    assert bake(rig, motion, mode="REPLACE").copied_from == ""


@pytest.mark.parametrize("mode", ["NEW", "NLA"])
def test_a_solo_track_that_drowns_the_bake_is_told(rig, motion, mode):
    bake(rig, motion, name="first", mode="NLA")
    assert bake(rig, motion, mode=mode).drowned_by == ()
    rig.animation_data.nla_tracks[0].is_solo = True
    assert bake(rig, motion, mode=mode).drowned_by == ("first",)


@pytest.mark.parametrize("step", [1, 2, 5])
def test_what_is_read_between_the_keys_is_told_as_soon_as_frames_are_left_out(rig, motion, step):
    full = curves_in(bake(rig, motion).action)
    written = bake(rig, motion, step=step)
    between = curves_in(written.action)
    path = next(path for path, _ in full if FOREARM in path)
    before, after = (
        np.array([[curves[path, i].evaluate(frame) for i in range(4)] for frame in FRAMES])
        for curves in (full, between)
    )
    off = float(degrees_between_values(after, before, "QUATERNION").max())
    assert (off > 0.1) == (step > 1)
    assert written.error >= off - 1e-3


@pytest.mark.parametrize("mirrored", [(-1, 1, 1), (1, -1, 1), (-1, -1, -1)])
def test_a_mirrored_bone_that_carries_others_is_keyed_right_side_out(rig, motion, mirrored):
    rig.pose.bones[FOREARM].scale = mirrored
    bpy.context.view_layer.update()
    curves = curves_in(bake(rig, motion).action)
    path = f'pose.bones["{FOREARM}"].scale'
    assert [curves[path, axis].evaluate(1) for axis in range(3)] == [1, 1, 1]


def test_switches_of_the_family_are_keyed_where_the_rig_has_them(rig, motion):
    hand = rig.pose.bones["mixamorig:LeftHand"]
    hand["IK_FK"] = 0.0
    rest = read_rest_pose(rig)
    bone_map = map_bones(rest)
    there, not_there = Switch(hand.name, "IK_FK", 1.0), Switch("mixamorig:RightHand", "IK_FK", 1.0)
    bone_map = replace(bone_map, switches=(there, not_there, Switch("no bone", "IK_FK", 1.0)))
    action = write_action(rig, solve(motion, rest, bone_map), FRAMES, "take").action
    keyed = {path: curve for (path, _), curve in curves_in(action).items() if "IK_FK" in path}
    assert {path: curve.evaluate(20) for path, curve in keyed.items()} == {
        'pose.bones["mixamorig:LeftHand"]["IK_FK"]': 1
    }
    bpy.context.scene.frame_set(20)
    assert hand["IK_FK"] == 1.0
    assert "IK_FK" not in rig.pose.bones["mixamorig:RightHand"]


def test_what_holds_through_the_action_has_one_key(rig, motion):
    rig.pose.bones[FOREARM].scale = (1.5, 1.5, 1.5)
    bpy.context.view_layer.update()
    curves = curves_in(bake(rig, motion).action)
    scales = [curve for (path, _), curve in curves.items() if path.endswith("scale")]
    assert scales
    assert {len(curve.keyframe_points) for curve in scales} == {1}
    assert {curve.keyframe_points[0].co.x for curve in scales} == {1.0}
