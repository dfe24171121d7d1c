"""Which bones are fingers, and how a hand that was seen, or a relaxed one, holds them.

Fingers have no roles of the bone map: they hang below a hand, or are called as fingers of its side. How far they are
bent at rest, how many bones they have and how those are rolled does not matter: they bend about the axis that closes
the hand.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...motion.hands import RELAXED_BENDS, knuckle_bends
from ...take.records import FloatArray, Hands
from ...take.skeletons import FINGERS, Side
from .. import rotations as quat
from .bone_map import BoneMap
from .naming import finger_named, is_beside_fingers, side_letter
from .rest_pose import RestPose
from .roles import sided

THUMB = FINGERS[0]
MOST_BONES = 3
"""Bones of a finger that bend; what comes after them are its ends."""
PALM_DEPTH = 0.3
"""Of the way from wrist to knuckles: so far before the palm the thumb aims. Raising it closes it over the fingers."""
STRAIGHT = 0.3
"""Cosine of the angle to the bone before, from which on the end of a finger's last bone is believed."""
LAYER = re.compile(r"(DEF|ORG|MCH|FK|IK|STR|c)[-_]")
FEWEST_CHAINS = 3
"""Chains of bones below a hand that has no names of fingers, from which on they are fingers; fewer are props."""


@dataclass(frozen=True)
class Finger:
    """``name`` is one of FINGERS; ``bones`` indices from the palm on."""

    name: str
    bones: tuple[int, ...]


def relaxed_fingers(rest: RestPose, bone_map: BoneMap) -> dict[str, FloatArray]:
    """Bone -> (4,) rotation, relative to rest and parent, of all finger bones of a rig whose hands hang."""
    held: dict[str, FloatArray] = {}
    for side in Side:
        if sided("hand", side) in bone_map.bones:
            held |= _posed(rest, bone_map, side, RELAXED_BENDS)
    return held


def seen_fingers(rest: RestPose, bone_map: BoneMap, hands: Hands) -> dict[str, FloatArray]:
    """Bone -> (t, 4) rotations, relative to rest and parent, of the finger bones of hands that were seen; relaxed where
    that is not sure."""
    turns: dict[str, FloatArray] = {}
    for number, side in enumerate(Side):
        curls, sureness = hands.curls[:, number], hands.sureness[:, number]
        if sided("hand", side) in bone_map.bones and sureness.any():
            turns |= _posed(rest, bone_map, side, knuckle_bends(curls, sureness))
    return turns


def fingers_of(rest: RestPose, hand: int, side: Side) -> list[Finger]:
    """The fingers of a hand, in the order of FINGERS: by the names of what hangs on it, else of what is named like it,
    else by how its bones hang."""
    below = [bone for bone in range(len(rest.bone_names)) if hand in rest.ancestors(bone)]
    alike = [
        bone
        for bone, name in enumerate(rest.bone_names)
        if side_letter(name) is side and _layer(name) == _layer(rest.bone_names[hand])
    ]
    return _named(rest, below) or _named(rest, alike) or _hanging(rest, hand, below)


def _layer(name: str) -> str:
    """What a name begins with by which rigs tell their controls from what deforms."""
    found = LAYER.match(name)
    return found[0] if found else ""


def _named(rest: RestPose, bones: list[int]) -> list[Finger]:
    """The fingers whose names tell which they are; none where they are numbered."""
    called: dict[str, list[int]] = {}
    for bone in bones:
        if finger := finger_named(rest.bone_names[bone]):
            called.setdefault(finger, []).append(bone)
    if "finger" in called and "index" not in called and _is_chain(rest, called["finger"]):
        called["index"] = called["finger"]  # all of them in one, as in a mitten
    fingers = [Finger(name, tuple(called[name][:MOST_BONES])) for name in FINGERS if name in called]
    hanging = all(_is_chain(rest, list(finger.bones)) for finger in fingers)
    return fingers if hanging and any(finger.name != THUMB for finger in fingers) else []


def _is_chain(rest: RestPose, bones: list[int]) -> bool:
    return all(above in rest.ancestors(bone) for above, bone in pairwise(bones))


def _hanging(rest: RestPose, hand: int, below: list[int]) -> list[Finger]:
    """The fingers of a hand by the chains of bones that hang on it: the thumb's begins nearest to the wrist."""
    ends = [bone for bone in below if not any(rest.parents[other] == bone for other in below)]
    chains = {}
    for end in ends:
        chain = [bone for bone in (end, *rest.ancestors(end)) if bone in below][::-1]
        chain = [bone for bone in chain if not is_beside_fingers(rest.bone_names[bone])][:MOST_BONES]
        if len(chain) > 1 or (chain and finger_named(rest.bone_names[chain[0]])):  # a single bone may be a prop
            chains[chain[0]] = tuple(chain)
    if len(chains) < FEWEST_CHAINS:
        return []
    heads, wrist = rest.rest[:, :3, 3], rest.rest[hand, :3, 3]
    ahead = quat.unit(np.mean([heads[chain[-1]] for chain in chains.values()], axis=0) - wrist)
    thumb = min(chains, key=lambda first: float((heads[first] - wrist) @ ahead))
    others = [first for first in chains if first != thumb]
    across = quat.orthogonal(np.mean(heads[others], axis=0) - heads[thumb], ahead)
    others.sort(key=lambda first: float(heads[first] @ across))
    found = dict(zip(FINGERS, (thumb, *others), strict=False))
    return [Finger(name, chains[first]) for name, first in found.items()]


def _posed(rest: RestPose, bone_map: BoneMap, side: Side, wanted: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Bone -> its rotation (..., 4) relative to rest and parent in a hand whose fingers are bent as ``wanted``: name ->
    (..., 3) as in RELAXED."""
    hand = rest.index(bone_map.bones[sided("hand", side)])
    fingers = fingers_of(rest, hand, side)
    palm = _palm(rest, hand, fingers, side)
    if palm is None:
        return {}
    knuckles = np.mean([_head(rest, finger.bones[0]) for finger in fingers if finger.name != THUMB], axis=0)
    wrist, posed = _head(rest, hand), {}
    for finger in fingers:
        ways = _ways(rest, finger)
        if finger.name == THUMB:
            aim = knuckles + PALM_DEPTH * np.linalg.norm(knuckles - wrist) * palm
            axis = quat.unit(np.cross(ways[-1], aim - _head(rest, finger.bones[-1])))
            bends = wanted[THUMB][..., : len(ways)]
        else:
            ahead = quat.orthogonal(np.sum(ways, axis=0), palm)
            if ahead @ (knuckles - wrist) < 0:  # a fist at rest
                ahead = quat.orthogonal(_head(rest, finger.bones[0]) - wrist, palm)
            axis = quat.unit(np.cross(ahead, palm))
            bends = _spread(wanted[finger.name], len(ways)) - _bent(ways, ahead, palm)
        for bone, bend in zip(finger.bones, np.moveaxis(np.radians(bends), -1, 0), strict=True):
            own = quat.from_matrix(rest.rest[bone, :3, :3])
            turn = quat.multiply(quat.multiply(quat.inverse(own), quat.about(axis, bend)), own)
            posed[rest.bone_names[bone]] = turn
    return posed


def _palm(rest: RestPose, hand: int, fingers: list[Finger], side: Side) -> FloatArray | None:
    """(3,) unit, out of the palm, armature space; None where a single finger does not tell it.

    Which side of a hand is its palm follows from which hand it is: with the fingers ahead, the left one has it below
    when the thumb is to the right.
    """
    firsts = [_head(rest, finger.bones[0]) for finger in fingers]
    if len(firsts) < 2:
        return None
    across = firsts[-1] - firsts[1 if len(firsts) > 2 and fingers[0].name == THUMB else 0]
    long = [finger for finger in fingers if finger.name != THUMB]
    ahead = np.mean([_head(rest, finger.bones[0]) for finger in long], axis=0) - _head(rest, hand)
    out = np.cross(across, ahead) if side is Side.LEFT else np.cross(ahead, across)
    return quat.unit(out)


def _spread(bends: FloatArray, count: int) -> FloatArray:
    """(..., count) degrees of so many knuckles, of which the last does what those of ``bends`` (..., 3) do that it
    stands for."""
    last = bends[..., count - 1 :].sum(axis=-1, keepdims=True) / (1 if count > 1 else 2)
    return np.concatenate([bends[..., : count - 1], last], axis=-1)


def _bent(ways: list[FloatArray], ahead: FloatArray, palm: FloatArray) -> FloatArray:
    """Degrees by which a finger's knuckles are bent towards the ``palm`` at rest."""
    angles = [np.degrees(np.arctan2(way @ palm, way @ ahead)) for way in ways]
    return np.diff([0.0, *angles])


def _ways(rest: RestPose, finger: Finger) -> list[FloatArray]:
    """(3,) unit, where each bone of a finger points: to the next one's head; importers make up where the last ends."""
    heads = [_head(rest, bone) for bone in finger.bones]
    ways = [quat.unit(after - before) for before, after in pairwise(heads)]
    last = quat.unit(rest.rest[finger.bones[-1], :3, 1])
    return [*ways, last if not ways or last @ ways[-1] > STRAIGHT else ways[-1]]


def _head(rest: RestPose, bone: int) -> FloatArray:
    head: FloatArray = rest.rest[bone, :3, 3]
    return head
