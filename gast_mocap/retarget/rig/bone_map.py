"""Which bone plays which part of the body."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...take.errors import MocapError
from ..rotations import unit
from .families import Switch, families
from .hierarchy import map_by_hierarchy
from .naming import map_by_names, named_like_an_animals
from .rest_pose import RestPose
from .roles import LIMBS, REQUIRED, ROLES, SIDES, label

METARIG = frozenset({"spine", "spine.001", "spine.003", "shoulder.L", "upper_arm.L", "thigh.L", "shin.L", "pelvis.L"})
MISSING_AT_MOST = 2  # required roles that the animator may have to fill in; with more it is no human body
# Thighs of people at rest are within 15 degrees of the trunk's line; those of Rigify's cat and horse 106 and more.
THIGHS_HANG_WITHIN = 70.0


@dataclass(frozen=True)
class BoneMap:
    """``bones``: role -> bone name; roles without a bone are absent. ``family``: what the rig was
    recognised as."""

    bones: Mapping[str, str]
    family: str = ""
    switches: tuple[Switch, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Required roles without a bone."""
        return tuple(role for role in ROLES if role in REQUIRED and role not in self.bones)

    @property
    def summary(self) -> str:
        share = f"{len(self.bones)} of {len(ROLES)}"
        if self.missing:
            return f"{len(self.missing)} required missing, {share} mapped"
        return f"All required roles mapped, {share}"


def described_map(bones: Mapping[str, str], family: str) -> BoneMap:
    """A map made by hand, with the switches of the ``family`` that it began as, "" for none."""
    switches = next((known.switches for known in families() if known.name == family), ())
    return BoneMap(bones, family, switches)


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
    if best.missing or "spine" not in best.bones:
        best = max(best, BoneMap(map_by_names(rest.bone_names), "names"), key=_completeness)
    if not _has_body(best):
        built = BoneMap(map_by_hierarchy(rest), "hierarchy")
        if not named_like_an_animals(built.bones.values()):
            best = max(best, built, key=_completeness)
    if not _has_body(best):
        missing = ", ".join(map(label, best.missing))
        raise MocapError(
            "no_bones_known",
            f"This armature has no human body that is known. Missing: {missing}. "
            "Choose a humanoid rig, or choose its bones in the bone map.",
        )
    if not _stands(rest, best):
        raise MocapError(
            "not_upright",
            "This armature has no human body that stands: its thighs do not hang below its trunk. Choose a humanoid "
            "rig. If it is one, pose it standing, set Reference to Current Pose and press Find in the bone map.",
        )
    return best


def _completeness(bone_map: BoneMap) -> tuple[int, int]:
    return -len(bone_map.missing), len(bone_map.bones)


def _has_body(bone_map: BoneMap) -> bool:
    """Whether hips, four limbs and most of what is required have a bone."""
    limbs = (any(f"{part}.{side}" in bone_map.bones for part in limb[:2]) for limb in LIMBS for side in SIDES)
    return "hips" in bone_map.bones and len(bone_map.missing) <= MISSING_AT_MOST and all(limbs)


def _stands(rest: RestPose, bone_map: BoneMap) -> bool:
    """Whether the thighs go on where the trunk ends, as those of people do and those of four-footed animals do not.

    The body may lie in the world. What has no bone is not judged.
    """
    heads = {role: rest.heads[rest.index(bone)] for role, bone in bone_map.bones.items()}
    shoulders = [heads[role] for side in SIDES if (role := f"upper_arm.{side}") in heads]
    legs = [side for side in SIDES if f"thigh.{side}" in heads and f"shin.{side}" in heads]
    if not shoulders or not legs:
        return True
    hips = [heads[f"thigh.{side}"] for side in legs]
    down = unit(np.mean(hips, axis=0) - np.mean(shoulders, axis=0))
    thighs = unit(np.mean([heads[f"shin.{side}"] for side in legs], axis=0) - np.mean(hips, axis=0))
    return bool(down @ thighs > np.cos(np.radians(THIGHS_HANG_WITHIN)))


def check_map(bone_map: BoneMap, rest: RestPose) -> None:
    """Raises:
    MocapError: ``bones_missing`` when a required role is empty, ``bone_unknown`` when a bone is not in the
    rig, ``bone_twice`` when one plays two parts.
    """
    if bone_map.missing:
        names = ", ".join(map(label, bone_map.missing))
        raise MocapError("bones_missing", f"These parts have no bone: {names}. Choose their bones in the bone map.")
    unknown = sorted(set(bone_map.bones.values()) - set(rest.bone_names))
    if unknown:
        raise MocapError("bone_unknown", f"The armature has no bone {', '.join(unknown)}. Map its bones again.")
    for bone in bone_map.bones.values():
        parts = [label(role) for role, other in bone_map.bones.items() if other == bone]
        if len(parts) > 1:
            raise MocapError("bone_twice", f"{bone} is given to two parts: {' and '.join(parts)}. Clear one of them.")
