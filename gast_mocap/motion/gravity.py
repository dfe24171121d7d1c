"""Which way is up, and where the floor is."""

import numpy as np
from scipy.spatial.transform import Rotation

from .records import FloatArray

BLENDER_FROM_CAMERA = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
ANKLES = [3, 6]
FOOT_DOWN_PERCENTILE = 10.0


def world_from_camera_axes(tilt: float, roll: float) -> FloatArray:
    """(3, 3) turn to z up, y away, for a camera that looks ``tilt`` degrees down and leans ``roll`` right."""
    unroll = Rotation.from_euler("y", roll, degrees=True)
    untilt = Rotation.from_euler("x", -tilt, degrees=True)
    rotation: FloatArray = (untilt * unroll).as_matrix() @ BLENDER_FROM_CAMERA
    return rotation


def tilt_and_roll_of_standing(joints: FloatArray) -> tuple[float, float]:
    """Camera tilt and roll in degrees that put the body upright on the whole.

    ``joints`` (t, 17, 3) in camera axes. The body's axis runs from between the ankles to the thorax.
    """
    axes = (joints[:, 8] - joints[:, ANKLES].mean(1)) @ BLENDER_FROM_CAMERA.T
    axes /= np.maximum(np.linalg.norm(axes, axis=-1, keepdims=True), 1e-9)
    up = np.median(axes, axis=0)
    roll = np.degrees(np.arctan2(-up[0], up[2]))
    tilt = np.degrees(np.arctan2(-up[1], np.hypot(up[0], up[2])))
    return float(tilt), float(roll)


def floor_below(joints: FloatArray, ankle_height: float) -> float:
    """z of the floor under ``joints`` (t, 17, 3), z up, whose ankles stand ``ankle_height`` over it."""
    return float(np.percentile(joints[:, ANKLES, 2].min(1), FOOT_DOWN_PERCENTILE) - ankle_height)
