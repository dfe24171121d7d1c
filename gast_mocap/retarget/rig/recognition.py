"""The best bone map for a rig that nobody has described."""

import numpy as np

from ...take.errors import MocapError
from ...take.skeletons import Side
from ..rotations import unit
from .bone_map import BoneMap
from .families import families
from .hierarchy import map_by_hierarchy
from .naming import map_by_names, named_like_an_animals
from .rest_pose import RestPose
from .roles import LIMBS, REQUIRED, ROLES, label, sided

METARIG = frozenset({"spine", "spine.001", "spine.003", "shoulder.L", "upper_arm.L", "thigh.L", "shin.L", "pelvis.L"})
MISSING_AT_MOST = 2  # required roles that the animator may have to fill in; with more it is no human body
# Thighs of people at rest are within 15 degrees of the trunk's line; those of Rigify's cat and horse 106 and more.
THIGHS_HANG_WITHIN = 70.0


def map_bones(rest: RestPose) -> BoneMap:
    """The best map for a rig that nobody has described.

    Raises:
        MocapError: ``metarig`` for a rig template, ``no_bones_known`` for an armature without a body,
            ``not_upright`` for one that goes on four feet.
    """
    if set(rest.bone_names) >= METARIG:
        raise MocapError(
            "metarig", "This is a Rigify metarig, not a rig yet. Generate the rig first and choose that one."
        )
    known = [BoneMap(family.match(rest.bone_names), family.name, family.switches) for family in families()]
    best = max(known, key=_completeness)
    if _unfilled(best) or "spine" not in best.bones:
        best = max(best, BoneMap(map_by_names(rest.bone_names), "names"), key=_completeness)
    if not _has_body(best):
        built = BoneMap(map_by_hierarchy(rest), "hierarchy")
        if not named_like_an_animals(built.bones.values()):
            best = max(best, built, key=_completeness)
    if not _has_body(best):
        missing = ", ".join(map(label, _unfilled(best)))
        raise MocapError(
            "no_bones_known",
            f"Found no human body in this armature. Missing: {missing}. "
            "Choose a humanoid rig, or pick its bones in the bone map.",
        )
    if not _stands(rest, best):
        raise MocapError(
            "not_upright",
            "This armature does not stand at rest: its thighs do not hang below its trunk. If it is a humanoid, pose "
            "it standing, set Reference to Current Pose and press Find in the bone map.",
        )
    return best


def _completeness(bone_map: BoneMap) -> tuple[int, int]:
    return -len(_unfilled(bone_map)), len(bone_map.bones)


def _unfilled(bone_map: BoneMap) -> list[str]:
    """What a whole body requires and the map lacks."""
    return [role for role in ROLES if role in REQUIRED and role not in bone_map.bones]


def _has_body(bone_map: BoneMap) -> bool:
    """Whether hips, four limbs and most of what is required have a bone."""
    limbs = (any(sided(part, side) in bone_map.bones for part in limb[:2]) for limb in LIMBS for side in Side)
    return "hips" in bone_map.bones and len(_unfilled(bone_map)) <= MISSING_AT_MOST and all(limbs)


def _stands(rest: RestPose, bone_map: BoneMap) -> bool:
    """Whether the thighs go on where the trunk ends, as those of people do and those of four-footed animals do not.

    The body may lie in the world. What has no bone is not judged.
    """
    heads = {role: rest.heads[rest.index(bone)] for role, bone in bone_map.bones.items()}
    shoulders = [heads[role] for side in Side if (role := sided("upper_arm", side)) in heads]
    legs = [side for side in Side if sided("thigh", side) in heads and sided("shin", side) in heads]
    if not shoulders or not legs:
        return True
    hips = [heads[sided("thigh", side)] for side in legs]
    down = unit(np.mean(hips, axis=0) - np.mean(shoulders, axis=0))
    thighs = unit(np.mean([heads[sided("shin", side)] for side in legs], axis=0) - np.mean(hips, axis=0))
    return bool(down @ thighs > np.cos(np.radians(THIGHS_HANG_WITHIN)))
