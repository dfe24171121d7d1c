"""Feet, of which the joints say nothing: flat on the floor while they stand, with the shin while they are
lifted.

Either way a foot keeps to the plane in which its knee bends.
"""

import numpy as np

from ...take.records import FloatArray
from .. import rotations as quat
from .torso import LEFT, turn
from .twist import ramp

LIFTED = (0.06, 0.25)  # of the leg's length: ankle height over standing at which the foot begins to and does follow
TILTED = (35.0, 60.0)  # degrees of the shin from upright, likewise


def foot_turns(shin_turn: FloatArray, shin: FloatArray, up: FloatArray, lift: FloatArray) -> FloatArray:
    """Body turns (t, 4) of a foot.

    Args:
        shin_turn: (t, 4) body turn of the shin.
        shin: (t, 3) unit direction from knee to ankle.
        up: (3,) away from the floor.
        lift: (t,) height of the ankle over where it is in standing on its present ground, in leg lengths.
    """
    level = turn(np.broadcast_to(up, shin.shape), quat.rotate(shin_turn, LEFT), "up,left")
    tilt = np.degrees(np.arccos(np.clip(-shin @ up, -1, 1)))
    return quat.blend(level, shin_turn, np.maximum(ramp(lift, *LIFTED), ramp(tilt, *TILTED))[:, None])
