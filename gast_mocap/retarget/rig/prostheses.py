"""Limbs that a half body lacks, added for the time of looking at how it is built."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from ...take.records import FloatArray
from .. import rotations as quat
from .joint_tree import APART, ARM_SHARE, JointTree, Pair
from .rest_pose import RestPose

TRIED = 3  # pairs, and limbs beside each, that may be those of a half body; the time grows with its square
LEGS_TO_ARMS = 1.4  # of people
TWIN = 0.05  # of the figure's height: what lies so close to a limb's mirror image is its twin
HAIR_TO_ARMS = 0.7  # a pair that is longer may be limbs too: raising it takes other bodies for such without legs
HIPS_TO_SHOULDERS = 0.6  # of people
BONE_AXIS = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class AddedLimb:
    """``parent``: index of the bone that carries it, -1 for none; ``points`` (n + 1, 3): where its n bones start, and
    where the last one ends, armature space."""

    parent: int
    points: FloatArray


class HalfBody(JointTree):
    """An armature that may be a body without an arm, a leg or both legs."""

    def prostheses(self) -> Iterator[list[AddedLimb]]:
        """Limbs with which this may be a body: the twin of one that has none, or legs below a pair of arms."""
        pairs = [pair for pair in self._pairs() if pair.fork >= 0 and self._shortest(pair) > ARM_SHARE * self._size]
        pairs.sort(key=self._shortest, reverse=True)
        for pair in pairs[:TRIED]:
            across, middle = self._across(pair), self._middle(pair)
            singles = (bone for bone in self._bones if self._is_single(bone, pair, across, middle))
            for bone in islice(singles, TRIED):
                points = mirrored(self._points(self._chains[bone]), across, middle)
                if not self._is_near(points[1:-1]):  # else the limb has a twin that is not quite alike
                    yield [AddedLimb(int(self._rest.parents[bone]), points)]
        if len(pairs) == 1 or (pairs and self._shortest(pairs[1]) < HAIR_TO_ARMS * self._shortest(pairs[0])):
            head = self._head_child(pairs[0])
            if head is not None and self._has_no_other_limbs(head, pairs[0]):
                yield self._legs_below(pairs[0])

    def _has_no_other_limbs(self, head: int, arms: Pair) -> bool:
        """Whether nothing that is as long as a limb starts beside the head and the arms, and below them."""
        starts = {head, *self._limb_starts(arms)}
        above = {bone for start in starts for bone in self._lineage(start)}
        beside = (child for bone in (-1, *above - starts) for child in self._children[bone] if child not in above)
        short = all(self._reach(self._chains[bone]) <= ARM_SHARE * self._size for bone in beside)
        return short and self._is_within(head, arms)

    def _is_within(self, head: int, arms: Pair) -> bool:
        """Whether nothing on the head reaches farther out than the arms: else these are legs, and arms hang there."""
        across, middle = self._across(arms), self._middle(arms)
        outer, inner = (
            np.abs((self._heads[bones] - middle) @ across).max()
            for bones in ([*arms.chains[0], *arms.chains[1]], [head, *self._below(head)])
        )
        return bool(inner <= outer)

    def _legs_below(self, arms: Pair) -> list[AddedLimb]:
        """Two legs of a person with such arms, on the lowest bone of the trunk; not on a root far below it."""
        lineage = self._lineage(arms.fork)
        heights = self._heights[lineage]
        to_roots = heights[1:-1] - heights[2:] > heights[0] - heights[1:-1]  # no bone is longer than the spine above it
        hips = lineage[1 + int(np.argmax(to_roots)) if to_roots.any() else -1]
        across, length = self._across(arms), LEGS_TO_ARMS * self._shortest(arms)
        steps = np.array([0.0, 0.5, 1.0, 1.1])[:, None] * length * -self._up
        sides = (side * HIPS_TO_SHOULDERS * self._width(arms, across, 1) * across for side in (1, -1))
        return [AddedLimb(hips, self._heads[hips] + side + steps) for side in sides]

    def _is_single(self, bone: int, pair: Pair, across: FloatArray, middle: FloatArray) -> bool:
        """Whether a long limb starts with this bone, to one side of a body of which a pair is two other limbs."""
        chain = self._chains[bone]
        others = {other for root in self._limb_starts(pair) for other in (root, *self._below(root))}
        offs = (self._heads[chain[1:]] - middle) @ across
        one_side = bool(len(offs)) and np.ptp(np.sign(offs)) == 0 and np.abs(offs).min() > APART * self._size
        outer = bone not in others and not others & set(chain)
        return outer and bool(one_side) and self._reach(chain) > ARM_SHARE * self._size and self._parts_inside(bone)

    def _parts_inside(self, bone: int) -> bool:
        """Whether a bone hangs on one of the trunk: one that carries more than this limb."""
        parent = int(self._rest.parents[bone])
        return parent in self._children and len(self._children[parent]) > 1

    def _is_near(self, points: FloatArray) -> bool:
        """Whether a joint lies close to one of ``points`` (n, 3)."""
        ways = self._heads[self._bones] - points[:, None]
        return bool(np.linalg.norm(ways, axis=-1).min() < TWIN * self._size)


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
