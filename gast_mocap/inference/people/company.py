"""People who overlap: whose joints are whose, and where those are that somebody else hides.

A network that reads one person in a crop snaps to whoever stands in front. Painted over with the crop's mean colour,
that person attracts it far less (black helps little, darker not at all), and the other's joints are read where they
show. Who is in front follows from the same: the one who is read worse with the other painted over. Joints behind the
one in front, and such as leap, are held by the body's motion; when the whole track is known they lie between where they
were seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import cv2
import numpy as np

from ...take.interpolate import interpolate
from ...take.records import BoolArray, FloatArray, ImageArray, IntArray
from ...take.skeletons import COCO17, Side
from ..networks.roles import Estimator
from ..video.pyramid import Pyramid
from .boxes import box_around, overlaps
from .keypoints import square_around
from .pose import Pose

MOTION_SECONDS = 0.1
"""The time over which motion is measured. Raising it is steadier, and late where somebody turns round."""
CALM_SECONDS = 0.3
"""A held joint comes to rest in about that time. Raising it carries hidden people farther."""
FASTEST = 4.0
"""Body lengths a second that joints are expected to move at most."""
FEW = 4
"""Joints from which on they tell how the body moves."""
GATE, GATE_GROWTH = 0.2, 0.03
"""Share of the body's length from where a joint is expected up to which it may be the person's, and how much that grows
with every frame in which it is held. Raising them takes more of a neighbour's joints, and finds people again sooner."""
LEAST_SCORE, EMERGED = 0.3, 0.5
"""Scores from which on a joint of somebody who stands behind is seen, and where it is expected to be hidden still."""
SURE, FOUND_AGAIN = 0.4, 0.6
"""Where so many of the joints score SURE outside whoever is in front, the person is found again, wherever that is."""
HELD_SCORE = 0.3
"""Score of a joint that is held: a guess, but not one out of sight, which would fold the legs."""
KEPT = 0.6
"""Share that who was in front before has in who is in front now. Raising it keeps a wrong order longer."""
LONGEST = 1.0
"""Seconds after which somebody of whom nothing was seen is no longer held. Raising it keeps people who went away."""
BRIEFEST = 0.18
"""Seconds that two moments in which a joint is held must be apart for what is seen of it meanwhile to count. Raising
it drops more joints that were read off somebody else, and more of the person's own."""
AGAIN_OVERLAP = 0.1
"""A newcomer whose box overlaps that of somebody lost by so much is that person."""
LIMB, HEAD = 0.05, 0.08
"""Half the width of limbs and head over the body's length. Raising them hides more of whoever stands behind."""
SIDE = 384
"""Pixels of the picture that is looked at again."""

TRUNK = COCO17.indices(*(f"{side}_{joint}" for side in Side for joint in ("shoulder", "hip")))
FACE = COCO17.indices("nose", *(f"{side}_{part}" for side in Side for part in ("eye", "ear")))


@dataclass(frozen=True)
class Expected:
    """Where somebody's joints should be: ``points`` (17, 2) px; ``held`` (17,) frames since each was last seen;
    ``hidden``: as in Pose."""

    points: FloatArray
    held: IntArray
    hidden: float = 0.0

    @property
    def size(self) -> float:
        """Px."""
        return body_length(self.points)


def expect_company(boxes: dict[int, FloatArray], past: Sequence[dict[int, Pose]], fps: float) -> dict[int, Expected]:
    """Those in ``boxes`` who overlap somebody and were seen in the ``past`` frames, with where they should be now."""
    known = {i: [poses.get(i) for poses in past] for i in boxes}
    last = {i: next((pose for pose in reversed(poses) if pose), None) for i, poses in known.items()}
    rows = np.array([_whole(box, last[i]) for i, box in boxes.items()]).reshape(-1, 4)
    together = dict(zip(boxes, (overlaps(rows, rows) > 0).sum(axis=1) > 1, strict=True))
    return {
        i: expected(known[i], fps)
        for i, pose in last.items()
        if together[i] and pose and not pose.turned and pose.held.min() < LONGEST * fps
    }


def _whole(box: FloatArray, last: Pose | None) -> FloatArray:
    """(4,) px around both the box in which somebody is looked for and their last pose."""
    return box_around(np.concatenate([box, last.box]).reshape(-1, 2)) if last else box


def expected(poses: Sequence[Pose | None], fps: float) -> Expected:
    """Where somebody's joints should be a frame after ``poses``, one of which at least is known: seen ones go on as
    they went, held ones with the body, ever more slowly."""
    gone = next(n for n, pose in enumerate(reversed(poses)) if pose)
    span = max(1, round(MOTION_SECONDS * fps))
    known = [pose for pose in poses[: len(poses) - gone][-1 - span :] if pose]
    last, seen = known[-1], np.all([pose.held == 0 for pose in known], axis=0)
    speed = (last.points - known[0].points) / max(len(known) - 1, 1)
    body = np.median(speed[seen] if seen.sum() >= FEW else speed, axis=0)
    speed = np.where(seen[:, None], speed, body)
    excess = np.linalg.norm(speed, axis=1, keepdims=True) * fps / (FASTEST * body_length(last.points))
    return Expected(
        last.points + np.exp(-1 / (CALM_SECONDS * fps)) * speed / np.maximum(1, excess), last.held + gone, last.hidden
    )


def told_apart(
    estimator: Estimator,
    picture: Pyramid,
    boxes: dict[int, FloatArray],
    read: dict[int, Pose],
    company: dict[int, Expected],
) -> dict[int, Pose]:
    """Poses of those in ``company``, of their own joints. ``read``: what was read in ``boxes`` with all in sight."""
    near = {i: [k for k in company if k != i and overlaps(boxes[i][None], boxes[k][None])[0, 0] > 0] for i in company}
    masked = {
        i: look_past(estimator, picture, boxes[i], [company[k].points for k in near[i]]) if near[i] else read[i]
        for i in company
    }

    hidden = {
        i: KEPT * known.hidden + (1 - KEPT) * (worth(masked[i], known) - worth(read[i], known))
        for i, known in company.items()
    }
    told: dict[int, Pose] = {}
    for i in sorted(company, key=hidden.__getitem__):
        fronts = [told[k] for k in near[i] if k in told]
        told[i] = replace(settle(masked[i] if fronts else read[i], company[i], fronts), hidden=hidden[i])
    return told


def look_past(estimator: Estimator, picture: Pyramid, box: FloatArray, others: Sequence[FloatArray]) -> Pose:
    """The pose read in ``box`` (4,) with the bodies of ``others``, (17, 2) px each, painted over."""
    crop = square_around(box)
    drawn = picture.picture(crop.box, SIDE, SIDE)
    scale = SIDE / crop.side
    bodies = np.zeros(drawn.shape[:2], np.uint8)
    for points in others:
        draw_body(bodies, (points - crop.corner) * scale)
    drawn[bodies > 0] = drawn[bodies == 0].mean(axis=0) if (bodies == 0).any() else 0
    read = estimator.estimate(Pyramid.of(drawn), ((box.reshape(2, 2) - crop.corner) * scale).reshape(1, 4))
    return Pose(read.points[0] / scale + crop.corner, read.scores[0])


def worth(look: Pose, known: Expected) -> float:
    """How sure ``look`` is, 0..1, as far as its joints are where they are expected."""
    return float((look.scores * np.maximum(0, 1 - _off(look, known) / GATE)).mean())


def settle(look: Pose, known: Expected, fronts: Sequence[Pose]) -> Pose:
    """``look`` with those joints held that are not the person's own, or hidden by whoever is in front."""
    own = own_joints(look, known, fronts)
    moved = np.median((look.points - known.points)[own], axis=0) if own.sum() >= FEW else np.zeros(2)
    return Pose(
        np.where(own[:, None], look.points, known.points + moved),
        np.where(own, look.scores, HELD_SCORE),
        held=np.where(own, 0, known.held + 1),
    )


def own_joints(look: Pose, known: Expected, fronts: Sequence[Pose]) -> BoolArray:
    """(17,) whether the joints of ``look`` are the person's own and in sight."""
    near = _off(look, known) < GATE + GATE_GROWTH * known.held
    if not fronts:
        return np.ones(17, bool) if near.mean() >= FOUND_AGAIN else near
    found, should = (
        np.any([is_covered(points, front.points) for front in fronts], axis=0) for points in (look.points, known.points)
    )
    seen = ~found & (look.scores >= np.where(should, EMERGED, LEAST_SCORE))
    again = seen & (look.scores >= SURE)
    return np.asarray(again | (seen & near) if again.mean() >= FOUND_AGAIN else seen & near)


def _off(look: Pose, known: Expected) -> FloatArray:
    """(17,) how far joints are from where they are expected, over the body's length."""
    return np.asarray(np.linalg.norm(look.points - known.points, axis=1) / known.size)


def is_covered(points: FloatArray, front: FloatArray) -> BoolArray:
    """(n,) whether ``points`` (n, 2) px lie within the body of ``front`` (17, 2)."""
    margin = HEAD * body_length(front)
    corner = np.floor(front.min(axis=0) - margin)
    width, height = np.ceil(np.ptp(front, axis=0) + 2 * margin + 1).astype(int)
    body = np.zeros((height, width), np.uint8)
    draw_body(body, front - corner)
    places = np.round(points - corner).astype(int)
    inside = ((places >= 0) & (places < (width, height))).all(axis=1)
    x, y = np.where(inside[:, None], places, 0).T
    return np.asarray(inside & (body[y, x] > 0))


def draw_body(mask: ImageArray, points: FloatArray) -> None:
    """Set ``mask`` (h, w) to 1 where limbs, trunk and head of ``points`` (17, 2) px are."""
    length, whole = body_length(points), points.round().astype(np.int32)
    for first, second in [*COCO17.bones(), *combinations(TRUNK, 2)]:
        cv2.line(mask, whole[first].tolist(), whole[second].tolist(), 1, max(1, round(2 * LIMB * length)))
    cv2.fillConvexPoly(mask, cv2.convexHull(whole[TRUNK]), 1)
    cv2.circle(mask, whole[FACE].mean(axis=0).round().astype(int).tolist(), max(1, round(HEAD * length)), 1, cv2.FILLED)


def body_length(points: FloatArray) -> float:
    """Px, the longer side of what holds ``points`` (17, 2)."""
    return float(max(np.ptp(points, axis=0).max(), 1.0))


def is_found_again(known: Pose, newcomer: Pose) -> bool:
    """Whether a ``newcomer`` is somebody ``known`` who was lost behind another."""
    return known.is_lost and bool(overlaps(known.box[None], newcomer.box[None])[0, 0] >= AGAIN_OVERLAP)


def with_held_bridged(times: FloatArray, points: FloatArray, held: BoolArray) -> FloatArray:
    """Keypoints (t, 17, 2) at ``times`` (t,) s in which joints that were ``held`` (t, 17) lie between where they were
    seen before and after; at the ends they stay as held."""
    bridged, held = points.copy(), with_glimpses_held(times, held)
    for joint in np.flatnonzero(held.any(axis=0) & ~held.all(axis=0)):
        seen = np.flatnonzero(~held[:, joint])
        between = np.arange(seen[0], seen[-1])[held[seen[0] : seen[-1], joint]]
        bridged[between, joint] = interpolate(times[between], times[seen], points[seen, joint])
    return bridged


def with_glimpses_held(times: FloatArray, held: BoolArray) -> BoolArray:
    """``held`` (t, 17) at ``times`` (t,) s, and whatever is seen of a held joint too briefly to be believed."""
    lasting = held.copy()
    for joint in np.flatnonzero(held.any(axis=0)):
        for before, after in pairwise(np.flatnonzero(held[:, joint])):
            lasting[before:after, joint] |= times[after] - times[before] < BRIEFEST
    return lasting
