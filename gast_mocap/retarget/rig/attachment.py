"""What belongs to what on a body, and which bones of a rig do not hang on what they belong to.

A trunk that hangs on the root beside the hips, feet that hang on nothing: such bones are carried along by keys on
their location, so that each keeps the distance that it has at rest.
"""

from dataclasses import dataclass

from .bone_map import BoneMap
from .rest_pose import RestPose
from .roles import side_of, sided

BELONGS_TO = {
    "pelvis": "hips", "spine": "hips", "mid_spine": "spine", "chest": "mid_spine", "neck": "chest", "head": "neck",
    "clavicle": "chest", "upper_arm": "clavicle", "forearm": "upper_arm", "hand": "forearm",
    "thigh": "hips", "shin": "thigh", "foot": "shin", "toes": "foot",
}  # fmt: skip


@dataclass(frozen=True)
class Attachment:
    """How the bones of a body hold together. All bones are indices.

    Attributes:
        mover: the bone whose location carries the whole body.
        beside: bones that belong to nothing the rig has, such as one of two arms alone, and go the same way.
        detached: bone -> the one that it belongs to and does not hang on.
        movers: detached bone -> the bone whose location carries it: itself, or one above that ends joined to it.
        stuck: detached bones that nothing can carry without carrying more than what belongs to them.
    """

    mover: int
    beside: tuple[int, ...]
    detached: dict[int, int]
    movers: dict[int, int]
    stuck: tuple[int, ...]


def attachment_of(rest: RestPose, bone_map: BoneMap) -> Attachment:
    """How this rig's body holds together."""
    bones = {role: rest.index(bone) for role, bone in bone_map.bones.items() if role != "root"}
    owners = {role: owner for role in bones if (owner := _owner(role, bone_map))}
    lineages = {role: _lineage(role, owners) for role in bones}
    strangers = {role: {bones[other] for other in bones if other not in ("pelvis", *lineages[role])} for role in bones}
    detached = {
        bones[role]: bones[owner]
        for role, owner in owners.items()
        if not _hang_together(rest, bones[role], bones[owner], strangers[role])
    }
    movers = {bone: _free_to_move(rest, bone) for bone in detached}
    parts = {bones[role]: {bones[below] for below in bones if role in lineages[below]} for role in bones}
    stuck = tuple(
        bone
        for bone, mover in movers.items()
        if _carried(rest, mover, set(bones.values()), {*movers.values()} - {mover}) - parts[bone]
    )
    first, *others = (bone for role, bone in bones.items() if role not in owners)
    highest = next((bone for bone in reversed(rest.ancestors(first)) if bone in bones.values()), first)
    mover = _free_to_move(rest, highest)
    beside = tuple(_free_to_move(rest, bone) for bone in others if mover not in (bone, *rest.ancestors(bone)))
    return Attachment(mover, beside, detached, movers, stuck)


def stuck_bones(rest: RestPose, bone_map: BoneMap) -> tuple[str, ...]:
    """Names of the bones that a bake would tear off the body: their place is fixed to a part they do not belong to."""
    if bone_map.bones.keys() <= {"root"}:
        return ()
    return tuple(rest.bone_names[bone] for bone in attachment_of(rest, bone_map).stuck)


def _owner(role: str, bone_map: BoneMap) -> str:
    """The nearest role with a bone that ``role`` belongs to, "" for none."""
    side, part = side_of(role), role.partition(".")[0]
    while part in BELONGS_TO:
        part = BELONGS_TO[part]
        for owner in (part, sided(part, side) if side else part):
            if owner in bone_map.bones:
                return owner
    return ""


def _lineage(role: str, owners: dict[str, str]) -> list[str]:
    """The role and all that it belongs to."""
    lineage = [role]
    while lineage[-1] in owners:
        lineage.append(owners[lineage[-1]])
    return lineage


def _hang_together(rest: RestPose, bone: int, owner: int, strangers: set[int]) -> bool:
    """Whether one is carried by the other, and not by way of other parts of the body."""
    above = rest.ancestors(bone)
    if owner in above:
        return not strangers & set(above[: above.index(owner)])
    return bone in rest.ancestors(owner)


def _free_to_move(rest: RestPose, bone: int) -> int:
    """The bone, or the one above it that carries it because their ends are joined."""
    return next((above for above in (bone, *rest.ancestors(bone)) if not rest.connected[above]), bone)


def _carried(rest: RestPose, mover: int, bones: set[int], settled: set[int]) -> set[int]:
    """Those of ``bones`` that move with ``mover``, itself included, and by no one of the ``settled`` below it, which
    get a place of their own."""
    lineages = ((bone, [bone, *rest.ancestors(bone)]) for bone in bones)
    return {
        bone
        for bone, lineage in lineages
        if mover in lineage and not settled.intersection(lineage[: lineage.index(mover)])
    }
