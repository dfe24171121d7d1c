"""What Blender's types leave open and an armature in a scene always has: pose, armature data, animation, context."""

import bpy


def pose_bones(armature_object: bpy.types.Object) -> "bpy.types.bpy_prop_collection[bpy.types.PoseBone]":
    """The bones of an armature object as they are posed."""
    pose = armature_object.pose
    assert pose is not None, f"{armature_object.name} is no armature"
    return pose.bones


def armature_of(armature_object: bpy.types.Object) -> bpy.types.Armature:
    """The armature data of an armature object."""
    armature = armature_object.data
    assert isinstance(armature, bpy.types.Armature), f"{armature_object.name} is no armature"
    return armature


def animation_of(armature_object: bpy.types.Object) -> bpy.types.AnimData:
    """The object's animation data, made where it has none."""
    animation = armature_object.animation_data or armature_object.animation_data_create()
    assert animation is not None
    return animation


def scene() -> bpy.types.Scene:
    """The scene of the context."""
    current = bpy.context.scene
    assert current is not None
    return current


def view_layer() -> bpy.types.ViewLayer:
    """The view layer of the context."""
    current = bpy.context.view_layer
    assert current is not None
    return current
