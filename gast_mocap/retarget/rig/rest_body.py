"""What a rig's rest pose says about its body: which way it faces, and how its limbs hang."""

import numpy as np

from ...take.records import FloatArray
from ...take.skeletons import Side
from ..rotations import AXES, orthogonal, squared, unit
from .bone_map import BoneMap
from .rest_pose import RestPose
from .roles import sided

UPPER_TRUNK = ("neck", "head", "chest", "mid_spine", "spine")
LOWER_TRUNK = ("hips", "spine", "mid_spine", "chest")


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
    for them. What a half body lacks is not asked for; where nothing is left that tells, it stands upright in the
    world and faces its -Y.
    """
    axes = np.concatenate([AXES, unit(np.linalg.inv(rest.world_from_armature[:3, :3]).T)])
    up = squared(_upward(rest, bone_map), axes)
    left = squared(orthogonal(_leftward(rest, bone_map), up), axes)
    left = orthogonal(left, up)
    return np.stack([left, np.cross(up, left), up], axis=-1)


def trunk_direction(rest: RestPose, bone_map: BoneMap) -> FloatArray | None:
    """(3,) unit, armature space, from the middle of the hip joints to that of the shoulders; where a half body lacks
    one of them, from the lowest or to the highest bone of its trunk. None where it has neither.
    """
    low, high = (_middle(rest, bone_map, part) for part in ("thigh", "upper_arm"))
    low = _first_of(rest, bone_map, LOWER_TRUNK) if low is None else low
    high = _first_of(rest, bone_map, UPPER_TRUNK) if high is None else high
    if low is None or high is None or np.allclose(low, high):
        return None
    return unit(high - low)


def _upward(rest: RestPose, bone_map: BoneMap) -> FloatArray:
    trunk = trunk_direction(rest, bone_map)
    directions = [] if trunk is None else [trunk]
    legs = [role for role in bone_map.limbs if role.startswith("thigh")]
    if legs:
        shins = [role.replace("thigh", "shin") for role in legs]
        hips, knees = (np.mean([joint(rest, bone_map, role) for role in roles], axis=0) for roles in (legs, shins))
        directions.append(unit(hips - knees))
    up = np.sum(directions, axis=0) if directions else np.linalg.inv(rest.world_from_armature)[:3, 2]
    return unit(up)


def _leftward(rest: RestPose, bone_map: BoneMap) -> FloatArray:
    """(3,) from the right hip and shoulder to the left ones; with a limb of one side alone, from the trunk to it."""
    ways = [way for part in ("thigh", "upper_arm") if (way := _across(rest, bone_map, part)) is not None]
    if ways:
        across: FloatArray = np.sum(ways, axis=0)
        return across
    alone: FloatArray = np.linalg.inv(rest.world_from_armature)[:3, 0]
    for part, trunk in (("upper_arm", UPPER_TRUNK), ("thigh", LOWER_TRUNK)):
        for side, sign in zip(Side, (1, -1), strict=True):
            middle = _first_of(rest, bone_map, trunk)
            if middle is not None and sided(part, side) in bone_map.bones:
                alone = sign * (joint(rest, bone_map, sided(part, side)) - middle)
    return alone


def _across(rest: RestPose, bone_map: BoneMap, part: str) -> FloatArray | None:
    left, right = (sided(part, side) for side in Side)
    if left not in bone_map.bones or right not in bone_map.bones:
        return None
    return unit(joint(rest, bone_map, left) - joint(rest, bone_map, right))


def _middle(rest: RestPose, bone_map: BoneMap, part: str) -> FloatArray | None:
    """(3,) between the heads of a part's left and right bone, None without both."""
    roles = [sided(part, side) for side in Side]
    if not bone_map.bones.keys() >= set(roles):
        return None
    middle: FloatArray = np.mean([joint(rest, bone_map, role) for role in roles], axis=0)
    return middle


def _first_of(rest: RestPose, bone_map: BoneMap, roles: tuple[str, ...]) -> FloatArray | None:
    return next((joint(rest, bone_map, role) for role in roles if role in bone_map.bones), None)


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
    """Thigh and shin in armature units, mean of the legs that the rig has; 0 without legs."""
    lengths = []
    for side in Side:
        if sided("thigh", side) not in bone_map.limbs:
            continue
        hip, knee = (joint(rest, bone_map, sided(part, side)) for part in ("thigh", "shin"))
        ankle = limb_end(rest, bone_map, sided("foot", side), sided("shin", side))
        lengths.append(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))
    return float(np.mean(lengths)) if lengths else 0.0
