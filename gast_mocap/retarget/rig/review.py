"""What an animator should doubt in a bone map, and know of the body, before the bake."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ...take.records import FloatArray
from ...take.sentences import Sentence
from ...take.skeletons import Side
from ..rotations import unit
from .attachment import stuck_bones
from .bone_map import BoneMap
from .naming import is_in_a_face
from .rest_body import armature_from_body, joint, limb_end, trunk_direction
from .rest_pose import RestPose
from .roles import LIMBS, label, sided
from .second_body import second_body

# Upper limbs are 0.9 to 1.3 times as long as lower ones in twelve real rigs; a collarbone is half an upper arm. Raising
# it lets stranger bodies pass without a doubt, and with them arms that are mapped one joint up.
MOST_UNLIKE = 1.6
MOST_LOPSIDED = 1.4  # left over right: bodies are the same on both sides, whatever their pose
FOOT_SHARE = 0.05  # of the leg: joints of a foot that lie closer do not tell where it points
FACE_SHARE = 0.3  # of the neck: faces that lie closer before the head's joint do not tell where it looks
LEANS = 15.0  # degrees: a trunk that leans less is posture
UNEVEN = 0.01  # share by which an object's sizes may differ; feet sink in by 2 mm then
BEYOND = 1.3  # lengths of a stump's bone: what hangs on it is farther out than that where the stump is none
LOWER = {sided(upper, side): lower for upper, lower, _ in LIMBS for side in Side}
LIMB_NAMES = {"upper_arm": "arm", "thigh": "leg"}


@dataclass(frozen=True)
class MapReview:
    """A map against the body that it names.

    Attributes:
        doubts: role -> a sentence that says why its bone may be the wrong one.
        sides_contradict: the bones called left lie on the body's right; ``with_sides_swapped`` mends it.
        notices: sentences on the whole body: sides, lean, missing limbs.
    """

    doubts: Mapping[str, str]
    sides_contradict: bool
    notices: tuple[str, ...]


def review_map(rest: RestPose, bone_map: BoneMap) -> MapReview:
    """Judge a map, found or made by hand, by the pose that motion is measured from.

    Roles whose bone the armature lacks are left to ``check_map``.
    """
    known = {role: bone for role, bone in bone_map.bones.items() if bone in rest.bone_names}
    bone_map = BoneMap(known, bone_map.family, bone_map.switches)
    contradicts = sides_contradict(rest, bone_map)
    notices = [*_swapped_sides(contradicts), *_lean(rest, bone_map), *_half_body(bone_map)]
    notices += [*uneven_scales(rest, bone_map), *_second_body(rest, bone_map)]
    doubts = limb_doubts(rest, bone_map) | _head_doubt(rest, bone_map) | _stuck(rest, bone_map)
    return MapReview(doubts, contradicts, tuple(notices))


def limb_doubts(rest: RestPose, bone_map: BoneMap) -> dict[str, str]:
    """role -> why its bone may be the wrong one, of upper and lower limbs."""
    doubts = dict(_stump_doubts(rest, bone_map))
    for upper, lower, end in LIMBS:
        lengths = {side: _limb_lengths(rest, bone_map, (upper, lower, end), side) for side in _sides(bone_map, upper)}
        for side, (above, below) in lengths.items():
            if max(above, below) > MOST_UNLIKE * min(above, below):
                doubts |= dict.fromkeys((sided(upper, side), sided(lower, side)), _unlike(upper, lower, above, below))
        if len(lengths) == len(Side):
            left, right = (sum(pair) for pair in lengths.values())
            if max(left, right) > MOST_LOPSIDED * min(left, right):
                text = Sentence(
                    "The left {limb} is {ratio:.1f} times as long as the right one",
                    limb=LIMB_NAMES[upper],
                    ratio=left / max(right, 1e-9),
                )
                doubts |= {sided(part, side): text for part in (upper, lower) for side in Side}
    return doubts


def _stump_doubts(rest: RestPose, bone_map: BoneMap) -> Iterator[tuple[str, str]]:
    """Upper limbs without a lower one on which bones hang that reach beyond them."""
    for role in bone_map.stumps:
        bone = rest.index(bone_map.bones[role])
        below = [other for other in np.flatnonzero(rest.deforms) if bone in rest.ancestors(int(other))]
        reach = np.linalg.norm(rest.heads[below] - rest.heads[bone], axis=1).max(initial=0.0)
        if reach > BEYOND * rest.lengths[bone]:
            yield (
                role,
                Sentence(
                    "Bones hang on {bone} beyond its end: one may be the {part}",
                    bone=rest.bone_names[bone],
                    part=LOWER[role],
                ),
            )


def _unlike(upper: str, lower: str, above: float, below: float) -> str:
    return Sentence(
        "{upper} is {ratio:.1f} times as long as {lower}",
        upper=label(upper),
        ratio=above / max(below, 1e-9),
        lower=label(lower).lower(),
    )


def _sides(bone_map: BoneMap, upper: str) -> list[Side]:
    return [side for side in Side if sided(upper, side) in bone_map.limbs]


def _limb_lengths(rest: RestPose, bone_map: BoneMap, parts: tuple[str, str, str], side: Side) -> tuple[float, float]:
    """Of upper and lower limb, armature units."""
    upper, lower, end = (sided(part, side) for part in parts)
    start, middle = joint(rest, bone_map, upper), joint(rest, bone_map, lower)
    stop = limb_end(rest, bone_map, end, lower)
    return float(np.linalg.norm(middle - start)), float(np.linalg.norm(stop - middle))


def _head_doubt(rest: RestPose, bone_map: BoneMap) -> dict[str, str]:
    """A head that does not lie beyond the shoulders."""
    trunk = trunk_direction(rest, bone_map)
    shoulders = [joint(rest, bone_map, sided("upper_arm", side)) for side in _sides(bone_map, "upper_arm")]
    if trunk is None or "head" not in bone_map.bones or not shoulders:
        return {}
    if (joint(rest, bone_map, "head") - np.mean(shoulders, axis=0)) @ trunk > 0:
        return {}
    return {"head": "The head lies below the shoulders"}


def _stuck(rest: RestPose, bone_map: BoneMap) -> dict[str, str]:
    """Bones that the bake would leave behind."""
    stuck = stuck_bones(rest, bone_map)
    return {
        role: Sentence(
            "{bone} is connected to a part of the body it does not belong to, and would be torn off. In Edit Mode turn "
            "its Connected off",
            bone=bone,
        )
        for role, bone in bone_map.bones.items()
        if bone in stuck
    }


def sides_contradict(rest: RestPose, bone_map: BoneMap) -> bool:
    """Whether the toes, or where they do not tell the face, show that left and right are swapped."""
    ahead = toes_direction(rest, bone_map)
    ahead = face_direction(rest, bone_map) if ahead is None else ahead
    if ahead is None:
        return False
    left, _, up = armature_from_body(rest, bone_map).T
    return bool(np.cross(up, ahead) @ left < 0)


def toes_direction(rest: RestPose, bone_map: BoneMap) -> FloatArray | None:
    """(3,) unit, level on the body, from the ankles to the toes; None without joints that tell it."""
    up = armature_from_body(rest, bone_map)[:, 2]
    ways = [_foot_way(rest, bone_map, side, up) for side in Side if sided("foot", side) in bone_map.bones]
    legs = [sum(_limb_lengths(rest, bone_map, LIMBS[1], side)) for side in _sides(bone_map, "thigh")]
    way = np.sum(ways, axis=0) if ways else np.zeros(3)
    if not legs or np.linalg.norm(way) < FOOT_SHARE * max(legs):
        return None
    return unit(way)


def face_direction(rest: RestPose, bone_map: BoneMap) -> FloatArray | None:
    """(3,) unit, level on the body, from the head's joint to its eyes, nose and jaw; None without such bones."""
    if "head" not in bone_map.bones or "neck" not in bone_map.bones:
        return None
    head = rest.index(bone_map.bones["head"])
    face = [
        bone
        for bone, name in enumerate(rest.bone_names)
        if is_in_a_face(name) and head in rest.ancestors(bone) and rest.deforms[bone]
    ]
    if not face:
        return None
    up = armature_from_body(rest, bone_map)[:, 2]
    way = rest.heads[face].mean(axis=0) - rest.heads[head]
    way -= (way @ up) * up
    neck = np.linalg.norm(rest.heads[head] - joint(rest, bone_map, "neck"))
    return unit(way) if np.linalg.norm(way) > FACE_SHARE * neck else None


def _foot_way(rest: RestPose, bone_map: BoneMap, side: Side, up: FloatArray) -> FloatArray:
    """(3,) level way from the ankle to the toes, or to that joint of the foot which is farthest from it."""
    ankle = joint(rest, bone_map, sided("foot", side))
    if sided("toes", side) in bone_map.bones:
        ends = joint(rest, bone_map, sided("toes", side))[None]
    else:
        foot = rest.index(bone_map.bones[sided("foot", side)])
        parts = [bone for bone in np.flatnonzero(rest.deforms) if foot in rest.ancestors(int(bone))]
        ends = rest.heads[parts]
    ways = np.concatenate([np.zeros((1, 3)), ends - ankle])
    ways -= np.outer(ways @ up, up)
    farthest: FloatArray = ways[np.argmax(np.linalg.norm(ways, axis=1))]
    return farthest


def _swapped_sides(contradicts: bool) -> Iterator[str]:
    if contradicts:
        yield "The bones called left lie on the body's right, so the motion comes out mirrored. Swap Sides fixes it."


def _lean(rest: RestPose, bone_map: BoneMap) -> Iterator[str]:
    """A trunk that leans in a rest pose keeps that lean in the bake: motion is measured from the rest pose."""
    trunk = trunk_direction(rest, bone_map)
    if trunk is None:
        return
    left, back, up = armature_from_body(rest, bone_map).T
    lean = np.degrees(np.arctan2(np.linalg.norm(np.cross(trunk, up)), trunk @ up))
    if lean > LEANS:
        ways = {"forward": -trunk @ back, "back": trunk @ back, "left": trunk @ left, "right": -trunk @ left}
        yield Sentence(
            "The trunk leans {way} by {lean:.0f} degrees at rest, and will in the bake. To avoid it, pose the rig "
            "upright and set Reference to Current Pose.",
            way=max(ways, key=lambda way: ways[way]),
            lean=lean,
        )


def uneven_scales(rest: RestPose, bone_map: BoneMap) -> Iterator[str]:
    """Objects and bones whose uneven scale stretches the limbs as they turn."""
    sizes = np.linalg.svd(rest.world_from_armature[:3, :3], compute_uv=False)
    if sizes[-1] < (1 - UNEVEN) * sizes[0]:
        yield (
            "The armature's object or its parent is scaled unevenly, so limbs change their length as they turn. "
            "Apply the scale (Ctrl A in Object Mode) before the bake."
        )
    above = {bone for name in bone_map.bones.values() for bone in rest.ancestors(rest.index(name))}
    uneven = [rest.bone_names[bone] for bone in sorted(above) if rest.uneven[bone]]
    if uneven:
        yield Sentence(
            "The pose scales {bones} unevenly, so the limbs on them are sheared and do not point where the performer's "
            "do. In Pose Mode scale evenly, or take the scale off with Alt S.",
            bones=", ".join(uneven),
        )


def _second_body(rest: RestPose, bone_map: BoneMap) -> Iterator[str]:
    other = second_body(rest, bone_map)
    if other:
        yield Sentence(
            "This armature holds another body, that of {bone}, which the bake does not move. To move that one, choose "
            "its bones in the bone map.",
            bone=other,
        )


def _half_body(bone_map: BoneMap) -> Iterator[str]:
    absent = []
    for upper, lower, _ in LIMBS:
        whole = [side for side in Side if sided(upper, side) not in bone_map.bones]
        below = [side for side in Side if sided(upper, side) in bone_map.stumps]
        for sides, name in ((whole, LIMB_NAMES[upper]), (below, lower)):
            if len(sides) == len(Side):
                absent.append(f"{name}s")
            elif sides:
                absent.append(f"{sides[0]} {name}")
    if absent and not bone_map.missing:
        yield Sentence("This rig has no {parts}: the bake moves the rest.", parts=" and no ".join(absent))
