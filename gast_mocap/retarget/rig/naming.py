"""Roles from the words in bone names, for rigs of no known family."""

import re
from collections.abc import Iterable

from ...take.skeletons import Side
from .roles import SIDED, sided

SIDE_WORDS = {
    **dict.fromkeys(("l", "left", "lft", "左"), Side.LEFT),
    **dict.fromkeys(("r", "right", "rgt", "右"), Side.RIGHT),
}
# Words that say nothing of the body. A bone with a word from NOT_BODY is a twist, a helper or the like.
NOISE = frozenset(
    {"bone", "jnt", "joint", "def", "deform", "skin", "bip", "bip01", "rig", "a", "b", "j", "c", "x", "m"}
)
NOT_BODY = frozenset(
    {
        "twist", "roll", "helper", "ik", "pole", "target", "mch", "org", "vis", "tweak", "corrective",
        "pinky", "index", "middle", "ring", "thumb", "finger", "metacarpal", "eye", "jaw", "breast",
        "hair", "skirt", "cloth", "weapon", "prop", "end", "nub", "heel", "tail", "wing", "ear",
    }
)  # fmt: skip
NOT_HUMAN = frozenset({"wing", "wings", "feather", "fin", "flipper", "paw", "hoof", "talon", "tentacle"})
WORD_ENDS = re.compile(r"[\s._\-]+|(?<=[a-z])(?=[A-Z])|(?<=^[LR])(?=[A-Z][a-z])|(?<=[左右])|(?<=\d)(?=[A-Za-z])")
WORDS = {
    "hips": "hips hip pelvis midhip",
    "spine": "spine spinelower lowerback abdomen torso waist back stomach belly",
    "chest": "chest upperchest spineupper thorax ribcage ribs upperback",
    "neck": "neck necklower cervical",
    "head": "head skull",
    "root": "root master traj trajectory",
    "clavicle": "clavicle collar collarbone clav shoulder scapula",
    "upper_arm": "upperarm uparm armupper arm bicep biceps humerus shldr shoulder",
    "forearm": "forearm lowerarm lowarm armlower elbow ulna",
    "hand": "hand wrist palm",
    "thigh": "thigh upperleg upleg legupper femur hip",
    "shin": "shin calf lowerleg lowleg leglower leg knee tibia foreleg",
    "foot": "foot ankle",
    "toes": "toes toe toebase ball",
}


def map_by_names(bone_names: Iterable[str]) -> dict[str, str]:
    """role -> bone. Each bone plays one part; of several candidates the first word listed and the first
    bone win."""
    candidates = [(*_read(name), name) for name in bone_names]
    found: dict[str, str] = {}
    for part, words in WORDS.items():
        for side in Side if part in SIDED else (None,):
            role = sided(part, side) if side else part
            for word in words.split():
                names = [bone for bone_side, text, bone in candidates if (bone_side, text) == (side, word)]
                free = [name for name in names if name not in found.values()]
                if free:
                    found[role] = free[0]
                    break
    spines = [bone for _, text, bone in candidates if text == "spine" and bone != found.get("spine")]
    if "chest" not in found and spines:
        found["chest"] = spines[-1]
    return _shoulders_that_are_arms(found)


def named_like_an_animals(bone_names: Iterable[str]) -> bool:
    return any(NOT_HUMAN.intersection(_words(name)) for name in bone_names)


def _shoulders_that_are_arms(found: dict[str, str]) -> dict[str, str]:
    """A "shoulder" before a "forearm" without an "arm" between them is the upper arm."""
    for side in Side:
        clavicle, arm = sided("clavicle", side), sided("upper_arm", side)
        if arm not in found and clavicle in found:
            found[arm] = found.pop(clavicle)
    return found


def _read(name: str) -> tuple[Side | None, str]:
    """Side of a bone name, if it tells one, and its other words run together, lower case, without number."""
    words = _words(name)
    sides = [SIDE_WORDS[word] for word in words if word in SIDE_WORDS]
    rest = [re.sub(r"\d+$", "", word) for word in words if word not in SIDE_WORDS and word not in NOISE]
    if NOT_BODY.intersection(rest):
        return None, ""
    return (sides[0] if sides else None), "".join(rest)


def _words(name: str) -> list[str]:
    bare = re.split(r"[:|]", name)[-1]
    return WORD_ENDS.sub(" ", bare).lower().split()
