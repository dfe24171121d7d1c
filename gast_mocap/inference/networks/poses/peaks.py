"""Where the peak of a heatmap lies between its cells."""

import numpy as np

from ....take.records import FloatArray
from ...choice import Refinement


def peaks_of(maps: FloatArray, refinement: Refinement) -> tuple[FloatArray, FloatArray]:
    """Cells x, y (..., 2) of the highest value of each of ``maps`` (..., h, w), and those values (...).

    QUARTER moves by a quarter cell towards the higher neighbour, as HRNet and PoseResNet are published; PARABOLA puts a
    parabola through the logarithms of the peak and its two neighbours on each axis, which is exact for the Gaussian
    that such networks are trained on (as DARK, Zhang et al. 2020, arXiv 1910.06278, without its blur).
    """
    height, width = maps.shape[-2:]
    flat = maps.reshape(-1, height * width)
    best = flat.argmax(axis=1)
    column, row = best % width, best // width
    scores = flat[np.arange(len(flat)), best]
    places = np.stack([column, row], axis=1).astype(np.float64)
    inner = (column > 1) & (column < width - 1) & (row > 1) & (row < height - 1)
    shift = _quarter if refinement == Refinement.QUARTER else _parabola
    for axis, step in ((0, 1), (1, width)):
        before, after = (flat[inner, best[inner] + sign * step] for sign in (-1, 1))
        places[inner, axis] += shift(before, scores[inner], after)
    return places.reshape(*maps.shape[:-2], 2), scores.reshape(maps.shape[:-2])


def _quarter(before: FloatArray, _peak: FloatArray, after: FloatArray) -> FloatArray:
    return np.asarray(0.25 * np.sign(after - before))


def _parabola(before: FloatArray, peak: FloatArray, after: FloatArray) -> FloatArray:
    low, middle, high = (np.log(np.maximum(values, 1e-6)) for values in (before, peak, after))
    return np.asarray(np.clip((high - low) / np.maximum(2 * (2 * middle - low - high), 1e-9), -0.5, 0.5))
