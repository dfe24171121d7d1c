"""Which way is up, and where the floor is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from ..take.records import BoolArray, FloatArray
from .bones import ANKLES, HIPS, LEGS, PELVIS, THORAX

BLENDER_FROM_CAMERA = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])

# A standing person's trunk is over the middle of the feet: this share of the body height before the ankles
# (measured on the upright walks and stands of 12 CMU subjects; the rest is 1.6 degrees in the median)
FOOT_MIDDLE = 0.04
STRAIGHT_LEG = 0.93
"""Hip to ankle over thigh and shin, from which a leg is straight. Raising it judges gravity from fewer frames."""
UPRIGHT_BEND = np.radians(35.0)
"""Between legs and trunk of a body that stands, at most. Raising it lets bent bodies say where up is."""

# What each clue is worth: its expected error. Raising one makes that clue count for less.
POSTURE_DEGREES, SLUMP_DEGREES = 2.0, 15.0
"""Of the mean body axis, standing and otherwise; how much the body sways comes on top."""
ROLL_DEGREES = 2.0
"""By which cameras are rolled."""
USUAL_TILT, TILT_DEGREES = 10.0, 20.0
"""By which cameras look down, and how much they differ."""
ANCHOR_METRES, ANCHOR_DEPTH_SHARE = 0.08, 0.03
"""Of a foot anchor's height, and of its distance along the ray."""
INDEPENDENT_ANCHORS, INDEPENDENT_POSTURES = 12, 9
"""More anchors of a person, and more moments of a sway, share their errors and count no more than so many."""
HEIGHT_SHARE = 0.07
"""By which people's heights differ, of the usual one. Raising it lets feet on a common floor change heights more."""
SMALLEST, LARGEST = 0.6, 1.3
"""Of the height that was said, that somebody is found to be: 1.0 to 2.2 m of 1.70 m. Whoever would have to be beyond,
to stand on the floor of the others, stands on a stage."""
LOW_ANCHORS = 25.0
"""Percentile of the anchors' heights where the search for the floor begins: roofs and tables are above it. Raising it
finds floors on which only few feet stand too high."""


@dataclass(frozen=True)
class Ground:
    """``world_from_camera`` (3, 3) turns camera axes to z up, y away; the floor lies at ``floor`` in its
    result, m. ``scales`` (people,) is how much larger each person is than was said, and ``scale_errors`` (people,) its
    standard error, 0 where nothing was sought."""

    world_from_camera: FloatArray
    floor: float
    scales: FloatArray
    scale_errors: FloatArray

    @classmethod
    def given(cls, world_from_camera: FloatArray, floor: float, people: int) -> "Ground":
        """A ground that says nothing of the heights of so many ``people``."""
        return cls(world_from_camera, floor, np.ones(people), np.zeros(people))


@dataclass(frozen=True)
class Feet:
    """``anchors`` (n, 3) where one person's ankles stood, in camera axes, and their ``ankle_height`` over the floor, in
    metres of a person as tall as was said; who ``may_be_scaled`` can be larger and farther, or smaller and nearer."""

    anchors: FloatArray
    ankle_height: float
    may_be_scaled: bool


def world_from_camera_axes(tilt: float, roll: float) -> FloatArray:
    """(3, 3) turn to z up, y away, for a camera that looks ``tilt`` degrees down and leans ``roll`` right."""
    unroll = Rotation.from_euler("y", roll, degrees=True)
    untilt = Rotation.from_euler("x", -tilt, degrees=True)
    rotation: FloatArray = (untilt * unroll).as_matrix() @ BLENDER_FROM_CAMERA
    return rotation


def upright_frames(joints: FloatArray) -> BoolArray:
    """(t,) bool: a leg is straight and the trunk goes on where the legs point. ``joints`` (t, 17, 3)."""
    legs = joints[:, HIPS] - joints[:, ANKLES]
    length = sum(np.linalg.norm(np.diff(joints[:, leg], axis=1), axis=-1).sum(1) for leg in LEGS) / 2
    straight = np.linalg.norm(legs, axis=-1).max(1) > STRAIGHT_LEG * length
    along = np.sum(_unit(legs.mean(1)) * _unit(joints[:, THORAX] - joints[:, PELVIS]), axis=-1)
    upright: BoolArray = straight & (along > np.cos(UPRIGHT_BEND))
    return upright


def body_axes(joints: FloatArray, body_height: float) -> FloatArray:
    """(t, 3) unit vectors from the middle of the feet to the middle of the trunk, in the axes of
    ``joints``."""
    trunk = joints[:, THORAX] - joints[:, PELVIS]
    right, left = (joints[:, hip] for hip in HIPS)
    forward = _unit(np.cross(left - right, trunk))
    feet = joints[:, ANKLES].mean(1) + FOOT_MIDDLE * body_height * forward
    return _unit(joints[:, [PELVIS, THORAX]].mean(1) - feet)


def find_ground(axes: FloatArray, upright: BoolArray, people: Sequence[Feet]) -> Ground:
    """Gravity, floor and relative heights of ``people`` before a still camera.

    Args:
        axes: (t, 3) unit body axes in camera axes, of all people.
        upright: (t,) which of them stand.
        people: where everybody's feet stood.

    The most likely tilt, roll, floor and heights under the clues and their errors above: standing bodies are upright
    on the whole, anchors lie in one plane (but are worse along the ray), cameras are seldom rolled, people seldom
    tiny or huge. One camera sees the same of somebody larger and farther away; but of two people on one floor, the one
    who was taken for too small is too near and floats above it. Nobody tells how tall both are on the whole.
    """
    anchors = np.concatenate([np.zeros((0, 3)), *(feet.anchors for feet in people)])
    owners = np.repeat(np.arange(len(people)), [len(feet.anchors) for feet in people])
    ankle_heights = np.array([feet.ankle_height for feet in people])[owners]
    scaled = np.array([feet.may_be_scaled and len(feet.anchors) > 0 for feet in people], dtype=bool)
    standing = upright.sum() >= max(5, 0.05 * len(axes))
    posture = _robust_mean_direction(axes[upright] if standing else axes)
    sway = np.median(np.linalg.norm(axes[upright if standing else slice(None)] - posture, axis=-1))
    lean_error = np.radians(POSTURE_DEGREES if standing else SLUMP_DEGREES)
    posture_error = np.hypot(lean_error, sway / INDEPENDENT_POSTURES**0.5)
    counts = np.array([max(1, len(feet.anchors)) for feet in people])
    share = np.sqrt(np.minimum(1.0, INDEPENDENT_ANCHORS / counts))[owners]
    tilt, roll = tilt_and_roll(posture)
    heights = anchors @ world_from_camera_axes(tilt, roll)[2]
    anchor_errors = np.hypot(ANCHOR_METRES, ANCHOR_DEPTH_SHARE * heights)
    floor = float(np.percentile(heights - ankle_heights, LOW_ANCHORS)) if len(heights) else 0.0

    def scales(growths: FloatArray) -> FloatArray:
        every = np.ones(len(people))
        every[scaled] = np.exp(growths)
        return every

    def clues(guess: FloatArray) -> FloatArray:
        rotation, growths = world_from_camera_axes(guess[0], guess[1]), guess[3:]
        off_floor = scales(growths)[owners] * (anchors @ rotation[2] - ankle_heights) - guess[2]
        feet = _soften(share * off_floor / anchor_errors)
        lean = (rotation @ posture)[:2] / posture_error
        roll_off = _soften(guess[1:2] / ROLL_DEGREES)
        return np.array([*feet, *lean, *roll_off, (guess[0] - USUAL_TILT) / TILT_DEGREES, *(growths / HEIGHT_SHARE)])

    free = int(scaled.sum())
    bounds = [[side * np.inf] * 3 + [np.log(size)] * free for side, size in ((-1, SMALLEST), (1, LARGEST))]
    x_scale = [1.0, 1.0, 0.05] + [0.05] * free
    found = least_squares(clues, [tilt, roll, floor] + [0.0] * free, bounds=bounds, x_scale=x_scale)
    tilt, roll, floor = found.x[:3]
    errors = np.zeros(len(people))
    errors[scaled] = np.sqrt(np.diag(np.linalg.pinv(found.jac.T @ found.jac))[3:])
    return Ground(world_from_camera_axes(tilt, roll), float(floor), scales(found.x[3:]), errors)


def tilt_and_roll(up: FloatArray) -> tuple[float, float]:
    """Degrees by which a camera looks down and leans right that sees ``up`` (3,) in its own axes."""
    right, away, over = BLENDER_FROM_CAMERA @ up
    return float(np.degrees(np.arctan2(-away, np.hypot(right, over)))), float(np.degrees(np.arctan2(-right, over)))


def tilt_roll_heading(world_from_camera: FloatArray) -> tuple[float, float, float]:
    """Degrees by which a camera with these axes (3, 3; x right, y down, z away, in a world with z up) looks down,
    leans right and is turned from +y to the left."""
    ahead = world_from_camera[:, 2]
    return *tilt_and_roll(world_from_camera[2]), float(np.degrees(np.arctan2(-ahead[0], ahead[1])))


def _soften(residuals: FloatArray) -> FloatArray:
    """Residuals whose squares grow like a logarithm beyond 1, so that feet on another level do not tip the floor and a
    camera that is rolled after all is believed."""
    softened: FloatArray = np.sign(residuals) * np.sqrt(np.log1p(residuals**2))
    return softened


def _robust_mean_direction(directions: FloatArray) -> FloatArray:
    mean = np.median(directions, axis=0)
    for _ in range(5):
        away = np.linalg.norm(directions - mean, axis=-1, keepdims=True)
        weights = 1 / np.maximum(away, np.radians(5.0))
        mean = (weights * directions).sum(0) / weights.sum()
    return _unit(mean)


def _unit(vectors: FloatArray) -> FloatArray:
    unit: FloatArray = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return unit
