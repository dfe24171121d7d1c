"""Forward kinematics of the bones that matter: those with a role and all above them."""

from collections.abc import Iterable, Mapping

import numpy as np

from ...take.records import FloatArray
from .. import rotations as quat
from ..rig.rest_pose import RestPose

NO_TURN = np.array([1.0, 0.0, 0.0, 0.0])


class PosedSkeleton:
    """A rig in motion, hips not yet moved. All in armature space.

    Args:
        rest: the rig.
        turned: bone index -> (t, 4) rotation that the bone has in armature space. All others keep what
        they hold. reach: indices of further bones whose positions are asked for.
    """

    def __init__(self, rest: RestPose, turned: Mapping[int, FloatArray], reach: Iterable[int]) -> None:
        self._rest = rest
        self._relative = rest.parent_from_rest
        self._relative_turn = quat.from_matrix(self._relative[:, :3, :3])
        self._rest_turn = quat.from_matrix(rest.rest[:, :3, :3])
        held = quat.from_matrix(rest.basis[:, :3, :3])
        self.turns: dict[int, FloatArray] = {}
        self.heads: dict[int, FloatArray] = {}
        needed = {ancestor for bone in {*turned, *reach} for ancestor in [bone, *rest.ancestors(bone)]}
        for bone in sorted(needed):
            self.heads[bone] = self._head(bone)
            self.turns[bone] = turned.get(bone, quat.multiply(self.socket(bone), held[bone]))

    def socket(self, bone: int) -> FloatArray:
        """(t, 4) or (4,) rotation of the bone while its own channels are at rest."""
        parent = int(self._rest.parents[bone])
        turn: FloatArray = self._rest_turn[bone]
        if parent >= 0 and self._rest.inherits_rotation[bone]:
            turn = quat.multiply(self.turns[parent], self._relative_turn[bone])
        return turn

    def location_axes(self, bone: int) -> FloatArray:
        """(t, 4) or (4,) turn of the axes along which the bone's location counts."""
        parent = int(self._rest.parents[bone])
        axes: FloatArray = self._relative_turn[bone] if self._rest.local_location[bone] else NO_TURN
        if parent >= 0:
            axes = quat.multiply(self.turns[parent], axes)
        return axes

    def _head(self, bone: int) -> FloatArray:
        parent = int(self._rest.parents[bone])
        offset: FloatArray = self._relative[bone, :3, 3]
        location = self._rest.basis[bone, :3, 3]
        if parent >= 0:
            offset = self.heads[parent] + quat.rotate(self.turns[parent], offset)
        if np.any(location):
            offset = offset + quat.rotate(self.location_axes(bone), location)
        head: FloatArray = offset
        return head
