"""How a performer's body is turned, frame by frame.

Body axes: x to the performer's left, y to the back, z up; a figure that stands upright and faces -Y has no
turn. All joints here are Human3.6M-17, (t, 17, 3), in the space of the armature.
"""

from dataclasses import dataclass

import numpy as np

from ...take.records import FloatArray
from ...take.skeletons import H36M17, Side
from .. import rotations as quat

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
    return quat.unit(joints[:, H36M17.index(end)] - joints[:, H36M17.index(start)])


def turn(primary: FloatArray, secondary: FloatArray, order: str) -> FloatArray:
    """(..., 4) body turn with one axis exactly along ``primary`` and another towards ``secondary`` (..., 3).

    ``order`` is ``"left,up"`` or ``"up,left"``.
    """
    first = quat.unit(primary)
    second = quat.orthogonal(secondary, first)
    left, up = (first, second) if order == "left,up" else (second, first)
    return quat.from_matrix(np.stack([left, quat.cross(up, left), up], axis=-1))


@dataclass(frozen=True)
class Torso:
    """Body turns (t, 4) of pelvis, lower spine and chest."""

    pelvis: FloatArray
    lower_spine: FloatArray
    chest: FloatArray


def torso(joints: FloatArray) -> Torso:
    hips = segment(joints, "right_hip", "left_hip")
    shoulders = segment(joints, "right_shoulder", "left_shoulder")
    low, high = segment(joints, "pelvis", "spine"), segment(joints, "spine", "thorax")
    return Torso(
        pelvis=turn(hips, low, "left,up"),
        lower_spine=turn(low, hips + shoulders, "up,left"),
        chest=turn(high, shoulders, "up,left"),
    )


def neutral_head(joints: FloatArray) -> dict[str, FloatArray]:
    """Unit directions (3,), body axes of the chest, that neck and head have when the performer looks ahead.

    Positions do not tell how far before the neck a model puts the nose, so the median lean of the take is
    taken for it, within what looking ahead can be.
    """
    return {
        "neck": _leaning(_in_chest(joints, "thorax", "neck"), NECK_LEAN),
        "head": _leaning(_in_chest(joints, "neck", "head"), HEAD_LEAN),
    }


def neutral_clavicles(joints: FloatArray) -> dict[Side, FloatArray]:
    """Side -> unit direction (3,), body axes of the chest, from thorax to shoulder at ease: the take's
    median."""
    left, right = (_in_chest(joints, "thorax", f"{side}_shoulder") for side in Side)
    mirror = np.array([-1.0, 1.0, 1.0])
    at_ease = quat.unit(np.median((left + right * mirror) / 2, axis=0))
    return {Side.LEFT: at_ease, Side.RIGHT: at_ease * mirror}


def _in_chest(joints: FloatArray, start: str, end: str) -> FloatArray:
    """(t, 3) unit direction of a segment, body axes of the chest."""
    return quat.rotate(quat.inverse(torso(joints).chest), segment(joints, start, end))


def _leaning(directions: FloatArray, limits: tuple[float, float]) -> FloatArray:
    outward = np.hypot(directions[:, 0], directions[:, 1])  # not the way ahead alone: the head may be turned
    leans = np.degrees(np.arctan2(np.copysign(outward, -directions[:, 1]), directions[:, 2]))
    lean = np.radians(np.clip(np.median(leans), *limits))
    return np.array([0.0, -np.sin(lean), np.cos(lean)])
