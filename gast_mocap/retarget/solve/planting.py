"""Standing feet stay where they stand on legs of other proportions than the performer's."""

from collections.abc import Mapping

import numpy as np

from ...take.records import BoolArray, FloatArray, Motion
from ...take.skeletons import Side
from .performer import ANKLES, in_contact

STEADY = 1.5  # usual frame steps; over longer ones nothing is known of the feet


def planted_travel(motion: Motion, scale: float, legs: Mapping[Side, FloatArray]) -> FloatArray:
    """(t, 3) level metres by which the hips leave their scaled way so that feet in contact do not slide.

    With both feet in contact each has half a say; with none the way is the performer's.

    Args:
        motion: of the performer.
        scale: the rig's size against the performer's.
        legs: side -> (t, 3) from the rig's hip centre to its ankle, in the world; of the legs that the rig has.
    """
    if not legs:
        return np.zeros((len(motion.times), 3))
    performers = np.stack([motion.joints[:, ANKLES[side]] - motion.joints[:, 0] for side in legs], axis=1)
    slides = np.diff(scale * performers - np.stack(list(legs.values()), axis=1), axis=0)
    standing = _standing(motion, list(legs))
    held = standing[1:] & standing[:-1]
    holds = held / np.maximum(held.sum(axis=1, keepdims=True), 1)
    steps = np.diff(motion.times)
    if len(steps):
        holds[steps > STEADY * np.median(steps)] = 0.0
    moved = np.sum(holds[..., None] * slides, axis=1) * [1.0, 1.0, 0.0]
    travel: FloatArray = np.concatenate([np.zeros((1, 3)), np.cumsum(moved, axis=0)])
    return travel


def _standing(motion: Motion, feet: list[Side]) -> BoolArray:
    """(t, n) whether each of the ``feet`` is in contact."""
    standing = np.zeros((len(motion.times), len(feet)), dtype=bool)
    for contact in motion.contacts:
        if contact.foot in feet:
            standing[:, feet.index(contact.foot)] |= in_contact(motion.times, contact)
    return standing
