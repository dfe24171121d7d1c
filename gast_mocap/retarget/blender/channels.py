"""A rotation as the numbers of the property that a pose bone is turned by, and back."""

import numpy as np
from scipy.spatial.transform import Rotation

from ...take.records import FloatArray
from ..rotations import about, from_matrix, unit

PROPERTIES = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}


def rotation_property(mode: str) -> str:
    """The pose bone's property for a ``rotation_mode``."""
    return PROPERTIES.get(mode, "rotation_euler")


def values_from_rotations(rotations: FloatArray, mode: str) -> FloatArray:
    """(t, 3 or 4) values of that property. ``rotations`` (t, 4) wxyz with continuous signs."""
    if mode == "QUATERNION":
        return rotations
    return _axis_angles(rotations) if mode == "AXIS_ANGLE" else _eulers(rotations, mode)


def rotations_from_values(values: FloatArray, mode: str) -> FloatArray:
    """(t, 4) wxyz, as Blender reads the property."""
    if mode == "QUATERNION":
        return unit(values)
    if mode == "AXIS_ANGLE":
        return about(unit(values[:, 1:]), values[:, 0])
    columns = ["XYZ".index(axis) for axis in mode]
    return from_matrix(Rotation.from_euler(mode.lower(), values[:, columns]).as_matrix())


def degrees_apart(first: FloatArray, second: FloatArray) -> FloatArray:
    """(t,) angle between rotations (t, 4)."""
    chord = np.minimum(np.linalg.norm(first - second, axis=-1), np.linalg.norm(first + second, axis=-1))
    degrees: FloatArray = np.degrees(4 * np.arcsin(np.clip(chord / 2, 0, 1)))
    return degrees


def degrees_between_values(first: FloatArray, second: FloatArray, mode: str) -> FloatArray:
    """(t,) angle between what two values of a property mean."""
    return degrees_apart(rotations_from_values(first, mode), rotations_from_values(second, mode))


def degrees_seen_from(first: FloatArray, second: FloatArray, distance: float) -> FloatArray:
    """(t,) angle between points (t, 3) as seen from ``distance`` away: a measure of places beside
    rotations."""
    degrees: FloatArray = np.degrees(np.linalg.norm(first - second, axis=-1) / distance)
    return degrees


def _axis_angles(rotations: FloatArray) -> FloatArray:
    """Angle, x, y, z. The axis keeps its side from frame to frame, so that the angle passes through zero."""
    sine = np.linalg.norm(rotations[:, 1:], axis=1)
    turned = np.flatnonzero(sine > 1e-6)
    if not len(turned):
        return np.tile([0.0, 0.0, 1.0, 0.0], (len(rotations), 1))
    nearest = turned[np.clip(np.searchsorted(turned, np.arange(len(sine))), 0, len(turned) - 1)]
    axis = unit(rotations[nearest, 1:])
    sides = np.where(np.sum(axis[1:] * axis[:-1], axis=1) < 0, -1.0, 1.0)
    axis *= np.concatenate([[1.0], np.cumprod(sides)])[:, None]
    half = np.arctan2(np.sum(rotations[:, 1:] * axis, axis=1), rotations[:, 0])
    return np.concatenate([2 * np.unwrap(half)[:, None], axis], axis=1)


def _eulers(rotations: FloatArray, order: str) -> FloatArray:
    """x, y, z radians of Blender's Euler ``order``; of both equal triples the one nearer to the frame
    before."""
    turned = Rotation.from_quat(rotations[:, [1, 2, 3, 0]]).as_euler(order.lower())
    columns = ["XYZ".index(axis) for axis in order]
    angles = np.empty_like(turned)
    angles[:, columns] = turned
    other = angles + np.pi
    other[:, columns[1]] = np.pi - angles[:, columns[1]]
    return _nearest_path(np.stack([angles, other], axis=1))


def _nearest_path(choices: FloatArray) -> FloatArray:
    """(t, 3) one of each frame's ``choices`` (t, 2, 3), plus whole turns, nearest to the frame before.

    From either choice of one frame it is as far to its like in the next frame, and as far to the other: whether to
    change over does not depend on what was chosen before.
    """
    steps = choices[1:] - choices[:-1, :1]
    steps -= 2 * np.pi * np.round(steps / (2 * np.pi))
    stay, change = np.abs(steps).sum(axis=2).T
    chosen = np.concatenate([[0], np.cumsum(change < stay) % 2])
    path: FloatArray = np.unwrap(choices[np.arange(len(choices)), chosen], axis=0)
    return path
