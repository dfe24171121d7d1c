"""Makes a skeleton with the performer's proportions, for a bake without a rig."""

import bpy
import numpy as np
from mathutils import Vector

from ...motion.bones import bone_lengths
from ...take.records import FloatArray, Motion
from ..solve.performer import ankle_height
from ..solve.torso import LEFT, UP, neutral_clavicles, neutral_head
from .access import armature_of, scene, view_layer

# Bone, its parent, the Human3.6M joint where it starts and the one where it ends.
H36M_BONES = (
    ("spine", "pelvis", 0, 7),
    ("chest", "spine", 7, 8),
    ("neck", "chest", 8, 9),
    ("head", "neck", 9, 10),
    ("clavicle.L", "chest", 8, 11),
    ("upper_arm.L", "clavicle.L", 11, 12),
    ("forearm.L", "upper_arm.L", 12, 13),
    ("clavicle.R", "chest", 8, 14),
    ("upper_arm.R", "clavicle.R", 14, 15),
    ("forearm.R", "upper_arm.R", 15, 16),
    ("hip.L", "pelvis", 0, 4),
    ("thigh.L", "hip.L", 4, 5),
    ("shin.L", "thigh.L", 5, 6),
    ("hip.R", "pelvis", 0, 1),
    ("thigh.R", "hip.R", 1, 2),
    ("shin.R", "thigh.R", 2, 3),
)
PELVIS_LENGTH = 0.1


def make_h36m_armature(name: str, motion: Motion) -> bpy.types.Object:
    """A new armature object at the origin with the performer's proportions, standing in a T-pose, facing
    -Y."""
    armature = bpy.data.armatures.new(name)
    armature_object = bpy.data.objects.new(name, armature)
    scene().collection.objects.link(armature_object)
    _with_edit_bones(armature_object, t_pose(motion))
    return armature_object


def remove_armature(armature_object: bpy.types.Object) -> None:
    """Takes the object and its bones out of the file."""
    armature = armature_of(armature_object)
    bpy.data.objects.remove(armature_object)
    bpy.data.armatures.remove(armature)


def t_pose(motion: Motion) -> FloatArray:
    """(17, 3) Human3.6M joints of the performer in a T-pose on the floor, facing -Y.

    Neck, head and clavicles have the direction that they have at ease in the motion.
    """
    lengths = bone_lengths(motion.joints, motion.scores, symmetric=True)
    head, clavicles = neutral_head(motion.joints), neutral_clavicles(motion.joints)
    directions = {
        **{7: UP, 8: UP, 9: head["neck"], 10: head["head"], 11: clavicles["L"]},
        **{14: clavicles["R"], 12: LEFT, 13: LEFT, 15: -LEFT, 16: -LEFT},
        **{4: LEFT, 1: -LEFT, 5: -UP, 6: -UP, 2: -UP, 3: -UP},
    }
    joints = np.zeros((17, 3))
    for _, _, start, end in H36M_BONES:
        joints[end] = joints[start] + directions[end] * lengths[end]
    standing: FloatArray = joints + UP * (ankle_height(motion) - joints[3, 2])
    return standing


def _with_edit_bones(armature_object: bpy.types.Object, joints: FloatArray) -> None:
    """Fills the new armature, through edit mode, and gives the animator back mode, active object and
    selection."""
    layer = view_layer()
    active, selected = layer.objects.active, list(bpy.context.selected_objects)
    mode = active.mode if active else "OBJECT"
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    layer.objects.active = armature_object
    bpy.ops.object.mode_set(mode="EDIT")
    edit_bones = armature_of(armature_object).edit_bones
    _add_bone(edit_bones, "pelvis", None, joints[0], joints[0] + UP * PELVIS_LENGTH)
    for name, parent, start, end in H36M_BONES:
        _add_bone(edit_bones, name, edit_bones[parent], joints[start], joints[end])
    bpy.ops.object.mode_set(mode="OBJECT")
    for other in bpy.context.selected_objects:
        other.select_set(other in selected)
    for other in selected:
        other.select_set(True)
    layer.objects.active = active
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode=mode)


def _add_bone(
    edit_bones: bpy.types.ArmatureEditBones,
    name: str,
    parent: bpy.types.EditBone | None,
    head: FloatArray,
    tail: FloatArray,
) -> None:
    bone = edit_bones.new(name)
    bone.head, bone.tail = Vector(head.tolist()), Vector(tail.tolist())
    bone.parent = parent
    bone.use_connect = parent is not None and bone.head == parent.tail
