"""Which bone plays which part of the body."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ...take.errors import MocapError
from ...take.sentences import Sentence
from ...take.skeletons import Side
from .families import Switch, families
from .rest_pose import RestPose
from .roles import LIMBS, REQUIRED, ROLES, label, side_of, sided


@dataclass(frozen=True)
class BoneMap:
    """A rig's bones by the parts that they play.

    Half bodies have maps too: a limb may lack both of its bones, or be a stump that ends at elbow or knee. Without legs
    the hips may be absent as well.

    Attributes:
        bones: role -> bone name; roles without a bone are absent.
        family: what the rig was recognised as: a family's name, "names" or "hierarchy"; "" for nothing.
        switches: custom properties that must hold while the rig is driven by these bones.
    """

    bones: Mapping[str, str]
    family: str = ""
    switches: tuple[Switch, ...] = ()

    @property
    def limbs(self) -> tuple[str, ...]:
        """Upper roles of the limbs that can move, both of whose bones are mapped: ``"upper_arm.L"``, ..."""
        return tuple(
            sided(upper, side)
            for upper, lower, _ in LIMBS
            for side in Side
            if sided(upper, side) in self.bones and sided(lower, side) in self.bones
        )

    @property
    def stumps(self) -> tuple[str, ...]:
        """Upper roles of the limbs that end at elbow or knee."""
        return tuple(
            sided(upper, side)
            for upper, lower, end in LIMBS
            for side in Side
            if sided(upper, side) in self.bones and not {sided(lower, side), sided(end, side)} & self.bones.keys()
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """Roles without which the map cannot be baked.

        What a limb has hangs together from the shoulder or the hip on, legs need hips; a map without any limb needs a
        whole body.
        """
        if not self.limbs and not self._is_bust:
            return tuple(role for role in ROLES if role in REQUIRED and role not in self.bones)
        lacking = {
            sided(absent, side)
            for upper, lower, end in LIMBS
            for side in Side
            for present, absent in ((lower, upper), (end, lower))
            if sided(present, side) in self.bones and sided(absent, side) not in self.bones
            if present == lower or sided(upper, side) in self.bones
        }
        if "hips" not in self.bones and any(role.startswith("thigh") for role in (*self.limbs, *self.stumps)):
            lacking.add("hips")
        return tuple(role for role in ROLES if role in lacking)

    @property
    def summary(self) -> str:
        """One line for the panel."""
        share = f"{len(self.bones)} of {len(ROLES)}"
        if self.missing:
            return f"{len(self.missing)} required missing, {share} mapped"
        return f"All required roles mapped, {share}"

    @property
    def _is_bust(self) -> bool:
        return "head" in self.bones and ("chest" in self.bones or "spine" in self.bones)


def described_map(bones: Mapping[str, str], family: str) -> BoneMap:
    """A map made by hand, with the switches of the ``family`` that it began as, "" for none."""
    switches = next((known.switches for known in families() if known.name == family), ())
    return BoneMap(bones, family, switches)


def with_sides_swapped(bone_map: BoneMap) -> BoneMap:
    """The map with left and right swapped, for rigs whose names contradict their bodies."""

    def opposite(role: str) -> str:
        part, side = role.partition(".")[0], side_of(role)
        return sided(part, side.other) if side else role

    return replace(bone_map, bones={opposite(role): bone for role, bone in bone_map.bones.items()})


def check_map(bone_map: BoneMap, rest: RestPose) -> None:
    """Refuse a map that cannot be baked.

    Raises:
        MocapError: ``bones_missing`` when a required role is empty, ``bone_unknown`` when a bone is not in the
            rig, ``bone_twice`` when one plays two parts.
    """
    if bone_map.missing:
        names = ", ".join(map(label, bone_map.missing))
        raise MocapError(
            "bones_missing",
            Sentence("These parts have no bone: {names}. Choose their bones in the bone map.", names=names),
        )
    unknown = sorted(set(bone_map.bones.values()) - set(rest.bone_names))
    if unknown:
        raise MocapError(
            "bone_unknown", Sentence("The armature has no bone {bones}. Map its bones again.", bones=", ".join(unknown))
        )
    for bone in bone_map.bones.values():
        parts = [label(role) for role, other in bone_map.bones.items() if other == bone]
        if len(parts) > 1:
            raise MocapError(
                "bone_twice",
                Sentence(
                    "{bone} is given to two parts: {parts}. Clear one of them.", bone=bone, parts=" and ".join(parts)
                ),
            )
