"""One description of a pose for every skeleton: the directions of its bones, without their lengths.

Every joint of a body is a sum of these directions times that body's measures (see ``bodies.py``), so one motion
can be given to any body, and turned, mirrored or put together from two motions by turning vectors.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .clips import END, Array, Clip, read_amc, read_asf, read_bvh

DIRECTIONS = (
    "pelvis_left", "pelvis_up", "pelvis_ahead",
    "left_thigh", "left_shin", "right_thigh", "right_shin",
    "lower_trunk", "upper_trunk",
    "chest_left", "chest_up", "chest_ahead",
    "left_shoulder_shift", "right_shoulder_shift",
    "left_upper_arm", "left_forearm", "right_upper_arm", "right_forearm",
    "neck", "head_left", "head_up", "head_ahead",
    "left_foot", "right_foot",
)  # fmt: skip
"""Unit vectors, but for the shoulder shifts: how far a shoulder is from its place at rest, in clavicle lengths.

Feet point from the ankle to the base of the toes.
"""

NECK_ABOVE_SHOULDERS = 0.4
"""From the middle of the shoulders at rest up to the base of the neck, in clavicle lengths."""


@dataclass(frozen=True)
class Source:
    """What a family of skeletons calls its bones. Legs are (hip, knee, ankle, base of the toes), arms
    (shoulder, elbow, wrist).

    ``middle`` are the joints whose mean is the middle of the trunk; ``chest`` is the bone that carries the
    shoulders. ``first_frame`` skips a rest pose at the beginning of every file.
    """

    pelvis: str
    middle: tuple[str, ...]
    chest: str
    head: str
    left_leg: tuple[str, str, str, str]
    right_leg: tuple[str, str, str, str]
    left_arm: tuple[str, str, str]
    right_arm: tuple[str, str, str]
    first_frame: int


DAZ = Source(
    pelvis="hip",
    middle=("abdomen", "chest"),
    chest="chest",
    head="head",
    left_leg=("lThigh", "lShin", "lFoot", "lFoot" + END),
    right_leg=("rThigh", "rShin", "rFoot", "rFoot" + END),
    left_arm=("lShldr", "lForeArm", "lHand"),
    right_arm=("rShldr", "rForeArm", "rHand"),
    first_frame=1,
)
MOTIONBUILDER = Source(
    pelvis="Hips",
    middle=("Spine",),
    chest="Spine1",
    head="Head",
    left_leg=("LeftUpLeg", "LeftLeg", "LeftFoot", "LeftToeBase"),
    right_leg=("RightUpLeg", "RightLeg", "RightFoot", "RightToeBase"),
    left_arm=("LeftArm", "LeftForeArm", "LeftHand"),
    right_arm=("RightArm", "RightForeArm", "RightHand"),
    first_frame=1,
)
ACCLAIM = Source(
    pelvis="root",
    middle=("upperback",),
    chest="thorax",
    head="head",
    left_leg=("lfemur", "ltibia", "lfoot", "ltoes"),
    right_leg=("rfemur", "rtibia", "rfoot", "rtoes"),
    left_arm=("lhumerus", "lradius", "lhand"),
    right_arm=("rhumerus", "rradius", "rhand"),
    first_frame=0,
)


def read_directions(path: Path) -> tuple[Array, Array, float]:
    """Directions (t, 24, 3), the pelvis' places (t, 3) in leg lengths (y up), and frames a second of a CMU file."""
    if path.suffix == ".amc":
        bones = read_asf(path.with_name(path.name.split("_")[0] + ".asf"))
        return (*directions_of(read_amc(bones, path), ACCLAIM), 60.0)
    clip = read_bvh(path)
    source = DAZ if "abdomen" in clip.names else MOTIONBUILDER
    return (*directions_of(clip, source), clip.fps)


def directions_of(clip: Clip, source: Source) -> tuple[Array, Array]:
    """Directions (t, 24, 3) and the pelvis' places (t, 3) in leg lengths. The pelvis is the middle of the hips."""

    def at(name: str) -> Array:
        return clip.position(name)[source.first_frame :]

    def turned(name: str) -> Array:
        return clip.rotation(name)[source.first_frame :]

    def resting(name: str) -> Array:
        rest: Array = clip.rest[clip.names.index(name)] - clip.rest[clip.names.index(source.chest)]
        return rest

    def unit(vectors: Array) -> Array:
        lengths: Array = np.linalg.norm(vectors, axis=-1, keepdims=True)
        return vectors / lengths

    shoulders_at_rest = np.stack([resting(source.left_arm[0]), resting(source.right_arm[0])])
    clavicle = float(np.linalg.norm(shoulders_at_rest[0] - shoulders_at_rest[1])) / 2
    neck_at_rest = shoulders_at_rest.mean(axis=0) + np.array([0.0, NECK_ABOVE_SHOULDERS * clavicle, 0.0])

    chest, chest_turned = at(source.chest), turned(source.chest)
    neck_base = chest + chest_turned @ neck_at_rest
    pelvis = (at(source.left_leg[0]) + at(source.right_leg[0])) / 2
    middle = np.mean([at(name) for name in source.middle], axis=0)

    parts = {
        "lower_trunk": unit(middle - pelvis),
        "upper_trunk": unit(neck_base - middle),
        "neck": unit(at(source.head) - neck_base),
    }
    sides = (("left", source.left_leg, source.left_arm), ("right", source.right_leg, source.right_arm))
    for side, (hip, knee, ankle, toes), (shoulder, elbow, wrist) in sides:
        parts[f"{side}_thigh"] = unit(at(knee) - at(hip))
        parts[f"{side}_shin"] = unit(at(ankle) - at(knee))
        parts[f"{side}_foot"] = unit(at(toes) - at(ankle))
        parts[f"{side}_upper_arm"] = unit(at(elbow) - at(shoulder))
        parts[f"{side}_forearm"] = unit(at(wrist) - at(elbow))
        parts[f"{side}_shoulder_shift"] = (at(shoulder) - chest - chest_turned @ resting(shoulder)) / clavicle
    for part, name in (("pelvis", source.pelvis), ("chest", source.chest), ("head", source.head)):
        for axis, column in (("left", 0), ("up", 1), ("ahead", 2)):
            parts[f"{part}_{axis}"] = turned(name)[:, :, column]

    hip, knee, ankle, _ = source.left_leg
    leg = np.linalg.norm(at(knee) - at(hip), axis=-1) + np.linalg.norm(at(ankle) - at(knee), axis=-1)
    return np.stack([parts[name] for name in DIRECTIONS], axis=1), pelvis / leg.mean()
