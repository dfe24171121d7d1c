"""Unit quaternions, wxyz, in arrays of any leading shape (..., 4)."""

import numpy as np
from scipy.spatial.transform import Rotation

from ..take.records import FloatArray

NEARLY_ALONG = np.cos(np.radians(25.0))
AXES = np.eye(3)


def multiply(left: FloatArray, right: FloatArray) -> FloatArray:
    """The rotation that first does ``right``, then ``left``."""
    a, b, c, d = (left[..., part] for part in range(4))
    e, f, g, h = (right[..., part] for part in range(4))
    product = (
        a * e - b * f - c * g - d * h,
        a * f + b * e + c * h - d * g,
        a * g - b * h + c * e + d * f,
        a * h + b * g - c * f + d * e,
    )
    return np.stack(product, axis=-1)


def inverse(rotation: FloatArray) -> FloatArray:
    conjugate: FloatArray = rotation * np.array([1.0, -1.0, -1.0, -1.0])
    return conjugate


def cross(left: FloatArray, right: FloatArray) -> FloatArray:
    """(..., 3) as np.cross, several times faster on many short vectors."""
    a, b, c = left[..., 0], left[..., 1], left[..., 2]
    d, e, f = right[..., 0], right[..., 1], right[..., 2]
    return np.stack([b * f - c * e, c * d - a * f, a * e - b * d], axis=-1)


def rotate(rotation: FloatArray, vectors: FloatArray) -> FloatArray:
    """``vectors`` (..., 3) turned by ``rotation`` (..., 4)."""
    axis = rotation[..., 1:]
    twice = 2 * cross(axis, vectors)
    turned: FloatArray = vectors + rotation[..., :1] * twice + cross(axis, twice)
    return turned


def about(axis: FloatArray, angle: FloatArray) -> FloatArray:
    """The turn by ``angle`` (...) radians about the unit ``axis`` (..., 3)."""
    half = np.asarray(angle)[..., None] / 2
    sine = np.sin(half) * axis
    return np.concatenate([np.broadcast_to(np.cos(half), (*sine.shape[:-1], 1)), sine], axis=-1)


def between(start: FloatArray, end: FloatArray) -> FloatArray:
    """The shortest turn from unit ``start`` to unit ``end`` (..., 3); from opposites, about any axis
    across."""
    start, end = np.broadcast_arrays(start, end)
    scalar = 1 + np.sum(start * end, axis=-1, keepdims=True)
    axis = cross(start, end)
    opposite = scalar[..., 0] < 1e-9
    if np.any(opposite):
        axis = np.where(opposite[..., None], across(start), axis)
        scalar = np.where(opposite[..., None], 0.0, scalar)
    return unit(np.concatenate([scalar, axis], axis=-1))


def from_matrix(matrix: FloatArray) -> FloatArray:
    """(..., 4) of the rotation matrices (..., 3, 3)."""
    flat = Rotation.from_matrix(matrix.reshape(-1, 3, 3)).as_quat()
    wxyz: FloatArray = flat[:, [3, 0, 1, 2]].reshape(*matrix.shape[:-2], 4)
    return wxyz


def to_matrix(rotation: FloatArray) -> FloatArray:
    """(..., 3, 3) of the rotations (..., 4)."""
    return np.stack([rotate(rotation, axis) for axis in AXES], axis=-1)


def blend(start: FloatArray, end: FloatArray, share: float | FloatArray) -> FloatArray:
    """The turn ``share`` (..., 1) of the shorter way from ``start`` to ``end`` (..., 4)."""
    cosine = np.sum(start * end, axis=-1, keepdims=True)
    end = np.where(cosine < 0, -end, end)
    angle = np.arccos(np.clip(np.abs(cosine), 0, 1))
    sine = np.maximum(np.sin(angle), 1e-9)
    curved = (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / sine
    return unit(np.where(angle < 1e-6, start, curved))


def continuous(rotations: FloatArray) -> FloatArray:
    """(t, ..., 4) with each sign chosen nearest to the frame before; q and -q are the same rotation."""
    steps = np.sum(rotations[1:] * rotations[:-1], axis=-1)
    signs = np.cumprod(np.where(steps < 0, -1.0, 1.0), axis=0)
    return np.concatenate([rotations[:1], rotations[1:] * signs[..., None]])


def unit(vectors: FloatArray) -> FloatArray:
    """``vectors`` (..., k) of length one; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: FloatArray = vectors / np.maximum(lengths, 1e-12)
    return scaled


def across(vectors: FloatArray) -> FloatArray:
    """A unit vector at right angles to each of ``vectors`` (..., 3)."""
    helper = np.where(np.abs(vectors[..., :1]) < 0.7, np.eye(3)[0], np.eye(3)[1])
    return unit(cross(vectors, helper))


def orthogonal(vectors: FloatArray, axis: FloatArray) -> FloatArray:
    """``vectors`` (..., 3) without what they have along the unit ``axis`` (..., 3), length one."""
    return unit(vectors - np.sum(vectors * axis, axis=-1, keepdims=True) * axis)


def squared(direction: FloatArray, axes: FloatArray = AXES) -> FloatArray:
    """That of the unit ``axes`` (n, 3), or its opposite, which is nearest to ``direction`` (3,) and within 25 degrees;
    without one, the direction itself."""
    direction = unit(direction)
    cosines = axes @ direction
    nearest = np.argmax(np.abs(cosines))
    if abs(cosines[nearest]) < NEARLY_ALONG:
        return direction
    squared: FloatArray = axes[nearest] * np.sign(cosines[nearest])
    return squared
