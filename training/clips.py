"""Readers of motion capture files: BVH, and Acclaim's ASF skeletons with AMC motions."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]
INCH_IN_ASF_UNITS = 0.45
CMU_FPS = 60.0
END = " end"


@dataclass(frozen=True)
class Clip:
    """A skeleton's motion in the world, y up, in the file's own unit of length.

    ``positions`` (t, n, 3) are where the bones begin, ``rotations`` (t, n, 3, 3) turn the rest pose's axes (x to the
    figure's left, y up, z ahead) into the world's. ``rest`` (n, 3) are the beginnings with nothing turned and the root
    at the origin.
    """

    names: tuple[str, ...]
    positions: Array
    rotations: Array
    rest: Array
    fps: float

    def position(self, name: str) -> Array:
        """(t, 3)"""
        return self.positions[:, self.names.index(name)]

    def rotation(self, name: str) -> Array:
        """(t, 3, 3)"""
        return self.rotations[:, self.names.index(name)]


def read_bvh(path: Path) -> Clip:
    """Read a BVH file. The end of a chain that ends in ``lFoot`` is the joint ``lFoot end``.

    Raises:
        ValueError: the file's channels and numbers do not match.
    """
    words = path.read_text().split()
    names: list[str] = []
    parents: list[int] = []
    offsets: list[list[float]] = []
    channels: list[list[str]] = []
    ancestors: list[int] = []
    i = 0
    while words[i] != "MOTION":
        match words[i]:
            case "ROOT" | "JOINT":
                parents.append(ancestors[-1] if ancestors else -1)
                names.append(words[i + 1])
                i += 2
            case "End":
                parents.append(ancestors[-1])
                names.append(names[ancestors[-1]] + END)
                channels.append([])
                i += 2
            case "{":
                ancestors.append(len(names) - 1)
                i += 1
            case "}":
                ancestors.pop()
                i += 1
            case "OFFSET":
                offsets.append([float(word) for word in words[i + 1 : i + 4]])
                i += 4
            case "CHANNELS":
                count = int(words[i + 1])
                channels.append(words[i + 2 : i + 2 + count])
                i += 2 + count
            case _:
                i += 1
    frame_count, frame_time = int(words[i + 2]), float(words[i + 5])
    values = np.array(words[i + 6 :], dtype=float).reshape(frame_count, sum(map(len, channels)))

    positions = np.zeros((frame_count, len(names), 3))
    rotations = np.zeros((frame_count, len(names), 3, 3))
    rest = np.zeros((len(names), 3))
    column = 0
    for joint, kinds in enumerate(channels):
        columns = values[:, column : column + len(kinds)]
        column += len(kinds)
        turning = [k for k, kind in enumerate(kinds) if kind.endswith("rotation")]
        order = "".join(kinds[k][0] for k in turning)
        local = Rotation.from_euler(order, columns[:, turning], degrees=True).as_matrix() if order else np.eye(3)
        if parents[joint] < 0:
            moving = [kinds.index(f"{axis}position") for axis in "XYZ"]
            positions[:, joint] = columns[:, moving] + offsets[joint]
            rotations[:, joint] = local
        else:
            turned = rotations[:, parents[joint]]
            positions[:, joint] = positions[:, parents[joint]] + turned @ np.array(offsets[joint])
            rotations[:, joint] = turned @ local
            rest[joint] = rest[parents[joint]] + offsets[joint]
    return Clip(tuple(names), positions, rotations, rest, 1.0 / frame_time)


@dataclass(frozen=True)
class AcclaimBone:
    """One bone of an ASF file; ``vector`` (3,) from its beginning to its end at rest, in metres."""

    name: str
    parent: str
    vector: Array
    axis: Array
    degrees_of_freedom: tuple[str, ...]


def read_asf(path: Path) -> tuple[AcclaimBone, ...]:
    """The bones of an ASF skeleton, parents before children. Lengths become metres."""
    sections = {part.split(None, 1)[0]: part for part in path.read_text().split("\n:")}
    metres = 0.0254 / INCH_IN_ASF_UNITS
    fields: dict[str, dict[str, list[str]]] = {}
    for block in sections["bonedata"].split("begin")[1:]:
        lines = [line.split() for line in block.strip().splitlines() if line.split()]
        bone = {line[0]: line[1:] for line in lines}
        fields[bone["name"][0]] = bone
    bones = []
    for line in sections["hierarchy"].splitlines():
        parent, *children = line.split() or [""]
        if parent not in fields and parent != "root":
            continue
        for name in children:
            bone = fields[name]
            vector = np.array(bone["direction"], dtype=float) * float(bone["length"][0]) * metres
            axis = Rotation.from_euler("xyz", np.array(bone["axis"][:3], dtype=float), degrees=True).as_matrix()
            bones.append(AcclaimBone(name, parent, vector, axis, tuple(bone.get("dof", ()))))
    return tuple(bones)


def read_amc(bones: tuple[AcclaimBone, ...], path: Path, fps: float = CMU_FPS) -> Clip:
    """Read an AMC motion of the skeleton ``bones``. Bone 0 of the clip is ``root``."""
    frames: list[dict[str, list[float]]] = []
    for line in path.read_text().splitlines():
        words = line.split()
        if len(words) == 1 and words[0].isdigit():
            frames.append({})
        elif frames and words:
            frames[-1][words[0]] = [float(word) for word in words[1:]]

    metres = 0.0254 / INCH_IN_ASF_UNITS
    root = np.array([frame["root"] for frame in frames])
    names = ("root", *(bone.name for bone in bones))
    positions = np.zeros((len(frames), len(names), 3))
    ends = np.zeros_like(positions)
    rotations = np.zeros((len(frames), len(names), 3, 3))
    rest = np.zeros((len(names), 3))
    rest_ends = np.zeros_like(rest)
    positions[:, 0] = ends[:, 0] = root[:, :3] * metres
    rotations[:, 0] = Rotation.from_euler("xyz", root[:, 3:6], degrees=True).as_matrix()
    for i, bone in enumerate(bones, start=1):
        parent = names.index(bone.parent)
        angles = np.zeros((len(frames), 3))
        for k, axis in enumerate(bone.degrees_of_freedom):
            angles[:, "xyz".index(axis[1])] = [frame[bone.name][k] for frame in frames]
        local = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
        rotations[:, i] = rotations[:, parent] @ bone.axis @ local @ bone.axis.T
        positions[:, i] = ends[:, parent]
        ends[:, i] = positions[:, i] + rotations[:, i] @ bone.vector
        rest[i] = rest_ends[parent]
        rest_ends[i] = rest[i] + bone.vector
    return Clip(names, positions, rotations, rest, fps)
