"""What would hold bones back from their keys: constraints and drivers on the rig."""

import bpy
from bpy.utils import escape_identifier

from .access import pose_bones

HARMLESS = frozenset({"COPY_SCALE", "LIMIT_SCALE", "MAINTAIN_VOLUME"})


def bone_path(bone: str) -> str:
    return f'pose.bones["{escape_identifier(bone)}"]'


def location_path(bone: str) -> str:
    return f"{bone_path(bone)}.location"


def scale_path(bone: str) -> str:
    return f"{bone_path(bone)}.scale"


def constraint_path(constraint: bpy.types.Constraint, bone: str) -> str:
    """Data path of its influence."""
    return f'{bone_path(bone)}.constraints["{escape_identifier(constraint.name)}"].influence'


def pulling_constraints(
    armature_object: bpy.types.Object, bones: tuple[str, ...]
) -> list[tuple[str, bpy.types.Constraint]]:
    """(owner's name, constraint) of all that would turn or move ``bones``, chains from farther down included."""
    return [
        (owner.name, constraint)
        for owner in pose_bones(armature_object)
        for constraint in owner.constraints
        if not constraint.mute and constraint.type not in HARMLESS and _reaches(owner, constraint, set(bones))
    ]


def overruling_drivers(armature_object: bpy.types.Object, paths: set[str]) -> list[bpy.types.FCurve]:
    """Drivers that would have the last word over keys on data ``paths``."""
    animation = armature_object.animation_data
    drivers = animation.drivers if animation else ()
    return [driver for driver in drivers if driver.data_path in paths and not driver.mute]


def _reaches(owner: bpy.types.PoseBone, constraint: bpy.types.Constraint, bones: set[str]) -> bool:
    if not isinstance(constraint, bpy.types.KinematicConstraint | bpy.types.SplineIKConstraint):
        return owner.name in bones
    chain = [owner, *owner.parent_recursive] if getattr(constraint, "use_tail", True) else owner.parent_recursive
    return any(bone.name in bones for bone in chain[: constraint.chain_count or None])
