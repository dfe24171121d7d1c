"""Writes a performance as BVH: one hierarchy in centimetres, y up, with toes and fingers where they were read."""

from typing import IO

import numpy as np
from scipy.spatial.transform import Rotation

from ..take.records import FloatArray, Motion
from ..take.skeletons import Skeleton
from .bvh_hands import finger_offsets, finger_turns, with_fingers
from .feet import figure_of
from .resample import resample_evenly
from .rows import in_turn

CHANNELS = ("Zrotation", "Xrotation", "Yrotation")
BVH_CENTIMETRES = 100.0
SHORTEST_BONE = 1e-3  # centimetres; a bone without length would have no direction at rest
REST_DIRECTIONS = {  # of the bone that ends at the joint, in BVH's axes: x to the figure's left, y up, z ahead
    "right_hip": (-1, 0, 0), "right_knee": (0, -1, 0), "right_ankle": (0, -1, 0),
    "left_hip": (1, 0, 0), "left_knee": (0, -1, 0), "left_ankle": (0, -1, 0),
    "right_toes": (0, -0.447, 0.894), "left_toes": (0, -0.447, 0.894),
    "spine": (0, 1, 0), "thorax": (0, 1, 0), "neck": (0, 1, 0), "head": (0, 1, 0),
    "left_shoulder": (1, 0, 0), "left_elbow": (1, 0, 0), "left_wrist": (1, 0, 0),
    "right_shoulder": (-1, 0, 0), "right_elbow": (-1, 0, 0), "right_wrist": (-1, 0, 0),
}  # fmt: skip


def write_bvh(motion: Motion, file: IO[bytes]) -> None:
    """A hierarchy in centimetres, y up, in a T-pose at rest, with the mean bone lengths of the motion.

    A BVH knows one step from frame to frame, so an uneven motion is resampled in its usual one and gaps are crossed
    in straight lines. A bone's turn is the smallest one from its parent's; hips and shoulders carry the pelvis' and
    the chest's turn about the spine. Where hands were read, fingers bend as on rigs; palms face down at rest and are
    not turned.
    """
    body, seen, _ = figure_of(motion)
    offsets = rest_offsets(_in_bvh_axes(seen), body)
    skeleton, fingers = body, offsets[:0]
    if motion.hands:
        skeleton, fingers = with_fingers(body), finger_offsets(body, offsets)
    motion = resample_evenly(motion)
    _, even, _ = figure_of(motion)
    step = motion.times[1] - motion.times[0] if len(motion.times) > 1 else 1 / 30
    head = [
        "HIERARCHY",
        *_hierarchy(skeleton, 0, np.concatenate([offsets, fingers]), 0),
        "MOTION",
        f"Frames: {len(motion.times)}",
    ]
    file.write("\n".join([*head, f"Frame Time: {step:.7f}\n"]).encode())
    order = [joint for joint in _depth_first(skeleton, 0) if _children(skeleton, joint)]
    for part in in_turn(len(motion.times)):
        joints = _in_bvh_axes(even[part])
        turns = local_turns(joints, offsets, body)
        if motion.hands:
            turns = np.concatenate([turns, finger_turns(motion.hands.curls[part], motion.hands.sureness[part])], axis=1)
        rows = np.concatenate([joints[:, 0], *(_euler(turns[:, joint]) for joint in order)], axis=1)
        np.savetxt(file, rows, fmt="%.4f")


def rest_offsets(joints: FloatArray, skeleton: Skeleton) -> FloatArray:
    """(j, 3) of every joint from its parent in the rest pose, with the mean lengths of ``joints`` (t, j, 3)."""
    offsets = np.zeros((len(skeleton.joints), 3))
    for parent, child in skeleton.bones():
        length = np.linalg.norm(joints[:, child] - joints[:, parent], axis=-1).mean()
        offsets[child] = max(length, SHORTEST_BONE) * np.array(REST_DIRECTIONS[skeleton.joints[child]])
    return offsets


def local_turns(joints: FloatArray, offsets: FloatArray, skeleton: Skeleton) -> FloatArray:
    """(t, j, 3, 3) turn of each joint against its parent's axes, so that the offsets point along the
    bones."""
    world = np.tile(np.eye(3), (len(joints), len(skeleton.joints), 1, 1))
    local = world.copy()
    for joint, parent in enumerate(skeleton.parents):
        children = _children(skeleton, joint)
        if not children:
            continue
        base = world[:, parent] if parent >= 0 else world[:, joint]
        wanted = np.stack([joints[:, child] - joints[:, joint] for child in children], axis=1)
        at_rest = np.stack([offsets[child] for child in children])
        local[:, joint] = _turn_onto(at_rest, np.einsum("tyx,tcy->tcx", base, wanted))
        world[:, joint] = base @ local[:, joint]
    return local


def _turn_onto(at_rest: FloatArray, wanted: FloatArray) -> FloatArray:
    """(t, 3, 3) turns that bring ``at_rest`` (c, 3) onto ``wanted`` (t, c, 3): exact and least for one bone,
    else the best for all (Kabsch 1976)."""
    if len(at_rest) > 1:
        left, _, right = np.linalg.svd(np.swapaxes(wanted, 1, 2) @ at_rest)
        left[..., -1] *= np.linalg.det(left @ right)[:, None]  # a turn, where a mirror image would fit better
        return np.asarray(left @ right)
    source = at_rest[0] / np.linalg.norm(at_rest[0])
    target = wanted[:, 0] / np.maximum(np.linalg.norm(wanted[:, 0], axis=-1, keepdims=True), 1e-9)
    axis = np.cross(source, target)
    sine, cosine = np.linalg.norm(axis, axis=-1), target @ source
    aside = np.cross(source, np.eye(3)[np.argmin(np.abs(source))])
    axis[sine < 1e-9] = aside
    axis /= np.linalg.norm(axis, axis=-1, keepdims=True)
    turns: FloatArray = Rotation.from_rotvec(axis * np.arctan2(sine, cosine)[:, None]).as_matrix()
    return turns


def _in_bvh_axes(joints: FloatArray) -> FloatArray:
    """``joints`` in centimetres, y up."""
    turned: FloatArray = joints[..., [0, 2, 1]] * [1, 1, -1] * BVH_CENTIMETRES
    return turned


def _euler(turns: FloatArray) -> FloatArray:
    degrees: FloatArray = Rotation.from_matrix(turns).as_euler("ZXY", degrees=True)
    return degrees


def _children(skeleton: Skeleton, joint: int) -> list[int]:
    return [child for child, parent in enumerate(skeleton.parents) if parent == joint]


def _depth_first(skeleton: Skeleton, joint: int) -> list[int]:
    return [joint, *(deeper for child in _children(skeleton, joint) for deeper in _depth_first(skeleton, child))]


def _hierarchy(skeleton: Skeleton, joint: int, offsets: FloatArray, depth: int) -> list[str]:
    pad = "\t" * depth
    offset = "OFFSET " + " ".join(f"{value:.4f}" for value in offsets[joint])
    children = _children(skeleton, joint)
    if not children:
        return [f"{pad}End Site", f"{pad}{{", f"{pad}\t{offset}", f"{pad}}}"]
    place = "Xposition Yposition Zposition " if depth == 0 else ""
    channels = f"CHANNELS {6 if depth == 0 else 3} {place}{' '.join(CHANNELS)}"
    inner = [line for child in children for line in _hierarchy(skeleton, child, offsets, depth + 1)]
    kind = "ROOT" if depth == 0 else "JOINT"
    return [
        f"{pad}{kind} {skeleton.joints[joint]}", f"{pad}{{", f"{pad}\t{offset}", f"{pad}\t{channels}", *inner,
        f"{pad}}}",
    ]  # fmt: skip
