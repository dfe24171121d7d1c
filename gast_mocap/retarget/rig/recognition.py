"""The best bone map for a rig that nobody has described."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...take.errors import MocapError
from ...take.sentences import Sentence
from ...take.skeletons import Side
from ..rotations import unit
from .bone_map import BoneMap, with_sides_swapped
from .families import families
from .hierarchy import map_by_hierarchy
from .naming import map_by_names, named_like_an_animals, without_common_ends
from .rest_body import joint, trunk_direction
from .rest_pose import RestPose
from .review import limb_doubts, sides_contradict
from .roles import LIMBS, REQUIRED, ROLES, label, side_of, sided

METARIG = frozenset({"spine", "spine.001", "spine.003", "shoulder.L", "upper_arm.L", "thigh.L", "shin.L", "pelvis.L"})
MISSING_AT_MOST = 2  # required roles that the animator may have to fill in; with more it is no human body
# Thighs of people at rest are within 15 degrees of the trunk's line; those of Rigify's cat and horse 106 and more.
THIGHS_HANG_WITHIN = 70.0
# Half bodies have no thighs to compare; their trunks rise, those of beasts lie.
TRUNK_RISES_WITHIN = 60.0
WORDS, BUILD = "names", "hierarchy"
NOTHING_BUILT = BoneMap({}, BUILD)
USUAL = ("neck", "head", *(sided(part, side) for part in ("hand", "foot") for side in Side))
"""Roles that most rigs have beside those that are required."""
CLAVICLES = frozenset(sided("clavicle", side) for side in Side)


def map_bones(rest: RestPose) -> BoneMap:
    """The best map for a rig that nobody has described: by names, and where they leave gaps or contradict the body
    by where the bones lie.

    Args:
        rest: bones in the pose to judge them by; it should stand.

    Raises:
        MocapError: ``metarig`` for a rig template, ``no_bones_known`` for an armature without a body,
            ``not_upright`` for one that goes on four feet.
    """
    if set(rest.bone_names) >= METARIG:
        raise MocapError(
            "metarig", "This is a Rigify metarig, not a rig yet. Generate the rig first and choose that one."
        )
    named = _by_names(rest)
    found = named
    if _unfilled(named) or _has_gaps(named) or (named.family == WORDS and _doubted_limbs(rest, named)):
        found = _completed(rest, named, map_by_hierarchy(rest))
    if found.family == WORDS:
        found = _with_hips_above(rest, found)
    if found.family == WORDS or "spine" not in found.bones:
        found = _with_spine_between(rest, found)
    if rest.is_mirrored and sides_contradict(rest, found):
        found = with_sides_swapped(found)  # mirrored twice: in the world its left is on the left
    judged = found.family == BUILD  # such a map is of a body, or empty
    if not (_has_body(found) or _is_half_body(rest, named) or (judged and found.limbs)) or _is_an_animals(rest, found):
        missing = ", ".join(map(label, _unfilled(found)))
        raise MocapError(
            "no_bones_known",
            Sentence(
                "Found no human body in this armature. Missing: {missing}. Choose a humanoid rig, or "
                "pick its bones in the bone map.",
                missing=missing,
            ),
        )
    if not _stands(rest, found):
        raise MocapError(
            "not_upright",
            "This armature does not stand at rest: its thighs do not hang below its trunk. If it is a humanoid, pose "
            "it standing, set Reference to Current Pose and press Find in the bone map.",
        )
    return found


def _by_names(rest: RestPose) -> BoneMap:
    """The fullest map of a known family, with or without what all names begin with; of words where they tell more."""
    bare = without_common_ends(rest.bone_names)
    known = [BoneMap(family.match(rest.bone_names), family.name, family.switches) for family in families()]
    known += [
        BoneMap({role: bare[name] for role, name in family.match(bare).items()}, family.name, family.switches)
        for family in families()
    ]
    best = max(known, key=_completeness)
    words = _by_words(rest)
    shares_names = words.bones.items() > best.bones.items()  # a stranger's rig that has more than the family
    if _unfilled(best) or "spine" not in best.bones or shares_names:
        best = max(best, words, key=_completeness)
    return best


def _by_words(rest: RestPose) -> BoneMap:
    """The map by words. What hangs on its limb is taken before controls beside it: a hand called alike, a knee's
    target."""
    words, controls = BoneMap(map_by_names(rest.bone_names), WORDS), set[str]()
    for limb in LIMBS:
        others = controls | _parts_beside(rest, words, limb)
        if others == controls:
            continue
        hanging = BoneMap(map_by_names(name for name in rest.bone_names if name not in others), WORDS)
        if hanging.bones.keys() == words.bones.keys() and not _parts_beside(rest, hanging, limb):
            words, controls = hanging, others
    return words


def _parts_beside(rest: RestPose, bone_map: BoneMap, limb: tuple[str, str, str]) -> set[str]:
    """Bones of lower limbs and their ends that do not hang on the upper limb."""
    upper, *below = limb
    uppers = {side: bone_map.bones[sided(upper, side)] for side in Side if sided(upper, side) in bone_map.bones}
    parts = {(bone_map.bones.get(sided(part, side)), bone) for part in below for side, bone in uppers.items()}
    return {part for part, bone in parts if part and rest.index(bone) not in rest.ancestors(rest.index(part))}


def _has_gaps(named: BoneMap) -> bool:
    """Whether a role lacks that such rigs have, or a collarbone that the other side has."""
    usual = next((set(family.names) for family in families() if family.name == named.family), set(USUAL))
    clavicles = CLAVICLES - named.bones.keys()
    return any(role in usual and role not in named.bones for role in USUAL) or len(clavicles) == 1


def _completed(rest: RestPose, named: BoneMap, built: Mapping[str, str]) -> BoneMap:
    """The map by names; what it lacks, and limbs that it has wrong, come from where the bones lie."""
    build = BoneMap(built, BUILD)
    if not named.limbs or not built:
        return build if built and not named_like_an_animals(built.values()) else named
    mirrored = with_sides_swapped(build)
    if _agreement(named, mirrored) > _agreement(named, build):
        build = mirrored
    bones = dict(named.bones)
    doubts = _doubted_limbs(rest, named, build)
    for (upper, lower, end), side in ((limb, side) for limb in LIMBS for side in Side):
        roles = [sided(part, side) for part in (("clavicle",) if upper == "upper_arm" else ()) + (upper, lower, end)]
        contradicts = any(role in bones and bones[role] != build.bones.get(role) for role in roles)
        doubted = sided(upper, side) in doubts and sided(lower, side) in build.bones
        if not doubted and (contradicts or sided(upper, side) in named.limbs):
            continue
        others = {bone for role, bone in bones.items() if role not in roles}
        if not others.intersection(build.bones.get(role, "") for role in roles):
            bones = {role: bone for role, bone in bones.items() if role not in roles}
            bones |= {role: build.bones[role] for role in roles if role in build.bones}
    for role, bone in build.bones.items():
        if role not in bones and _same_limb(role, bones, build.bones):
            bones = {other: known for other, known in bones.items() if known != bone or "." in other}
            if bone not in bones.values():
                bones[role] = bone
    return replace(named, bones=bones)


def _doubted_limbs(rest: RestPose, bone_map: BoneMap, build: BoneMap = NOTHING_BUILT) -> set[str]:
    """Upper roles of limbs that are built unlike one, or whose lower bone hangs elsewhere; but where the bones lie a
    forearm beside its upper arm looks like an upper arm itself, and there the names know better than ``build``."""
    return {*limb_doubts(rest, bone_map)} | {
        sided(upper, side)
        for upper, lower, end in LIMBS
        for side in Side
        if (bone := bone_map.bones.get(sided(lower, side))) in _parts_beside(rest, bone_map, (upper, lower, end))
        and bone != build.bones.get(sided(upper, side))
    }


def _same_limb(role: str, bones: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Whether both maps have the same bones in the limb of a role; always of a role without side."""
    side = side_of(role)
    limb = LIMBS[0] if role.partition(".")[0] in ("clavicle", *LIMBS[0]) else LIMBS[1]
    return side is None or all(bones.get(sided(part, side)) == others.get(sided(part, side)) for part in limb[:2])


def _agreement(first: BoneMap, second: BoneMap) -> int:
    return sum(second.bones.get(role) == bone for role, bone in first.bones.items() if "." in role)


def _with_hips_above(rest: RestPose, bone_map: BoneMap) -> BoneMap:
    """Hips that have no known name are the bone from which the thighs part, if it lies no farther off than a knee."""
    legs = [role for role in bone_map.limbs if role.startswith("thigh")]
    if "hips" in bone_map.bones or len(legs) < len(Side):
        return bone_map
    thighs = [rest.index(bone_map.bones[role]) for role in legs]
    above = [bone for bone in rest.ancestors(thighs[0]) if bone in rest.ancestors(thighs[1])]
    middle = np.mean(rest.heads[thighs], axis=0)
    knee = np.linalg.norm(joint(rest, bone_map, sided("shin", Side.LEFT)) - rest.heads[thighs[0]])
    if not above or np.linalg.norm(rest.heads[above[0]] - middle) > knee:
        return bone_map
    hips = rest.bone_names[above[0]]
    bones = {role: bone for role, bone in bone_map.bones.items() if bone != hips}
    return replace(bone_map, bones=bones | {"hips": hips})


def _with_spine_between(rest: RestPose, bone_map: BoneMap) -> BoneMap:
    """Spine and chest are the first and last bone from the hips to where the arms part, whatever they are called; to
    a bone called chest where the arms part below it, to the neck where they hang elsewhere.

    The map as it is where no such chain is there, as between controls.
    """
    bones = dict(bone_map.bones)
    arms = [
        [*rest.ancestors(rest.index(bones[role]))]
        for side in Side
        for role in (sided("clavicle", side), sided("upper_arm", side))
        if role in bones
    ]
    if "hips" not in bones or len(arms) < len(Side):
        return bone_map
    hips = rest.index(bones["hips"])
    shared = [bone for bone in arms[0] if all(bone in lineage for lineage in arms)]
    tops = [rest.ancestors(rest.index(bones[role])) for role in ("neck", "head") if role in bones]
    chest = rest.index(bones["chest"]) if "chest" in bones else -1
    above = [path[path.index(chest) :] for path in tops if chest in path and chest not in shared]
    path = next((path for path in (*above, shared, *tops) if hips in path and path[0] != hips), [])
    if not path:
        return bone_map
    chain = [rest.bone_names[bone] for bone in reversed(path[: path.index(hips)])]
    necks = [chain.index(bones[role]) for role in ("neck", "head") if bones.get(role) in chain[1:]]
    chain = chain[: min(necks, default=len(chain))]  # arms may hang on the neck or the head
    bones = {role: bone for role, bone in bones.items() if role not in ("spine", "chest") and bone not in chain}
    bones |= {"spine": chain[0]} | ({"chest": chain[-1]} if len(chain) > 1 else {})
    return replace(bone_map, bones=bones)


def _completeness(bone_map: BoneMap) -> tuple[int, int]:
    return -len(_unfilled(bone_map)), len(bone_map.bones)


def _unfilled(bone_map: BoneMap) -> list[str]:
    """What a whole body requires and the map lacks."""
    return [role for role in ROLES if role in REQUIRED and role not in bone_map.bones]


def _has_body(bone_map: BoneMap) -> bool:
    """Whether hips, four limbs and most of what is required have a bone."""
    limbs = (any(sided(part, side) in bone_map.bones for part in limb[:2]) for limb in LIMBS for side in Side)
    return "hips" in bone_map.bones and len(_unfilled(bone_map)) <= MISSING_AT_MOST and all(limbs)


def _is_half_body(rest: RestPose, named: BoneMap) -> bool:
    """Whether names tell two limbs, one and a trunk, one up to its end, or a bust; the trunk, if any, rises."""
    trunk = {"head", "neck", "chest", "spine"}.intersection(named.bones)
    ends = [sided(end, side) for upper, _, end in LIMBS for side in Side if sided(upper, side) in named.limbs]
    enough = len(named.limbs) > 1 or (named.limbs and len(trunk) > 1) or len(trunk) > 2
    if named.missing or not (enough or any(end in named.bones for end in ends)):
        return False
    rises = trunk_direction(rest, named)
    if rises is None or any(role.startswith("thigh") for role in named.limbs):
        return True
    ups = np.stack([unit(rest.world_from_armature[2, :3]), *np.eye(3)[1:]])
    return bool(np.max(ups @ rises) > np.cos(np.radians(TRUNK_RISES_WITHIN)))


def _is_an_animals(rest: RestPose, bone_map: BoneMap) -> bool:
    """Whether parts that people lack are named, and more than one that people have is not there beside them."""
    return len(_unfilled(bone_map)) > 1 and named_like_an_animals(rest.bone_names)


def _stands(rest: RestPose, bone_map: BoneMap) -> bool:
    """Whether the thighs go on where the trunk ends, as those of people do and those of four-footed animals do not.

    The body may lie in the world. What has no bone is not judged.
    """
    trunk = trunk_direction(rest, bone_map)
    legs = [role for role in bone_map.limbs if role.startswith("thigh")]
    if trunk is None or not legs:
        return True
    ways = [joint(rest, bone_map, role.replace("thigh", "shin")) - joint(rest, bone_map, role) for role in legs]
    return bool(-trunk @ unit(np.mean(ways, axis=0)) > np.cos(np.radians(THIGHS_HANG_WITHIN)))
