"""Whether the camera stands still, from what lies behind the people."""

import cv2
import numpy as np

from ...take.records import FloatArray, ImageArray
from .pyramid import Pyramid

LOOK_SECONDS = 0.5
WIDTH = 320
"""Pixels of the pictures that are compared: enough for a few hundred corners."""
CORNERS, FEWEST = 200, 12
LOST_PIXELS = 0.5
"""A corner that is followed there and back and ends farther from its start was lost on the way."""
ALIKE_PIXELS, AGREED = 1.5, 0.6
"""A camera moves all corners alike; where fewer than this share of them do, it was something else."""
LEAST_PIXELS = 0.3
"""Half a second's movement below this is compression and noise."""


class Backdrop:
    """Follows what lies behind the people from one half second to the next."""

    def __init__(self) -> None:
        self._time = -np.inf
        self._last: tuple[ImageArray, ImageArray] | None = None
        self._place = np.zeros(2)
        self._farthest = 0.0

    @property
    def shift(self) -> float:
        """How far what is behind the people moved at most so far, in widths of the picture.

        Pans, tilts and shaking hands are seen, a zoom on the middle of the picture is not.
        """
        return self._farthest / WIDTH

    def look(self, time: float, frame: Pyramid, people: FloatArray) -> None:
        """Take in the RGB ``frame`` at ``time`` seconds, in which ``people`` (n, 4) px are in the way."""
        if time - self._time < LOOK_SECONDS:
            return
        width, height = frame.size
        small = frame.picture(np.array([0.0, 0.0, width, height]), WIDTH, max(1, round(WIDTH * height / width)))
        picture = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        if self._last:
            self._place = self._place + common_movement(self._last[0], picture, self._last[1])
            self._farthest = max(self._farthest, float(np.linalg.norm(self._place)))
        self._time, self._last = time, (picture, free_of(people * WIDTH / width, picture))


def free_of(people: FloatArray, picture: ImageArray) -> ImageArray:
    """Mask (h, w), 255 where none of ``people`` (n, 4) px is."""
    mask = np.full(picture.shape, 255, np.uint8)
    for left, top, right, bottom in np.maximum(0, np.round(people)).astype(int):
        mask[top:bottom, left:right] = 0
    return mask


def common_movement(before: ImageArray, after: ImageArray, free: ImageArray) -> FloatArray:
    """Median movement (2,) px of the corners of ``before`` where ``free`` is not 0; none where they do not agree."""
    corners = cv2.goodFeaturesToTrack(before, CORNERS, 0.01, 5, mask=free)
    if corners is None:
        return np.zeros(2)
    there, found, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None)
    back, found_again, _ = cv2.calcOpticalFlowPyrLK(after, before, there, None)
    kept = (found & found_again)[:, 0].astype(bool) & (np.linalg.norm(back - corners, axis=-1)[:, 0] < LOST_PIXELS)
    if kept.sum() < FEWEST:
        return np.zeros(2)
    moves = (there - corners)[kept, 0]
    common = np.asarray(np.median(moves, axis=0), np.float64)
    agreed = float(np.mean(np.linalg.norm(moves - common, axis=-1) < ALIKE_PIXELS))
    return common if agreed >= AGREED and np.linalg.norm(common) >= LEAST_PIXELS else np.zeros(2)
