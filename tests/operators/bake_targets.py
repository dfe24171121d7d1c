"""Armatures to bake onto, and their curves."""

import bpy
from mathutils import Vector

MIXAMO_BONES = {  # name: (parent, head, tail), facing -Y in a T-pose
    "Hips": (None, (0, 0, 1.0), (0, 0, 1.1)),
    "Spine": ("Hips", (0, 0, 1.1), (0, 0, 1.2)),
    "Spine1": ("Spine", (0, 0, 1.2), (0, 0, 1.35)),
    "Spine2": ("Spine1", (0, 0, 1.35), (0, 0, 1.5)),
    "Neck": ("Spine2", (0, 0, 1.5), (0, 0, 1.6)),
    "Head": ("Neck", (0, 0, 1.6), (0, 0, 1.8)),
    "LeftShoulder": ("Spine2", (0.05, 0, 1.45), (0.15, 0, 1.45)),
    "LeftArm": ("LeftShoulder", (0.15, 0, 1.45), (0.45, 0, 1.45)),
    "LeftForeArm": ("LeftArm", (0.45, 0, 1.45), (0.7, 0, 1.45)),
    "LeftHand": ("LeftForeArm", (0.7, 0, 1.45), (0.85, 0, 1.45)),
    "LeftUpLeg": ("Hips", (0.1, 0, 0.95), (0.1, 0, 0.5)),
    "LeftLeg": ("LeftUpLeg", (0.1, 0, 0.5), (0.1, 0, 0.08)),
    "LeftFoot": ("LeftLeg", (0.1, 0, 0.08), (0.1, -0.12, 0.02)),
    "LeftToeBase": ("LeftFoot", (0.1, -0.12, 0.02), (0.1, -0.2, 0.02)),
}


def mirrored(bones: dict) -> dict:
    """``bones`` and, for every one that is named Left, one named Right across x = 0."""
    both = {}
    for name, (parent, head, tail) in bones.items():
        parent = parent and f"mixamorig:{parent}"
        both[name] = (parent, head, tail)
        if "Left" in name:
            flipped = [(-x, y, z) for x, y, z in (head, tail)]
            both[name.replace("Left", "Right")] = (parent.replace("Left", "Right"), *flipped)
    return both


def make_armature(name: str, bones: dict) -> bpy.types.Object:
    armature_object = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(armature_object)
    bpy.context.view_layer.objects.active = armature_object
    bpy.ops.object.mode_set(mode="EDIT")
    edit_bones = armature_object.data.edit_bones
    for bone_name, (parent, head, tail) in bones.items():
        bone = edit_bones.new(bone_name)
        bone.head, bone.tail = Vector(head), Vector(tail)
        bone.parent = edit_bones[parent] if parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature_object


def curves_of(armature_object: bpy.types.Object) -> list[bpy.types.FCurve]:
    """All curves of the object's action, on every Blender."""
    action = armature_object.animation_data.action
    if not hasattr(action, "layers"):
        return list(action.fcurves)
    return [curve for bag in action.layers[0].strips[0].channelbags for curve in bag.fcurves]
