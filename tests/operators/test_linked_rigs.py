"""Rigs of which all or a part comes from another file."""

import bpy
import pytest

ARM = "mixamorig:LeftArm"


@pytest.fixture
def library(scene, take, mixamo, tmp_path):
    """A file with the collection "Character": the rig and a mesh that hangs on it."""
    character = bpy.data.collections.new("Character")
    scene.collection.children.link(character)
    body = bpy.data.objects.new("Body", bpy.data.meshes.new("Body"))
    body.parent = mixamo
    for member in (mixamo, body):
        character.objects.link(member)
    scene.collection.objects.unlink(mixamo)
    path = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.context.scene.render.fps = 24
    bpy.ops.gast_mocap.open_take(filepath=take)
    return path


def link(library, kind, name):
    with bpy.data.libraries.load(library, link=True) as (_, wanted):
        setattr(wanted, kind, [name])
    return getattr(wanted, kind)[0]


def arm_turns(rig):
    turns = []
    for frame in (10, 40):
        bpy.context.scene.frame_set(frame)
        turns.append(rig.pose.bones[ARM].matrix.to_quaternion())
    return turns[0].rotation_difference(turns[1]).angle > 0.5


def reopened(tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))


def test_linked_armature_data(library, tmp_path):
    rig = bpy.data.objects.new("Local", link(library, "armatures", "Armature"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.ops.gast_mocap.bake(target="Local")
    reopened(tmp_path)
    assert bpy.data.objects["Local"].data.library
    assert arm_turns(bpy.data.objects["Local"])


def test_an_override(library, tmp_path):
    linked = link(library, "objects", "Armature")
    bpy.context.scene.collection.objects.link(linked)
    override = linked.override_create(remap_local_usages=True)
    bpy.context.scene.gast_mocap.target = override
    bpy.ops.gast_mocap.bake()
    assert len([rig for rig in bpy.data.objects if rig.type == "ARMATURE"]) == 2
    reopened(tmp_path)
    rig = next(rig for rig in bpy.data.objects if rig.override_library)
    assert arm_turns(rig)


def test_a_linked_object_gets_an_override_in_its_place(library, tmp_path):
    linked = link(library, "objects", "Armature")
    bpy.context.scene.collection.objects.link(linked)
    bpy.context.scene.gast_mocap.target = linked
    bpy.ops.gast_mocap.bake()
    (shown,) = bpy.context.scene.objects
    assert shown.override_library.reference == linked
    assert bpy.context.scene.gast_mocap.target == shown
    reopened(tmp_path)
    (shown,) = bpy.context.scene.objects
    assert arm_turns(shown)


def test_a_bake_that_fails_leaves_a_linked_object_linked(library):
    linked = link(library, "objects", "Armature")
    bpy.context.scene.collection.objects.link(linked)
    bpy.context.scene.gast_mocap.target = linked
    bpy.context.scene.gast_mocap.bake.travel = "root"
    with pytest.raises(RuntimeError, match="no root bone"):
        bpy.ops.gast_mocap.bake()
    assert bpy.context.scene.objects[:] == [linked]
    assert not any(rig.override_library for rig in bpy.data.objects)
    assert bpy.context.scene.gast_mocap.target == linked


def test_a_linked_collection_gets_an_override_in_its_place(library, tmp_path):
    character = link(library, "collections", "Character")
    bpy.context.scene.collection.children.link(character)
    bpy.context.scene.gast_mocap.target = character.objects["Armature"]
    bpy.ops.gast_mocap.bake()
    reopened(tmp_path)
    shown = {member.name: member for member in bpy.context.scene.objects}
    assert set(shown) == {"Armature", "Body"}
    assert all(member.override_library for member in shown.values())
    assert shown["Body"].parent == shown["Armature"]
    assert arm_turns(shown["Armature"])


def test_a_rig_in_an_instance_is_refused_with_the_way_out(library):
    character = link(library, "collections", "Character")
    instance = bpy.data.objects.new("Instance", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", character
    bpy.context.scene.collection.objects.link(instance)
    bpy.context.scene.gast_mocap.target = character.objects["Armature"]
    with pytest.raises(RuntimeError, match="Library Override > Make"):
        bpy.ops.gast_mocap.bake()
    assert len(bpy.data.actions) == 0
