"""What a rig's rest pose says about its body: which way it faces, and how its limbs hang."""

import numpy as np

from ...take.records import FloatArray
from ..rotations import AXES, orthogonal, squared, unit
from .bone_map import BoneMap
from .rest_pose import RestPose
from .roles import SIDES


def joint(rest: RestPose, bone_map: BoneMap, role: str) -> FloatArray:
    """(3,) head of the bone of ``role``, armature space."""
    head: FloatArray = rest.heads[rest.index(bone_map.bones[role])]
    return head


def limb_end(rest: RestPose, bone_map: BoneMap, end_role: str, role: str) -> FloatArray:
    """(3,) where the bone of ``role`` ends: at the next joint, or at its tail where that one is not
    mapped."""
    if end_role in bone_map.bones:
        return joint(rest, bone_map, end_role)
    tail: FloatArray = rest.tails[rest.index(bone_map.bones[role])]
    return tail


def armature_from_body(rest: RestPose, bone_map: BoneMap) -> FloatArray:
    """(3, 3) columns left, back, up of the resting body in armature space.

    Rigs are built square to their own axes or the world's, so such axes within 25 degrees of the body's are taken
    for them.
    """
    hips = (joint(rest, bone_map, "thigh.L") + joint(rest, bone_map, "thigh.R")) / 2
    shoulders = (joint(rest, bone_map, "upper_arm.L") + joint(rest, bone_map, "upper_arm.R")) / 2
    knees = (joint(rest, bone_map, "shin.L") + joint(rest, bone_map, "shin.R")) / 2
    across_hips = joint(rest, bone_map, "thigh.L") - joint(rest, bone_map, "thigh.R")
    across_shoulders = joint(rest, bone_map, "upper_arm.L") - joint(rest, bone_map, "upper_arm.R")
    axes = np.concatenate([AXES, unit(np.linalg.inv(rest.world_from_armature[:3, :3]).T)])
    up = squared(unit(shoulders - hips) + unit(hips - knees), axes)
    left = squared(orthogonal(unit(across_hips) + unit(across_shoulders), up), axes)
    left = orthogonal(left, up)
    return np.stack([left, np.cross(up, left), up], axis=-1)


def spine_chain(rest: RestPose, bone_map: BoneMap) -> tuple[str, ...]:
    """Bones from the spine's first to its last, hips excluded."""
    if "spine" not in bone_map.bones:
        return ()
    first = rest.index(bone_map.bones["spine"])
    if "chest" not in bone_map.bones:
        return (bone_map.bones["spine"],)
    last = rest.index(bone_map.bones["chest"])
    chain = [last, *rest.ancestors(last)]
    if first not in chain:
        return tuple(bone_map.bones[role] for role in ("spine", "mid_spine", "chest") if role in bone_map.bones)
    return tuple(rest.bone_names[bone] for bone in reversed(chain[: chain.index(first) + 1]))


def leg_length(rest: RestPose, bone_map: BoneMap) -> float:
    """Thigh and shin, mean of both sides, armature units."""
    lengths = []
    for side in SIDES:
        hip, knee = (joint(rest, bone_map, f"{part}.{side}") for part in ("thigh", "shin"))
        ankle = limb_end(rest, bone_map, f"foot.{side}", f"shin.{side}")
        lengths += [np.linalg.norm(knee - hip), np.linalg.norm(ankle - knee)]
    return float(np.sum(lengths)) / 2
