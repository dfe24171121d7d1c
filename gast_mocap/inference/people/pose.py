"""One person's keypoints in one frame."""

from dataclasses import dataclass, field

import numpy as np

from ...take.records import FloatArray, IntArray
from .boxes import box_of_keypoints


@dataclass(frozen=True)
class Pose:
    """One person in one frame: COCO-17 ``points`` (17, 2) px and ``scores`` (17,) 0..1.

    ``turned``: radians from upright, clockwise; 0 while the body leans little. ``held`` (17,): for how many frames each
    joint has not been seen, as somebody else is in the way, and is where motion takes it; 0 where it is seen.
    ``hidden``: by how much better they were read lately, -1..1, when whoever overlaps them was painted over.
    """

    points: FloatArray
    scores: FloatArray
    turned: float = 0.0
    held: IntArray = field(default_factory=lambda: np.zeros(17, int))
    hidden: float = 0.0

    @property
    def score(self) -> float:
        return float(self.scores.mean())

    @property
    def box(self) -> FloatArray:
        """(4,) px."""
        return box_of_keypoints(self.points, self.scores)

    @property
    def is_lost(self) -> bool:
        """Whether most joints are held."""
        return bool(np.mean(self.held > 0) > 0.5)
