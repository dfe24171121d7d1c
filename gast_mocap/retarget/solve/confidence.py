"""How sure the take is of what each bone does."""

from ...take.records import FloatArray, Motion
from ..rig.bone_map import BoneMap
from ..rig.roles import SIDE_NAMES
from .torso import JOINT

SEEN_BY = {
    "hips": ("left_hip", "right_hip"),
    "spine": ("left_hip", "right_hip", "left_shoulder", "right_shoulder"),
    "chest": ("left_shoulder", "right_shoulder"),
    "neck": ("thorax", "neck"),
    "head": ("neck", "head"),
    "clavicle": ("thorax", "{}_shoulder"),
    "upper_arm": ("{}_shoulder", "{}_elbow"),
    "forearm": ("{}_elbow", "{}_wrist"),
    "thigh": ("{}_hip", "{}_knee"),
    "shin": ("{}_knee", "{}_ankle"),
    "foot": ("{}_ankle",),
}


def bone_confidence(motion: Motion, bone_map: BoneMap) -> dict[str, FloatArray]:
    """Bone -> (t,) 0..1: the score of the least sure of the joints that its turn is read from."""
    confidence = {}
    for role, bone in bone_map.bones.items():
        part, _, side = role.partition(".")
        if part in SEEN_BY:
            joints = [JOINT[name.format(SIDE_NAMES.get(side, ""))] for name in SEEN_BY[part]]
            confidence[bone] = motion.scores[:, joints].min(axis=1)
    return confidence
