"""Where the hips go: travel in proportion to the legs, feet as high over the floor as the performer's."""

from typing import Literal

import numpy as np

from ...take.errors import MocapError
from ...take.records import FloatArray, Motion
from ...take.skeletons import Side
from .. import rotations as quat
from ..rig.bone_map import BoneMap
from ..rig.rest_body import leg_length, limb_end
from ..rig.rest_pose import RestPose
from ..rig.roles import sided
from . import performer
from .planting import planted_travel
from .skeleton import PosedSkeleton

FLOOR_REACH = 0.2
"""Leg lengths that a rig's origin may lie off its soles and still mark its floor; raising it trusts more origins."""
Travel = Literal["hips", "root", "object", "none"]
"""What carries the way through the room: the hips, the root bone, the armature object, or nothing (in place)."""


def place(
    motion: Motion, rest: RestPose, bone_map: BoneMap, skeleton: PosedSkeleton, travel: Travel
) -> tuple[tuple[str, ...], FloatArray, FloatArray | None]:
    """Located bones, their locations (t, m, 3) in bone space, and the object's travel (t, 3) in the world."""
    world_from_armature = rest.world_from_armature
    hips = rest.index(bone_map.bones["hips"])
    centre = _hip_centre(rest, bone_map, skeleton)
    scale = _world_leg_length(rest, bone_map) / performer.leg_length(motion)
    legs = {side: _leg(rest, bone_map, skeleton, side) @ world_from_armature[:3, :3].T for side in Side}
    way = scale * motion.joints[:, 0] * [1.0, 1.0, 0.0] + planted_travel(motion, scale, legs)
    height = _hip_height(motion, rest, bone_map, skeleton, scale)
    origin = world_from_armature[:3, 3] * [1.0, 1.0, 0.0]
    stay = origin + height[:, None] * [0.0, 0.0, 1.0]
    target = stay + way if travel == "hips" else stay
    armature_from_world = np.linalg.inv(world_from_armature)
    offset = target @ armature_from_world[:3, :3].T + armature_from_world[:3, 3] - centre
    moved = {_free_to_move(rest, hips): offset} | _detached_thighs(rest, bone_map, skeleton, offset)
    if travel == "root":
        root = _root(rest, bone_map)
        moved[root] = moved.get(root, 0.0) + way @ armature_from_world[:3, :3].T
    locations = [
        quat.rotate(quat.inverse(skeleton.location_axes(bone)), way) + rest.basis[bone, :3, 3]
        for bone, way in moved.items()
    ]
    names = tuple(rest.bone_names[bone] for bone in moved)
    return names, np.stack(locations, axis=1), way if travel == "object" else None


def _root(rest: RestPose, bone_map: BoneMap) -> int:
    if "root" not in bone_map.bones:
        raise MocapError(
            "no_root_bone", "The rig has no root bone to carry the travel. Choose its bone, or Travel On Hips."
        )
    return rest.index(bone_map.bones["root"])


def _free_to_move(rest: RestPose, bone: int) -> int:
    """The bone, or the one above it that carries it because their ends are joined."""
    return next((above for above in (bone, *rest.ancestors(bone)) if not rest.connected[above]), bone)


def _hip_centre(rest: RestPose, bone_map: BoneMap, skeleton: PosedSkeleton) -> FloatArray:
    """(t, 3) between the thighs' heads, armature space, hips not yet moved."""
    centre: FloatArray = np.mean([_thigh_head(rest, bone_map, skeleton, side) for side in Side], axis=0)
    return centre


def _thigh_head(rest: RestPose, bone_map: BoneMap, skeleton: PosedSkeleton, side: Side) -> FloatArray:
    """(t, 3) where the hips carry the head of a thigh, whether it hangs on them or not."""
    hips, thigh = (rest.index(bone_map.bones[role]) for role in ("hips", sided("thigh", side)))
    if hips in rest.ancestors(thigh):
        return skeleton.heads[thigh]
    from_hips = rest.armature_from_bone[hips, :3, :3].T @ (rest.heads[thigh] - rest.heads[hips])
    return skeleton.heads[hips] + quat.rotate(skeleton.turns[hips], from_hips)


def _detached_thighs(
    rest: RestPose, bone_map: BoneMap, skeleton: PosedSkeleton, offset: FloatArray
) -> dict[int, FloatArray]:
    """Bone -> (t, 3) way to go, armature space, of thighs that do not hang on the hips."""
    hips = rest.index(bone_map.bones["hips"])
    thighs = {side: rest.index(bone_map.bones[sided("thigh", side)]) for side in Side}
    return {
        thigh: _thigh_head(rest, bone_map, skeleton, side) + offset - skeleton.heads[thigh]
        for side, thigh in thighs.items()
        if hips not in rest.ancestors(thigh)
    }


def _hip_height(
    motion: Motion,
    rest: RestPose,
    bone_map: BoneMap,
    skeleton: PosedSkeleton,
    scale: float,
) -> FloatArray:
    """(t,) world z of the hip centre that puts the lower ankle as far over the floor as the performer's,
    to scale."""
    up = rest.world_from_armature[2, :3]
    hanging = np.min([_leg(rest, bone_map, skeleton, side) @ up for side in Side], axis=0)
    lift = np.min(list(performer.ankle_lift(motion).values()), axis=0)
    floor, ankle_height = _floor(rest, bone_map)
    height: FloatArray = floor + ankle_height + scale * lift - hanging
    return height


def _leg(rest: RestPose, bone_map: BoneMap, skeleton: PosedSkeleton, side: Side) -> FloatArray:
    """(t, 3) from the hip centre to the ankle, armature space."""
    foot, thigh, shin = (bone_map.bones.get(sided(part, side), "") for part in ("foot", "thigh", "shin"))
    hip = _thigh_head(rest, bone_map, skeleton, side)
    from_centre = hip - _hip_centre(rest, bone_map, skeleton) - skeleton.heads[rest.index(thigh)]
    if foot:
        return from_centre + skeleton.heads[rest.index(foot)]
    knee = rest.index(shin)
    along = quat.rotate(skeleton.turns[knee], np.array([0.0, rest.lengths[knee], 0.0]))
    return from_centre + skeleton.heads[knee] + along


def _floor(rest: RestPose, bone_map: BoneMap) -> tuple[float, float]:
    """World z of the floor that the rig stands on at rest, and the height of its ankles over it.

    The floor is level with the object's origin, unless the rig was built around another point: then it is
    level with the lowest point of its feet.
    """
    to_world = rest.world_from_armature
    roles = [sided(part, side) for part in ("foot", "toes") for side in Side]
    feet = [rest.index(bone_map.bones[role]) for role in roles if role in bone_map.bones]
    ankles = [limb_end(rest, bone_map, sided("foot", side), sided("shin", side)) for side in Side]
    points = np.concatenate([ankles, rest.heads[feet], rest.tails[feet]])
    heights = points @ to_world[2, :3] + to_world[2, 3]
    lowest, ankle = float(heights.min()), float(heights[:2].mean())
    origin = float(to_world[2, 3])
    floor = origin if abs(origin - lowest) < FLOOR_REACH * _world_leg_length(rest, bone_map) else lowest
    return floor, ankle - floor


def _world_leg_length(rest: RestPose, bone_map: BoneMap) -> float:
    """Metres; of a rig that is scaled unevenly, by its height."""
    return leg_length(rest, bone_map) * float(np.linalg.norm(rest.world_from_armature[2, :3]))
