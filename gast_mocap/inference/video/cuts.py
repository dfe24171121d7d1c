"""Hard cuts: where a video goes on with another shot."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import cv2
import numpy as np

from ...take.records import BoolArray, FloatArray, ImageArray
from .frame import Frame
from .pyramid import Pyramid

Prepared = TypeVar("Prepared")

SIDE = 128
"""Pixels along the long side of the pictures that are compared: larger sees smaller things and costs more."""
CHANGED, CHANGED_GREY = 0.25, 12
"""Share of the picture that must change by so many grey levels before anybody looks closer."""
NEW = 0.5
"""Share of the structure in a picture that is nowhere near in the one before, from which on it may be another shot."""
UNLIKE = 0.4
"""Correlation below which a place has another structure; light that comes and goes keeps it."""
TIMES_USUAL = 3.5
"""How many times as new as its neighbours the first picture of a shot is; in a whip pan all are alike new."""
LONGEST_FLASH = 3
"""Frames that a flash, or black between two shots, may last."""
NEIGHBOURS = 2
"""Frames before and after that tell what is usual."""
AHEAD = NEIGHBOURS + LONGEST_FLASH
"""Frames after it that a new one waits for."""
WINDOW = 9
"""Pixels across the places that are compared."""
SHORTEST = 32
"""Pixels along the short side at least, of a panorama too: OpenCV's flow compares patches of 8 in a quarter of the
size, and crashes on pictures that hold none."""
STRUCTURE = 20.0
"""Variance of grey levels below which a place has no structure."""


@dataclass(frozen=True)
class Seen:
    """What is kept of a frame: its small grey picture, and how ``new`` (0..1) it is after the last."""

    small: ImageArray
    new: float


class Cuts(Generic[Prepared]):
    """Passes frames on with ``is_cut`` set on the first of each further shot; what may be one waits a little."""

    def __init__(self) -> None:
        self._seen: list[Seen] = []
        self._waiting: deque[Frame[Prepared]] = deque()

    def push(self, frame: Frame[Prepared], picture: ImageArray) -> Iterator[Frame[Prepared]]:
        """Take in a ``frame`` that shows ``picture`` (h, w, 3) RGB; SIDE pixels along its long side are enough.

        Those that are decided come out.
        """
        small = small_grey(picture)
        last = self._seen[-1].small if self._seen else small
        is_changed = np.count_nonzero(cv2.absdiff(last, small) > CHANGED_GREY) >= CHANGED * small.size
        self._seen.append(Seen(small, newness(last, small) if is_changed else 0.0))
        self._waiting.append(frame)
        yield from self._decided(AHEAD)

    def rest(self) -> Iterator[Frame[Prepared]]:
        """The frames that still wait."""
        yield from self._decided(0)

    def _decided(self, ahead: int) -> Iterator[Frame[Prepared]]:
        """What is not new, or has ``ahead`` frames after it."""
        while self._waiting:
            del self._seen[: max(0, len(self._seen) - len(self._waiting) - AHEAD)]
            place = len(self._seen) - len(self._waiting)
            if self._seen[place].new >= NEW and len(self._waiting) <= ahead:
                return
            yield replace(self._waiting.popleft(), is_cut=self._begins_shot(place))

    def _begins_shot(self, place: int) -> bool:
        """Whether the frame at ``place`` is the last of a few new ones, and nothing is as before them."""
        new = [seen.new for seen in self._seen]
        if new[place] < NEW or any(value >= NEW for value in new[place + 1 : place + 1 + LONGEST_FLASH]):
            return False
        first = place
        while first > 0 and any(value >= NEW for value in new[max(0, first - LONGEST_FLASH) : first]):
            first -= 1
        if first == 0 or place - first > LONGEST_FLASH:
            return False
        around = (*range(max(1, first - NEIGHBOURS), first), *range(place + 1, place + 1 + NEIGHBOURS))
        usual = [self._after_last(neighbour) for neighbour in around if neighbour < len(self._seen)]
        if new[place] < TIMES_USUAL * max(usual, default=0.0):
            return False
        return place == first or newness(self._seen[first - 1].small, self._seen[place].small) >= NEW

    def _after_last(self, place: int) -> float:
        return newness(self._seen[place - 1].small, self._seen[place].small)


def newness(before: ImageArray, after: ImageArray) -> float:
    """Share of the structure of two small grey pictures that is in one and nowhere near in the other."""
    moved = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST).calc(after, before, None)
    height, width = after.shape
    places = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
    followed = cv2.remap(before, places + moved, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    likeness, structure = correlation(followed, after)
    still, _ = correlation(before, after)
    unlike = np.maximum(likeness, still) < UNLIKE
    return float((unlike & structure).sum() / max(structure.sum(), 1))


def coarse_level(pyramid: Pyramid) -> ImageArray:
    """The picture (h, w, 3) of a frame in which cuts are looked for."""
    return pyramid.coarse(SIDE)


def small_grey(picture: ImageArray) -> ImageArray:
    """(h, w) grey, SIDE pixels along the long side, SHORTEST at least along the other, of a picture (h, w, 3)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    scale = SIDE / max(grey.shape)
    size = max(SHORTEST, round(grey.shape[1] * scale)), max(SHORTEST, round(grey.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR  # which is a fifth of the work and has no moire there
    return np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8)


def correlation(first: ImageArray, second: ImageArray) -> tuple[FloatArray, BoolArray]:
    """How alike two grey pictures are around each pixel, -1..1 (h, w), and where either has structure."""
    a, b = first.astype(np.float32), second.astype(np.float32)

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray(cv2.blur(values, (WINDOW, WINDOW)))

    mean_a, mean_b = mean(a), mean(b)
    var_a, var_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    shared = mean(a * b) - mean_a * mean_b
    return shared / np.sqrt(np.maximum(var_a * var_b, 0) + STRUCTURE), np.maximum(var_a, var_b) > STRUCTURE
