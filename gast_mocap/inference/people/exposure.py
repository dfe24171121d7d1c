"""Dark and washed-out pictures, shown to the networks as if they were well exposed."""

from dataclasses import replace

import cv2
import numpy as np

from ..video.pyramid import Pyramid

NARROW = 128
"""A picture whose brightness, its extremes left out, spans at least so many of the 256 steps is shown as it is. Raising
it brightens more pictures; well exposed ones are read slightly worse for it."""
EXTREME = 1.0
"""Per cent of the pixels at either end that may be clipped. Raising it lets lamps count less."""
MIDDLE = 0.45
"""Brightness 0..1 that the median is brought to."""


def evened(frame: Pyramid) -> Pyramid:
    """``frame``, with its brightness stretched and its median brought to the middle where it is dark or pale."""
    grey = cv2.cvtColor(frame.levels[-1], cv2.COLOR_RGB2GRAY)
    low, median, high = np.percentile(grey, (EXTREME, 50, 100 - EXTREME))
    if high - low >= NARROW:
        return frame
    steps = np.clip((np.arange(256) - low) / max(high - low, 1), 0, 1)
    share = float(np.clip((median - low) / max(high - low, 1), 0.05, 0.95))
    return replace(frame, curve=np.asarray(255 * steps ** (np.log(MIDDLE) / np.log(share)), np.uint8))
