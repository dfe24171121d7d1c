"""What fast, balanced and best mean."""

from dataclasses import dataclass

from ..take.settings import Quality


@dataclass(frozen=True)
class Preset:
    """How people are found and read.

    ``estimator`` names the bundled 2D network; ``flips`` averages its answer with that of the mirrored picture,
    ``lift_flips`` the lifter's with that for mirrored keypoints; people are looked for every ``detect_seconds`` (0: on
    every frame) and followed by their own keypoints between; small people beside large ones are looked for every
    ``small_seconds`` (0: only where nobody else is found); feet and faces are read in every ``parts_every``-th frame.
    """

    estimator: str
    flips: bool
    lift_flips: bool
    detect_seconds: float
    small_seconds: float = 0.0
    parts_every: int = 1


PRESETS = {
    Quality.FAST: Preset("movenet-lightning", flips=False, lift_flips=False, detect_seconds=0.3, parts_every=2),
    Quality.BALANCED: Preset("movenet-thunder", flips=False, lift_flips=True, detect_seconds=0.3),
    Quality.BEST: Preset("movenet-thunder", flips=True, lift_flips=True, detect_seconds=0.0, small_seconds=1.0),
}
