"""Joint positions in, bone rotations out."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ...motion.bones import FEET
from ...take.records import FloatArray, Motion
from ...take.skeletons import H36M17, Side
from .. import rotations as quat
from ..rig.attachment import attachment_of
from ..rig.bone_map import BoneMap, check_map
from ..rig.fingers import relaxed_fingers, seen_fingers
from ..rig.rest_body import armature_from_body, joint, leg_length, limb_end, spine_chain
from ..rig.rest_pose import RestPose
from ..rig.roles import LIMBS, sided
from .curves import BoneCurves
from .feet import FootTurns, foot_turns, sole_of
from .head import head_turns
from .limbs import carried_roll, hinge_of, limb_turns, not_past_straight, resting_roll
from .placing import Stance, Travel, ankle_height, place, stance_of
from .skeleton import PosedSkeleton
from .torso import neutral_clavicles, neutral_head, segment, torso
from .twist import rolled, steadied

LIMB_JOINTS = {"upper_arm": ("shoulder", "elbow", "wrist"), "thigh": ("hip", "knee", "ankle")}


@dataclass(frozen=True)
class SolveOptions:
    """``joint_limits``: elbows and knees stop when straight. ``travel``: see placing.py. ``fingers``: hands are held as
    they were seen, and relaxed where they were not. ``feet``: they point where they were seen to, else their shins
    tell. ``head``: it turns as seen, else it keeps still on the shoulders."""

    joint_limits: bool = True
    travel: Travel = "hips"
    fingers: bool = True
    feet: bool = True
    head: bool = True


def keyed_bones(rest: RestPose, bone_map: BoneMap, travel: Travel) -> frozenset[str]:
    """The bones that a bake keys: all of the map and the spine between, the root only when it carries ``travel``."""
    turned = (bone for role, bone in bone_map.bones.items() if role != "root" or travel == "root")
    return frozenset((*turned, *spine_chain(rest, bone_map)))


def solve(motion: Motion, rest: RestPose, bone_map: BoneMap, options: SolveOptions | None = None) -> BoneCurves:
    """The rotations and locations that make a rig perform ``motion`` where it stands.

    Raises:
        MocapError: a required role has no bone, or a role names a bone that the rig lacks.
    """
    options = options or SolveOptions()
    check_map(bone_map, rest)
    motion = as_the_rig_sees_it(motion, rest)
    rest_turn = quat.from_matrix(armature_from_body(rest, bone_map))
    attachment = attachment_of(rest, bone_map)
    changes = _role_changes(motion, rest, bone_map, rest_turn, options)
    stance = stance_of(motion, rest, bone_map, _posed(changes, rest, bone_map), attachment)
    for side in (side for side in stance.ankles if sided("foot", side) in bone_map.bones):
        foot = _foot(rest, bone_map, rest_turn, changes, stance, side, _pointing(motion, rest, side, options))
        changes[sided("foot", side)] = quat.multiply(foot.foot, quat.inverse(rest_turn))
        changes[sided("toes", side)] = quat.multiply(foot.toes, quat.inverse(rest_turn))
        stance = replace(stance, rise=np.maximum(stance.rise, foot.sunk))

    skeleton = _posed(changes, rest, bone_map)
    placement = place(motion, rest, bone_map, skeleton, attachment, stance, options.travel)
    turns = _bone_turns(changes, rest, bone_map)
    local = [quat.multiply(quat.inverse(skeleton.socket(bone)), turn) for bone, turn in turns.items()]
    seen = seen_fingers(rest, bone_map, motion.hands) if options.fingers and motion.hands else {}
    relaxed = relaxed_fingers(rest, bone_map) if options.fingers else {}
    return BoneCurves(
        (*(rest.bone_names[bone] for bone in turns), *seen),
        quat.continuous(np.stack([*local, *seen.values()], axis=1)),
        placement.located,
        placement.locations,
        leg_length(rest, bone_map) or float(np.ptp(rest.heads, axis=0).max()),
        placement.travel,
        bone_map.switches,
        tuple(bone for role, bone in bone_map.bones.items() if role == "root" and bone not in placement.located),
        {
            rest.bone_names[bone]: rest.basis[bone, :3, 3]
            for bone in turns
            if not rest.connected[bone] and rest.bone_names[bone] not in placement.located
        },
        {bone: turn for bone, turn in relaxed.items() if bone not in seen},
    )


def as_the_rig_sees_it(motion: Motion, rest: RestPose) -> Motion:
    """The motion, with left and right swapped for an object that mirrors: what is called left there is seen on
    the right."""
    if not rest.is_mirrored:
        return motion
    order = H36M17.mirrored_order()
    contacts = tuple(replace(contact, foot=contact.foot.other) for contact in motion.contacts)
    feet = None if motion.feet is None else motion.feet[:, ::-1]
    swapped = replace(motion, joints=motion.joints[:, order], scores=motion.scores[:, order], contacts=contacts)
    return replace(swapped, feet=feet, hands=motion.hands and motion.hands.swapped)


def _posed(changes: dict[str, FloatArray], rest: RestPose, bone_map: BoneMap) -> PosedSkeleton:
    return PosedSkeleton(
        rest, _bone_turns(changes, rest, bone_map), [rest.index(bone) for bone in bone_map.bones.values()]
    )


def _foot(
    rest: RestPose,
    bone_map: BoneMap,
    rest_turn: FloatArray,
    changes: dict[str, FloatArray],
    stance: Stance,
    side: Side,
    pointing: FloatArray | None,
) -> FootTurns:
    shin_turn = quat.multiply(changes[sided("shin", side)], rest_turn)
    sole = sole_of(rest, bone_map, rest_turn, side, ankle_height(rest, bone_map))
    grown = stance.grown[side]
    over_ground = (stance.ankles[side] - stance.grounds[side]) / grown
    turns = foot_turns(sole, shin_turn, stance.up, over_ground, leg_length(rest, bone_map), pointing)
    return replace(turns, sunk=turns.sunk * grown)


def _pointing(motion: Motion, rest: RestPose, side: Side, options: SolveOptions) -> FloatArray | None:
    """(t, 3) where the sole points, armature space, as long as that is sure."""
    if motion.feet is None or not options.feet:
        return None
    seen = motion.feet[:, FEET.index(side)]
    sure = np.linalg.norm(seen, axis=-1, keepdims=True)
    return np.asarray(quat.unit(seen @ np.linalg.inv(rest.world_from_armature[:3, :3]).T) * sure)


def _bone_turns(changes: dict[str, FloatArray], rest: RestPose, bone_map: BoneMap) -> dict[int, FloatArray]:
    """Bone index -> (t, 4) rotation in armature space, parents first, of every bone that the motion turns."""
    resting = quat.from_matrix(rest.armature_from_bone[:, :3, :3])
    bones = {rest.index(bone_map.bones[role]): change for role, change in changes.items() if role in bone_map.bones}
    chain = [rest.index(bone) for bone in spine_chain(rest, bone_map)]
    for position, bone in enumerate(chain):
        share = float(np.clip(2 * (position + 0.5) / len(chain) - 0.5, 0, 1))
        bones[bone] = quat.blend(changes["spine"], changes["chest"], share)
    return {bone: quat.multiply(bones[bone], resting[bone]) for bone in sorted(bones)}


def _role_changes(
    motion: Motion, rest: RestPose, bone_map: BoneMap, rest_turn: FloatArray, options: SolveOptions
) -> dict[str, FloatArray]:
    """Role -> (t, 4) turn away from the rest pose, armature space, whether the rig has such a bone or not."""
    armature_from_world = np.linalg.inv(rest.world_from_armature[:3, :3])
    joints = motion.joints @ armature_from_world.T
    steps = _frame_steps(motion)
    body = torso(joints)
    turns = {"hips": body.pelvis, "pelvis": body.pelvis, "spine": body.lower_spine, "chest": body.chest}
    neutral = neutral_head(joints)
    turns |= head_turns(joints, body.chest, neutral, steps) if options.head else dict.fromkeys(neutral, body.chest)
    for side, home in neutral_clavicles(joints).items():
        direction = segment(joints, "thorax", f"{side}_shoulder")
        turns[sided("clavicle", side)] = rolled(np.zeros(len(joints)), body.chest, home, direction)
    changes = {role: quat.multiply(turn, quat.inverse(rest_turn)) for role, turn in turns.items()}
    for limb, side in product(LIMBS, Side):
        part, lower, end = limb
        if sided(part, side) not in bone_map.bones:
            continue
        parent = body.chest if part == "upper_arm" else body.pelvis
        moved = _moved_limb(joints, steps, parent, part, side, options)
        rested = _rested_limb(rest, bone_map, rest_turn, limb, side)
        for name, move, start in zip((part, lower), moved, rested, strict=True):
            changes[sided(name, side)] = quat.multiply(move, quat.inverse(start))
        changes[sided(end, side)] = changes[sided(lower, side)]
    return changes


def _frame_steps(motion: Motion) -> FloatArray:
    """(t - 1,) time between frames, in units of the usual one."""
    steps = np.diff(motion.times)
    return steps / np.median(steps) if len(steps) else steps


def _moved_limb(
    joints: FloatArray, steps: FloatArray, parent: FloatArray, part: str, side: Side, options: SolveOptions
) -> tuple[FloatArray, FloatArray]:
    """Body turns (t, 4) of the performer's upper and lower limb."""
    hinge = hinge_of(part, side)
    first, middle, last = (f"{side}_{name}" for name in LIMB_JOINTS[part])
    upper, lower = segment(joints, first, middle), segment(joints, middle, last)
    roll = carried_roll(hinge, parent, upper, lower, steps)
    if options.joint_limits:
        lower = not_past_straight(hinge, limb_turns(hinge, parent, upper, lower, roll)[0], upper, lower)
    upper_turn, lower_turn = limb_turns(hinge, parent, upper, lower, roll)
    return steadied(upper_turn, upper, steps), steadied(lower_turn, lower, steps)


def _rested_limb(
    rest: RestPose, bone_map: BoneMap, rest_turn: FloatArray, limb: tuple[str, str, str], side: Side
) -> tuple[FloatArray, FloatArray]:
    """Body turns (4,) of the rig's upper and lower limb at rest; a stump counts as straight."""
    hinge, roles = hinge_of(limb[0], side), [sided(part, side) for part in limb]
    elbow = limb_end(rest, bone_map, roles[1], roles[0])
    upper = lower = quat.unit(elbow - joint(rest, bone_map, roles[0]))
    if roles[1] in bone_map.bones:
        lower = quat.unit(limb_end(rest, bone_map, roles[2], roles[1]) - elbow)
    return limb_turns(hinge, rest_turn, upper, lower, resting_roll(hinge, rest_turn, upper, lower))
