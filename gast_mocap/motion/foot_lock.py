"""Holds standing feet at their anchors and keeps all feet above the floor, by two-bone leg IK."""

import numpy as np

from ..take.records import FloatArray, IntArray
from ..take.settings import CleanSettings
from .bones import ANKLE_HEIGHT, ANKLES, HIPS, LEGS, PELVIS, THORAX
from .smooth import smooth_curves

SHORTEST_BONE = 1e-6
"""Metres. In a damaged take a bone may have no length; its triangle still needs three corners."""
LONGEST_REACH = 0.999
"""Of thigh and shin together. Raising it to 1 lets the knee snap straight."""
LARGEST_KNEE_CHANGE = np.radians(35.0)
"""How far the lock may change a knee's angle. Raising it holds feet that are far off, and kinks knees."""
LARGEST_DROP, DROP_SECONDS, DROP_PASSES = 0.10, 0.3, 4
"""Metres by which the hips may sink so that feet reach their anchors, and how smoothly. Raising the first holds more
feet, and makes hips dip; raising the others makes the dip longer."""
HOLD_WEIGHT = 1e5
"""Of an anchor against fading away: a foot moves by less than a millimetre. Lowering it lets feet creep."""
LEAST_HEIGHT = 0.8
"""Of the standing ankle height, for a foot in the air. Raising it lifts feet that pass close over the floor."""


def lock_feet(
    times: FloatArray,
    joints: FloatArray,
    phases: IntArray,
    anchors: FloatArray,
    body_height: float,
    settings: CleanSettings,
) -> FloatArray:
    """``joints`` (t, 17, 3), z up over a floor at 0, with standing ankles drawn to their anchors.

    ``phases`` (t, 2) is the number of the phase that the right and the left foot stand in, -1 for none, and
    ``anchors`` (n, 3) where each phase stands. Bone lengths are kept; the knee stays in its plane.
    """
    ankles = joints[:, ANKLES]
    lowest = LEAST_HEIGHT * ANKLE_HEIGHT * body_height
    targets = ankles + settings.lock_strength * pulls_to_anchors(times, ankles, phases, anchors, settings.lock_release)
    targets[..., 2] = np.maximum(targets[..., 2], lowest)
    locked = joints.copy()
    locked[..., 2] -= _hip_drop(times, joints, targets)[:, None]
    front = _front(joints)
    for foot, (hip, knee, ankle) in enumerate(LEGS):
        hips = locked[:, hip]
        knees, ankles = bend_leg(hips, locked[:, knee], locked[:, ankle], targets[:, foot], front, LARGEST_KNEE_CHANGE)
        above = ankles.copy()
        above[:, 2] = np.maximum(ankles[:, 2], lowest)
        locked[:, knee], locked[:, ankle] = bend_leg(hips, knees, ankles, above, front, np.pi)
    return locked


def _hip_drop(times: FloatArray, joints: FloatArray, targets: FloatArray) -> FloatArray:
    """(t,) metres by which the hips must sink, smoothly, for the legs to reach their targets (t, 2, 3)."""
    drop = np.zeros(len(times))
    for foot, (hip, knee, ankle) in enumerate(LEGS):
        leg = np.linalg.norm(joints[:, knee] - joints[:, hip], axis=-1)
        leg += np.linalg.norm(joints[:, ankle] - joints[:, knee], axis=-1)
        reach = np.maximum(LONGEST_REACH * leg, np.linalg.norm(joints[:, ankle] - joints[:, hip], axis=-1))
        aside = np.linalg.norm(targets[:, foot, :2] - joints[:, hip, :2], axis=-1)
        highest = targets[:, foot, 2] + np.sqrt(np.maximum(reach**2 - aside**2, 0.0))
        drop = np.maximum(drop, joints[:, hip, 2] - highest)
    drop = np.clip(drop, 0.0, LARGEST_DROP)
    for _ in range(DROP_PASSES):
        smooth = smooth_curves(times, drop[:, None], np.ones(len(times)), DROP_SECONDS)[:, 0]
        drop = np.maximum(drop, smooth)
    return np.maximum(smooth_curves(times, drop[:, None], np.ones(len(times)), DROP_SECONDS)[:, 0], 0.0)


def pulls_to_anchors(
    times: FloatArray, ankles: FloatArray, phases: IntArray, anchors: FloatArray, release: float
) -> FloatArray:
    """(t, 2, 3) metres to move each of ``ankles`` (t, 2, 3) by.

    All the way to its anchor during a phase; before and after, a curve without kinks that fades over about
    ``release`` seconds and so carries a foot from one anchor to the next.
    """
    standing = phases >= 0
    pulls = np.zeros(ankles.shape)
    pulls[standing] = anchors[phases[standing]] - ankles[standing]
    if release > 0:
        weights = np.where(standing, HOLD_WEIGHT, 1.0)
        for foot in range(2):
            pulls[:, foot] = smooth_curves(times, pulls[:, foot], weights[:, foot], release)
    return pulls


def bend_leg(
    hips: FloatArray,
    knees: FloatArray,
    ankles: FloatArray,
    targets: FloatArray,
    forward: FloatArray,
    largest_change: float,
) -> tuple[FloatArray, FloatArray]:
    """Knees and ankles (t, 3) of legs that reach for ``targets`` with their bones' own lengths.

    The knee keeps to the side of the line from hip to ankle that it was on, and its angle within
    ``largest_change`` radians of what it was; a straight leg bends ``forward``.
    """
    thigh, shin = (
        np.maximum(np.linalg.norm(bones, axis=-1, keepdims=True), SHORTEST_BONE)
        for bones in (knees - hips, ankles - knees)
    )
    reach = np.linalg.norm(targets - hips, axis=-1, keepdims=True)
    aim = (targets - hips) / np.maximum(reach, 1e-9)
    shortest, longest = _spans(thigh, shin, np.linalg.norm(ankles - hips, axis=-1, keepdims=True), largest_change)
    span = np.maximum(np.clip(reach, shortest, longest), 1e-9)
    along = (thigh**2 - shin**2 + span**2) / (2 * span)
    out = np.sqrt(np.maximum(thigh**2 - along**2, 0.0))
    pole = knees - hips
    pole = pole - np.sum(pole * aim, axis=-1, keepdims=True) * aim + 1e-3 * forward
    pole = pole - np.sum(pole * aim, axis=-1, keepdims=True) * aim
    pole = pole / np.maximum(np.linalg.norm(pole, axis=-1, keepdims=True), 1e-9)
    return hips + along * aim + out * pole, hips + span * aim


def _spans(
    thigh: FloatArray, shin: FloatArray, now: FloatArray, largest_change: float
) -> tuple[FloatArray, FloatArray]:
    """The shortest and the longest allowed distance from hip to ankle of legs that span ``now``."""
    angle = np.arccos(np.clip((thigh**2 + shin**2 - now**2) / np.maximum(2 * thigh * shin, 1e-9), -1.0, 1.0))

    def span(knee: FloatArray) -> FloatArray:
        bent: FloatArray = np.sqrt(thigh**2 + shin**2 - 2 * thigh * shin * np.cos(np.clip(knee, 1e-3, np.pi)))
        return bent

    longest = np.minimum(span(angle + largest_change), np.maximum(LONGEST_REACH * (thigh + shin), now))
    return span(angle - largest_change), longest


def _front(joints: FloatArray) -> FloatArray:
    """(t, 3) unit vectors to the body's front."""
    right, left = (joints[:, hip] for hip in HIPS)
    across, up = left - right, joints[:, THORAX] - joints[:, PELVIS]
    front = np.cross(across, up)
    unit: FloatArray = front / np.maximum(np.linalg.norm(front, axis=-1, keepdims=True), 1e-9)
    return unit
