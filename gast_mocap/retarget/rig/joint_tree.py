"""The joints of an armature as a tree in space: its chains, and the pairs of limbs that are alike.

Only joints count, the heads of bones that deform or carry some that do: importers of FBX and glTF make tails up, and
helpers for IK deform nothing.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ...take.records import FloatArray
from ..rotations import unit
from .rest_pose import RestPose

BEGINNING = 4  # bones by which two limbs are known to be a pair
ALIKE = 0.2  # how much a segment of two limbs may differ, as a share of the longest; more pairs unlike limbs
LEG_SHARE = 0.3  # of the figure's height: legs reach down at least so far from where they part
ARM_SHARE = 0.2  # of the figure's height: arms are at least so long
ABOVE_HIPS = 0.1  # of the figure's height: arms part from the trunk at least so far above the legs
APART = 0.02  # of the figure's height: joints closer than that are in one place


@dataclass(frozen=True)
class Pair:
    """Two like limbs: the bone from which both part, -1 where they hang on nothing, and the longest chains of bones
    below it."""

    fork: int
    chains: tuple[list[int], list[int]]


class JointTree:
    """An armature's joints as a tree in space. Bones are indices; heights are along ``up``, armature units."""

    def __init__(self, rest: RestPose, up: FloatArray) -> None:
        self._rest = rest
        self._up = up
        self._heads = rest.heads
        self._heights = rest.heads @ up
        self._bones = _body_bones(rest)
        self._children: dict[int, list[int]] = {bone: [] for bone in (-1, *self._bones)}
        for bone in self._bones:
            self._children[int(rest.parents[bone])].append(bone)
        self._chains: dict[int, list[int]] = {}
        self._tops: dict[int, float] = {}
        for bone in reversed(self._bones):
            self._tops[bone] = max(
                float(self._heights[bone]), *(self._tops[child] for child in self._children[bone]), -np.inf
            )
            below = [self._chains[child] for child in self._children[bone]]
            self._chains[bone] = [bone, *max(below, key=lambda chain: self._reach([bone, *chain]), default=[])]
        self._size = max(float(np.ptp(self._heights[self._bones])), 1e-9)

    def _pairs(self) -> list[Pair]:
        """Every two limbs of at least two bones that part from one bone and are alike in length."""
        return [
            Pair(fork, (self._chains[first], self._chains[second]))
            for fork in (-1, *self._bones)
            for first, second in combinations(self._children[fork], 2)
            if self._alike(self._chains[first], self._chains[second])
        ]

    def _alike(self, first: list[int], second: list[int]) -> bool:
        """Whether two chains begin alike; what a hand holds may make one longer."""
        count = min(len(first), len(second), BEGINNING)
        if count < 2:
            return False
        segments = np.stack([self._segments(chain[:count]) for chain in (first, second)])
        return bool(np.all(np.ptp(segments, axis=0) <= ALIKE * segments.max()))

    def _segments(self, chain: list[int]) -> FloatArray:
        segments: FloatArray = np.linalg.norm(np.diff(self._heads[chain], axis=0), axis=1)
        return segments

    def _reach(self, chain: list[int]) -> float:
        return float(np.sum(self._segments(chain)))

    def _shortest(self, pair: Pair) -> float:
        return min(self._reach(chain) for chain in pair.chains)

    def _limb_starts(self, pair: Pair) -> list[int]:
        """The bones with which both limbs begin."""
        return [chain[0] for chain in pair.chains]

    def _are_legs(self, pair: Pair) -> bool:
        lows = [float(self._heights[chain].min()) for chain in pair.chains]
        drop = float(np.mean([self._heights[chain[0]] for chain in pair.chains])) - max(lows)
        return drop > LEG_SHARE * self._size and np.ptp(lows) < ABOVE_HIPS * self._size

    def _head_child(self, arms: Pair) -> int | None:
        """The bone beside the arms, below which something reaches above them; None without one."""
        roots = self._limb_starts(arms)
        others = [child for child in self._children[arms.fork] if child not in roots]
        best = max(others, key=self._tops.__getitem__, default=None)
        if best is None or self._tops[best] <= np.mean(self._heights[roots]):
            return None
        return best

    def _middle(self, pair: Pair) -> FloatArray:
        """(3,) between the starts of both limbs."""
        middle: FloatArray = np.mean(self._heads[self._limb_starts(pair)], axis=0)
        return middle

    def _across(self, legs: Pair) -> FloatArray:
        """(3,) unit, level, from the second leg to the first, at their first joints that lie apart."""
        ways = [self._heads[first] - self._heads[second] for first, second in zip(*legs.chains, strict=False)]
        levels = [self._level(way) for way in ways]
        apart = (level for level in levels if np.linalg.norm(level) > APART * self._size)
        return unit(next(apart, levels[-1]))

    def _width(self, pair: Pair, across: FloatArray, joint: int) -> float:
        """Half of the way between the limbs of a pair at their ``joint``-th joint."""
        first, second = (self._heads[chain[min(joint, len(chain) - 1)]] for chain in pair.chains)
        return abs(float((first - second) @ across)) / 2

    def _points(self, chain: list[int]) -> FloatArray:
        """(n + 1, 3) the joints of a chain, and the tail of its last bone."""
        return np.concatenate([self._heads[chain], self._rest.tails[chain[-1:]]])

    def _level(self, way: FloatArray) -> FloatArray:
        level: FloatArray = way - (way @ self._up) * self._up
        return level

    def _lineage(self, bone: int) -> list[int]:
        """The bone and all above it, the bone first; empty for none."""
        return [] if bone < 0 else [bone, *self._rest.ancestors(bone)]

    def _below(self, bone: int) -> list[int]:
        below = list(self._children[bone])
        for found in below:  # grows on the way
            below += self._children[found]
        return below


def _body_bones(rest: RestPose) -> list[int]:
    """Bones that deform or carry some that do, all where none does; parents first."""
    carries = rest.deforms.copy()
    for bone in range(len(carries) - 1, -1, -1):
        if carries[bone] and rest.parents[bone] >= 0:
            carries[rest.parents[bone]] = True
    return [int(bone) for bone in np.flatnonzero(carries if carries.any() else np.ones_like(carries))]
