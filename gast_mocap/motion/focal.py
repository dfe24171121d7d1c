"""How long the camera's lens is, from people who walk.

With a longer lens the same picture means a person farther away who moves farther in depth. Feet tell how far:
during each contact phase the foot stays and the pose says how the hips move over it. Only the right focal
length lets reprojections and anchors agree, so it is the one at which their joint least squares costs
least.
"""

from dataclasses import replace

import numpy as np

from ..take.records import FloatArray, IntArray
from .travel import DEFAULT_FIELD_OF_VIEW, Sighting, solve_travel

FIELDS_OF_VIEW = np.array([38.0, 44.0, 50.0, 56.0, 62.0, 68.0, 75.0, 83.0])
"""Degrees that are tried; more of them cost time."""
UNUSUAL_LOG, UNUSUAL_COST = 0.35, 1e-4
"""A lens whose focal length differs from the usual one's by this factor's logarithm must save this cost, m^2. Raising
the cost keeps to the usual lens for longer."""
FRAMES_ENOUGH = 1200
"""Of a longer take every second frame is used, or fewer. Raising it costs time."""


def find_field_of_view(sightings: list[Sighting], phases: list[IntArray], seconds: float) -> float:
    """Horizontal field of view in degrees at which the people's standing feet stand best.

    ``sightings`` have rays for ``DEFAULT_FIELD_OF_VIEW``; ``phases`` (t, 2) and ``seconds`` as in travel.py.
    """
    usual = np.tan(np.radians(DEFAULT_FIELD_OF_VIEW) / 2)
    widths = np.tan(np.radians(FIELDS_OF_VIEW) / 2) / usual
    frames = np.array([len(seen.times) for seen in sightings])
    costs = UNUSUAL_COST * (np.log(widths) / UNUSUAL_LOG) ** 2
    for seen, phase, share in zip(sightings, phases, frames / frames.sum(), strict=True):
        step = -(-len(seen.times) // FRAMES_ENOUGH)
        thinned, thinned_phase = _thin(seen, step), _renumbered(phase[::step])
        costs += share * np.array(
            [solve_travel(_widen(thinned, width), thinned_phase, None, seconds).cost for width in widths]
        )
    return float(np.degrees(2 * np.arctan(usual * np.exp(_lowest(np.log(widths), costs)))))


def _thin(seen: Sighting, step: int) -> Sighting:
    return Sighting(*(array[::step] for array in vars(seen).values()))


def _renumbered(phases: IntArray) -> IntArray:
    """The numbers in ``phases`` without the gaps that thinning leaves."""
    used = np.unique(phases[phases >= 0])
    return np.where(phases >= 0, np.searchsorted(used, phases), -1)


def _widen(seen: Sighting, width: float) -> Sighting:
    return replace(seen, limb_rays=seen.limb_rays * width, ankle_rays=seen.ankle_rays * width)


def _lowest(places: FloatArray, costs: FloatArray) -> float:
    """Where the parabola through the cheapest place and its neighbours is lowest; the place itself at an
    end."""
    best = int(np.argmin(costs))
    if best in (0, len(places) - 1):
        return float(places[best])
    curve, slope, _ = np.polyfit(places[best - 1 : best + 2], costs[best - 1 : best + 2], 2)
    return float(-slope / (2 * curve))
