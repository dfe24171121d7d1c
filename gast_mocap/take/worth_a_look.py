"""The frames in which the tracking of a person may be wrong: where somebody who mends looks first."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .edits import PLACED
from .records import FloatArray, Keypoints2D
from .skeletons import COCO17, Side
from .visibility import SEEN

HALF_WINDOW = 2
"""Frames on both sides whose median a leap of one or two frames cannot move."""
LEAP = 0.15
"""Sizes of the person off that median from which a keypoint leaps. Raising it lists fewer, and misses small ones."""
MIRRORED = 0.5
"""Share of the way from the last frame that is left where left and right change places back, below which they are
thought to have changed. Raising it lists more."""
LEAST_WAY = 0.05
"""Sizes by which the limbs move on average there: the sides of somebody who is seen from the side are close."""
APART = 15
"""Frames between two that are listed for one reason; of nearer ones the worst stands for all."""
MOST = 8
"""Listed of one person: the worst. More would not be looked at."""
PARTS = {
    f"{side} {part}": COCO17.indices(*(f"{side}_{joint}" for joint in joints))
    for part, joints in {"arm": ("elbow", "wrist"), "leg": ("knee", "ankle")}.items()
    for side in Side
}
LIMBS = list(range(COCO17.index("left_shoulder"), len(COCO17.joints)))


@dataclass(frozen=True)
class Doubt:
    """A ``frame`` of the video, ``why`` it is worth a look, and ``badness`` to compare doubts by, from 0 on."""

    frame: int
    why: str
    badness: float


def worth_a_look(keypoints: Keypoints2D) -> list[Doubt]:
    """The worst frames of a person, at most MOST, in the order of time."""
    size = float(np.median(np.ptp(keypoints.points, axis=1).max(axis=1))) or 1.0
    points = keypoints.points / size
    found = [*_unsure(keypoints.scores), *_leaps(points, keypoints), *_changed_sides(points, keypoints)]
    listed = [
        Doubt(int(keypoints.frames[at]), why, float(badness[at]))
        for why, badness in found
        for at in _peaks(badness, keypoints)
    ]
    worst = sorted(listed, key=lambda doubt: -doubt.badness)[:MOST]
    return sorted(worst, key=lambda doubt: doubt.frame)


def _unsure(scores: FloatArray) -> Iterator[tuple[str, FloatArray]]:
    """By part of the body, how bad (t,) each frame is: 0 where it is seen."""
    for part, joints in PARTS.items():
        yield f"{part} unsure", np.maximum(0.0, 1 - scores[:, joints].mean(axis=1) / SEEN)


def _leaps(points: FloatArray, keypoints: Keypoints2D) -> Iterator[tuple[str, FloatArray]]:
    """Of each limb's joint, how far beyond LEAP it is off its neighbours in time; not where somebody placed it."""
    padded = np.pad(points, ((HALF_WINDOW, HALF_WINDOW), (0, 0), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * HALF_WINDOW + 1, axis=0)
    off = np.linalg.norm(points - np.median(windows, axis=-1), axis=-1) / LEAP - 1
    off[keypoints.scores == PLACED] = 0.0
    for joint in LIMBS:
        yield f"{COCO17.joints[joint].replace('_', ' ')} leaps", np.maximum(0.0, off[:, joint])


def _changed_sides(points: FloatArray, keypoints: Keypoints2D) -> Iterator[tuple[str, FloatArray]]:
    """How much nearer to the last frame everything would be with left and right exchanged."""
    before, now = points[:-1, LIMBS], points[1:]
    plain = np.linalg.norm(now[:, LIMBS] - before, axis=-1).mean(axis=1)
    exchanged = np.linalg.norm(now[:, COCO17.mirrored_order()][:, LIMBS] - before, axis=-1).mean(axis=1)
    doubtful = (exchanged < MIRRORED * plain) & (plain > LEAST_WAY) & (np.diff(keypoints.frames) == 1)
    yield "left and right change places", np.append(0.0, np.where(doubtful, plain / LEAST_WAY, 0.0))


def _peaks(badness: FloatArray, keypoints: Keypoints2D) -> list[int]:
    """Where ``badness`` (t,) is worst, APART frames from one another."""
    peaks: list[int] = []
    for at in np.argsort(-badness, kind="stable").tolist():
        if badness[at] <= 0 or len(peaks) == MOST:
            break
        if all(abs(keypoints.frames[at] - keypoints.frames[peak]) > APART for peak in peaks):
            peaks.append(at)
    return peaks
