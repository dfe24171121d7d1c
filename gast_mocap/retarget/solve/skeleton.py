"""Forward kinematics of the bones that matter: those with a role and all above them."""

from collections.abc import Iterable, Mapping

import numpy as np

from ...take.records import FloatArray
from .. import rotations as quat
from ..rig.rest_pose import RestPose

NO_TURN = np.array([1.0, 0.0, 0.0, 0.0])


class PosedSkeleton:
    """A rig in motion, nothing of it moved from its place yet. All in armature space and units.

    Args:
        rest: the rig.
        turned: bone index -> (t, 4) rotation that the bone has in armature space. All others keep what they hold.
        reach: indices of further bones whose positions are asked for.

    Attributes:
        turns: bone index -> (t, 4) or (4,) rotation.
        heads: bone index -> (t, 3) or (3,) where it starts.
        scales: bone index -> how much larger it is than at rest, by the scales that it and those above it hold.
    """

    def __init__(self, rest: RestPose, turned: Mapping[int, FloatArray], reach: Iterable[int]) -> None:
        self._rest = rest
        self._relative = rest.parent_from_rest
        self._relative_turn = quat.from_matrix(self._relative[:, :3, :3])
        self._rest_turn = quat.from_matrix(rest.rest[:, :3, :3])
        held = quat.from_matrix(rest.basis[:, :3, :3])
        self.turns: dict[int, FloatArray] = {}
        self.heads: dict[int, FloatArray] = {}
        self.scales: dict[int, float] = {}
        needed = {ancestor for bone in {*turned, *reach} for ancestor in [bone, *rest.ancestors(bone)]}
        for bone in sorted(needed):
            self.heads[bone] = self._head(bone)
            self.scales[bone] = float(rest.scales[bone]) * self._scale_above(bone, rest.inherits_scale[bone])
            self.turns[bone] = turned.get(bone, quat.multiply(self.socket(bone), held[bone]))

    def socket(self, bone: int) -> FloatArray:
        """(t, 4) or (4,) rotation of the bone while its own channels are at rest."""
        parent = int(self._rest.parents[bone])
        turn: FloatArray = self._rest_turn[bone]
        if parent >= 0 and self._rest.inherits_rotation[bone]:
            turn = quat.multiply(self.turns[parent], self._relative_turn[bone])
        return turn

    def location(self, bone: int, way: FloatArray) -> FloatArray:
        """(t, 3) of the bone's own location that moves its head by ``way`` (t, 3), beside what it holds."""
        along = quat.rotate(quat.inverse(self._location_axes(bone)), way)
        location: FloatArray = along / self._scale_above(bone) + self._rest.basis[bone, :3, 3]
        return location

    def _location_axes(self, bone: int) -> FloatArray:
        """(t, 4) or (4,) turn of the axes along which the bone's location counts."""
        parent = int(self._rest.parents[bone])
        axes: FloatArray = self._relative_turn[bone] if self._rest.local_location[bone] else NO_TURN
        if parent >= 0:
            axes = quat.multiply(self.turns[parent], axes)
        return axes

    def _head(self, bone: int) -> FloatArray:
        parent = int(self._rest.parents[bone])
        offset: FloatArray = self._relative[bone, :3, 3]
        location = self._rest.basis[bone, :3, 3] * self._scale_above(bone)
        if parent >= 0:
            offset = self.heads[parent] + quat.rotate(self.turns[parent], offset * self.scales[parent])
        if np.any(location):
            offset = offset + quat.rotate(self._location_axes(bone), location)
        head: FloatArray = offset
        return head

    def _scale_above(self, bone: int, inherited: bool = True) -> float:
        parent = int(self._rest.parents[bone])
        return self.scales[parent] if parent >= 0 and inherited else 1.0
