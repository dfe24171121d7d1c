"""Rigs whose bones hang, lie or are named otherwise than bodies' usually are."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from gast_mocap.take.records import FloatArray

from .rigs import RigBone, make_bones

Change = Callable[[list[RigBone]], list[RigBone]]
BACK = np.array([0.0, 0.1, 0.0])
HIP = np.array([0.0, 0.0, 0.93])
LEGS = ("thigh", "shin", "foot", "toes")
ARMS = ("clavicle", "upper_arm", "forearm", "hand")


def topology_names() -> list[str]:
    return list(TOPOLOGIES)


def make_topology(name: str, family: str = "Mixamo") -> list[RigBone]:
    """The bones of a family, changed as ``name`` says, parents first. Roles are those that the bones still play."""
    return TOPOLOGIES[name](make_bones(family))


def _without(*parts: str) -> Change:
    """Bones of these parts, and what hangs on them, are not there; ``"forearm.L"`` is of one side."""

    def changed(bones: list[RigBone]) -> list[RigBone]:
        gone = {bone.name for bone in bones if bone.role.startswith(parts)}
        for bone in bones:
            if bone.parent in gone:
                gone.add(bone.name)
        return [bone for bone in bones if bone.name not in gone]

    return changed


def _arms_alone(sides: str) -> Change:
    """As seen by a first person: arms on a bone on the floor."""

    def changed(bones: list[RigBone]) -> list[RigBone]:
        kept = [bone for bone in bones if bone.role.startswith(ARMS) and bone.role.endswith(tuple(sides))]
        names = {bone.name for bone in kept}
        ground = RigBone("floor", "", "", np.zeros(3), np.array([0.0, 0.2, 0.0]), 0.0)
        return [ground, *(bone if bone.parent in names else replace(bone, parent="floor") for bone in kept)]

    return changed


def _beside(part: str) -> Change:
    """Bones of a part hang on the parent of their parent, or beside everything else where that has none."""

    def changed(bones: list[RigBone]) -> list[RigBone]:
        above = {bone.name: bone.parent for bone in bones}
        return [replace(bone, parent=above[bone.parent]) if bone.role.split(".")[0] == part else bone for bone in bones]

    return changed


def _hung_on(part: str, owner: str) -> Change:
    """Bones of a part hang on the bone of another role."""

    def changed(bones: list[RigBone]) -> list[RigBone]:
        above = next(bone.name for bone in bones if bone.role == owner)
        moved = [bone for bone in bones if bone.role.split(".")[0] == part]
        below = {bone.name for bone in moved}
        for bone in bones:
            if bone.parent in below:
                below.add(bone.name)
        hung = [replace(bone, parent=above) if bone in moved else bone for bone in bones if bone.name in below]
        return [*(bone for bone in bones if bone.name not in below), *hung]

    return changed


def _on_a_carrier(*parts: str) -> Change:
    """Bones of these parts hang on a bone on the floor, as the hips do."""

    def changed(bones: list[RigBone]) -> list[RigBone]:
        ground = RigBone("carrier", "", "", np.zeros(3), np.array([0.0, 0.2, 0.0]), 0.0)
        return [
            ground,
            *(replace(b, parent="carrier") if b.role.split(".")[0] in ("hips", *parts) else b for b in bones),
        ]

    return changed


def _turned(parts: tuple[str, ...], degrees: float) -> Change:
    """Legs, or all but the legs, are turned about the hips; forward is positive."""
    turn = Rotation.from_euler("x", degrees, degrees=True)

    def placed(point: FloatArray) -> FloatArray:
        turned: FloatArray = turn.apply(point - HIP) + HIP
        return turned

    def changed(bones: list[RigBone]) -> list[RigBone]:
        return [
            replace(bone, head=placed(bone.head), tail=placed(bone.tail)) if bone.role.startswith(parts) else bone
            for bone in bones
        ]

    return changed


def _sides_swapped(bones: list[RigBone]) -> list[RigBone]:
    """The bones called left lie on the right. Roles follow the names."""
    mirror = np.array([-1.0, 1.0, 1.0])
    return [replace(bone, head=bone.head * mirror, tail=bone.tail * mirror) for bone in bones]


def unnamed(bones: list[RigBone]) -> list[RigBone]:
    """Names removed, and tails as importers of FBX make them up."""
    names = {bone.name: f"bone {index}" for index, bone in enumerate(bones)}
    return [
        replace(bone, name=names[bone.name], parent=names.get(bone.parent, ""), tail=bone.head + BACK) for bone in bones
    ]


def _nameless(change: Change) -> Change:
    return lambda bones: unnamed(change(bones))


TOPOLOGIES: dict[str, Change] = {
    "no legs": _without("thigh"),
    "one arm": _without("clavicle.R"),
    "no arms": _without("clavicle"),
    "one leg": _without("thigh.L"),
    "bust": _without("thigh", "clavicle"),
    "arms alone": _arms_alone("LR"),
    "one arm alone": _arms_alone("L"),
    "an arm ends at the elbow": _without("forearm.L"),
    "a leg ends at the knee": _without("shin.R"),
    "legs end at the knees": _without("shin"),
    "trunk beside the hips": _on_a_carrier("spine"),
    "thighs beside the hips": _on_a_carrier("thigh"),
    "feet on nothing": _on_a_carrier("foot"),
    "hands beside": _beside("hand"),
    "collarbones beside": _beside("clavicle"),
    "arms beside": _beside("upper_arm"),
    "forearms beside": _beside("forearm"),
    "head beside": _beside("head"),
    "thighs on the spine": _hung_on("thigh", "spine"),
    "arms on the head": _hung_on("clavicle", "head"),
    "trunk leans at rest": _turned(("spine", "chest", "neck", "head", *ARMS), 40.0),
    "sits at rest": _turned(LEGS, -90.0),
    "left and right swapped": _sides_swapped,
    "no names, tails made up": unnamed,
    "no names, no legs": _nameless(_without("thigh")),
    "no names, one arm": _nameless(_without("clavicle.R")),
    "no names, one leg": _nameless(_without("thigh.L")),
    "no names, collarbones beside": _nameless(_beside("clavicle")),
}
