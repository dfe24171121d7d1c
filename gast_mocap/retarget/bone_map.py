"""Which bone plays which part of the body."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..motion.errors import MocapError
from .families import Switch, families
from .hierarchy import map_by_hierarchy
from .naming import map_by_names
from .rest_pose import RestPose
from .roles import LIMBS, REQUIRED, ROLES, SIDES, label

METARIG = frozenset({"spine", "spine.001", "spine.003", "shoulder.L", "upper_arm.L", "thigh.L", "shin.L", "pelvis.L"})


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
        return f"{len(self.bones)} of {len(ROLES)} roles mapped"


def described_map(bones: Mapping[str, str], family: str) -> BoneMap:
    """A map made by hand, with the switches of the ``family`` that it began as, "" for none."""
    switches = next((known.switches for known in families() if known.name == family), ())
    return BoneMap(bones, family, switches)


def map_bones(rest: RestPose) -> BoneMap:
    """The best map for a rig that nobody has described.

    Raises:
        MocapError: ``metarig`` for a rig template, ``no_bones_known`` for an armature without a body.
    """
    if set(rest.bone_names) >= METARIG:
        raise MocapError(
            "metarig", "This is a Rigify metarig, not a rig yet. Generate the rig first and choose that one."
        )
    known = [BoneMap(family.match(rest.bone_names), family.name, family.switches) for family in families()]
    best = max(known, key=_completeness)
    if best.missing or "spine" not in best.bones:
        best = max(best, BoneMap(map_by_names(rest.bone_names), "names"), key=_completeness)
    if not _has_four_limbs(best):
        best = max(best, BoneMap(map_by_hierarchy(rest), "hierarchy"), key=_completeness)
    if not _has_four_limbs(best):
        missing = ", ".join(map(label, best.missing))
        raise MocapError(
            "no_bones_known",
            f"This armature has no human body that is known. Missing: {missing}. "
            "Choose a humanoid rig, or choose its bones in the bone map.",
        )
    return best


def _completeness(bone_map: BoneMap) -> tuple[int, int]:
    return -len(bone_map.missing), len(bone_map.bones)


def _has_four_limbs(bone_map: BoneMap) -> bool:
    return all(any(f"{part}.{side}" in bone_map.bones for part in limb[:2]) for limb in LIMBS for side in SIDES)


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
