"""Writes a performance to a file that other programs read: BVH, CSV or NPZ. z is up, metres, seconds."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from ..take.errors import MocapError
from ..take.packing import write_arrays
from ..take.records import FloatArray, Motion
from ..take.skeletons import FINGERS, H36M17, TOES19, Side, Skeleton
from ..take.whole_file import whole_file, why_not_saved
from .feet import with_toes
from .resample import resample_evenly

CHANNELS = ("Zrotation", "Xrotation", "Yrotation")
BVH_CENTIMETRES = 100.0
FRAMES_AT_ONCE = 4096
"""Frames that are turned into text together. More take more memory, about five kilobytes each."""
SHORTEST_BONE = 1e-3  # centimetres; a bone without length would have no direction at rest
REST_DIRECTIONS = {  # of the bone that ends at the joint, in BVH's axes: x to the figure's left, y up, z ahead
    "right_hip": (-1, 0, 0), "right_knee": (0, -1, 0), "right_ankle": (0, -1, 0),
    "left_hip": (1, 0, 0), "left_knee": (0, -1, 0), "left_ankle": (0, -1, 0),
    "right_toes": (0, -0.447, 0.894), "left_toes": (0, -0.447, 0.894),
    "spine": (0, 1, 0), "thorax": (0, 1, 0), "neck": (0, 1, 0), "head": (0, 1, 0),
    "left_shoulder": (1, 0, 0), "left_elbow": (1, 0, 0), "left_wrist": (1, 0, 0),
    "right_shoulder": (-1, 0, 0), "right_elbow": (-1, 0, 0), "right_wrist": (-1, 0, 0),
}  # fmt: skip


class ExportFormat(StrEnum):
    """A file format, named by its suffix."""

    BVH = "bvh"
    CSV = "csv"
    NPZ = "npz"


def export_motion(motion: Motion, path: Path, file_format: ExportFormat) -> None:
    """Write ``motion`` to ``path`` whole or not at all.

    Raises:
        MocapError: the file cannot be written.
    """
    try:
        with whole_file(path) as part, part.open("wb") as file:
            WRITERS[file_format](motion, file)
    except OSError as error:
        raise MocapError("export_not_saved", why_not_saved(path, error), str(error)) from error


def figure_of(motion: Motion) -> tuple[Skeleton, FloatArray, FloatArray]:
    """The joints' layout, joints (t, j, 3) and scores (t, j): with toes where feet were read."""
    if motion.feet is None:
        return H36M17, motion.joints, motion.scores
    return TOES19, *with_toes(motion)


def write_npz(motion: Motion, file: IO[bytes]) -> None:
    """``times`` (t,), ``joints`` (t, j, 3), ``scores`` (t, j), ``joint_names`` (j,), ``parents`` (j,), the contacts as
    ``contact_feet``, ``contact_starts``, ``contact_ends``, and where hands were seen ``curls`` (t, 2, 5) in degrees and
    ``hand_sureness`` (t, 2) as in records.Hands."""
    skeleton, joints, scores = figure_of(motion)
    arrays: dict[str, NDArray[Any]] = {
        "times": motion.times,
        "joints": joints,
        "scores": scores,
        "joint_names": np.array(skeleton.joints),
        "parents": np.array(skeleton.parents),
        "contact_feet": np.array([contact.foot for contact in motion.contacts], dtype=str),
        "contact_starts": np.array([contact.start for contact in motion.contacts]),
        "contact_ends": np.array([contact.end for contact in motion.contacts]),
    }
    if motion.hands:
        arrays |= {"curls": motion.hands.curls, "hand_sureness": motion.hands.sureness}
    write_arrays(file, arrays)


def write_csv(motion: Motion, file: IO[bytes]) -> None:
    """One line a frame: seconds, then x, y, z and score of every joint, and where hands were seen how sure that is and
    the curls of their fingers in degrees."""
    skeleton, joints, scores = figure_of(motion)
    header = ["seconds", *(f"{joint}_{part}" for joint in skeleton.joints for part in ("x", "y", "z", "score"))]
    hands = np.zeros((len(motion.times), 0))
    if motion.hands:
        parts = ("hand_score", *(f"{finger}_curl" for finger in FINGERS))
        header += [f"{side}_{part}" for side in Side for part in parts]
        both = np.concatenate([motion.hands.sureness[..., None], motion.hands.curls], axis=-1)
        hands = both.reshape(len(both), -1)
    file.write((",".join(header) + "\n").encode())
    for part in _parts(len(motion.times)):
        columns = np.concatenate([joints[part], scores[part, :, None]], axis=-1)
        rows = np.column_stack([motion.times[part], columns.reshape(len(columns), -1), hands[part]])
        np.savetxt(file, rows, fmt=["%.6f", *["%.5f"] * (len(header) - 1)], delimiter=",")


def write_bvh(motion: Motion, file: IO[bytes]) -> None:
    """A hierarchy in centimetres, y up, in a T-pose at rest, with the mean bone lengths of the motion.

    A BVH knows one step from frame to frame, so an uneven motion is resampled in its usual one and gaps are crossed
    in straight lines. A bone's turn is the smallest one from its parent's; hips and shoulders carry the pelvis' and
    the chest's turn about the spine.
    """
    skeleton, seen, _ = figure_of(motion)
    offsets = rest_offsets(_in_bvh_axes(seen), skeleton)
    motion = resample_evenly(motion)
    _, even, _ = figure_of(motion)
    step = motion.times[1] - motion.times[0] if len(motion.times) > 1 else 1 / 30
    head = ["HIERARCHY", *_hierarchy(skeleton, 0, offsets, 0), "MOTION", f"Frames: {len(motion.times)}"]
    file.write("\n".join([*head, f"Frame Time: {step:.7f}\n"]).encode())
    order = [joint for joint in _depth_first(skeleton, 0) if _children(skeleton, joint)]
    for part in _parts(len(motion.times)):
        joints = _in_bvh_axes(even[part])
        turns = local_turns(joints, offsets, skeleton)
        rows = np.concatenate([joints[:, 0], *(_euler(turns[:, joint]) for joint in order)], axis=1)
        np.savetxt(file, rows, fmt="%.4f")


WRITERS: dict[ExportFormat, Callable[[Motion, IO[bytes]], None]] = {
    ExportFormat.BVH: write_bvh,
    ExportFormat.CSV: write_csv,
    ExportFormat.NPZ: write_npz,
}


def _parts(frame_count: int) -> Iterator[slice]:
    """All frames, some at a time."""
    return (slice(begin, begin + FRAMES_AT_ONCE) for begin in range(0, frame_count, FRAMES_AT_ONCE))


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
