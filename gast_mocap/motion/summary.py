"""A performance in a few words."""

import numpy as np

from ..take.records import Motion
from ..take.sentences import Sentence

STRIDE = 0.25
"""Seconds between the places whose distances make up the way. Less counts the sway of the hips as travel."""


def summary(motion: Motion) -> str:
    """Such as "48 frames in 2.0 s, 1.3 m of travel, 4 foot contacts"."""
    seconds, contacts = float(motion.times[-1] - motion.times[0]), len(motion.contacts)
    template = "{frames} frames in {seconds:.1f} s, {metres:.1f} m of travel, {contacts} foot contacts"
    if contacts == 1:
        template = "{frames} frames in {seconds:.1f} s, {metres:.1f} m of travel, {contacts} foot contact"
    return Sentence(template, frames=len(motion.times), seconds=seconds, metres=travelled(motion), contacts=contacts)


def travelled(motion: Motion) -> float:
    """Metres that the hips go over the floor."""
    places = np.flatnonzero(np.diff(np.floor(motion.times / STRIDE), prepend=-np.inf))
    way = motion.joints[np.append(places, len(motion.times) - 1), 0, :2]
    return float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())
