"""Motions between poses that motion capture of walks lacks: star jumps, splits, kneeling, handstands, cartwheels.

A key pose is a list of joint angles, written by hand; a motion goes from one to the next with the angles in between,
so that a cartwheel rolls over and does not pass through itself. Angles are in degrees, ``JOINT_LIMITS`` bounds them.
World axes: x to the figure's left at the start, y up, z ahead.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from .bodies import FOOT, MEASURES
from .clips import Array
from .directions import DIRECTIONS

FPS = 60
JOINT_LIMITS = {
    "turn_over": (-400.0, 400.0),  # the whole body, forwards about its left-right axis
    "roll": (-400.0, 400.0),  # the whole body, to its left
    "bend": (-30.0, 110.0),  # the trunk, forwards
    "lean": (-40.0, 40.0),  # the trunk, to its left
    "twist": (-50.0, 50.0),  # the chest, to its left
    "nod": (-45.0, 45.0),
    "look": (-70.0, 70.0),  # the head, to its left
    "air": (0.0, 60.0),  # centimetres of the lowest joint over the floor
} | {
    f"{side}_{angle}": limits
    for side in ("left", "right")
    for angle, limits in {
        "hip": (-30.0, 130.0),  # the thigh, ahead
        "out": (-25.0, 90.0),  # the thigh, outwards
        "knee": (0.0, 150.0),
        "foot": (-45.0, 25.0),  # the toes, up
        "arm": (-60.0, 180.0),  # the upper arm, ahead
        "arm_out": (-40.0, 180.0),
        "elbow": (0.0, 145.0),
        "turn": (-90.0, 90.0),  # the upper arm about itself
    }.items()
}
ANGLES = tuple(JOINT_LIMITS)
STANDING = {"left_arm_out": 8.0, "right_arm_out": 8.0, "left_elbow": 10.0, "right_elbow": 10.0}
MEAN_METRES = {name: mean for name, (mean, _) in (MEASURES | FOOT).items()}


def _pose(both: dict[str, float] | None = None, **angles: float) -> Array:
    """The angles of a pose; ``both`` are those of left and right alike."""
    doubled = {f"{side}_{name}": value for name, value in (both or {}).items() for side in ("left", "right")}
    given = STANDING | doubled | angles
    return np.array([given.get(name, 0.0) for name in ANGLES])


STAND = _pose()
KEY_POSES: dict[str, tuple[Array, ...]] = {
    "star jump": (_pose({"out": 38, "arm_out": 130, "elbow": 0}, air=25), _pose({"knee": 50, "hip": 45})),
    "side lunge": (
        _pose({"arm": 70, "elbow": 20}, left_out=45, right_out=30, right_hip=75, right_knee=105, bend=25),
        _pose({"arm": 70, "elbow": 20}, right_out=45, left_out=30, left_hip=75, left_knee=105, bend=25),
    ),
    "split": (
        _pose({"arm_out": 80}, left_hip=88, left_out=5, right_hip=-30, bend=-10, turn_over=20),
        _pose({"out": 85, "arm": 30, "arm_out": 40}, bend=20),
    ),
    "squat": (_pose({"hip": 110, "knee": 130, "out": 20, "foot": 20, "arm": 85, "elbow": 5}, bend=30, turn_over=20),),
    "kneel": (
        _pose({"knee": 90, "foot": -45}),
        _pose({"foot": -20}, left_hip=90, left_knee=90, right_knee=90),
    ),
    "crawl": (
        _pose({"hip": 90, "knee": 90, "arm": 85, "elbow": 5}, turn_over=88, nod=-35),
        _pose({"arm": 85, "elbow": 5, "knee": 90}, turn_over=88, left_hip=110, right_hip=75, left_arm=60, nod=-35),
    ),
    "lie": (_pose(turn_over=-90), _pose({"arm_out": 60}, turn_over=90), _pose({"hip": 50, "knee": 80}, roll=90)),
    "roll on the floor": (
        _pose({"arm_out": 150}, turn_over=-90, roll=0),
        _pose({"arm_out": 150}, turn_over=-90, roll=180),
        _pose({"arm_out": 150}, turn_over=-90, roll=360),
    ),
    "handstand": (
        _pose({"arm": 175, "elbow": 0}, turn_over=180),
        _pose({"arm": 175, "elbow": 0, "out": 35}, turn_over=175),
    ),
    "headstand": (_pose({"arm": 150, "elbow": 90, "arm_out": 20}, turn_over=180),),
    "cartwheel": (
        _pose({"arm_out": 165, "elbow": 0, "out": 35}, roll=0),
        _pose({"arm_out": 165, "elbow": 0, "out": 45}, roll=180),
        _pose({"arm_out": 165, "elbow": 0, "out": 35}, roll=360),
    ),
    "sit on the floor": (
        _pose({"hip": 85, "arm": -30, "elbow": 10}),
        _pose({"hip": 95, "out": 40, "knee": 120, "arm": 40, "elbow": 40}),
    ),
    "sit on a chair": (_pose({"hip": 85, "knee": 85, "arm": 35, "elbow": 50}),),
    "climb": (
        _pose(left_arm=170, left_elbow=20, right_arm=100, right_elbow=90, left_hip=20, right_hip=95, right_knee=100),
        _pose(right_arm=170, right_elbow=20, left_arm=100, left_elbow=90, right_hip=20, left_hip=95, left_knee=100),
    ),
    "punch": (
        _pose({"arm": 30, "elbow": 130}, right_hip=-15, left_hip=20),
        _pose(left_arm=88, left_elbow=3, right_arm=30, right_elbow=130, twist=-30, left_hip=20, right_hip=-15),
        _pose(right_arm=88, right_elbow=3, left_arm=30, left_elbow=130, twist=40, left_hip=20, right_hip=-15),
    ),
    "kick": (
        _pose({"arm": 30, "elbow": 110}, left_hip=95, left_knee=90),
        _pose({"arm": 30, "elbow": 110}, left_hip=95, left_knee=3, bend=-15, turn_over=-15),
        _pose({"arm": 30, "elbow": 110}, right_out=80, right_knee=3, lean=25),
    ),
    "jump": (
        _pose({"hip": 60, "knee": 80, "arm": -40, "foot": 15}, bend=25),
        _pose({"arm": 165, "foot": -40}, air=45),
        _pose({"hip": 100, "knee": 110, "arm": 60}, air=55),
    ),
}


@dataclass(frozen=True)
class Made:
    """One motion: ``directions`` (t, 24, 3) and ``pelvis`` (t, 3) in leg lengths, at 60 frames a second, as
    ``directions.py`` says; ``name`` of its key poses."""

    name: str
    directions: Array
    pelvis: Array


def make_motion(name: str, seconds: float, rng: np.random.Generator) -> Made:
    """From standing through the key poses ``name`` in random order and back, for about ``seconds``.

    Every pose is somebody's own: angles vary by some degrees, sides may be exchanged, holds and ways take their time.
    """
    frames = round(seconds * FPS)
    poses = list(KEY_POSES[name])
    if name not in ("cartwheel", "roll on the floor"):
        rng.shuffle(poses)
    stops = [STAND if rng.random() < 0.7 else poses[-1]] + [_varied(pose, rng) for pose in poses]
    while len(stops) < 3:
        stops.append(_varied(poses[0], rng))
    if rng.random() < 0.5:
        stops = [exchanged(pose) for pose in stops]
    marks = np.cumsum(np.concatenate([[0.0], rng.uniform(0.5, 1.5, len(stops) - 1)]))
    marks *= (frames - 1) / marks[-1]
    time = np.arange(frames)
    before = np.clip(np.searchsorted(marks, time, side="right") - 1, 0, len(stops) - 2)
    share = np.clip((time - marks[before]) / (marks[before + 1] - marks[before]), 0, 1)
    share = np.clip((share - 0.15) / 0.7, 0, 1)  # every pose is held for a while
    eased = (share**2 * (3 - 2 * share))[:, None]
    stacked = np.stack(stops)
    angles = stacked[before] * (1 - eased) + stacked[before + 1] * eased
    directions = directions_from(angles + _tremor(frames, rng))
    return Made(name, directions, _pelvis(directions, angles))


def _varied(pose: Array, rng: np.random.Generator) -> Array:
    low, high = np.array([JOINT_LIMITS[name] for name in ANGLES]).T
    varied: Array = np.clip(pose + rng.normal(0, 6, len(pose)) * (np.array(ANGLES) != "air"), low, high)
    return varied


def _tremor(frames: int, rng: np.random.Generator) -> Array:
    """(t, k) degrees that nobody holds still."""
    time = np.arange(frames)[:, None] / FPS
    speeds, phases = rng.uniform(0.2, 1.0, len(ANGLES)), rng.uniform(0, 2 * np.pi, len(ANGLES))
    tremor: Array = 1.5 * np.sin(2 * np.pi * speeds * time + phases)
    return tremor


def exchanged(pose: Array) -> Array:
    """The mirror image: sides change places, turns to the left become turns to the right."""
    signs = {"roll": -1, "lean": -1, "twist": -1, "look": -1}
    names = [
        name.replace("left_", "right_", 1) if name.startswith("left_") else name.replace("right_", "left_", 1)
        for name in ANGLES
    ]
    return np.array([signs.get(name, 1) * pose[ANGLES.index(name)] for name in names])


def directions_from(angles: Array) -> Array:
    """(t, 24, 3) of angles (t, k), in the world."""
    at = dict(zip(ANGLES, angles.T, strict=True))

    def turned(axes: str, *degrees: Array) -> Rotation:
        return Rotation.from_euler(axes, np.stack(degrees, axis=-1), degrees=True)

    left, up, ahead, down = np.eye(3)[0], np.eye(3)[1], np.eye(3)[2], -np.eye(3)[1]
    pelvis = turned("ZX", -at["roll"], at["turn_over"])
    half = pelvis * turned("XZ", at["bend"] / 2, -at["lean"] / 2)
    chest = pelvis * turned("XZY", at["bend"], -at["lean"], at["twist"])
    head = chest * turned("YX", at["look"], at["nod"])
    still = np.zeros_like(angles[:, :3])
    parts = {
        "lower_trunk": half.apply(up),
        "upper_trunk": chest.apply(up),
        "neck": (chest * turned("X", at["nod"] / 2)).apply(up),
    }
    for name, part in (("pelvis", pelvis), ("chest", chest), ("head", head)):
        parts |= {f"{name}_left": part.apply(left), f"{name}_up": part.apply(up), f"{name}_ahead": part.apply(ahead)}
    for side, sign in (("left", 1), ("right", -1)):
        thigh = pelvis * turned("ZX", sign * at[f"{side}_out"], -at[f"{side}_hip"])
        shin = thigh * turned("X", at[f"{side}_knee"])
        foot = shin * turned("X", 20 - at[f"{side}_foot"])
        upper_arm = chest * turned("ZXY", sign * at[f"{side}_arm_out"], -at[f"{side}_arm"], sign * at[f"{side}_turn"])
        forearm = upper_arm * turned("X", -at[f"{side}_elbow"])
        parts |= {
            f"{side}_thigh": thigh.apply(down),
            f"{side}_shin": shin.apply(down),
            f"{side}_foot": foot.apply(ahead),
            f"{side}_upper_arm": upper_arm.apply(down),
            f"{side}_forearm": forearm.apply(down),
            f"{side}_shoulder_shift": still,
        }
    return np.stack([parts[name] for name in DIRECTIONS], axis=1)


def _pelvis(directions: Array, angles: Array) -> Array:
    """(t, 3) in leg lengths: as high as its lowest joint needs, and as ``air`` says."""
    at = dict(zip(DIRECTIONS, directions[..., 1].T, strict=True))
    metres = MEAN_METRES
    head = metres["lower_trunk"] * at["lower_trunk"] + metres["upper_trunk"] * at["upper_trunk"]
    joints = [np.zeros(len(directions)), head + metres["neck"] * at["neck"] + metres["top_up"] * at["head_up"]]
    for side, sign in (("left", 1), ("right", -1)):
        hip = sign * metres["half_hips"] * at["pelvis_left"]
        knee = hip + metres["thigh"] * at[f"{side}_thigh"]
        ankle = knee + metres["shin"] * at[f"{side}_shin"]
        shoulder = head + sign * metres["half_shoulders"] * at["chest_left"]
        elbow = shoulder + metres["upper_arm"] * at[f"{side}_upper_arm"]
        wrist = elbow + metres["forearm"] * at[f"{side}_forearm"]
        joints += [knee, ankle - 0.05, ankle + metres["foot"] * at[f"{side}_foot"], elbow, wrist]
    height = angles[:, ANGLES.index("air")] / 100 + 0.05 - np.min(joints, axis=0)
    leg = metres["thigh"] + metres["shin"]
    return np.stack([np.zeros(len(height)), height / leg, np.zeros(len(height))], axis=1)
