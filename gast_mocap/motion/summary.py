"""A performance in a few words."""

import numpy as np

from ..take.records import Motion

STRIDE = 0.25
"""Seconds between the places whose distances make up the way. Less counts the sway of the hips as travel."""


def summary(motion: Motion) -> str:
    """Such as "48 frames in 2.0 s, 1.3 m of travel, 4 foot contacts"."""
    seconds, contacts = float(motion.times[-1] - motion.times[0]), len(motion.contacts)
    return (
        f"{len(motion.times)} frames in {seconds:.1f} s, {travelled(motion):.1f} m of travel, "
        f"{contacts} foot contact{'' if contacts == 1 else 's'}"
    )


def travelled(motion: Motion) -> float:
    """Metres that the hips go over the floor."""
    places = np.flatnonzero(np.diff(np.floor(motion.times / STRIDE), prepend=-np.inf))
    way = motion.joints[np.append(places, len(motion.times) - 1), 0, :2]
    return float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())
