"""How sure the take is of what each bone does."""

from ...take.records import FloatArray, Motion
from ...take.skeletons import H36M17
from ..rig.bone_map import BoneMap
from ..rig.roles import side_of

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
        part = role.partition(".")[0]
        if part in SEEN_BY:
            joints = H36M17.indices(*(name.format(side_of(role)) for name in SEEN_BY[part]))
            confidence[bone] = motion.scores[:, joints].min(axis=1)
    return confidence
