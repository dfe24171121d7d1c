"""Whether an armature holds another body beside the one that is mapped: two characters in one rig."""

from dataclasses import fields, replace

import numpy as np

from .bone_map import BoneMap
from .hierarchy import map_by_hierarchy
from .rest_pose import RestPose
from .roles import LIMBS, REQUIRED

ELSEWHERE = 0.1  # of the other body's height: joints that lie closer to mapped ones are a second set of the same bones
LEAST = len(REQUIRED) + len(LIMBS)  # bones


def second_body(rest: RestPose, bone_map: BoneMap) -> str:
    """Name of the hips of a whole body, built of bones that neither carry nor hang on a mapped one; "" for none."""
    mapped = {rest.index(bone) for bone in bone_map.bones.values()}
    above = {bone for part in mapped for bone in rest.ancestors(part)}
    others = [
        bone
        for bone in range(len(rest.bone_names))
        if bone not in mapped | above and not mapped.intersection(rest.ancestors(bone))
    ]
    if not mapped or np.count_nonzero(rest.deforms[others]) < LEAST:
        return ""
    found = map_by_hierarchy(_part_of(rest, others))
    if not found.keys() >= REQUIRED:
        return ""
    joints = rest.heads[[rest.index(bone) for bone in found.values()]]
    ways = np.linalg.norm(joints[:, None] - rest.heads[sorted(mapped)], axis=-1)
    return found["hips"] if ways.min(axis=1).mean() > ELSEWHERE * np.ptp(joints, axis=0).max() else ""


def _part_of(rest: RestPose, bones: list[int]) -> RestPose:
    """An armature of these bones alone, parents first; what hung on others hangs on nothing."""
    place = {bone: position for position, bone in enumerate(bones)}
    arrays = {field.name: getattr(rest, field.name) for field in fields(rest)}
    kept = {name: values[bones] for name, values in arrays.items() if name not in ("bone_names", "world_from_armature")}
    kept["parents"] = np.array([place.get(int(parent), -1) for parent in kept["parents"]])
    return replace(rest, bone_names=tuple(rest.bone_names[bone] for bone in bones), **kept)
