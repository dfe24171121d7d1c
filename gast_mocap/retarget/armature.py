"""Armatures, read and made."""

from collections.abc import Collection

import bpy
import numpy as np
from mathutils import Vector

from ..motion.bones import bone_lengths
from ..motion.errors import MocapError
from ..motion.records import FloatArray, Motion
from .body import LEFT, UP, neutral_clavicles, neutral_head
from .performer import ankle_height
from .rest_pose import RestPose
from .start import world_at_start

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


def read_rest_pose(armature_object: bpy.types.Object, reference: str = "REST", keyed: Collection[str] = ()) -> RestPose:
    """The bones of an armature object, which stands where it did before travel was baked onto it.

    Args:
        armature_object: the rig.
        reference: "POSE" measures motion from the pose that it holds now.
        keyed: bones that keys will turn, whatever their constraints say.

    Raises:
        MocapError: ``not_an_armature``.
    """
    if armature_object is None or armature_object.type != "ARMATURE":
        raise MocapError("not_an_armature", "The target is not an armature. Choose an armature as target.")
    carriers = {bone: bone.parent if bone.name in keyed else _carrier(bone) for bone in armature_object.pose.bones}
    pose_bones = sorted(carriers, key=lambda bone: len(_lineage(bone, carriers)))
    index = {pose_bone.name: position for position, pose_bone in enumerate(pose_bones)}
    above = (carriers[pose_bone] for pose_bone in pose_bones)
    rest = np.array([pose_bone.bone.matrix_local for pose_bone in pose_bones], dtype=float)
    posed = np.array([pose_bone.matrix for pose_bone in pose_bones], dtype=float)
    return RestPose(
        bone_names=tuple(index),
        parents=np.array([index[bone.name] if bone else -1 for bone in above]),
        rest=rest,
        armature_from_bone=posed if reference == "POSE" else rest,
        basis=np.array([pose_bone.matrix_basis for pose_bone in pose_bones], dtype=float),
        lengths=np.array([pose_bone.bone.length for pose_bone in pose_bones]),
        inherits_rotation=np.array([pose_bone.bone.use_inherit_rotation for pose_bone in pose_bones]),
        connected=np.array([pose_bone.bone.use_connect for pose_bone in pose_bones]),
        local_location=np.array([pose_bone.bone.use_local_location for pose_bone in pose_bones]),
        world_from_armature=world_at_start(armature_object),
    )


def _carrier(pose_bone: bpy.types.PoseBone) -> bpy.types.PoseBone | None:
    """The bone whose motion this one repeats: one that a constraint copies outright, else the parent."""
    for constraint in pose_bone.constraints:
        copies = constraint.type == "COPY_TRANSFORMS" and constraint.target == pose_bone.id_data
        outright = not constraint.mute and constraint.influence == 1.0
        if copies and outright and constraint.target_space == constraint.owner_space == "WORLD":
            return pose_bone.id_data.pose.bones.get(constraint.subtarget, pose_bone.parent)
    return pose_bone.parent


def _lineage(
    bone: bpy.types.PoseBone, carriers: dict[bpy.types.PoseBone, bpy.types.PoseBone | None]
) -> list[bpy.types.PoseBone]:
    """The bone and all that carry it; a ring of copies is cut open where it closes."""
    lineage = [bone]
    while (carrier := carriers[lineage[-1]]) is not None:
        if carrier in lineage:
            carriers[lineage[-1]] = None
            break
        lineage.append(carrier)
    return lineage


def animatable(armature_object: bpy.types.Object) -> bpy.types.Object:
    """The object itself, or, of one linked from another file, a library override in its place in the scene.

    Raises:
        MocapError: ``linked_elsewhere`` when the scene shows the linked object only by an instance, or not.
    """
    if armature_object.library is None:
        return armature_object
    scene, layer = bpy.context.scene, bpy.context.view_layer
    linked = [held for held in scene.collection.children_recursive if held.library]
    owner = next((held for held in linked if armature_object in held.all_objects[:]), armature_object)
    if owner == armature_object and armature_object not in scene.collection.all_objects[:]:
        raise MocapError(
            "linked_elsewhere",
            f"{armature_object.name} is linked from another file and only an instance of it is in the scene. "
            "Select that, use Object > Library Override > Make, and choose the armature that this brings.",
        )
    owner.override_hierarchy_create(scene, layer, do_fully_editable=True)
    overrides = [made for made in bpy.data.objects if made.override_library]
    for holder in (scene.collection, *scene.collection.children_recursive):
        if holder.library is None and holder.override_library is None:
            _unlink(holder.children, [owner])
            _unlink(holder.objects, [made.override_library.reference for made in overrides])
    return next(made for made in overrides if made.override_library.reference == armature_object)


def _unlink(members: bpy.types.bpy_prop_collection, unwanted: list[bpy.types.ID]) -> None:
    for member in [member for member in members if member in unwanted]:
        members.unlink(member)


def make_h36m_armature(name: str, motion: Motion) -> bpy.types.Object:
    """A new armature object at the origin with the performer's proportions, standing in a T-pose, facing
    -Y."""
    armature = bpy.data.armatures.new(name)
    armature_object = bpy.data.objects.new(name, armature)
    bpy.context.scene.collection.objects.link(armature_object)
    _with_edit_bones(armature_object, t_pose(motion))
    return armature_object


def remove_armature(armature_object: bpy.types.Object) -> None:
    """Takes the object and its bones out of the file."""
    armature = armature_object.data
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
    layer = bpy.context.view_layer
    active, selected = layer.objects.active, list(bpy.context.selected_objects)
    mode = active.mode if active else "OBJECT"
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    layer.objects.active = armature_object
    bpy.ops.object.mode_set(mode="EDIT")
    edit_bones = armature_object.data.edit_bones
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
    bone.head, bone.tail = Vector(head), Vector(tail)
    bone.parent = parent
    bone.use_connect = parent is not None and bone.head == parent.tail
