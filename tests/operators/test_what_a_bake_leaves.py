"""What is as before after a bake, and after a bake and its undo."""

import bpy
import pytest
import snapshot
from bake_targets import curves_of

MOTION = {"pose", "animation_data", "bound_box", "dimensions"}


@pytest.fixture
def full_scene(scene, take, mixamo):
    """A file with a bit of everything: another animated rig, earlier actions, drivers, a selection, a mode."""
    other = bpy.data.objects.new("Other", mixamo.data.copy())
    cube = bpy.data.objects.new("Cube", bpy.data.meshes.new("Cube"))
    for extra in (other, cube):
        scene.collection.objects.link(extra)
    cube.parent = mixamo
    cube.modifiers.new("Armature", "ARMATURE").object = mixamo
    other.keyframe_insert("location", frame=3)
    mixamo.location = (1.0, 2.0, 0.0)
    hand = mixamo.pose.bones["mixamorig:LeftHand"]
    hand.rotation_mode = "XZY"
    hand.keyframe_insert("rotation_euler", frame=5)
    hand["grip"] = 0.4
    mixamo.pose.bones["mixamorig:Head"].constraints.new("LIMIT_ROTATION")
    mixamo.pose.bones["mixamorig:Neck"].driver_add("rotation_quaternion", 1).driver.expression = "0.1"
    bpy.data.actions.new("Unused").use_fake_user = True
    bpy.context.view_layer.objects.active = mixamo
    cube.select_set(True)
    bpy.ops.object.mode_set(mode="POSE")
    scene.frame_set(7)
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.target = mixamo
    bpy.ops.ed.undo_push(message="before")
    return scene


def saved(path):
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    return path


def opened(path):
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return snapshot.of_file()


@pytest.mark.parametrize("action", ["NEW", "REPLACE", "NLA"])
@pytest.mark.parametrize("travel", ["hips", "object"])
def test_a_file_is_the_same_after_bake_and_undo(full_scene, tmp_path, action, travel):
    full_scene.gast_mocap.bake.action = action
    full_scene.gast_mocap.bake.travel = travel
    full_scene.gast_mocap.bake.confidence = True
    bpy.ops.ed.undo_push(message="options")
    preferences = snapshot.of_preferences()
    before = saved(tmp_path / "before.blend")
    bpy.ops.gast_mocap.bake("EXEC_DEFAULT", True)
    baked = saved(tmp_path / "baked.blend")
    bpy.ops.ed.undo()
    after = saved(tmp_path / "after.blend")
    assert snapshot.differences(preferences, snapshot.of_preferences()) == []
    state = opened(before)
    assert snapshot.differences(state, opened(after)) == []
    assert snapshot.differences(state, opened(baked)) != []


def test_a_bake_without_a_target_is_undone_too(full_scene, tmp_path):
    full_scene.gast_mocap.target = None
    bpy.ops.ed.undo_push(message="no target")
    before = saved(tmp_path / "before.blend")
    bpy.ops.gast_mocap.bake("EXEC_DEFAULT", True)
    assert len(bpy.data.armatures) == 3
    bpy.ops.ed.undo()
    after = saved(tmp_path / "after.blend")
    assert snapshot.differences(opened(before), opened(after)) == []


def test_only_the_targets_motion_is_changed(full_scene, mixamo):
    before = snapshot.of_file()
    bpy.ops.gast_mocap.bake()
    after = snapshot.of_file()
    made = after.keys() - before.keys()
    assert made == {"actions clip person 1"}
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"objects Armature", "actions ArmatureAction"}  # the earlier action got its fake user
    touched = snapshot.differences(before["objects Armature"], after["objects Armature"])
    assert {found.split("/")[1].split(":")[0] for found in touched} <= MOTION
    assert bpy.context.mode == "POSE"
    assert full_scene.frame_current == 7
    assert [selected.name for selected in bpy.context.selected_objects] == ["Cube"]
    assert bpy.context.view_layer.objects.active == mixamo


def test_a_second_person_goes_onto_another_rig(full_scene, mixamo):
    bpy.ops.gast_mocap.bake(track_id=1)
    first = {(curve.data_path, curve.array_index): curve.range()[:] for curve in curves_of(mixamo)}
    bpy.ops.gast_mocap.bake(track_id=4, target="Other")
    other = bpy.data.objects["Other"]
    assert other.animation_data.action.name == "clip person 4"
    assert {(curve.data_path, curve.array_index): curve.range()[:] for curve in curves_of(mixamo)} == first
    assert {tuple(curve.range()) for curve in curves_of(other)} == {(25.0, 48.0)}
