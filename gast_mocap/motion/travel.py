"""Where the person is in front of the camera, from 2D keypoints, the 3D pose and the focal length.

A joint at ``pelvis + pose`` that is seen along the ray ``(u, v, 1)`` satisfies ``x - u z = 0`` and
``y - v z = 0``, both linear in the pelvis. All frames are solved at once as a robust least squares whose only
prior is a small acceleration, so depth, which the picture shows weakly, is smoothed the most and biased the
least.
"""

import numpy as np
from scipy.linalg import solveh_banded

from .records import FloatArray, VideoInfo
from .smooth import curvature_bands, sample_spans

H36M_LIMBS = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]
COCO_LIMBS = [12, 14, 16, 11, 13, 15, 5, 7, 9, 6, 8, 10]

DEFAULT_FIELD_OF_VIEW = 60.0
RESIDUAL_METRES = 0.05  # a reprojection off by more than this at the person's depth counts as doubtful
ROBUST_PASSES = 4


def focal_length_px(video: VideoInfo, field_of_view: float) -> float:
    """Focal length in px of a camera whose picture spans ``field_of_view`` degrees from left to right."""
    return float(video.width / 2 / np.tan(np.radians(field_of_view) / 2))


def viewing_rays(points: FloatArray, video: VideoInfo, focal: float) -> FloatArray:
    """(..., 2) slopes x/z and y/z of the rays through ``points`` px; the axis meets the picture's centre."""
    centre = np.array([video.width / 2, video.height / 2])
    rays: FloatArray = (points - centre) / focal
    return rays


def solve_travel(
    times: FloatArray, joints: FloatArray, rays: FloatArray, weights: FloatArray, seconds: float
) -> FloatArray:
    """Pelvis positions (t, 3) in camera axes, metres.

    ``joints`` (t, n, 3) around the pelvis and ``rays`` (t, n, 2) of the same joints, ``weights`` (t, n) their
    trust; ``seconds`` smooths as in smooth.py, for movements across the picture.
    """
    robust = np.ones_like(weights)
    for _ in range(ROBUST_PASSES):
        pelvis = _solve_weighted(times, joints, rays, weights * robust, seconds)
        residual = np.linalg.norm(reprojection_residuals(joints + pelvis[:, None], rays), axis=-1)
        robust = 1 / np.maximum(residual / RESIDUAL_METRES, 1.0)
    return pelvis


def reprojection_residuals(points: FloatArray, rays: FloatArray) -> FloatArray:
    """(..., 2) metres by which ``points`` in camera axes miss their rays, at the depth of the points."""
    return points[..., :2] - rays * points[..., 2:]


def _solve_weighted(
    times: FloatArray, joints: FloatArray, rays: FloatArray, weights: FloatArray, seconds: float
) -> FloatArray:
    frame_count = len(times)
    weights = weights * sample_spans(times)[:, None] / weights.shape[1]
    u, v = rays[..., 0], rays[..., 1]
    total = weights.sum(1)
    wu, wv = (weights * u).sum(1), (weights * v).sum(1)
    miss = -reprojection_residuals(joints, rays)
    right_side = np.stack(
        [
            (weights * miss[..., 0]).sum(1),
            (weights * miss[..., 1]).sum(1),
            -(weights * (u * miss[..., 0] + v * miss[..., 1])).sum(1),
        ],
        axis=1,
    )
    # SciPy's lower banded form of the normal equations; unknown 3 t + axis
    bands = np.zeros((7, frame_count, 3))
    bands[0] = np.stack([total, total, (weights * (u * u + v * v)).sum(1)], axis=1)
    bands[1, :, 1] = -wv
    bands[2, :, 0] = -wu
    curvature = curvature_bands(times) * (seconds / (2 * np.pi)) ** 4
    for offset in range(3):
        bands[3 * offset] += curvature[offset][:, None]
    solution: FloatArray = solveh_banded(bands.reshape(7, -1), right_side.reshape(-1), lower=True)
    return solution.reshape(frame_count, 3)
