"""Makes a skeleton with the performer's proportions, for a bake without a rig."""

import bpy
import numpy as np
from mathutils import Vector

from ...motion.bones import bone_lengths
from ...take.records import FloatArray, Motion
from ...take.skeletons import H36M17, Side
from ..solve.performer import ankle_height
from ..solve.torso import LEFT, UP, neutral_clavicles, neutral_head
from .access import armature_of, scene, view_layer

# Bone, its parent, the Human3.6M joint where it starts and the one where it ends.
H36M_BONES = (
    ("spine", "pelvis", "pelvis", "spine"),
    ("chest", "spine", "spine", "thorax"),
    ("neck", "chest", "thorax", "neck"),
    ("head", "neck", "neck", "head"),
    ("clavicle.L", "chest", "thorax", "left_shoulder"),
    ("upper_arm.L", "clavicle.L", "left_shoulder", "left_elbow"),
    ("forearm.L", "upper_arm.L", "left_elbow", "left_wrist"),
    ("clavicle.R", "chest", "thorax", "right_shoulder"),
    ("upper_arm.R", "clavicle.R", "right_shoulder", "right_elbow"),
    ("forearm.R", "upper_arm.R", "right_elbow", "right_wrist"),
    ("hip.L", "pelvis", "pelvis", "left_hip"),
    ("thigh.L", "hip.L", "left_hip", "left_knee"),
    ("shin.L", "thigh.L", "left_knee", "left_ankle"),
    ("hip.R", "pelvis", "pelvis", "right_hip"),
    ("thigh.R", "hip.R", "right_hip", "right_knee"),
    ("shin.R", "thigh.R", "right_knee", "right_ankle"),
)
PELVIS_LENGTH = 0.1
THICKNESS = 0.11
"""Of a bone, as a share of its length; raising it makes fatter bones, which are easier to click."""


def make_h36m_armature(name: str, motion: Motion) -> bpy.types.Object:
    """A new armature object at the origin with the performer's proportions, standing in a T-pose, facing
    -Y."""
    joints = t_pose(motion)
    armature_object = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    scene().collection.objects.link(armature_object)
    try:
        _with_edit_bones(armature_object, joints)
    except Exception:
        remove_armature(armature_object)
        raise
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
        "spine": UP, "thorax": UP, "neck": head["neck"], "head": head["head"],
        "left_shoulder": clavicles[Side.LEFT], "left_elbow": LEFT, "left_wrist": LEFT,
        "right_shoulder": clavicles[Side.RIGHT], "right_elbow": -LEFT, "right_wrist": -LEFT,
        "left_hip": LEFT, "left_knee": -UP, "left_ankle": -UP,
        "right_hip": -LEFT, "right_knee": -UP, "right_ankle": -UP,
    }  # fmt: skip
    joints = np.zeros((len(H36M17.joints), 3))
    for parent, child in H36M17.bones():
        joints[child] = joints[parent] + directions[H36M17.joints[child]] * lengths[child]
    standing: FloatArray = joints + UP * (ankle_height(motion) - joints[H36M17.index("right_ankle"), 2])
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
    armature = armature_of(armature_object)
    armature.display_type = "BBONE"  # solid boxes: seen and picked more easily than the thin usual ones
    edit_bones = armature.edit_bones
    _add_bone(edit_bones, "pelvis", None, joints[0], joints[0] + UP * PELVIS_LENGTH)
    for name, parent, start, end in H36M_BONES:
        _add_bone(edit_bones, name, edit_bones[parent], joints[H36M17.index(start)], joints[H36M17.index(end)])
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
    bone.bbone_x = bone.bbone_z = THICKNESS * bone.length
    bone.parent = parent
    bone.use_connect = parent is not None and bone.head == parent.tail
