"""Reads an armature object into a rest pose."""

from collections.abc import Collection

import bpy
import numpy as np

from ...take.errors import MocapError
from ..rig.rest_pose import RestPose
from .object_start import world_at_start


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
