"""Which way feet point, from the heels and toes that were seen.

Across and down the picture tells. How much nearer or farther the toes are than the heel it does not: that is taken from
the foot that a body would have without it, square to the shin and ahead of the hips.
"""

import numpy as np

from ..take.interpolate import distance_to_nearest, interpolate
from ..take.records import BoolArray, FloatArray, IntArray, Motion
from ..take.skeletons import COCO17, FEET4, H36M17, TOES19, Skeleton
from .bones import ANKLES, FEET, HIPS, LEGS, PELVIS, THORAX, bone_lengths, standing_height
from .smooth import LEAST_TRUST, smooth_curves

LENGTH = 0.115
"""Of the body height from heel to toes, as BlazePose reads them. Raising it turns feet more towards where the hips
face."""
TOO_LONG = (1.3, 1.8)
"""Lengths of a foot from heel to toes in the picture, up to which it is believed and from which it is not."""
SEEN = 0.5
"""Score of heel and toes from which a foot counts as seen. Raising it leaves more to the shin."""
NEARBY = (0.1, 0.3)
"""Seconds to the next frame in which the foot was seen, up to which it is sure and from which it is unknown. Raising
them bridges longer spells, with feet that point where they last did."""
TOES_AHEAD, TOES_BELOW = 0.088, 0.044
"""Of the body height, from the ankle to the toes of a foot that stands, as triangulated in pose2sim_single."""
UNKNOWN = 1e-3
"""Of a direction's length: what is less sure has none."""
HEELS, TOES = (FEET4.indices(*(f"{side}_{end}" for side in FEET)) for end in ("heel", "toes"))
COCO_ANKLES = COCO17.indices(*(f"{side}_ankle" for side in FEET))
COCO_LIMBS = COCO17.indices(*(joint for joint in H36M17.joints if joint in COCO17.joints))
LIMBS = H36M17.indices(*(joint for joint in H36M17.joints if joint in COCO17.joints))


def foot_directions(
    times: FloatArray,
    joints: FloatArray,
    rays: FloatArray,
    foot_rays: FloatArray,
    foot_scores: FloatArray,
    height: float,
    seconds: float,
) -> FloatArray:
    """(t, 2, 3) which way the right and the left foot point from heel to toes, camera axes, as long as that is sure.

    Args:
        times: (t,) s.
        joints: (t, 17, 3) around the pelvis, camera axes, m.
        rays: (t, 17, 2) slopes x/z and y/z of the rays through the COCO keypoints.
        foot_rays: (t, 4, 2) those through the points of skeletons.FEET4.
        foot_scores: (t, 4) 0..1.
        height: of the body, m.
        seconds: of smoothing, as in smooth.py.
    """
    sure = foot_scores[:, HEELS + TOES].reshape(-1, 2, 2).min(axis=1) >= SEEN
    nearness = np.stack([_nearness(times, sure[:, foot]) for foot in range(2)], axis=1)
    if not nearness.any():
        return np.zeros((len(times), 2, 3))
    across = foot_rays[:, TOES] - foot_rays[:, HEELS]
    for foot in range(2):
        if sure[:, foot].any():
            bridged = interpolate(times, times[sure[:, foot]], across[sure[:, foot], foot])
            weights = np.where(sure[:, foot], 1.0, LEAST_TRUST)
            across[:, foot] = smooth_curves(times, bridged, weights, seconds)
    length = LENGTH * height
    away = length * guessed_directions(joints)[..., 2:]
    in_picture = across * _depths(joints, rays)[:, None, None]
    pointing = np.concatenate([in_picture + rays[:, COCO_ANKLES] * away, away], axis=-1)
    seen_length = np.linalg.norm(in_picture, axis=-1) / length
    sureness = nearness * np.interp(seen_length, TOO_LONG, (1.0, 0.0))
    directions: FloatArray = _unit(pointing) * sureness[..., None]
    return directions


def guessed_directions(joints: FloatArray) -> FloatArray:
    """(t, 2, 3) unit: where the right and the left foot point by the joints alone."""
    hips = joints[:, HIPS[1]] - joints[:, HIPS[0]]
    ahead = np.cross(hips, joints[:, THORAX] - joints[:, PELVIS])[:, None]
    shins = _unit(joints[:, ANKLES] - joints[:, [knee for _, knee, _ in LEGS]])
    return _unit(ahead - np.sum(ahead * shins, axis=-1, keepdims=True) * shins)


def figure_of(motion: Motion) -> tuple[Skeleton, FloatArray, FloatArray]:
    """The joints' layout, joints (t, j, 3) and scores (t, j): with toes where feet were read."""
    if motion.feet is None:
        return H36M17, motion.joints, motion.scores
    return TOES19, *with_toes(motion)


def with_toes(motion: Motion) -> tuple[FloatArray, FloatArray]:
    """(t, 19, 3) joints of skeletons.TOES19, and their scores (t, 19), of a motion whose feet were read: each toe lies
    ahead of its ankle and below it, where its sole points or, where that is not known, would by the joints alone."""
    assert motion.feet is not None, "whether feet were read is asked before"
    known = np.linalg.norm(motion.feet, axis=-1, keepdims=True)
    ahead = _unit(motion.feet + (1 - known) * guessed_directions(motion.joints))
    level = np.cross(ahead, [0.0, 0.0, 1.0])
    below = _unit(np.cross(ahead, level))
    height = standing_height(motion.joints, motion.scores, bone_lengths(motion.joints, motion.scores, symmetric=True))
    toes = motion.joints[:, ANKLES] + height * (TOES_AHEAD * ahead + TOES_BELOW * below)
    own = TOES19.indices(*H36M17.joints)
    joints, scores = np.empty((len(toes), 19, 3)), np.empty((len(toes), 19))
    joints[:, own], scores[:, own] = motion.joints, motion.scores
    for foot, side in enumerate(FEET):
        place = TOES19.index(f"{side}_toes")
        joints[:, place], scores[:, place] = toes[:, foot], known[:, foot, 0]
    return joints, scores


def level_when_standing(directions: FloatArray, phases: IntArray) -> FloatArray:
    """``directions`` (t, 2, 3), z up, tilted alike so that each foot is level in the middle of what it does while it
    stands: heels are read higher than toes.

    ``phases`` (t, 2) the number of the contact phase that a foot is in, -1 for none.
    """
    levelled = directions.copy()
    for foot in range(2):
        sureness = np.linalg.norm(directions[:, foot], axis=-1)
        known = sureness > UNKNOWN
        standing = known & (phases[:, foot] >= 0)
        if not standing.any():
            continue
        unit = directions[known, foot] / sureness[known, None]
        pitch = np.arcsin(np.clip(unit[:, 2], -1.0, 1.0))
        pitch = pitch - np.median(pitch[standing[known]])
        level = _unit(unit * [1.0, 1.0, 0.0])
        raised = np.cos(pitch)[:, None] * level + np.sin(pitch)[:, None] * [0.0, 0.0, 1.0]
        levelled[known, foot] = raised * sureness[known, None]
    return levelled


def _nearness(times: FloatArray, seen: BoolArray) -> FloatArray:
    """(t,) 1 beside times that are ``seen``, 0 far from them."""
    if not seen.any():
        return np.zeros(len(times))
    return np.interp(distance_to_nearest(times, times[seen]), NEARBY, (1.0, 0.0))


def _depths(joints: FloatArray, rays: FloatArray) -> FloatArray:
    """(t,) metres to the body: how much smaller its limbs look than they are, by least squares."""
    seen, there = rays[:, COCO_LIMBS], joints[:, LIMBS, :2]
    seen, there = (points - points.mean(axis=1, keepdims=True) for points in (seen, there))
    shared, whole = (np.sum(points * there, axis=(1, 2)) for points in (seen, there))
    depths: FloatArray = whole / np.maximum(shared, 1e-9)
    return depths


def _unit(vectors: FloatArray) -> FloatArray:
    unit: FloatArray = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return unit
