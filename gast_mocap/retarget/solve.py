"""Joint positions in, bone rotations out."""

from dataclasses import dataclass

import numpy as np

from ..motion.records import FloatArray, Motion
from . import rotations as quat
from .body import Torso, neutral_directions, segment, torso
from .bone_map import BoneMap, check_map
from .curves import BoneCurves
from .limbs import carried_roll, hinge_of, limb_turns, not_past_straight, resting_roll
from .placing import place
from .rest_pose import RestPose
from .roles import LIMBS, SIDES
from .skeleton import PosedSkeleton
from .stance import armature_from_body, joint, leg_length, limb_end, spine_chain

SIDE_NAMES = {"L": "left", "R": "right"}
LIMB_JOINTS = {"upper_arm": ("shoulder", "elbow", "wrist"), "thigh": ("hip", "knee", "ankle")}


@dataclass(frozen=True)
class SolveOptions:
    """``joint_limits``: elbows and knees stop when straight. ``travel``: what carries the way through the
    room, "hips", "root" (the root bone), "object", or "none" (in place)."""

    joint_limits: bool = True
    travel: str = "hips"


def solve(motion: Motion, rest: RestPose, bone_map: BoneMap, options: SolveOptions | None = None) -> BoneCurves:
    """The rotations and locations that make a rig perform ``motion`` where it stands.

    Raises:
        MocapError: a required role has no bone, or a role names a bone that the rig lacks.
    """
    options = options or SolveOptions()
    check_map(bone_map, rest)
    joints = motion.joints @ np.linalg.inv(rest.world_from_armature[:3, :3]).T
    turns = _bone_turns(joints, _frame_steps(motion), rest, bone_map, options)
    reach = [rest.index(bone) for bone in bone_map.bones.values()]
    skeleton = PosedSkeleton(rest, turns, reach)
    local = [quat.multiply(quat.inverse(skeleton.socket(bone)), turns[bone]) for bone in turns]
    located, locations, object_travel = place(motion, rest, bone_map, skeleton, options.travel)
    return BoneCurves(
        tuple(rest.bone_names[bone] for bone in turns),
        quat.continuous(np.stack(local, axis=1)),
        located,
        locations,
        leg_length(rest, bone_map),
        object_travel,
    )


def _frame_steps(motion: Motion) -> FloatArray:
    """(t - 1,) time between frames, in units of the usual one."""
    steps = np.diff(motion.times)
    return steps / np.median(steps) if len(steps) else steps


def _bone_turns(
    joints: FloatArray, steps: FloatArray, rest: RestPose, bone_map: BoneMap, options: SolveOptions
) -> dict[int, FloatArray]:
    """Bone index -> (t, 4) rotation in armature space, of every bone that the motion turns."""
    body = torso(joints)
    rest_turn = quat.from_matrix(armature_from_body(rest, bone_map))
    changes = _torso_changes(body, rest_turn, rest, bone_map)
    changes |= _head_changes(joints, body, rest_turn, bone_map)
    for upper, lower, end in LIMBS:
        for side in SIDES:
            parent = body.chest if upper == "upper_arm" else body.pelvis
            roles = (f"{upper}.{side}", f"{lower}.{side}", f"{end}.{side}")
            changes |= _limb_changes(joints, steps, parent, rest_turn, rest, bone_map, roles, options)
    resting = quat.from_matrix(rest.armature_from_bone[:, :3, :3])
    bones = {rest.index(bone): change for bone, change in changes.items()}
    return {bone: quat.multiply(bones[bone], resting[bone]) for bone in sorted(bones)}


def _torso_changes(body: Torso, rest_turn: FloatArray, rest: RestPose, bone_map: BoneMap) -> dict[str, FloatArray]:
    """Bone -> (t, 4) turn away from the rest pose."""
    upright = quat.inverse(rest_turn)
    chain = spine_chain(rest, bone_map)
    changes = {bone_map.bones["hips"]: quat.multiply(body.pelvis, upright)}
    for position, bone in enumerate(chain):
        changes[bone] = quat.multiply(body.spine((position + 0.5) / len(chain)), upright)
    return changes


def _head_changes(joints: FloatArray, body: Torso, rest_turn: FloatArray, bone_map: BoneMap) -> dict[str, FloatArray]:
    """Neck, head and clavicles: what they do beyond the chest, from the direction that they have at ease."""
    ends = {
        "neck": ("thorax", "neck"),
        "head": ("neck", "head"),
        "clavicle.L": ("thorax", "left_shoulder"),
        "clavicle.R": ("thorax", "right_shoulder"),
    }
    changes = {}
    for role, neutral in neutral_directions(joints).items():
        if role not in bone_map.bones:
            continue
        local = quat.rotate(quat.inverse(body.chest), segment(joints, *ends[role]))
        turn = quat.multiply(body.chest, quat.between(neutral, local))
        changes[bone_map.bones[role]] = quat.multiply(turn, quat.inverse(rest_turn))
    return changes


def _limb_changes(
    joints: FloatArray,
    steps: FloatArray,
    parent: FloatArray,
    rest_turn: FloatArray,
    rest: RestPose,
    bone_map: BoneMap,
    roles: tuple[str, str, str],
    options: SolveOptions,
) -> dict[str, FloatArray]:
    """Bone -> (t, 4) turn away from the rest pose, of an upper and a lower limb and the hand or foot."""
    part, side = roles[0].split(".")
    hinge = hinge_of(part, side)
    first, middle, last = (f"{SIDE_NAMES[side]}_{name}" for name in LIMB_JOINTS[part])
    upper, lower = segment(joints, first, middle), segment(joints, middle, last)
    roll = carried_roll(hinge, parent, upper, lower, steps)
    if options.joint_limits:
        lower = not_past_straight(hinge, limb_turns(hinge, parent, upper, lower, roll)[0], upper, lower)
    moved = limb_turns(hinge, parent, upper, lower, roll)

    elbow = joint(rest, bone_map, roles[1])
    rest_upper = quat.unit(elbow - joint(rest, bone_map, roles[0]))
    rest_lower = quat.unit(limb_end(rest, bone_map, roles[2], roles[1]) - elbow)
    rest_roll = np.array(resting_roll(hinge, rest_turn, rest_upper, rest_lower))
    rested = limb_turns(hinge, rest_turn, rest_upper, rest_lower, rest_roll)

    changes = [quat.multiply(move, quat.inverse(start)) for move, start in zip(moved, rested, strict=True)]
    named = zip(roles, [*changes, changes[-1]], strict=True)
    return {bone_map.bones[role]: change for role, change in named if role in bone_map.bones}
