"""Frames in which the person is unseen: short stretches are bridged, long ones stay out."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from ..take.records import FloatArray, IntArray
from ..take.sentences import Sentence


def bridge_short_gaps(frames: IntArray, times: FloatArray, longest: float) -> IntArray:
    """``frames`` (t,) of the video joined by those missing in gaps of at most ``longest`` seconds.

    ``times`` are those of all the video's frames.
    """
    kept = [frames[:1]]
    for before, after in pairwise(frames):
        missing = np.arange(before + 1, after) if times[after] - times[before] <= longest else np.arange(0)
        kept.append(np.append(missing, after))
    return np.concatenate(kept)


def long_gaps(times: FloatArray, longest: float) -> IntArray:
    """Numbers of those of ``times`` (t,) after which there is nothing for more than ``longest`` seconds.

    The steps of a slow video are no gaps, however long.
    """
    steps = np.diff(times)
    usual = np.median(steps) if len(steps) else 0.0
    return np.flatnonzero(steps > max(longest, 1.5 * usual))


def report_gaps(track_id: int, times: FloatArray, longest: float, notify: Callable[[str], None]) -> None:
    """Report the gaps in which the person is not seen, if there are any."""
    gaps = np.diff(times)[long_gaps(times, longest)]
    if len(gaps) == 1:
        template = (
            "Person {person} is unseen for {longest:.1f} s. This gap gets no keys, so Blender interpolates across it."
        )
    elif len(gaps):
        template = (
            "Person {person} is unseen {count} times, for up to {longest:.1f} s. These gaps get no keys, so Blender "
            "interpolates across them."
        )
    else:
        return
    notify(Sentence(template, person=track_id, count=len(gaps), longest=gaps.max()))
