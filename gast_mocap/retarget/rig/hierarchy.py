"""Roles from where bones lie and what hangs on what, for rigs whose names say nothing."""

from itertools import takewhile

import numpy as np

from ...take.records import FloatArray
from ...take.skeletons import Side
from ..rotations import squared, unit
from .rest_pose import RestPose
from .roles import sided

ANKLE_REACH = 0.12  # of the height: joints of the leg below this are the foot's
KNEE_REACH = 0.35  # of the height: the legs part above this
SYMMETRY = 0.1  # of the height: how unlike a left and a right limb may lie
FINGERS = 3
CLAVICLE_SHARE = 0.6  # of the bone after it, at most


def map_by_hierarchy(rest: RestPose) -> dict[str, str]:
    """role -> bone of a standing body: two legs that reach lowest, a spine to what reaches highest, two
    arms off it.

    Empty when the armature is not built like that.
    """
    tree = _Tree(rest)
    legs = tree.lowest_pair()
    if legs is None:
        return {}
    crotch = tree.lineage(tree.common(*legs))
    hips, arms = next(((bone, found) for bone in crotch if (found := tree.widest_pair(bone))), (-1, None))
    if arms is None:
        return {}
    spine = tree.path(hips, tree.highest_under(hips))
    forks = [bone for bone in spine if bone in tree.lineage(arms[0]) and bone in tree.lineage(arms[1])]
    if not forks:
        return {}
    roles = {"hips": hips, "spine": spine[0]} | _above(spine, spine.index(forks[-1]), rest.lengths)
    ahead = tree.ahead(legs)
    for side, leg, arm in zip(Side, tree.left_first(legs, ahead), tree.left_first(arms, ahead), strict=True):
        leg_path, arm_path = tree.path(hips, leg), tree.path(forks[-1], arm)
        leg_roles = tree.limb(leg_path, tree.ankle(leg_path), ("thigh", "shin", "foot"))
        arm_roles = tree.limb(arm_path, tree.wrist(arm_path), ("upper_arm", "forearm", "hand"))
        roles |= {sided(part, side): bone for part, bone in (leg_roles | arm_roles).items()}
        if arm_path[0] != arm_roles["upper_arm"]:
            roles[sided("clavicle", side)] = arm_path[0]
    return {role: rest.bone_names[bone] for role, bone in roles.items()}


def _above(spine: list[int], chest: int, lengths: FloatArray) -> dict[str, int]:
    """Chest, neck and head, the longest of what is above the neck, on the way up the spine."""
    roles = {"chest": spine[chest]} if chest else {}
    above = spine[chest + 1 :]
    if len(above) > 1:
        roles["neck"] = above[0]
    if above:
        roles["head"] = max(above[1:] or above, key=lambda bone: lengths[bone])
    return roles


class _Tree:
    """An armature's bones as a tree in space. Bones are indices; heights are fractions of the whole
    figure's."""

    def __init__(self, rest: RestPose) -> None:
        self._rest = rest
        self._up = squared(rest.world_from_armature[2, :3])
        points = np.concatenate([rest.heads, rest.tails]) @ self._up
        self._floor, self._size = float(points.min()), max(float(np.ptp(points)), 1e-9)
        self._children = [int(np.sum(rest.parents == bone)) for bone in range(len(rest.bone_names))]
        self._leaves = [bone for bone, count in enumerate(self._children) if not count]

    def lineage(self, bone: int) -> list[int]:
        """The bone and all above it, the bone first."""
        return [bone, *self._rest.ancestors(bone)]

    def path(self, top: int, bone: int) -> list[int]:
        """From below ``top`` down to ``bone``."""
        lineage = self.lineage(bone)
        return lineage[: lineage.index(top)][::-1]

    def common(self, first: int, second: int) -> int:
        """The lowest bone above both, -1 for none."""
        above = set(self.lineage(second))
        return next((bone for bone in self.lineage(first) if bone in above), -1)

    def lowest_pair(self) -> tuple[int, int] | None:
        """The ends of two legs: the lowest leaf and the one most like it on another branch of the hips."""
        first = min(self._leaves, key=self._tip_height)
        others = [leaf for leaf in self._leaves if self._parts_at_hips(first, leaf)]
        second = self._most_alike(first, others)
        if second is None or abs(self._tip_height(first) - self._tip_height(second)) > SYMMETRY:
            return None
        return first, second

    def widest_pair(self, hips: int) -> tuple[int, int] | None:
        """The ends of two arms: the leaves above the hips that are farthest from the middle."""
        hip_height = self._height(self._rest.heads[hips])
        leaves = [
            leaf
            for leaf in self._leaves
            if hips in self.lineage(leaf) and self._highest_on_way(hips, leaf) > hip_height + SYMMETRY
        ]
        if not leaves:
            return None
        first = max(leaves, key=lambda leaf: self._from_axis(hips, leaf))
        second = self._most_alike(first, [leaf for leaf in leaves if self._opposite(hips, first, leaf)])
        return None if second is None else (first, second)

    def highest_under(self, top: int) -> int:
        leaves = [leaf for leaf in self._leaves if top in self.lineage(leaf)]
        return max(leaves, key=self._tip_height)

    def ahead(self, legs: tuple[int, int]) -> FloatArray:
        """(3,) where the toes point; without toes, Blender's front."""
        level = np.mean([self._foot(leg) for leg in legs], axis=0)
        if np.linalg.norm(level) > 0.02 * self._size:
            return unit(level)
        return np.array([0.0, -1.0, 0.0]) if self._up[2] else np.array([0.0, 0.0, 1.0])

    def left_first(self, pair: tuple[int, int], ahead: FloatArray) -> tuple[int, int]:
        left = np.cross(self._up, ahead)
        first, second = (float(self._rest.tails[leaf] @ left) for leaf in pair)
        return pair if first > second else (pair[1], pair[0])

    def ankle(self, path: list[int]) -> int:
        """Position in a leg's path of the first bone of the foot; one past the end without foot."""
        low = (i for i, bone in enumerate(path) if i > 1 and self._is_low(bone))
        return next(low, len(path))

    def wrist(self, path: list[int]) -> int:
        """Position in an arm's path of the hand; one past the end without hand."""
        palm = next((i for i, bone in enumerate(path) if i > 1 and self._children[bone] >= FINGERS), None)
        if palm is not None:
            return palm
        spans = [float(self._rest.lengths[bone]) for bone in path]
        has_clavicle = len(path) > 3 or (len(path) == 3 and spans[0] < CLAVICLE_SHARE * spans[1])
        return min(3 if has_clavicle else 2, len(path))

    def limb(self, path: list[int], end: int, parts: tuple[str, str, str]) -> dict[str, int]:
        """The bones of a path that are upper limb, lower limb and end: joints that split its length most
        evenly."""
        joints = [self._rest.heads[bone] for bone in path[:end]]
        joints.append(self._rest.heads[path[end]] if end < len(path) else self._rest.tails[path[-1]])
        splits = [(upper, lower) for upper in range(end) for lower in range(upper + 1, end)]

        whole = np.sum(np.linalg.norm(np.diff(joints, axis=0), axis=1))

        def unlikeness(split: tuple[int, int]) -> float:
            above = np.linalg.norm(joints[split[1]] - joints[split[0]])
            below = np.linalg.norm(joints[-1] - joints[split[1]])
            return float(abs(above - below) + (whole - above - below) / 2)

        upper, lower = min(splits, key=unlikeness, default=(0, 0))
        found = {parts[0]: path[upper], parts[1]: path[lower]}
        return found | ({parts[2]: path[end]} if end < len(path) else {})

    def _height(self, point: FloatArray) -> float:
        return float(point @ self._up - self._floor) / self._size

    def _tip_height(self, leaf: int) -> float:
        return self._height(self._rest.tails[leaf])

    def _is_low(self, bone: int) -> bool:
        return self._height(self._rest.heads[bone]) < ANKLE_REACH

    def _foot(self, leaf: int) -> FloatArray:
        """(3,) level way from the ankle to that end of the foot which is farthest from it."""
        ankle = [leaf, *takewhile(self._is_low, self.lineage(leaf))][-1]
        ends = [other for other in self._leaves if ankle in self.lineage(other)]
        ways = self._rest.tails[ends] - self._rest.heads[ankle]
        level = ways - np.outer(ways @ self._up, self._up)
        farthest: FloatArray = level[np.argmax(np.linalg.norm(level, axis=1))]
        return farthest

    def _parts_at_hips(self, first: int, second: int) -> bool:
        meeting = self.common(first, second)
        return meeting >= 0 and first != second and self._height(self._rest.heads[meeting]) > KNEE_REACH

    def _highest_on_way(self, top: int, leaf: int) -> float:
        return max((self._height(self._rest.heads[bone]) for bone in self.path(top, leaf)), default=0.0)

    def _offset(self, hips: int, leaf: int) -> FloatArray:
        """(3,) level way from above the hips to the leaf's tip, in figure heights."""
        away = (self._rest.tails[leaf] - self._rest.heads[hips]) / self._size
        level: FloatArray = away - (away @ self._up) * self._up
        return level

    def _from_axis(self, hips: int, leaf: int) -> float:
        return float(np.linalg.norm(self._offset(hips, leaf)))

    def _opposite(self, hips: int, first: int, second: int) -> bool:
        return float(self._offset(hips, first) @ self._offset(hips, second)) < 0

    def _most_alike(self, first: int, others: list[int]) -> int | None:
        """The leaf that lies as deep as ``first`` and as high; None when there is no other."""

        def unlikeness(leaf: int) -> tuple[int, float]:
            deeper = abs(len(self.lineage(leaf)) - len(self.lineage(first)))
            return deeper, abs(self._tip_height(leaf) - self._tip_height(first))

        return min(others, key=unlikeness, default=None)
