"""Limbs that a half body lacks, added for the time of looking at how it is built."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...take.records import FloatArray
from .. import rotations as quat
from .rest_pose import RestPose

BONE_AXIS = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class AddedLimb:
    """``parent``: index of the bone that carries it, -1 for none; ``points`` (n + 1, 3): where its n bones start, and
    where the last one ends, armature space."""

    parent: int
    points: FloatArray


def mirrored(points: FloatArray, normal: FloatArray, middle: FloatArray) -> FloatArray:
    """``points`` (n, 3) on the other side of the plane through ``middle`` (3,) with the unit ``normal`` (3,)."""
    other_side: FloatArray = points - 2 * ((points - middle) @ normal)[:, None] * normal
    return other_side


def with_bones(rest: RestPose, limbs: Sequence[AddedLimb]) -> RestPose:
    """The armature with chains of bones more, which follow its own and have empty names."""
    for limb in limbs:
        count, first = len(limb.points) - 1, len(rest.bone_names)
        poses = np.tile(np.eye(4), (count, 1, 1))
        poses[:, :3, :3] = quat.to_matrix(quat.between(BONE_AXIS, quat.unit(np.diff(limb.points, axis=0))))
        poses[:, :3, 3] = limb.points[:-1]
        yes = np.ones(count, bool)
        rest = replace(
            rest,
            bone_names=(*rest.bone_names, *[""] * count),
            parents=np.append(rest.parents, [limb.parent, *range(first, first + count - 1)]),
            rest=np.concatenate([rest.rest, poses]),
            armature_from_bone=np.concatenate([rest.armature_from_bone, poses]),
            basis=np.concatenate([rest.basis, np.tile(np.eye(4), (count, 1, 1))]),
            scales=np.append(rest.scales, np.ones(count)),
            uneven=np.append(rest.uneven, ~yes),
            inherits_scale=np.append(rest.inherits_scale, yes),
            lengths=np.append(rest.lengths, np.linalg.norm(np.diff(limb.points, axis=0), axis=1)),
            inherits_rotation=np.append(rest.inherits_rotation, yes),
            connected=np.append(rest.connected, ~yes),
            local_location=np.append(rest.local_location, yes),
            deforms=np.append(rest.deforms, yes),
        )
    return rest
