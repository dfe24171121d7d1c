"""What the solver hands to the writer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...take.records import FloatArray, check_shape
from ..rig.families import Switch


@dataclass(frozen=True)
class BoneCurves:
    """A performance as values of pose bones, frame by frame.

    ``rotations`` (t, n, 4) wxyz of ``bone_names``, relative to rest and parent, neighbouring signs alike;
    ``locations`` (t, m, 3) of ``located_bones`` in each one's own rest space, armature units;
    ``leg_length`` of the rig, armature units; ``object_travel`` (t, 3) metres in the world, or None where
    the object stays; ``idle_carriers``: bones that could carry the travel and do not;
    ``steady``: bone -> (3,) location at which a bone that turns and does not move is held; ``held``: bone -> (4,)
    rotation, relative to rest and parent, of bones that nothing was seen of.
    """

    bone_names: tuple[str, ...]
    rotations: FloatArray
    located_bones: tuple[str, ...]
    locations: FloatArray
    leg_length: float
    object_travel: FloatArray | None = None
    switches: tuple[Switch, ...] = ()
    idle_carriers: tuple[str, ...] = ()
    steady: Mapping[str, FloatArray] = field(default_factory=dict)
    held: Mapping[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_shape("rotations", self.rotations, (None, len(self.bone_names), 4))
        check_shape("locations", self.locations, (len(self.rotations), len(self.located_bones), 3))
        if self.object_travel is not None:
            check_shape("object_travel", self.object_travel, (len(self.rotations), 3))
