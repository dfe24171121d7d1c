"""Reads an armature object into a rest pose."""

from collections.abc import Collection
from typing import Literal

import bpy
import numpy as np

from ...take.errors import MocapError
from ...take.records import FloatArray
from ..rig.rest_pose import RestPose
from .access import pose_bones
from .object_start import world_at_start

Reference = Literal["REST", "POSE"]
FLAT = 1e-6
"""Least length that an axis keeps by the object's scale, as a share of the longest; one below it is flat."""


def read_rest_pose(
    armature_object: bpy.types.Object, reference: Reference = "REST", keyed: Collection[str] = ()
) -> RestPose:
    """The bones of an armature object, which stands where it did before travel was baked onto it.

    Args:
        armature_object: the rig.
        reference: "POSE" measures motion from the pose that it holds now.
        keyed: bones that keys will turn, whatever their constraints say.

    Raises:
        MocapError: ``not_an_armature``; ``flat_object`` when it is scaled to nothing along an axis.
    """
    if armature_object is None or armature_object.type != "ARMATURE":
        raise MocapError("not_an_armature", "The target is not an armature. Choose an armature as target.")
    world = world_at_start(armature_object)
    _check_scale(armature_object.name, world)
    carriers = {bone: bone.parent if bone.name in keyed else _carrier(bone) for bone in pose_bones(armature_object)}
    bones = sorted(carriers, key=lambda bone: len(_lineage(bone, carriers)))
    index = {pose_bone.name: position for position, pose_bone in enumerate(bones)}
    above = (carriers[pose_bone] for pose_bone in bones)
    rest = np.array([pose_bone.bone.matrix_local for pose_bone in bones], dtype=float)
    posed = np.array([pose_bone.matrix for pose_bone in bones], dtype=float)
    return RestPose(
        bone_names=tuple(index),
        parents=np.array([index[bone.name] if bone else -1 for bone in above]),
        rest=rest,
        armature_from_bone=posed if reference == "POSE" else rest,
        basis=np.array([pose_bone.matrix_basis for pose_bone in bones], dtype=float),
        lengths=np.array([pose_bone.bone.length for pose_bone in bones]),
        inherits_rotation=np.array([pose_bone.bone.use_inherit_rotation for pose_bone in bones]),
        connected=np.array([pose_bone.bone.use_connect for pose_bone in bones]),
        local_location=np.array([pose_bone.bone.use_local_location for pose_bone in bones]),
        deforms=np.array([pose_bone.bone.use_deform for pose_bone in bones]),
        world_from_armature=world,
    )


def _check_scale(name: str, world_from_armature: FloatArray) -> None:
    lengths = np.linalg.svd(world_from_armature[:3, :3], compute_uv=False)
    if lengths.min() <= FLAT * lengths.max():
        text = f"{name}, or an object that it is parented to, has a scale of 0. Give it another scale and bake again."
        raise MocapError("flat_object", text)


def _carrier(pose_bone: bpy.types.PoseBone) -> bpy.types.PoseBone | None:
    """The bone whose motion this one repeats: one that a constraint copies outright, else the parent."""
    rig = pose_bone.id_data
    assert isinstance(rig, bpy.types.Object)
    for constraint in pose_bone.constraints:
        if not isinstance(constraint, bpy.types.CopyTransformsConstraint) or constraint.target != rig:
            continue
        outright = not constraint.mute and constraint.influence == 1.0
        if outright and constraint.target_space == constraint.owner_space == "WORLD":
            return pose_bones(rig).get(constraint.subtarget, pose_bone.parent)
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
