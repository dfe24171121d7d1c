"""Roles from where joints lie and what hangs on what, for rigs whose names say nothing.

Only joints count, the heads of bones that deform or carry some that do: importers of FBX and glTF make tails up, and
helpers for IK deform nothing. A body is two legs that reach lowest, a trunk that rises from them, two arms off the
trunk and a head above them. A body that lacks an arm, a leg or both legs is looked at again with ``prostheses``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ...take.records import FloatArray
from ...take.skeletons import Side
from ..rotations import unit
from .joint_tree import ABOVE_HIPS, APART, ARM_SHARE, JointTree, Pair
from .prostheses import HalfBody, with_bones
from .rest_pose import RestPose
from .roles import LIMBS, sided

_, Y, Z = np.eye(3)
LIES = 0.9  # cosine: an armature whose z is so far from the world's may lie as a whole, and is tried as it was built
LONGEST = 16  # bones of a chain that are tried as a limb; the time grows with the third power
TRUNK_RISES = 0.7  # cosine to the vertical: birds and beasts carry their trunks level
THIGHS_HANG = 0.4  # cosine to the vertical
ARMS_TO_LEGS = (0.3, 1.8)  # arms shorter or longer than that, over the legs, are ears, wings or capes
MOST_UNLIKE = 1.9  # upper over lower limb, or the other way round
ANKLE_REACH = 0.15  # of the height of the hips: no joint of a leg below the first that lies so low is its ankle
FINGERS = 3  # a palm has at least so many
NO_PALM = 0.4  # cost of a limb that ends elsewhere than at a palm
NECK = 0.06  # of the figure's height: a neck starts at most so far above the shoulders, a head higher
EYE = 0.6  # of the gap before: what is so close behind a head is in it
TOP = 1.4  # of the gap before: what is so far behind a head is its top, if it is as far as a skull is high
SKULL = 0.09  # of the figure's height
TAIL = 0.3  # cost of a limb that ends at a tail, not a joint; higher prefers joints that split it less evenly
HAND_SHARE = 0.8  # of the lower limb: what may follow its end
FINGER = 0.06  # cost of an end close behind another joint: it is a finger rather than a hand
THIGHS = 0.7  # over the hips: legs begin at least so far from the middle, joints inside the pelvis do not
SHOULDERS = 1.2  # over the hips: arms part at least so far from the middle, collarbones do not
ONE_PLACE = 1e-4  # of the figure's height: bones that start so close to one another are one joint
KNEES_BENT = 0.012  # of a leg: a knee that lies so far off the straight leg shows where the front is
FOOT_SHARE = 0.05  # of a leg: joints of a foot that lie so far from the ankle show where the front is


def map_by_hierarchy(rest: RestPose) -> dict[str, str]:
    """role -> bone of a standing body: upright in the world, else along an axis of its armature.

    Empty when the armature is not built like a body.
    """
    world = np.linalg.inv(rest.world_from_armature[:3, :3])
    stances = [(unit(rest.world_from_armature[2, :3]), unit(-world[:, 1]))]
    if stances[0][0] @ Z < LIES:
        stances += [(Z, -Y), (Y, Z)]
    found = (roles for up, front in stances for roles in _bodies(rest, up, front))
    roles: dict[str, int] = next((roles for roles in found if roles), {})
    return {role: rest.bone_names[bone] for role, bone in roles.items()}


def _bodies(rest: RestPose, up: FloatArray, front: FloatArray) -> Iterator[dict[str, int]]:
    """role -> bone of the whole body, then of half ones; empty where it is not built like that."""
    yield _Body(rest, up).roles(front)
    count = len(rest.bone_names)
    for limbs in HalfBody(rest, up).prostheses():
        roles = _Body(with_bones(rest, limbs), up).roles(front)
        yield {role: bone for role, bone in roles.items() if bone < count} if "head" in roles else {}


class _Body(JointTree):
    """An armature that may be a whole body."""

    def roles(self, front: FloatArray) -> dict[str, int]:
        """role -> bone; ``front`` (3,) is where the body faces if nothing in it tells."""
        pairs = self._pairs()
        legs = min((pair for pair in pairs if self._are_legs(pair)), key=self._lowest, default=None)
        if legs is None:
            return {}
        across = self._across(legs)
        hip_width = self._width(legs, across, 1)
        arms = max(
            (pair for pair in pairs if self._are_arms(pair, legs)),
            key=lambda pair: (bool(self._palms(pair)), self._width(pair, across, 2), -self._heights[pair.fork]),
            default=None,
        )
        if arms is None:
            return {}
        leg_joints = self._limbs(legs, across, legs, THIGHS * hip_width)
        arm_joints = self._limbs(arms, across, legs, SHOULDERS * hip_width)
        if not self._is_human(leg_joints, arm_joints):
            return {}
        left = np.cross(self._up, self._ahead(leg_joints, front))
        roles = self._trunk(legs, arms)
        for names, limbs in zip(LIMBS, (arm_joints, leg_joints), strict=True):
            first_is_left = (limbs[0].points[1] - limbs[1].points[1]) @ left > 0
            for side, limb in zip(Side, limbs if first_is_left else reversed(limbs), strict=True):
                roles |= {sided(name, side): bone for name, bone in zip(names, limb.bones, strict=False)}
                if names[0] == "upper_arm" and limb.before:
                    roles[sided("clavicle", side)] = limb.before[0]
                if names[0] == "thigh" and limb.after and self._is_toe(limb, left):
                    roles[sided("toes", side)] = limb.after[0]
        return roles

    def _lowest(self, pair: Pair) -> float:
        return max(float(self._heights[chain].min()) for chain in pair.chains)

    def _are_arms(self, pair: Pair, legs: Pair) -> bool:
        roots = self._limb_starts(pair)
        lineage = self._lineage(pair.fork)
        on_nothing = pair.fork < 0 and legs.fork < 0
        if on_nothing or pair == legs or any(chain[0] in lineage for chain in legs.chains):
            return False
        parts_above = np.mean(self._heights[roots]) > self._hip_height(legs) + ABOVE_HIPS * self._size
        long = self._shortest(pair) > ARM_SHARE * self._size
        if not (parts_above and long):
            return False
        limbs = {bone for root in roots for bone in (root, *self._below(root))}
        rest = [bone for bone in self._bones if bone not in limbs]
        return bool(max(self._heights[rest], default=-np.inf) > np.mean(self._heights[roots]))

    def _hip_height(self, legs: Pair) -> float:
        return float(np.mean([self._heights[chain[0]] for chain in legs.chains]))

    def _first_low(self, chain: list[int], legs: Pair) -> int:
        """Position in a chain of the first joint that is as low as ankles are, one past the tail for none."""
        floor = min(float(self._heights[leg].min()) for leg in legs.chains)
        low = floor + ANKLE_REACH * (self._hip_height(legs) - floor)
        return next((i for i, bone in enumerate(chain) if i > 1 and self._heights[bone] < low), len(chain) + 1)

    def _palms(self, pair: Pair) -> set[int]:
        """Positions in both chains of a pair where fingers may part: of hands, also of twists."""
        counts = ([len(self._children[bone]) for bone in chain] for chain in pair.chains)
        return {i for i, both in enumerate(zip(*counts, strict=False)) if i > 1 and min(both) >= FINGERS}

    def _limbs(self, pair: Pair, across: FloatArray, legs: Pair, width: float) -> list["_Limb"]:
        """The joints of both chains that are the upper limb's, the lower limb's and the end: those that split most
        of the length most evenly on both sides, at least ``width`` from the middle of the body."""
        middle = np.mean([self._heads[leg[:2]] for leg in legs.chains], axis=(0, 1))
        low = min(self._first_low(chain, legs) for chain in pair.chains)
        count = min(LONGEST, *map(len, pair.chains))  # what one hand holds beyond that is no part of the limb
        paths = [self._points(chain)[: count + 1] for chain in pair.chains]
        offs = [np.abs((path - middle) @ across) / max(width, 1e-9) for path in paths]
        whole = min(float(_along(path)[-1]) for path in paths)
        palms = self._palms(pair) & set(range(low))
        costs = {
            splits: sum(_cost(path, off, whole, splits) for path, off in zip(paths, offs, strict=True))
            + NO_PALM * (bool(palms) and splits[2] not in palms)
            for splits in combinations(range(count + 1), 3)
            if splits[2] <= low
        }
        best = min(costs, key=lambda splits: costs[splits], default=(0, 1, 2))
        return [self._split(chain, best) for chain in pair.chains]

    def _split(self, chain: list[int], splits: tuple[int, int, int]) -> "_Limb":
        bones = [self._mover(chain[position:]) for position in splits if position < len(chain)]
        return _Limb(bones, self._points(chain)[list(splits)], chain[: splits[0]], chain[splits[2] + 1 :])

    def _mover(self, chain: list[int]) -> int:
        """Of the bones that start where a chain does: the first that deforms, else the last, which helpers carry."""
        apart = np.linalg.norm(self._heads[chain] - self._heads[chain[0]], axis=1) > ONE_PLACE * self._size
        same = chain[: int(np.argmax(apart)) if apart.any() else 1]
        return next((bone for bone in same if self._rest.deforms[bone]), same[-1])

    def _is_human(self, legs: list["_Limb"], arms: list["_Limb"]) -> bool:
        """Whether the limbs hang and lie as those of a standing body do."""
        hips, shoulders, knees = (
            np.mean([limb.points[joint] for limb in limbs], axis=0)
            for limbs, joint in ((legs, 0), (arms, 0), (legs, 1))
        )
        upright = unit(shoulders - hips) @ self._up > TRUNK_RISES and unit(hips - knees) @ self._up > THIGHS_HANG
        ratio = sum(limb.length for limb in arms) / max(sum(limb.length for limb in legs), 1e-9)
        even = all(limb.unlikeness < MOST_UNLIKE for limb in (*legs, *arms))
        ankles = max(float(limb.points[2] @ self._up) for limb in legs)
        wrists = min(float(limb.points[2] @ self._up) for limb in arms)
        off_the_floor = wrists > ankles + ABOVE_HIPS * self._size
        return bool(upright and even and off_the_floor and ARMS_TO_LEGS[0] < ratio < ARMS_TO_LEGS[1])

    def _ahead(self, legs: list["_Limb"], front: FloatArray) -> FloatArray:
        """(3,) where the body faces: where its feet point, its knees bend, or the tails of its feet, else ``front``."""
        length = float(np.mean([limb.length for limb in legs]))
        feet = [self._level(self._farthest(limb)) for limb in legs]
        knees = [self._level(limb.points[1] - (limb.points[0] + limb.points[2]) / 2) for limb in legs]
        tails = [self._level(self._rest.tails[limb.bones[2]] - limb.points[2]) for limb in legs if len(limb.bones) > 2]
        if not self._tails_tell():
            tails = []
        for ways, least in ((feet, FOOT_SHARE), (knees, KNEES_BENT), (tails, FOOT_SHARE)):
            way = np.sum(ways, axis=0) / 2 if len(ways) == 2 else np.zeros(3)
            if np.linalg.norm(way) > least * length:
                return unit(way)
        return front

    def _tails_tell(self) -> bool:
        """Whether most bones end where a child begins, as bones do that an importer has not made up."""
        parents = [bone for bone in self._bones if self._children[bone]]
        ends = [
            min(np.linalg.norm(self._heads[child] - self._rest.tails[bone]) for child in self._children[bone])
            for bone in parents
        ]
        return bool(np.mean(np.array(ends) < APART * self._size) > 0.5)

    def _farthest(self, leg: "_Limb") -> FloatArray:
        """(3,) from the ankle to the farthest joint of its foot."""
        below = self._below(leg.bones[2]) if len(leg.bones) > 2 else []
        ways = np.concatenate([np.zeros((1, 3)), self._heads[below] - leg.points[2]])
        level = ways - np.outer(ways @ self._up, self._up)
        farthest: FloatArray = ways[np.argmax(np.linalg.norm(level, axis=1))]
        return farthest

    def _is_toe(self, leg: "_Limb", left: FloatArray) -> bool:
        way = self._heads[leg.after[0]] - leg.points[2]
        return float(way @ np.cross(left, self._up)) > FOOT_SHARE * leg.length

    def _trunk(self, legs: Pair, arms: Pair) -> dict[str, int]:
        """Hips, spine, chest, neck and head."""
        above_arms = self._lineage(arms.fork)
        common = next((bone for bone in self._lineage(legs.fork) if bone in above_arms), -1)
        carries = common >= 0 and self._heights[common] > self._hip_height(legs) - ABOVE_HIPS * self._size
        if carries and common != arms.fork:
            hips = common
        else:
            middle = np.mean([self._heads[chain[0]] for chain in legs.chains], axis=0)
            trunk = [*self._lineage(legs.fork), *above_arms]
            hips = min(trunk, key=lambda bone: float(np.linalg.norm(self._heads[bone] - middle)))
        above = int(self._rest.parents[hips])
        if above in self._chains and self._heights[hips] - self._hip_height(legs) > 2 * APART * self._size:
            hips = above  # legs that hang on the spine, as Biped's do
        carrier = hips if hips in above_arms else common
        path = above_arms[: above_arms.index(carrier)] if carrier in above_arms else above_arms
        spine = [bone for bone in reversed(path) if bone != hips]
        shoulders = float(np.mean([self._heights[chain[0]] for chain in arms.chains]))
        neck = self._to_the_top(self._head_child(arms))
        while len(neck) > 2 and self._heights[neck[0]] < shoulders - APART * self._size:
            spine.append(neck.pop(0))  # a chest that no arms hang on
        if len(spine) > 2 and self._heights[spine[-1]] > shoulders - APART * self._size:
            neck = [spine.pop(), *neck]  # arms that hang on the neck, as Biped's do
        roles = {"hips": hips} | ({"spine": spine[0]} if spine else {}) | ({"chest": spine[-1]} if spine[1:] else {})
        return roles | self._neck_and_head(neck, shoulders)

    def _to_the_top(self, bone: int | None) -> list[int]:
        """The bone and what is below it, up to what lies highest."""
        chain = [] if bone is None else [bone]
        while chain:
            above = max(self._children[chain[-1]], key=self._tops.__getitem__, default=None)
            if above is None or self._tops[above] <= self._heights[chain].max():
                break
            chain.append(above)
        return chain

    def _neck_and_head(self, chain: list[int], shoulders: float) -> dict[str, int]:
        """The neck starts close above the shoulders. The head is where several bones part above it, or before a
        long end or one that is close behind it; else last."""
        neck = {"neck": chain[0]} if len(chain) > 1 and self._heights[chain[0]] - shoulders < NECK * self._size else {}
        rest = chain[len(neck) :]
        if not rest:
            return neck
        before = chain[: len(neck)] or rest[:1]
        gaps = self._segments([*before, *rest])
        ends = (i for i, bone in enumerate(rest[:-1]) if len(self._children[bone]) > 1 or self._ends(*gaps[i : i + 2]))
        return neck | {"head": rest[next(ends, len(rest) - 1)]}

    def _ends(self, gap: float, following: float) -> bool:
        """Whether what follows a bone of the neck is the top of its head, or an eye or jaw in it."""
        return following < EYE * gap or (following > TOP * gap and following > SKULL * self._size)


@dataclass(frozen=True)
class _Limb:
    """``bones``: of upper limb, lower limb and end, which may lack; ``points`` (3, 3) where they start; ``before`` and
    ``after``: the other bones of the chain."""

    bones: list[int]
    points: FloatArray
    before: list[int]
    after: list[int]

    @property
    def _lengths(self) -> FloatArray:
        lengths: FloatArray = np.linalg.norm(np.diff(self.points, axis=0), axis=1)
        return lengths

    @property
    def length(self) -> float:
        return float(self._lengths.sum())

    @property
    def unlikeness(self) -> float:
        return float(self._lengths.max() / max(self._lengths.min(), 1e-9))


def _cost(path: FloatArray, offs: FloatArray, whole: float, splits: tuple[int, int, int]) -> float:
    """How unlike a limb it is that starts, bends and ends at the ``splits`` of a path.

    Args:
        path: (n + 1, 3) joints, and where the last bone ends.
        offs: (n + 1,) their ways from the middle of the body, over the way at which limbs begin.
        whole: length of the shorter path of the pair, up to its last joint.
        splits: positions in the path.
    """
    above, below = np.linalg.norm(np.diff(path[list(splits)], axis=0), axis=1)
    along = _along(path)
    if min(above, below) <= 1e-6 * along[-1]:
        return np.inf
    start, _, end = splits
    at_tail = end == len(along)
    uneven = (abs(above - below) + max(0.0, below - above) / 2) / (above + below)
    inside = max(0.0, 1 - offs[start])
    after = 0.0 if at_tail else max(0.0, (whole - along[end]) / below - HAND_SHARE)
    left_out = max(0.0, 1 - (above + below) / max(whole, 1e-9)) / 2
    is_finger = not at_tail and along[end] - along[end - 1] < below / 2 - 1e-9
    return float(uneven + inside + after + left_out + FINGER * is_finger + TAIL * at_tail)


def _along(path: FloatArray) -> FloatArray:
    """(n,) way from the start of a path (n + 1, 3) to each of its joints."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path[:-1], axis=0), axis=1))])
