"""Where the person is in front of the camera, from 2D keypoints, the 3D pose and the focal length.

A joint at ``pelvis + pose`` that is seen along the ray ``(u, v, 1)`` satisfies ``x - u z = 0`` and
``y - v z = 0``, both linear in the pelvis. All frames are solved at once as a robust least squares whose only
prior on the path is a small acceleration, so depth, which the picture shows weakly, is smoothed the most and
its value is left free. These equations alone would draw people towards the camera, where errors of the
keypoints are fewer metres; so after a first pass they are linearised around the rays of the pass before.

A standing foot adds a foot anchor: one point for the whole phase, seen by the ankle's keypoints, tied to the
ankle of every pose of the phase and, once the floor is known, lying at ankle height above it. So the
supporting foot pins the pelvis. An anchor stands in the equations just after the last frame of its phase:
eliminated in this order, no frame ever meets more than two frames and the two anchors under the feet, so the
cost grows with the length of the take and no faster.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

from ..take.records import FloatArray, IntArray
from .smooth import curvature_bands, sample_spans

DEFAULT_FIELD_OF_VIEW = 60.0
"""Degrees across the picture of a usual lens. Raising it brings people nearer where nothing tells the lens."""
DOUBTFUL_METRES = 0.10
"""A residual of this size is trusted half. Raising it lets errors of keypoints pull more."""
MOST_PASSES, SETTLED_METRES = 6, 0.002
"""The equations are solved again until nothing moves by more, so often at most. More passes cost time."""
NEAREST = 0.1
"""Metres from the camera at least, where rays are made straight."""
SOLVABLE = 1e-9
"""Of the mean weight: how much a point belongs to the camera when nothing tells how far away it is."""
# Weights against the mean of all limbs' reprojections, each (5 cm / expected error)^2
PIN_WEIGHT = 2.0
"""Of an ankle that stays at its anchor. Raising it trusts contacts more than the picture."""
SIGHT_WEIGHT = 4.0
"""Of an anchor that is seen where the ankle's keypoint is."""
FLOOR_WEIGHT = 3.0
"""A phase's floor counts as much as this many seconds of reprojection. Raising it flattens steps and slopes."""


@dataclass(frozen=True)
class Sighting:
    """What the camera saw of one person.

    ``times`` (t,) s; ``limbs`` (t, n, 3) and ``ankles`` (t, 2, 3) joints around the pelvis, m, camera axes;
    the rays (t, n, 2) and (t, 2, 2) they are seen along, as slopes x/z and y/z; ``weights`` (t, n) and (t, 2)
    their trust.
    """

    times: FloatArray
    limbs: FloatArray
    limb_rays: FloatArray
    limb_weights: FloatArray
    ankles: FloatArray
    ankle_rays: FloatArray
    ankle_weights: FloatArray


@dataclass(frozen=True)
class FloorPlane:
    """Points p in camera axes with ``up @ p == height``: negative, as camera y points down."""

    up: FloatArray
    height: float


@dataclass(frozen=True)
class Aims:
    """Linear equations ``x - u z = across``, ``y - v z = down`` of points p = (x, y, z): ``slopes`` (..., 2) u
    and v, and ``sides`` (..., 2) metres across and down."""

    slopes: FloatArray
    sides: FloatArray

    @classmethod
    def along(cls, rays: FloatArray) -> "Aims":
        """Points lie on their ``rays`` (..., 2)."""
        return cls(rays, np.zeros_like(rays))

    @classmethod
    def at(cls, points: FloatArray, rays: FloatArray) -> "Aims":
        """Points near ``points`` (..., 3) lie on their ``rays``, to first order."""
        depths = np.maximum(points[..., 2:], NEAREST)
        slopes = points[..., :2] / depths
        return cls(slopes, (rays - slopes) * depths)


@dataclass(frozen=True)
class Travel:
    """``pelvis`` (t, 3) and ``anchors`` (phases, 3) in camera axes, metres; ``cost`` mean robust squared
    residual."""

    pelvis: FloatArray
    anchors: FloatArray
    cost: float


@dataclass(frozen=True)
class _Weighting:
    """How one pass looks at the observations.

    ``limb_aims`` and ``foot_aims``: rays of joints and anchors, made straight. ``limbs`` (t, n) and ``ankles``
    (t, 2): weights of the sightings. ``floor`` (k,): weights of the floor's say on each anchor.
    """

    limb_aims: Aims
    foot_aims: Aims
    limbs: FloatArray
    ankles: FloatArray
    floor: FloatArray


def focal_length_px(width: int, field_of_view: float) -> float:
    """Focal length in px of a camera whose picture, ``width`` px wide, spans ``field_of_view`` degrees."""
    return float(width / 2 / np.tan(np.radians(field_of_view) / 2))


def viewing_rays(points: FloatArray, width: int, height: int, focal: float) -> FloatArray:
    """(..., 2) slopes x/z and y/z of the rays through ``points`` px; the axis meets the picture's centre."""
    rays: FloatArray = (points - np.array([width / 2, height / 2])) / focal
    return rays


def miss(points: FloatArray, rays: FloatArray) -> FloatArray:
    """(..., 2) metres by which ``points`` in camera axes miss their rays, at the depth of the points."""
    return points[..., :2] - rays * points[..., 2:]


def solve_travel(seen: Sighting, phases: IntArray, ankle_floor: FloorPlane | None, seconds: float) -> Travel:
    """The pelvis through the take and the anchors.

    ``phases`` (t, 2) is the number of the contact phase that each ankle is in, -1 for none; ``ankle_floor``
    the plane that standing ankles lie in; ``seconds`` smooths as in smooth.py, for movements across the
    picture.
    """
    limb_robust = np.ones_like(seen.limb_weights)
    foot_robust = np.ones_like(seen.ankle_weights)
    floor_robust = np.ones(int(phases.max(initial=-1)) + 1)
    standing, number = phases >= 0, np.maximum(phases, 0)
    limb_aims, foot_aims = Aims.along(seen.limb_rays), Aims.along(seen.ankle_rays)
    pelvis = np.full((len(seen.times), 3), np.inf)
    for _ in range(MOST_PASSES):
        before = pelvis
        limb_weights, ankle_weights = seen.limb_weights * limb_robust, seen.ankle_weights * foot_robust
        weighting = _Weighting(limb_aims, foot_aims, limb_weights, ankle_weights, floor_robust)
        pelvis, anchors = _solve_weighted(seen, phases, ankle_floor, seconds, weighting)
        limbs = seen.limbs + pelvis[:, None]
        limb_aims = Aims.at(limbs, seen.limb_rays)
        limb_miss = np.linalg.norm(miss(limbs, seen.limb_rays), axis=-1)
        limb_robust = _robust_weights(limb_miss)
        cost = float(np.sum(seen.limb_weights * limb_robust * limb_miss**2) / np.sum(seen.limb_weights))
        if len(anchors):
            foot_aims = Aims.at(anchors[number], seen.ankle_rays)
            slip = np.linalg.norm(seen.ankles + pelvis[:, None] - anchors[number], axis=-1) * standing
            foot_robust = _robust_weights(slip)
            cost += PIN_WEIGHT * float(np.sum(seen.ankle_weights * foot_robust * slip**2) / np.sum(seen.ankle_weights))
            if ankle_floor is not None:
                floor_robust = _robust_weights(np.abs(anchors @ ankle_floor.up - ankle_floor.height)) ** 2
        if np.abs(pelvis - before).max() < SETTLED_METRES:
            break
    return Travel(pelvis, anchors, cost)


def _robust_weights(residuals: FloatArray) -> FloatArray:
    """Cauchy's weights."""
    weights: FloatArray = 1 / (1 + np.square(residuals / DOUBTFUL_METRES))
    return weights


def _solve_weighted(
    seen: Sighting,
    phases: IntArray,
    ankle_floor: FloorPlane | None,
    seconds: float,
    weighting: _Weighting,
) -> tuple[FloatArray, FloatArray]:
    spans = sample_spans(seen.times)
    frame_count, phase_count = len(seen.times), len(weighting.floor)
    limb_weights = weighting.limbs * spans[:, None] / seen.limbs.shape[1]
    blocks, right = _sight_terms(seen.limbs, weighting.limb_aims, limb_weights)

    frames, feet = np.nonzero(phases >= 0)
    owners = phases[frames, feet]
    pins = PIN_WEIGHT * weighting.ankles[frames, feet] * spans[frames]
    pulls = pins[:, None] * seen.ankles[frames, feet]
    np.add.at(blocks, frames, pins[:, None, None] * np.eye(3))
    np.add.at(right, frames, -pulls)

    sights = Aims(weighting.foot_aims.slopes[frames, feet], weighting.foot_aims.sides[frames, feet])
    foot_blocks, foot_right = _anchor_terms(owners, sights, pins, pulls, ankle_floor, weighting.floor)

    curvature = curvature_bands(seen.times) * (seconds / (2 * np.pi)) ** 4
    blocks += curvature[0][:, None, None] * np.eye(3)
    frame = np.arange(frame_count)
    pairs = np.concatenate([
        np.stack([frame[1:], frame[:-1]], axis=1), np.stack([frame[2:], frame[:-2]], axis=1),
        np.stack([frame_count + owners, frames], axis=1),
    ])  # fmt: skip
    ties = np.concatenate([curvature[1][:-1], curvature[2][:-2], -pins])
    last_frames = np.zeros(phase_count)
    np.maximum.at(last_frames, owners, frames)
    order = np.argsort(np.concatenate([frame, last_frames]), kind="stable")
    blocks = np.concatenate([blocks, foot_blocks])
    blocks += SOLVABLE * np.mean(blocks[:, range(3), range(3)]) * np.eye(3)
    points = solve_points(blocks, np.concatenate([right, foot_right]), pairs, ties, order)
    return points[:frame_count], points[frame_count:]


def solve_points(
    blocks: FloatArray, right: FloatArray, pairs: IntArray, ties: FloatArray, order: IntArray
) -> FloatArray:
    """The points (n, 3) that solve positive definite normal equations.

    Args:
        blocks: (n, 3, 3) on the diagonal, one a point.
        right: (n, 3) right sides.
        pairs: (k, 2) numbers of points that are tied to one another.
        ties: (k,) what stands in the place of each pair, times the identity.
        order: (n,) numbers of the points as they are eliminated.
    """
    axes, places = np.arange(3), 3 * np.argsort(order)
    rows, columns = (places[pairs[:, end], None] + axes for end in (0, 1))
    along, across = (np.broadcast_to(places[:, None, None] + side, blocks.shape) for side in (axes[:, None], axes))
    values = np.repeat(ties, 3)
    matrix = coo_array((
        np.concatenate([blocks.ravel(), values, values]),
        (
            np.concatenate([along.ravel(), rows.ravel(), columns.ravel()]),
            np.concatenate([across.ravel(), columns.ravel(), rows.ravel()]),
        ),
    ))  # fmt: skip
    # Positive definite equations need no pivoting, which would spoil the order
    factors = splu(matrix.tocsc(), permc_spec="NATURAL", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    points = np.empty(right.shape)
    points[order] = factors.solve(right[order].ravel()).reshape(-1, 3)
    return points


def _sight_terms(points: FloatArray, aims: Aims, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Normal equations (t, 3, 3) and (t, 3) of the offset per frame that brings ``points`` (t, n, 3) to their
    ``aims``."""
    u, v = aims.slopes[..., 0], aims.slopes[..., 1]
    off = aims.sides - miss(points, aims.slopes)
    blocks = np.zeros((len(points), 3, 3))
    blocks[:, 0, 0] = blocks[:, 1, 1] = weights.sum(1)
    blocks[:, 2, 2] = (weights * (u * u + v * v)).sum(1)
    blocks[:, 0, 2] = blocks[:, 2, 0] = -(weights * u).sum(1)
    blocks[:, 1, 2] = blocks[:, 2, 1] = -(weights * v).sum(1)
    across, down = weights * off[..., 0], weights * off[..., 1]
    right = np.stack([across.sum(1), down.sum(1), -(u * across + v * down).sum(1)], axis=1)
    return blocks, right


def _anchor_terms(
    owners: IntArray,
    aims: Aims,
    pins: FloatArray,
    pulls: FloatArray,
    ankle_floor: FloorPlane | None,
    floor_weights: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Normal equations (m, 3, 3) and (m, 3) of the m anchors, without their ties to the pelvis."""
    count = len(floor_weights)
    sights, sides = _sight_terms(
        np.zeros((len(pins), 1, 3)),
        Aims(aims.slopes[:, None], aims.sides[:, None]),
        (SIGHT_WEIGHT / PIN_WEIGHT * pins)[:, None],
    )
    blocks, right = np.zeros((count, 3, 3)), np.zeros((count, 3))
    np.add.at(blocks, owners, pins[:, None, None] * np.eye(3) + sights)
    np.add.at(right, owners, pulls + sides)
    if ankle_floor is not None:
        level = FLOOR_WEIGHT * floor_weights[:, None] * ankle_floor.up
        blocks += level[:, :, None] * ankle_floor.up
        right += level * ankle_floor.height
    return blocks, right
