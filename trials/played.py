"""What Blender makes of a performance on a rig, and how far that is from the performer."""

from itertools import pairwise

import bpy
import numpy as np
from scipy.spatial.transform import Rotation

from gast_mocap.retarget.blender.access import pose_bones, scene
from gast_mocap.retarget.blender.armature import Reference, read_rest_pose
from gast_mocap.retarget.blender.write import write_action
from gast_mocap.retarget.rig.bone_map import BoneMap
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.rig.rest_pose import RestPose
from gast_mocap.retarget.solve.solve import SolveOptions, keyed_bones, solve
from gast_mocap.take.records import FloatArray, IntArray, Motion
from trials.performances import LIMB_JOINTS

JOINED = (
    ("hips", "spine"), ("hips", "thigh"), ("thigh", "shin"), ("shin", "foot"), ("foot", "toes"), ("chest", "neck"),
    ("neck", "head"), ("chest", "clavicle"), ("clavicle", "upper_arm"), ("upper_arm", "forearm"), ("forearm", "hand"),
)  # fmt: skip
NEXT = {"upper_arm": "forearm", "forearm": "hand", "thigh": "shin", "shin": "foot"}
UPPER = ("upper_arm.L", "upper_arm.R", "thigh.L", "thigh.R")
BENT = 10.0
AS_IT_IS = SolveOptions(joint_limits=False)
LIMITED = SolveOptions()


class Played:
    """What Blender makes of the keys. Heads and tails (t, 3) and turns (t,) away from rest, world, by
    role."""

    def __init__(self, rig: bpy.types.Object, rest: RestPose, bone_map: BoneMap, frames: int) -> None:
        """``frames``: the last one; the first is 1."""
        self.bone_map = bone_map
        names = list(bone_map.bones.values())
        poses = np.zeros((frames, len(names), 4, 4))
        for frame in range(frames):
            scene().frame_set(frame + 1)
            poses[frame] = [pose_bones(rig)[name].matrix for name in names]
        world = np.array(rig.matrix_world)
        poses, at_rest = world @ poses, world @ rest.rest[[rest.index(name) for name in names]]
        self.rest_heads, self.rest_tails, self.heads, self.tails, self.turns = {}, {}, {}, {}, {}
        for column, (role, name) in enumerate(bone_map.bones.items()):
            pose, start = poses[:, column], at_rest[column]
            self.rest_heads[role] = start[:3, 3]
            self.rest_tails[role] = (start @ [0.0, pose_bones(rig)[name].bone.length, 0.0, 1.0])[:3]
            self.heads[role] = pose[:, :3, 3]
            self.tails[role] = (pose @ [0.0, pose_bones(rig)[name].length, 0.0, 1.0])[:, :3]
            self.turns[role] = Rotation.from_matrix(_unscaled(pose) @ _unscaled(start).T)

    def direction(self, role: str) -> FloatArray:
        """(t, 3) from a limb's joint to its next."""
        part, side = role.split(".")
        following = f"{NEXT[part]}.{side}"
        end = self.heads[following] if following in self.heads else self.tails[role]
        return _unit(end - self.heads[role])


def play(
    rig: bpy.types.Object,
    motion: Motion,
    options: SolveOptions = AS_IT_IS,
    reference: Reference = "REST",
    bone_map: BoneMap | None = None,
    frames: IntArray | None = None,
) -> Played:
    """Bakes a motion and plays it. ``frames`` (t,): of the scene, rising from 1; where some lack, Blender fills in."""
    rest = read_rest_pose(rig)
    bone_map = bone_map or map_bones(rest)
    rest = read_rest_pose(rig, reference, keyed_bones(rest, bone_map, options.travel), bone_map.switches)
    frames = np.arange(1, len(motion.times) + 1) if frames is None else frames
    write_action(rig, solve(motion, rest, bone_map, options), frames, "played")
    return Played(rig, rest, bone_map, int(frames[-1]))


def worst_direction(played: Played, motion: Motion) -> float:
    """Degrees between where limbs of rig and performer point, the most of all limbs and frames."""
    limbs = [(role, joints) for role, joints in LIMB_JOINTS.items() if role in played.heads]
    degrees = [float(angle(played.direction(role), _source_direction(motion, joints)).max()) for role, joints in limbs]
    return max(degrees, default=0.0)


def worst_gap(played: Played) -> float:
    """Metres by which a bone leaves the place beside the one it belongs to that it has at rest, the most of all."""
    gaps = [0.0]
    for owner, part in JOINED:
        for side in ("", ".L", ".R"):
            above, below = (owner if owner in played.heads else f"{owner}{side}"), f"{part}{side}"
            if above in played.heads and below in played.heads:
                apart = played.turns[above].apply(played.rest_heads[below] - played.rest_heads[above])
                gaps.append(float(np.linalg.norm(played.heads[above] + apart - played.heads[below], axis=1).max()))
    return max(gaps)


def worst_sole(played: Played) -> float:
    """Metres by which heel, ball or toes are lower than at rest, the most of both feet and all frames.

    The heel is under the ankle; rigs without toe bones have the foot bone's end for a ball.
    """
    sunk = [0.0]
    for side in "LR":
        foot, toes = f"foot.{side}", f"toes.{side}"
        if foot not in played.heads:
            continue
        ankle, turn = played.rest_heads[foot], played.turns[foot]
        ball = played.rest_heads[toes] if toes in played.heads else played.rest_tails[foot]
        below = ankle * [1.0, 1.0, 0.0] + [0.0, 0.0, ball[2]]
        for point in (below, ball):
            sunk.append(float((point[2] - (played.heads[foot] + turn.apply(point - ankle))[:, 2]).max()))
        if toes in played.heads:
            sunk.append(float((played.rest_tails[toes][2] - played.tails[toes][:, 2]).max()))
    return max(sunk)


def worst_roll(played: Played) -> float:
    """Degrees by which a limb turns more from one frame to the next than its direction does, the most of all."""
    rolls = [0.0]
    for role in LIMB_JOINTS:
        if role in played.turns:
            turned = np.degrees((played.turns[role][1:] * played.turns[role][:-1].inv()).magnitude())
            direction = played.direction(role)
            rolls.append(float((turned - angle(direction[1:], direction[:-1])).max(initial=0.0)))
    return max(rolls)


def leg_length(played: Played) -> float:
    """Metres of thigh and shin at rest, 0 without legs."""
    chains = [[f"{part}.{side}" for part in ("thigh", "shin", "foot")] for side in "LR"]
    lengths = [
        sum(float(np.linalg.norm(played.rest_heads[a] - played.rest_heads[b])) for a, b in pairwise(chain))
        for chain in chains
        if played.rest_heads.keys() >= set(chain)
    ]
    return max(lengths, default=0.0)


def worst_hinge(played: Played, motion: Motion) -> float:
    """Degrees between the rig's own hinge and the performer's limb plane, the most of all bent limbs and
    frames."""
    worst = 0.0
    lowers = {role: role.replace("upper_arm", "forearm").replace("thigh", "shin") for role in UPPER}
    for role, lower in lowers.items():
        if not {role, lower} <= played.heads.keys():
            continue
        first, second = (_source_direction(motion, LIMB_JOINTS[part]) for part in (role, lower))
        bent = angle(first, second) > BENT
        along = _unit(played.rest_heads[lower] - played.rest_heads[role])
        axis = _rest_hinge(role, along, played)
        hinge = played.turns[role].apply(axis)
        if bent.any():
            worst = max(worst, float(angle(hinge, np.cross(first, second))[bent].max()))
    return worst


def _rest_hinge(role: str, along: FloatArray, played: Played) -> FloatArray:
    """The axis (3,) about which a limb at rest flexes: elbows forward, knees to the back."""
    pairs = [
        (played.rest_heads[f"{part}.L"], played.rest_heads[f"{part}.R"])
        for part in ("thigh", "upper_arm")
        if {f"{part}.L", f"{part}.R"} <= played.rest_heads.keys()
    ]
    across = pairs[0][0] - pairs[0][1] if pairs else np.array([1.0, 0.0, 0.0])
    up = _unit(np.sum(pairs[1], axis=0) - np.sum(pairs[0], axis=0)) if len(pairs) == 2 else np.array([0.0, 0.0, 1.0])
    ahead = _unit(np.cross(_unit(across), up))
    return _unit(np.cross(along, ahead if role.startswith("upper_arm") else -ahead))


def worst_jump(played: Played, turns: dict[str, Rotation]) -> float:
    """Degrees by which a bone turns more from one frame to the next than the performer's limb does."""
    jumps = []
    for role, source in turns.items():
        if role not in played.turns:
            continue
        moved, original = ((turn[1:] * turn[:-1].inv()).magnitude() for turn in (played.turns[role], source))
        jumps.append(float(np.degrees(moved - original).max()))
    return max(jumps, default=0.0)


def _source_direction(motion: Motion, joints: tuple[int, int]) -> FloatArray:
    return _unit(motion.joints[:, joints[1]] - motion.joints[:, joints[0]])


def _unscaled(matrices: FloatArray) -> FloatArray:
    """(..., 3, 3) rotations; of hidden bones none, of mirrored ones as if their x were not."""
    lengths = np.linalg.norm(matrices[..., :3, :3], axis=-2, keepdims=True)
    linear: FloatArray = np.where(lengths.min(axis=-1, keepdims=True) > 1e-9, matrices[..., :3, :3], np.eye(3))
    linear = linear / np.linalg.norm(linear, axis=-2, keepdims=True)
    linear[..., 0] *= np.sign(np.linalg.det(linear))[..., None]
    return linear


def _unit(vectors: FloatArray) -> FloatArray:
    unit: FloatArray = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return unit


def angle(first: FloatArray, second: FloatArray) -> FloatArray:
    sine: FloatArray = np.linalg.norm(np.cross(first, second), axis=-1)
    degrees: FloatArray = np.degrees(np.arctan2(sine, np.sum(first * second, axis=-1)))
    return degrees
