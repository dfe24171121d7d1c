"""Which networks a run uses, where not the bundled ones, and how."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Refinement(StrEnum):
    """How a heatmap's peak is placed between its cells: see ``networks.poses.peaks``."""

    QUARTER = "quarter"
    PARABOLA = "parabola"


@dataclass(frozen=True)
class OwnNetworks:
    """A user's own files, None for the bundled network.

    ``detector_score`` and ``detector_overlap`` are thresholds 0..1, None for those the detector was published with;
    ``refinement`` is for heatmaps; with ``causal`` the lifter's poses are of the last frame that it sees, which a file
    may not state.
    """

    detector: Path | None = None
    pose: Path | None = None
    lifter: Path | None = None
    detector_score: float | None = None
    detector_overlap: float | None = None
    refinement: Refinement = Refinement.PARABOLA
    causal: bool = False


BUNDLED = OwnNetworks()
