"""Performances to solve: random ones from forward kinematics of a human body, and recorded ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

from gast_mocap.take.records import BoolArray, FloatArray, FootContact, Motion
from gast_mocap.take.skeletons import Side
from training.clips import read_bvh

FPS = 30.0
LEGS = {Side.LEFT: (4, 5, 6), Side.RIGHT: (1, 2, 3)}
"""Hip, knee and ankle."""
LEFT, BACK, UP = np.eye(3)
T_POSE_STEPS = {
    1: -0.13 * LEFT, 2: -0.45 * UP, 3: -0.43 * UP, 4: 0.13 * LEFT, 5: -0.45 * UP, 6: -0.43 * UP,
    7: 0.24 * UP, 8: 0.26 * UP, 9: 0.1 * UP - 0.05 * BACK, 10: 0.12 * UP,
    11: 0.15 * LEFT - 0.03 * UP, 12: 0.28 * LEFT, 13: 0.25 * LEFT,
    14: -0.15 * LEFT - 0.03 * UP, 15: -0.28 * LEFT, 16: -0.25 * LEFT,
}  # fmt: skip
PARENTS = (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15)
LIMB_JOINTS = {
    "upper_arm.L": (11, 12), "forearm.L": (12, 13), "upper_arm.R": (14, 15), "forearm.R": (15, 16),
    "thigh.L": (4, 5), "shin.L": (5, 6), "thigh.R": (1, 2), "shin.R": (2, 3),
}  # fmt: skip

RECORDED_LIMBS = {
    "upper_arm.L": "lShldr", "forearm.L": "lForeArm", "upper_arm.R": "rShldr", "forearm.R": "rForeArm",
    "thigh.L": "lThigh", "shin.L": "lShin", "thigh.R": "rThigh", "shin.R": "rShin",
}  # fmt: skip


def t_pose() -> Motion:
    """One frame, facing -Y, ankles 0.085 m over the floor."""
    joints = np.zeros((17, 3))
    joints[0, 2] = 0.965
    for joint, step in T_POSE_STEPS.items():
        joints[joint] = joints[PARENTS[joint]] + step
    return motion_of(joints[None])


def motion_of(joints: FloatArray, fps: float = FPS) -> Motion:
    return Motion(np.arange(len(joints)) / fps, joints, np.ones(joints.shape[:2]))


def random_performance(seed: int, frames: int = 60) -> tuple[Motion, dict[str, Rotation]]:
    """A body that turns, leans, swings its limbs wherever they can go, and bends and straightens them.

    Also returns the (t,) turns of the limbs away from the T-pose, named like roles.
    """
    rng = np.random.default_rng(seed)
    turns = {0: _wander(rng, frames, (15, 15, 120))}
    for joint, parent, reach in (
        (7, 0, (15, 10, 15)),
        (8, 7, (15, 10, 15)),
        (9, 8, (15, 10, 20)),
        (10, 9, (15, 10, 30)),
    ):
        turns[joint] = turns[parent] * _wander(rng, frames, reach)
    for joint, side in ((11, 1), (14, -1)):
        hang = Rotation.from_euler("y", side * 45, degrees=True)
        turns[joint] = turns[8] * _wander(rng, frames, (0, 8, 8))
        turns[joint + 1] = turns[8] * _wander(rng, frames, (60, 40, 50)) * hang
        turns[joint + 2] = turns[joint + 1] * _flexing(rng, frames, 140, -side * UP)
    for joint in (1, 4):
        turns[joint + 1] = turns[0] * _wander(rng, frames, (50, 20, 25))
        turns[joint + 2] = turns[joint + 1] * _flexing(rng, frames, 120, LEFT)
    joints = np.zeros((frames, 17, 3))
    for joint, step in T_POSE_STEPS.items():
        joints[:, joint] = joints[:, PARENTS[joint]] + turns.get(joint, turns[0]).apply(step)
    joints[:, :, :2] += gaussian_filter1d(rng.standard_normal((frames, 1, 2)), 20, axis=0) * 3
    joints[:, :, 2] += 0.085 - joints[:, [3, 6], 2].min(1)[:, None]
    ends = {role: LIMB_JOINTS[role][1] for role in LIMB_JOINTS}
    return motion_of(joints), {role: turns[end] for role, end in ends.items()}


def walk(frames: int, fps: float = FPS) -> Motion:
    """Steps of 0.5 m towards -Y, 12 frames each; feet stand still in their contacts, knees bend as they must."""
    joints = t_pose().joints.repeat(frames, axis=0)
    phase = np.arange(frames) / 12
    hips = -0.5 * phase
    joints[:, :, 1] += hips[:, None]
    joints[:, :, 2] -= 0.08
    contacts = []
    for side, start in ((Side.LEFT, 0), (Side.RIGHT, 1)):
        hip, knee, ankle = LEGS[side]
        stride, swing = np.divmod(phase - start, 2)
        planted = -0.5 * (2 * stride + start) - 0.25
        share = np.clip(swing - 1, 0, 1)
        share = share * share * (3 - 2 * share)
        joints[:, ankle, 1] = planted - share
        joints[:, ankle, 2] = 0.085 + 0.1 * np.sin(np.pi * np.clip(swing - 1, 0, 1))
        joints[:, knee] = _knees(joints[:, hip], joints[:, ankle], 0.45, 0.43)
        contacts += _contacts(side, swing <= 1, fps)
    return replace(motion_of(joints, fps), contacts=tuple(contacts))


def squat(frames: int = 60) -> Motion:
    """Down until the thighs are level and up again, feet still, knees ahead and heels on the floor."""
    depth = 0.42 * np.sin(np.pi * np.linspace(0, 1, frames)) ** 2
    joints = t_pose().joints.repeat(frames, axis=0)
    _move_body(joints, down=depth, back=0.5 * depth)
    for hip, knee, ankle in LEGS.values():
        joints[:, knee] = _knees(joints[:, hip], joints[:, ankle], 0.45, 0.43)
    return motion_of(joints)


def lunge(frames: int = 60) -> Motion:
    """The left foot stands 0.7 m ahead; the right one pivots about its ball until its knee is near the floor."""
    share = np.sin(np.pi * np.linspace(0, 1, frames)) ** 2
    joints = t_pose().joints.repeat(frames, axis=0)
    _move_body(joints, down=0.1 + 0.35 * share, back=np.zeros(frames))
    joints[:, LEGS[Side.LEFT][2], 1] -= 0.35
    joints[:, LEGS[Side.RIGHT][2], 1] += 0.35 - 0.04 * share
    joints[:, LEGS[Side.RIGHT][2], 2] += 0.03 + 0.09 * share
    for hip, knee, ankle in LEGS.values():
        joints[:, knee] = _knees(joints[:, hip], joints[:, ankle], 0.45, 0.43)
    return motion_of(joints)


def kneel(frames: int = 60, end_ankle: float = 0.12) -> Motion:
    """From standing onto both knees with upright thighs; ankles ``end_ankle`` metres over the floor at the end."""
    share = np.clip(np.linspace(-0.3, 1.3, frames), 0, 1)
    share = share * share * (3 - 2 * share)
    joints = t_pose().joints.repeat(frames, axis=0)
    end_knee = 0.06
    end = 0.45 + end_knee - (joints[0, 1, 2])
    _move_body(joints, down=-share * end, back=-0.1 * share)
    for hip, knee, ankle in LEGS.values():
        shin = np.sqrt(0.43**2 - (end_ankle - end_knee) ** 2)
        joints[:, ankle, 1] += share * (shin - 0.1)
        joints[:, ankle, 2] += (end_ankle - 0.085) * share
        joints[:, knee] = _knees(joints[:, hip], joints[:, ankle], 0.45, 0.43)
    return motion_of(joints)


def climb(frames: int = 73, fps: float = FPS) -> Motion:
    """Up stairs 0.17 m high and 0.3 m deep, a step in 12 frames, with the contacts of both feet."""
    joints = t_pose().joints.repeat(frames, axis=0)
    phase = np.arange(frames) / 12
    _move_body(joints, down=0.12 - 0.17 * phase, back=-0.3 * phase)
    contacts = []
    for side, start in ((Side.LEFT, 0), (Side.RIGHT, 1)):
        hip, knee, ankle = LEGS[side]
        stride, swing = np.divmod(phase - start, 2)
        share = np.clip(swing - 1, 0, 1)
        share = share * share * (3 - 2 * share)
        level = 2 * stride + start + 2 * share
        joints[:, ankle, 1] = -0.3 * level
        joints[:, ankle, 2] = 0.085 + 0.17 * np.maximum(level, 0) + 0.12 * np.sin(np.pi * np.clip(swing - 1, 0, 1))
        joints[:, knee] = _knees(joints[:, hip], joints[:, ankle], 0.45, 0.43)
        contacts += _contacts(side, swing <= 1, fps)
    return replace(motion_of(joints, fps), contacts=tuple(contacts))


def _move_body(joints: FloatArray, down: FloatArray, back: FloatArray) -> None:
    """Moves all but knees and ankles of ``joints`` (t, 17, 3)."""
    body = [joint for joint in range(17) if joint not in (2, 3, 5, 6)]
    joints[:, body, 1] += back[:, None]
    joints[:, body, 2] -= down[:, None]


def _contacts(side: Side, standing: BoolArray, fps: float) -> list[FootContact]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], standing, [False]]).astype(int)))
    return [FootContact(side, first / fps, (end - 1) / fps) for first, end in edges.reshape(-1, 2)]


def _knees(hips: FloatArray, ankles: FloatArray, thigh: float, shin: float) -> FloatArray:
    """(t, 3) where legs of these lengths have their knees, bent towards -Y."""
    way = ankles - hips
    reach = np.minimum(np.linalg.norm(way, axis=1, keepdims=True), 0.999 * (thigh + shin))
    along = (thigh**2 - shin**2 + reach**2) / (2 * reach)
    unit = way / np.linalg.norm(way, axis=1, keepdims=True)
    ahead = -BACK - (unit @ -BACK)[:, None] * unit
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    knees: FloatArray = hips + along * unit + np.sqrt(thigh**2 - along**2) * ahead
    return knees


def recorded_performance(bvh: Path, start: int = 3, end: int | None = None) -> tuple[Motion, dict[str, Rotation]]:
    """A CMU motion on the skeleton with Daz names; units of the file are about centimetres.

    Its first frames leap out of a T-pose. Also returns how the recorded limbs turned, named like roles.
    """
    clip = read_bvh(bvh)
    names = {
        1: "rThigh", 2: "rShin", 3: "rFoot", 4: "lThigh", 5: "lShin", 6: "lFoot", 7: "chest", 8: "neck",
        11: "lShldr", 12: "lForeArm", 13: "lHand", 14: "rShldr", 15: "rForeArm", 16: "rHand",
    }  # fmt: skip
    joints = np.zeros((len(clip.positions), 17, 3))
    for joint, name in names.items():
        joints[:, joint] = clip.position(name)
    joints[:, 0] = joints[:, [1, 4]].mean(1)
    head, turned = clip.position("head"), clip.rotation("head")
    joints[:, 9] = head + turned @ np.array([0.0, 2.0, 8.0])
    joints[:, 10] = head + turned @ np.array([0.0, 18.0, 4.0])
    y_up_centimetres = joints[start:end]
    motion = motion_of(y_up_centimetres[..., [0, 2, 1]] * np.array([0.01, -0.01, 0.01]), clip.fps)
    return motion, {role: Rotation.from_matrix(clip.rotation(bone)[start:end]) for role, bone in RECORDED_LIMBS.items()}


def _wander(rng: np.random.Generator, frames: int, reach: tuple[float, float, float]) -> Rotation:
    """Turns about x, y, z that wander smoothly within about ``reach`` degrees either way."""
    steps = gaussian_filter1d(rng.standard_normal((frames + 60, 3)), 10, axis=0)[30:-30]
    return Rotation.from_rotvec(steps / 0.17 * np.array(reach) / 2, degrees=True)


def _flexing(rng: np.random.Generator, frames: int, most: float, axis: FloatArray) -> Rotation:
    """Turns about ``axis`` (3,), from straight for a while to ``most`` degrees."""
    steps = gaussian_filter1d(rng.standard_normal(frames + 60), 10)[30:-30] / 0.17
    return Rotation.from_rotvec(np.clip(steps * most / 2 + most / 4, 0, most)[:, None] * axis, degrees=True)
