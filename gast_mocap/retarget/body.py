"""How a performer's body is turned, frame by frame.

Body axes: x to the performer's left, y to the back, z up; a figure that stands upright and faces -Y has no
turn. All joints here are Human3.6M-17, (t, 17, 3), in the space of the armature.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..motion.records import FloatArray
from ..motion.skeletons import H36M17
from . import rotations as quat

JOINT = {name: index for index, name in enumerate(H36M17.joints)}
FORWARD = np.array([0.0, -1.0, 0.0])
BACK = np.array([0.0, 1.0, 0.0])
UP = np.array([0.0, 0.0, 1.0])
LEFT = np.array([1.0, 0.0, 0.0])

# Where a pose lifted from video holds its neck (thorax to nose) and head (nose to top) when it looks straight
# ahead: leaning forward by so many degrees. What a take holds beyond these is a look down or up.
NECK_LEAN = (0.0, 50.0)
HEAD_LEAN = (-30.0, 20.0)


def segment(joints: FloatArray, start: str, end: str) -> FloatArray:
    """(t, 3) unit direction from one joint to another."""
    return quat.unit(joints[:, JOINT[end]] - joints[:, JOINT[start]])


def turn(primary: FloatArray, secondary: FloatArray, order: str) -> FloatArray:
    """(..., 4) body turn with one axis exactly along ``primary`` and another towards ``secondary`` (..., 3).

    ``order`` is ``"left,up"`` or ``"up,left"``.
    """
    first = quat.unit(primary)
    second = quat.orthogonal(secondary, first)
    left, up = (first, second) if order == "left,up" else (second, first)
    return quat.from_matrix(np.stack([left, np.cross(up, left), up], axis=-1))


@dataclass(frozen=True)
class Torso:
    """Body turns (t, 4) of pelvis, lower spine and chest."""

    pelvis: FloatArray
    lower_spine: FloatArray
    chest: FloatArray

    def spine(self, share: float) -> FloatArray:
        """(t, 4) turn of the spine at ``share`` (0 hips, 1 shoulders) of its length."""
        return quat.blend(self.lower_spine, self.chest, float(np.clip(2 * share - 0.5, 0, 1)))


def torso(joints: FloatArray) -> Torso:
    hips = segment(joints, "right_hip", "left_hip")
    shoulders = segment(joints, "right_shoulder", "left_shoulder")
    low, high = segment(joints, "pelvis", "spine"), segment(joints, "spine", "thorax")
    return Torso(
        pelvis=turn(hips, low, "left,up"),
        lower_spine=turn(low, hips + shoulders, "up,left"),
        chest=turn(high, shoulders, "up,left"),
    )


def neutral_directions(joints: FloatArray) -> Mapping[str, FloatArray]:
    """Unit directions (3,), body axes of the chest, that a take's neck, head and clavicles have at ease.

    Positions do not tell how far ahead of the neck a model puts the nose, nor how low it puts the
    shoulders, so both are read off the take: the median lean, within what looking ahead can be, and the
    median droop.
    """
    chest = quat.inverse(torso(joints).chest)

    def local(start: str, end: str) -> FloatArray:
        return quat.rotate(chest, segment(joints, start, end))

    left, right = local("thorax", "left_shoulder"), local("thorax", "right_shoulder")
    drooped = quat.unit(np.median((left + right * [-1, 1, 1]) / 2, axis=0))
    return {
        "neck": _leaning(local("thorax", "neck"), NECK_LEAN),
        "head": _leaning(local("neck", "head"), HEAD_LEAN),
        "clavicle.L": drooped,
        "clavicle.R": drooped * np.array([-1.0, 1.0, 1.0]),
    }


def _leaning(directions: FloatArray, limits: tuple[float, float]) -> FloatArray:
    leans = np.degrees(np.arctan2(-directions[:, 1], directions[:, 2]))
    lean = np.radians(np.clip(np.median(leans), *limits))
    return np.array([0.0, -np.sin(lean), np.cos(lean)])
