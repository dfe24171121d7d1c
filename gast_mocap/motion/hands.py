"""How far fingers are closed, from the hands that were read.

Single angles are off by 21 degrees in the mean, but the two knuckles of a finger together follow the truth
(correlation 0.88 on two calibrated views), so a finger has one number: its curl. The thumb's tells only whether it is
open or closed.
"""

import numpy as np

from ..take.interpolate import distance_to_nearest, interpolate
from ..take.records import BoolArray, FloatArray, Hands
from ..take.skeletons import FINGERS, HAND_JOINTS
from .smooth import smooth_curves

SEEN = 0.9
"""Presence of a hand from which its fingers count. Two views of one hand agree to 16 degrees above, to 25 below."""
COMPANY, NEIGHBOURS = 2, 2
"""A hand counts in a frame only if it does in so many of those up to NEIGHBOURS before and behind, itself included."""
SMOOTHING = 0.5
"""Seconds, as in smooth.py: single frames of a still hand jitter by 8 to 15 degrees. Raising it blurs gestures."""
BRIDGED = 0.02
"""Weight of a frame in which the hand was not seen: it holds the pose between those that were."""
HELD = (1.0, 2.0)
"""Seconds to the next frame in which the hand was seen, up to which its pose is held and from which it is relaxed."""
RELAXED = {
    "thumb": (8.0, 10.0, 14.0),
    "index": (18.0, 26.0, 12.0),
    "middle": (22.0, 32.0, 15.0),
    "ring": (26.0, 35.0, 17.0),
    "pinky": (28.0, 34.0, 16.0),
}
"""Degrees by which a finger's knuckles are bent in a hand that hangs, from the palm on, the thumb's towards the palm
and further than at rest. Raising them closes it."""
RELAXED_BENDS = {name: np.array(bends) for name, bends in RELAXED.items()}
CLOSED_THUMB = (16.0, 26.0, 34.0)
THUMB_CLOSES = (35.0, 75.0)
"""Degrees by which the thumb's are bent so in a fist; its curl up to which it is open and from which it is closed."""
KNUCKLE_SHARES = (0.42, 0.58, 0.38)
"""Of a finger's curl: the knuckle at the palm, the middle one, and the last, which does not bend by itself."""
KNUCKLES = [[HAND_JOINTS.index(f"{finger}_{joint}") for joint in ("mcp", "pip", "dip")] for finger in FINGERS[1:]]
THUMB = [HAND_JOINTS.index(f"thumb_{joint}") for joint in ("cmc", "mcp", "ip", "tip")]


def finger_curls(times: FloatArray, points: FloatArray, scores: FloatArray) -> Hands | None:
    """How far the fingers of both hands are closed; None where no hand was surely seen.

    Args:
        times: (t,) s.
        points: (t, 42, 3) m, those of skeletons.HAND_SHAPES.
        scores: (t, 42) 0..1.
    """
    count = len(HAND_JOINTS)
    curls, sureness = np.zeros((len(times), 2, len(FINGERS))), np.zeros((len(times), 2))
    for side in range(2):
        own = slice(side * count, (side + 1) * count)
        sure = _with_company(scores[:, own].min(axis=1) >= SEEN)
        if not sure.any():
            continue
        read = interpolate(times, times[sure], curls_of(points[sure, own]))
        curls[:, side] = smooth_curves(times, read, np.where(sure, 1.0, BRIDGED), SMOOTHING)
        sureness[:, side] = np.interp(distance_to_nearest(times, times[sure]), HELD, (1.0, 0.0))
    return Hands(np.clip(curls, 0.0, 270.0), sureness) if sureness.any() else None


def knuckle_bends(curls: FloatArray, sureness: FloatArray) -> dict[str, FloatArray]:
    """Finger -> (t, 3) degrees as in RELAXED, of ``curls`` (t, 5) that are so sure (t,)."""
    closed = np.interp(curls[:, 0], THUMB_CLOSES, (0.0, 1.0))[:, None] * CLOSED_THUMB
    seen = [closed, *(curls[:, [finger]] * KNUCKLE_SHARES for finger in range(1, len(FINGERS)))]
    sure = sureness[:, None]
    return {name: sure * bends + (1 - sure) * RELAXED_BENDS[name] for name, bends in zip(FINGERS, seen, strict=True)}


def curls_of(points: FloatArray) -> FloatArray:
    """(..., 5) degrees by which the two knuckles nearest to the palm are bent together, of landmarks (..., 21, 3)."""
    fingers = [_bend(points[..., [0, *joints], :]) for joints in KNUCKLES]
    return np.stack([_bend(points[..., THUMB, :]), *fingers], axis=-1)


def _bend(chain: FloatArray) -> FloatArray:
    """(...) degrees that the bones between four joints (..., 4, 3) turn by altogether."""
    ways = np.diff(chain, axis=-2)
    ways = ways / np.maximum(np.linalg.norm(ways, axis=-1, keepdims=True), 1e-9)
    cosines = np.clip(np.sum(ways[..., 1:, :] * ways[..., :-1, :], axis=-1), -1.0, 1.0)
    bend: FloatArray = np.degrees(np.arccos(cosines)).sum(axis=-1)
    return bend


def _with_company(seen: BoolArray) -> BoolArray:
    """Those of the ``seen`` (t,) frames that are not alone: a flash of certainty is chance."""
    around = np.convolve(np.pad(seen.astype(int), NEIGHBOURS), np.ones(2 * NEIGHBOURS + 1, int), mode="valid")
    return np.asarray(seen & (around >= COMPANY))
