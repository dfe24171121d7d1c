"""What a run is asked to use: networks other than the bundled ones and how, and the view of its preview."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Refinement(StrEnum):
    """How a heatmap's peak is placed between its cells: see ``networks.poses.peaks``."""

    QUARTER = "quarter"
    PARABOLA = "parabola"


class PreviewView(StrEnum):
    """Which 3D view stands beside the picture."""

    CAMERA = "camera"
    """Each person from the front, as the camera sees them, and from the side."""
    PUBLISHED = "published"
    """All people on a floor, turned by the published demo's one rotation."""


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
