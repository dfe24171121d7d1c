"""Where a body goes: travel in proportion to its size, feet as high over the ground as the performer's.

Whatever hangs beside what it belongs to goes along.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...take.errors import MocapError
from ...take.records import FloatArray, Motion
from ...take.skeletons import Side
from .. import rotations as quat
from ..rig.attachment import Attachment
from ..rig.bone_map import BoneMap
from ..rig.rest_body import armature_from_body, joint, leg_length, limb_end
from ..rig.rest_pose import RestPose
from ..rig.roles import sided
from . import performer
from .planting import planted_travel
from .skeleton import PosedSkeleton

FLOOR_REACH = 0.2
"""Leg lengths that a rig's origin may lie off its soles and still mark its floor; raising it trusts more origins."""
TRUNK_STARTS = {"spine": "spine", "chest": "thorax"}
Travel = Literal["hips", "root", "object", "none"]
"""What carries the way through the room: the hips, the root bone, the armature object, or nothing (in place)."""


@dataclass(frozen=True)
class Stance:
    """How a rig stands while it performs. Heights are along the world's up, in armature units over the rig's floor.

    Attributes:
        scale: the rig's size against the performer's, rig metres per metre.
        up: (3,) unit, away from the floor, armature space.
        unit: world metres of an armature unit along it.
        centre: (t, 3) armature space, the hip centre (of a rig without legs the bone that carries it), not yet moved.
        height: (t,) of the centre.
        rise: (t,) by which soles that would be below the ground lift it beyond that.
        ankles: side -> (t,) height of the ankle, of the feet that the rig has.
        grounds: side -> (t,) height of what the foot stands on.
        legs: side -> (t, 3) world metres from the centre to the ankle.
        grown: side -> how much larger than at rest the foot is posed, by the scales that it and those above it hold.
    """

    scale: float
    up: FloatArray
    unit: float
    centre: FloatArray
    height: FloatArray
    rise: FloatArray
    ankles: Mapping[Side, FloatArray]
    grounds: Mapping[Side, FloatArray]
    legs: Mapping[Side, FloatArray]
    grown: Mapping[Side, float]


@dataclass(frozen=True)
class Stage:
    """The performer's world as a rig's: ``scale`` times as large, its origin at ``origin`` (3,), m, in Blender's."""

    scale: float
    origin: FloatArray

    def place(self, points: FloatArray) -> FloatArray:
        """``points`` (..., 3) of the performance in Blender's world."""
        return self.scale * points + self.origin


@dataclass(frozen=True)
class Placement:
    """``located`` bones, their ``locations`` (t, m, 3) in bone space, the object's ``travel`` (t, 3) in the world."""

    located: tuple[str, ...]
    locations: FloatArray
    travel: FloatArray | None


def stage_of(motion: Motion, rest: RestPose, bone_map: BoneMap) -> Stage:
    """Where ``place`` puts the performance."""
    world, unit = rest.world_from_armature, float(np.linalg.norm(rest.world_from_armature[2, :3]))
    origin = world[:3, 3] + [0.0, 0.0, unit * _floor(rest, bone_map)]
    return Stage(_scale(motion, rest, bone_map), origin)


def stance_of(
    motion: Motion, rest: RestPose, bone_map: BoneMap, skeleton: PosedSkeleton, attachment: Attachment
) -> Stance:
    """How high the rig's hips must be for its feet to be where the performer's are, and where that puts its ankles."""
    row = rest.world_from_armature[2, :3]
    unit = float(np.linalg.norm(row))
    up = row / unit
    sides = [side for side in Side if sided("thigh", side) in bone_map.limbs]
    scale = _scale(motion, rest, bone_map)
    if not sides:
        centre = skeleton.heads[attachment.mover]
        pelvis = motion.joints[:, 0, 2] - performer.leg_length(motion) - performer.ankle_height(motion)
        height = rest.heads[attachment.mover] @ up + scale / unit * pelvis
        return Stance(scale, up, unit, centre, height, np.zeros_like(height), {}, {}, {}, {})
    hips = {side: _hip(rest, bone_map, skeleton, attachment, side) for side in sides}
    centre = _hip_centre(rest, bone_map, skeleton, hips)
    legs = {side: _ankle(rest, bone_map, skeleton, side, hip) - centre for side, hip in hips.items()}
    scale *= float(np.mean([skeleton.scales[rest.index(bone_map.bones[sided("shin", side)])] for side in sides]))
    ends = {side: bone_map.bones.get(sided("foot", side), bone_map.bones[sided("shin", side)]) for side in sides}
    grown = {side: skeleton.scales[rest.index(end)] for side, end in ends.items()}
    lift = scale / unit * np.min(list(performer.ankle_lift(motion).values()), axis=0)
    standing = ankle_height(rest, bone_map)
    height = lift + np.max([standing * grown[side] - leg @ up for side, leg in legs.items()], axis=0)
    return Stance(
        scale,
        up,
        unit,
        centre,
        height,
        rise=np.zeros_like(height),
        ankles={side: height + leg @ up for side, leg in legs.items()},
        grounds={side: scale / unit * ground for side, ground in performer.grounds(motion).items()},
        legs={side: leg @ rest.world_from_armature[:3, :3].T for side, leg in legs.items()},
        grown=grown,
    )


def place(
    motion: Motion,
    rest: RestPose,
    bone_map: BoneMap,
    skeleton: PosedSkeleton,
    attachment: Attachment,
    stance: Stance,
    travel: Travel,
) -> Placement:
    """Keys for what moves from its place."""
    world = rest.world_from_armature
    way = stance.scale * motion.joints[:, 0] * [1.0, 1.0, 0.0] + planted_travel(motion, stance.scale, stance.legs)
    ground_point = np.zeros(3) if stance.legs else rest.heads[attachment.mover]
    height = world[2, 3] + stance.unit * (_floor(rest, bone_map) + stance.height + stance.rise)
    stay = (world @ [*ground_point, 1.0])[:3] * [1.0, 1.0, 0.0] + height[:, None] * [0.0, 0.0, 1.0]
    target = stay + way if travel in ("hips", "root") else stay
    armature_from_world = np.linalg.inv(world)
    ways = {}
    if travel == "root":
        ways[_root(rest, bone_map)] = way @ armature_from_world[:3, :3].T
    offset = target @ armature_from_world[:3, :3].T + armature_from_world[:3, 3] - stance.centre
    ways = _ways(rest, skeleton, attachment, ways, offset)
    locations = np.stack([skeleton.location(bone, way) for bone, way in ways.items()], axis=1)
    return Placement(tuple(rest.bone_names[bone] for bone in ways), locations, way if travel == "object" else None)


def ankle_height(rest: RestPose, bone_map: BoneMap) -> float:
    """Of a rig at rest over its floor, along its body, armature units; mean of its feet, one of which may be ahead."""
    sides = [side for side in Side if sided("thigh", side) in bone_map.limbs]
    ankles = [limb_end(rest, bone_map, sided("foot", side), sided("shin", side)) for side in sides]
    return float(np.mean(ankles, axis=0) @ armature_from_body(rest, bone_map)[:, 2]) - _floor(rest, bone_map)


def _ways(
    rest: RestPose,
    skeleton: PosedSkeleton,
    attachment: Attachment,
    given: Mapping[int, FloatArray],
    offset: FloatArray,
) -> dict[int, FloatArray]:
    """Bone -> (t, 3) way in armature space by which its own location moves it.

    The body goes by ``offset`` (t, 3), beside what those above it are ``given``; what is detached keeps its place
    beside what it belongs to.
    """
    turned_from = quat.inverse(quat.from_matrix(rest.armature_from_bone[:, :3, :3]))
    ways = dict(given)
    for mover in (attachment.mover, *attachment.beside):
        ways[mover] = offset - sum((ways[above] for above in rest.ancestors(mover) if above in ways), np.zeros(3))
    waiting = dict(attachment.movers)

    def moved(bone: int) -> FloatArray:
        """(t, 3) by which all keys together move its head."""
        for part in (bone, *rest.ancestors(bone)):
            for detached in [detached for detached, above in waiting.items() if above == part]:
                settle(detached)
        return sum((ways[part] for part in (bone, *rest.ancestors(bone)) if part in ways), np.zeros(3))

    def settle(bone: int) -> None:
        owner, carrier = attachment.detached[bone], waiting.pop(bone)
        apart = (rest.heads[bone] - rest.heads[owner]) * skeleton.scales[owner]
        change = quat.multiply(skeleton.turns[owner], turned_from[owner])
        home = skeleton.heads[owner] + moved(owner) + quat.rotate(change, apart)
        ways[carrier] = ways.get(carrier, 0.0) + home - skeleton.heads[bone] - moved(bone)

    while waiting:
        settle(next(iter(waiting)))
    return ways


def _scale(motion: Motion, rest: RestPose, bone_map: BoneMap) -> float:
    """Rig metres per metre of the performer: by the legs, else an arm, else the trunk of a bust."""
    unit = float(np.linalg.norm(rest.world_from_armature[2, :3]))
    if legs := leg_length(rest, bone_map):
        return unit * legs / performer.leg_length(motion)
    for side in Side:
        if (upper := sided("upper_arm", side)) in bone_map.limbs:
            arm = joint(rest, bone_map, sided("forearm", side)) - joint(rest, bone_map, upper)
            return unit * float(np.linalg.norm(arm)) / performer.distance(motion, f"{side}_shoulder", f"{side}_elbow")
    low = next(role for role in ("spine", "chest") if role in bone_map.bones)
    trunk = joint(rest, bone_map, "head") - joint(rest, bone_map, low)
    return unit * float(np.linalg.norm(trunk)) / performer.distance(motion, TRUNK_STARTS[low], "neck")


def _root(rest: RestPose, bone_map: BoneMap) -> int:
    if "root" not in bone_map.bones:
        raise MocapError(
            "no_root_bone", "The rig has no root bone to carry the travel. Choose its bone, or Travel On Hips."
        )
    return rest.index(bone_map.bones["root"])


def _hip_centre(
    rest: RestPose, bone_map: BoneMap, skeleton: PosedSkeleton, hips: Mapping[Side, FloatArray]
) -> FloatArray:
    """(t, 3) between the hip joints (t, 3), armature space, hips not yet moved; with one leg alone, the hips' head."""
    if len(hips) < len(Side):
        return skeleton.heads[rest.index(bone_map.bones["hips"])]
    centre: FloatArray = np.mean(list(hips.values()), axis=0)
    return centre


def _hip(rest: RestPose, bone_map: BoneMap, skeleton: PosedSkeleton, attachment: Attachment, side: Side) -> FloatArray:
    """(t, 3) where the hips carry the head of a thigh, whether it hangs on them or not."""
    hips, thigh = (rest.index(bone_map.bones[role]) for role in ("hips", sided("thigh", side)))
    if thigh not in attachment.detached:
        return skeleton.heads[thigh]
    from_hips = rest.armature_from_bone[hips, :3, :3].T @ (rest.heads[thigh] - rest.heads[hips])
    return skeleton.heads[hips] + quat.rotate(skeleton.turns[hips], from_hips * skeleton.scales[hips])


def _ankle(rest: RestPose, bone_map: BoneMap, skeleton: PosedSkeleton, side: Side, hip: FloatArray) -> FloatArray:
    """(t, 3) where thigh and shin carry the ankle, armature space, hips not yet moved, whatever the foot hangs on.

    ``hip`` (t, 3): where the thigh starts.
    """
    place = hip
    thigh, shin = (rest.index(bone_map.bones[sided(part, side)]) for part in ("thigh", "shin"))
    ends = rest.heads[shin], limb_end(rest, bone_map, sided("foot", side), sided("shin", side))
    for bone, end in zip((thigh, shin), ends, strict=True):
        along = rest.armature_from_bone[bone, :3, :3].T @ (end - rest.heads[bone])
        place = place + quat.rotate(skeleton.turns[bone], along * skeleton.scales[bone])
    return place


def _floor(rest: RestPose, bone_map: BoneMap) -> float:
    """Height of the floor that the rig stands on at rest over the armature's origin, armature units.

    The floor is level with the origin, unless the rig was built around another point: then it is level with the lowest
    point of its feet. A rig without legs is where it is.
    """
    up = armature_from_body(rest, bone_map)[:, 2]
    sides = [side for side in Side if sided("thigh", side) in bone_map.limbs]
    if not sides:
        return 0.0
    roles = [sided(part, side) for part in ("foot", "toes") for side in sides]
    feet = [rest.index(bone_map.bones[role]) for role in roles if role in bone_map.bones]
    ankles = [limb_end(rest, bone_map, sided("foot", side), sided("shin", side)) for side in sides]
    lowest = float((np.concatenate([ankles, rest.heads[feet], rest.tails[feet]]) @ up).min())
    return 0.0 if abs(lowest) < FLOOR_REACH * leg_length(rest, bone_map) else lowest
