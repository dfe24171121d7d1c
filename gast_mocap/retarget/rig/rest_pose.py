"""An armature at rest, as arrays."""

from dataclasses import dataclass

import numpy as np

from ...take.records import BoolArray, FloatArray, IntArray, check_shape


@dataclass(frozen=True)
class RestPose:
    """The bones of one armature object, parents before children.

    Attributes:
        bone_names: n names.
        parents: (n,) index of the parent, -1 for none.
        rest: (n, 4, 4) the rest matrices, armature space and units.
        armature_from_bone: (n, 4, 4) the pose from which motion is measured: the rest pose, or the current pose
            where the animator chose it.
        basis: (n, 4, 4) what is posed at the moment, relative to rest and parent and without scale; bones without a
            role keep it. Of keyed bones whose motion is measured from the rest pose, the location is 0.
        scales: (n,) how much larger than at rest each bone is posed, above 0; a bone that is hidden by a scale of 0
            counts as it is when shown.
        uneven: (n,) bool: they are posed with a scale that is not the same along all axes.
        inherits_scale: (n,) bool: they grow with their parent.
        lengths: (n,) armature units.
        inherits_rotation: (n,) bool.
        connected: (n,) bool: their location has no effect.
        local_location: (n,) bool: it counts along their own axes, not their parent's.
        deforms: (n,) bool: they move a mesh; controls and helpers do not.
        world_from_armature: (4, 4) the object's own matrix.
    """

    bone_names: tuple[str, ...]
    parents: IntArray
    rest: FloatArray
    armature_from_bone: FloatArray
    basis: FloatArray
    scales: FloatArray
    uneven: BoolArray
    inherits_scale: BoolArray
    lengths: FloatArray
    inherits_rotation: BoolArray
    connected: BoolArray
    local_location: BoolArray
    deforms: BoolArray
    world_from_armature: FloatArray

    def __post_init__(self) -> None:
        count = len(self.bone_names)
        check_shape("parents", self.parents, (count,))
        for name in ("rest", "armature_from_bone", "basis"):
            check_shape(name, getattr(self, name), (count, 4, 4))
        for name in (
            "scales",
            "uneven",
            "inherits_scale",
            "lengths",
            "inherits_rotation",
            "connected",
            "local_location",
            "deforms",
        ):
            check_shape(name, getattr(self, name), (count,))
        check_shape("world_from_armature", self.world_from_armature, (4, 4))
        if np.any(self.parents >= np.arange(count)):
            raise ValueError("parents must stand before their children")

    def index(self, bone: str) -> int:
        """Raises ValueError when there is no such bone."""
        return self.bone_names.index(bone)

    @property
    def heads(self) -> FloatArray:
        """(n, 3) armature space, in the reference pose."""
        return self.armature_from_bone[:, :3, 3]

    @property
    def tails(self) -> FloatArray:
        """(n, 3) armature space, in the reference pose."""
        tails: FloatArray = self.heads + self.armature_from_bone[:, :3, 1] * self.lengths[:, None]
        return tails

    @property
    def is_mirrored(self) -> bool:
        """Whether the object or its parents turn left into right."""
        return bool(np.linalg.det(self.world_from_armature[:3, :3]) < 0)

    @property
    def parent_from_rest(self) -> FloatArray:
        """(n, 4, 4) each bone's rest matrix in its parent's rest frame; of a bone without parent, in the
        armature."""
        relative = self.rest.copy()
        child = self.parents >= 0
        relative[child] = np.linalg.inv(self.rest[self.parents[child]]) @ self.rest[child]
        return relative

    def ancestors(self, bone: int) -> list[int]:
        """Indices from the bone's parent up to the top."""
        chain = []
        while (bone := int(self.parents[bone])) >= 0:
            chain.append(bone)
        return chain
