"""Feet and toes, of which the joints say nothing but where the ankle is.

A foot would hang on its shin as it does at rest, but for the ground. On the ground it lies flat whatever its shin does;
as the ankle rises it pivots about the ball and the toes stay on the ground; in the air it follows the shin, its toes
never below the ground. Where it was seen which way the foot points, it points there, as far as the ground allows. Pitch
is positive with the toes down, and 0 for a foot that lies as at rest.
"""

from dataclasses import dataclass

import numpy as np

from ...take.records import FloatArray
from ...take.skeletons import Side
from .. import rotations as quat
from ..rig.bone_map import BoneMap
from ..rig.rest_body import joint, leg_length, limb_end
from ..rig.rest_pose import RestPose
from ..rig.roles import sided
from .torso import FORWARD, LEFT, turn
from .twist import ramp

# Lengths of a foot in leg lengths, where a rig's bones tell nothing; those of a body of 1.75 m, leg 0.88 m.
BALL_AHEAD = 0.14
TIP_AHEAD = 1.6  # of the ball's way: where toes end
HEEL_BEHIND = 0.4  # of the ball's way: where the heel ends behind the ankle
PLAUSIBLE_BALL = (0.05, 0.4)  # leg lengths ahead of the ankle; importers of FBX and glTF make up where bones end
NOISE = (0.01, 0.04)
"""Leg lengths: a lift below the first leaves a foot flat, above the second it counts in full. Raising them calms feet
of shaky takes, and lets the ball hover by as much as the heel leaves the ground."""
PLAUSIBLE_TOES = (0.02, 0.2)  # likewise, ahead of the ball
IN_AIR = (1.0, 1.6)  # ankle's height in reaches of the foot: from where on nothing can touch the ground any more
POINTED = (60.0, 85.0)  # degrees that a shin on the ground is tilted forward when its foot lies flat, and on its instep
HEEL_DOWN = (50.0, 80.0)  # degrees that a shin is tilted back when its foot stands flat, and on the heel
ON_THE_SIDE = (0.6, 0.9)  # sine of the knee's axis over the level: a foot then rolls with the shin
STEEP = (0.3, 0.6)  # level share of where a foot points: a steeper one's heading, and a flatter one's, are believed
TOES_DOWN = (0.0, 15.0)  # degrees seen, from where on a steeper shin counts: heels that rise are read too flat
BACKWARDS = (
    70.0,
    110.0,
)  # degrees off the shin's heading up to which a seen foot is believed, and from which it is not
SETTLED = 0.004  # leg lengths by which a sole may sink in


@dataclass(frozen=True)
class Sole:
    """A foot of a rig at rest, flat on its ground. Points (3,) from the ankle in body axes, armature units.

    Attributes:
        height: of the ankle over the ground.
        heel: where the foot ends behind, on the ground.
        ball: where the toes begin, on the ground.
        tip: where they end, on the ground.
        toe_end: the toe bone's end, above the tip.
        toe_joint: head of the toe bone; the ball where the foot is one piece.
        has_toes: whether a bone bends there.
    """

    height: float
    heel: FloatArray
    ball: FloatArray
    tip: FloatArray
    toe_end: FloatArray
    toe_joint: FloatArray
    has_toes: bool

    @property
    def front(self) -> tuple[FloatArray, ...]:
        """What turns with the foot bone and meets the ground first, toes down."""
        return (self.ball,) if self.has_toes else (self.ball, self.tip)

    @property
    def reach(self) -> float:
        """From the ankle to what of the foot bone is farthest."""
        return float(max(np.linalg.norm(point) for point in (self.heel, *self.front)))


@dataclass(frozen=True)
class FootTurns:
    """Body turns (t, 4) of foot and toes; ``sunk`` (t,) armature units by which the sole is below its ground."""

    foot: FloatArray
    toes: FloatArray
    sunk: FloatArray


def sole_of(rest: RestPose, bone_map: BoneMap, rest_turn: FloatArray, side: Side, height: float) -> Sole:
    """The sole of a rig's foot.

    Args:
        rest: the rig.
        bone_map: its bones.
        rest_turn: (4,) body turn of the rig at rest.
        side: of the body.
        height: of the ankle over the ground, armature units.
    """
    ankle = limb_end(rest, bone_map, sided("foot", side), sided("shin", side))
    foot, toes = (bone_map.bones.get(sided(part, side), "") for part in ("foot", "toes"))

    def from_ankle(point: FloatArray) -> FloatArray:
        return quat.rotate(quat.inverse(rest_turn), point - ankle)

    leg, height = leg_length(rest, bone_map), max(height, 0.0)
    toe_joint = np.array([0.0, -BALL_AHEAD * leg, -height])
    if toes:
        toe_joint = from_ankle(joint(rest, bone_map, sided("toes", side)))
    elif foot:
        end = from_ankle(rest.tails[rest.index(foot)])
        toe_joint = end if PLAUSIBLE_BALL[0] * leg < -end[1] < PLAUSIBLE_BALL[1] * leg else toe_joint
    ball = np.array([*toe_joint[:2], -height])
    toe_end = from_ankle(rest.tails[rest.index(toes)]) if toes else TIP_AHEAD * ball
    if not PLAUSIBLE_TOES[0] * leg < ball[1] - toe_end[1] < PLAUSIBLE_TOES[1] * leg:
        toe_end = np.array([*TIP_AHEAD * ball[:2], toe_joint[2]])
    return Sole(
        height,
        heel=np.array([0.0, -HEEL_BEHIND * ball[1], -height]),
        ball=ball,
        tip=np.array([*toe_end[:2], -height]),
        toe_end=toe_end,
        toe_joint=toe_joint,
        has_toes=bool(toes),
    )


def foot_turns(
    sole: Sole,
    shin_turn: FloatArray,
    up: FloatArray,
    ankle: FloatArray,
    leg: float,
    pointing: FloatArray | None = None,
) -> FootTurns:
    """How a foot and its toes are turned over the ground.

    Args:
        sole: of the rig's foot.
        shin_turn: (t, 4) body turn of the shin.
        up: (3,) unit, away from the ground, armature space.
        ankle: (t,) its height over the ground, armature units.
        leg: length, armature units.
        pointing: (t, 3) where the sole was seen to point from heel to toes, as long as that is sure, armature space.
    """
    lift = ankle - sole.height
    trusted = sole.height + lift * ramp(lift, NOISE[0] * leg, NOISE[1] * leg)
    left = quat.rotate(shin_turn, LEFT)
    level = turn(np.broadcast_to(up, left.shape), left, "up,left")
    shin_pitch = _pitch_over(level, shin_turn)
    hanging, wanted = shin_turn, shin_pitch
    if pointing is not None:
        seen_level, seen_pitch, heading, sure = _seen(sole, level, up, pointing)
        steeper = np.maximum(shin_pitch - seen_pitch, 0.0)
        seen_pitch = seen_pitch + ramp(np.degrees(seen_pitch), *TOES_DOWN) * steeper
        seen_turn = quat.multiply(seen_level, quat.about(LEFT, seen_pitch))
        hanging = quat.blend(shin_turn, seen_turn, heading[:, None])
        level = quat.blend(level, seen_level, heading[:, None])
        wanted = shin_pitch + sure * (seen_pitch - shin_pitch)
    pitch = _grounded_pitch(sole, shin_pitch, wanted, trusted)
    foot = quat.multiply(level, quat.about(LEFT, pitch))
    free = np.maximum(ramp(ankle / sole.reach, *IN_AIR), ramp(np.abs(left @ up), *ON_THE_SIDE))
    foot = quat.blend(foot, hanging, free[:, None])

    joint_height = ankle + quat.rotate(foot, sole.toe_joint) @ up
    tip, toe_end = sole.tip - sole.toe_joint, sole.toe_end - sole.toe_joint
    tip_touches, _ = _limits(tip, joint_height)
    end_sinks, _ = _limits(toe_end, joint_height - (sole.height + sole.toe_end[2]))
    toe_pitch = np.maximum(np.minimum(tip_touches, end_sinks), 0.0)
    toes = quat.multiply(foot, quat.about(LEFT, np.minimum(0.0, toe_pitch - _pitch_over(level, foot))))
    lowest = [ankle + quat.rotate(foot, point) @ up for point in (sole.heel, *sole.front)]
    if sole.has_toes:
        lowest += [joint_height + quat.rotate(toes, end) @ up for end in (sole.ball - sole.toe_joint, tip)]
    return FootTurns(foot, toes, np.maximum(-np.min(lowest, axis=0) - SETTLED * leg, 0.0))


def _seen(
    sole: Sole, level: FloatArray, up: FloatArray, pointing: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """What was seen of a foot: its turn (t, 4) without the pitch, the pitch (t,) in radians, how sure its heading is
    and how sure the pitch, both (t,) 0..1.

    ``level`` (t, 4) is the turn that the shin tells.
    """
    sure = np.linalg.norm(pointing, axis=-1)
    ahead = quat.unit(pointing)
    climb = np.clip(ahead @ up, -1.0, 1.0)
    ups = np.broadcast_to(up, ahead.shape)
    # A foot that was not seen, or points straight down, is headed as the shin is.
    left = quat.cross(ups, ahead) + 1e-6 * quat.rotate(level, LEFT)
    heading = turn(ups, left, "up,left")
    off = np.sum(quat.rotate(level, FORWARD) * quat.rotate(heading, FORWARD), axis=-1)
    sure = sure * (1 - ramp(np.degrees(np.arccos(np.clip(off, -1.0, 1.0))), *BACKWARDS))
    # The rig's foot may point outwards at rest.
    outwards = quat.between(FORWARD, quat.unit(sole.ball * [1.0, 1.0, 0.0]))
    seen_level = quat.multiply(heading, quat.inverse(outwards))
    return seen_level, -np.arcsin(climb), sure * ramp(np.sqrt(1 - climb**2), *STEEP), sure


def _grounded_pitch(sole: Sole, shin_pitch: FloatArray, wanted: FloatArray, ankle: FloatArray) -> FloatArray:
    """Radians (t,): the pitch nearest to ``wanted`` with which no end of the sole is below the ground."""
    front = [_limits(point, ankle) for point in sole.front]
    toes_down = np.maximum(np.min([begin for begin, _ in front], axis=0), 0.0)
    instep = np.max([end for _, end in front], axis=0)
    toes_up = np.minimum(_limits(sole.heel, ankle)[1], 0.0)
    down, back = np.maximum(wanted, 0.0), np.minimum(wanted, 0.0)
    flat_down, flat_back = np.minimum(down, toes_down), np.maximum(back, toes_up)
    touching = np.isfinite(instep)
    pointed = ramp(np.degrees(shin_pitch), *POINTED) * touching
    on_heel = ramp(-np.degrees(shin_pitch), *HEEL_DOWN)
    onto_instep = np.maximum(down, np.where(touching, instep, 0.0)) - flat_down
    pitch: FloatArray = flat_down + pointed * onto_instep + flat_back + on_heel * (back - flat_back)
    return pitch


def _limits(point: FloatArray, height: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Radians (t,): where the pitches that put ``point`` below the ground begin and end.

    ``point`` (3,) turns about a joint at ``height`` (t,). Where none does they begin at infinity, and end at minus
    infinity.
    """
    ahead, below = -point[1], -point[2]
    middle = np.arctan2(ahead, below)
    share = height / max(float(np.hypot(ahead, below)), 1e-9)
    half = np.arccos(np.clip(share, -1.0, 1.0))
    clear = share >= 1.0
    return np.where(clear, np.inf, middle - half), np.where(clear, -np.inf, middle + half)


def _pitch_over(level: FloatArray, body_turn: FloatArray) -> FloatArray:
    """Radians (t,) within half a turn, toes down, of ``body_turn`` over a ``level`` one (t, 4)."""
    leaning = quat.multiply(quat.inverse(level), body_turn)
    pitch: FloatArray = np.remainder(2 * np.arctan2(leaning[:, 1], leaning[:, 0]) + np.pi, 2 * np.pi) - np.pi
    return pitch
