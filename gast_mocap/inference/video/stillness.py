"""Whether the camera stands, turns or travels, from what lies behind the people."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import cv2
import numpy as np

from ...take.records import STILL_CAMERA, CameraMove, FloatArray, ImageArray
from .frame import Frame
from .pyramid import Pyramid

LOOK_SECONDS, REST_SECONDS = 0.1, 0.3
"""Between two looks while the camera moves and while it stands: longer blurs the way of one that turns to and fro."""
SAME_TIME = 1e-3
WIDTH = 320
"""Pixels of the pictures that are compared: enough for a few hundred corners."""
CORNERS, FEWEST = 200, 12
LOST_PIXELS = 0.5
"""A corner that is followed there and back and ends farther from its start was lost on the way."""
LEAST_PIXELS = 0.3
"""Movement below this is compression and noise."""
STANDING_PIXELS, STANDING = 1.0, 0.3
"""While this share of the corners moves by less, the camera stands, whatever else moves."""
ALIKE_PIXELS, AGREED = 1.5, 0.6
"""A camera that only turns moves this share of the corners as a turn would, to so many pixels. One that travels moves
near things by more than far ones."""
FARTHEST_PIXELS = 25.0
"""As long as the background moved by less, it is compared with the same picture, so that errors do not add up."""
LENSES = (40.0, 55.0, 75.0, 100.0)
"""Fields of view in degrees across the picture, of which one will do for a turn."""
PASSES = 4
"""Times that a turn is fitted to those that agreed with the last."""
APART, SEEN = 0.1, 0.5
"""Share of the looks that show a camera that travels from which on it does; share that must show anything."""


@dataclass(frozen=True)
class Look:
    """A small grey picture, its ``corners`` (n, 1, 2) px behind the people, None where there are none, and where the
    background stood then, in widths of the picture."""

    picture: ImageArray
    free: ImageArray
    place: FloatArray

    @cached_property
    def corners(self) -> FloatArray | None:
        found = cv2.goodFeaturesToTrack(self.picture, CORNERS, 0.01, 5, mask=self.free)
        return None if found is None else np.asarray(found)


class Backdrop:
    """Follows what lies behind the people from look to look."""

    def __init__(self) -> None:
        self._time = -np.inf
        self._is_moving = False
        self._reference: Look | None = None
        self._last: Look | None = None
        self._path: list[tuple[float, float, float]] = []
        self._looks = self._apart = self._blind = 0

    @property
    def shift(self) -> float:
        """How far what is behind the people moved at most so far, in widths of the picture.

        Pans, tilts and shaking hands are seen, a zoom on the middle of the picture is not.
        """
        return float(np.linalg.norm(self.path[:, 1:], axis=1).max(initial=0.0))

    @property
    def path(self) -> FloatArray:
        """(k, 3): seconds, and how far the background had moved by then in widths of the picture, right and down; in
        each shot from its beginning."""
        return np.array(self._path).reshape(-1, 3)

    @property
    def move(self) -> CameraMove:
        """What the camera does, as far as the background tells."""
        if self._looks and self._apart > APART * self._looks:
            return CameraMove.TRAVELS
        if self._looks and self._blind > (1 - SEEN) * self._looks:
            return CameraMove.UNKNOWN
        return CameraMove.TURNS if self.shift > STILL_CAMERA else CameraMove.STANDS

    def look(self, shown: Frame[Pyramid], people: FloatArray) -> None:
        """Take in an RGB frame in which ``people`` (n, 4) px are in the way."""
        if shown.is_cut:
            self._reference = self._last = None
        elif shown.time - self._time < (LOOK_SECONDS if self._is_moving else REST_SECONDS) - SAME_TIME:
            return
        width, height = shown.picture.size
        box, size = np.array([0.0, 0.0, width, height]), (WIDTH, max(1, round(WIDTH * height / width)))
        picture = np.asarray(cv2.cvtColor(shown.picture.picture(box, *size), cv2.COLOR_RGB2GRAY), np.uint8)
        place = self._place_in(picture)
        before = self._last.place if self._last else place
        self._is_moving = float(np.abs(place - before).max()) * WIDTH > STANDING_PIXELS
        self._time = shown.time
        self._last = Look(picture, free_of(people * WIDTH / width, picture), place)
        self._path.append((shown.time, *place.tolist()))
        if self._reference is None or np.abs(place - self._reference.place).max() * WIDTH > FARTHEST_PIXELS:
            self._reference = self._last

    def to_arrays(self) -> dict[str, FloatArray]:
        """What ``go_on_with`` and all that is told need."""
        return {"backdrop": self.path, "looks": np.array([self._looks, self._apart, self._blind], float)}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, FloatArray]) -> Self:
        """The one that gave ``arrays``. Raises LookupError or ValueError where those are no such."""
        backdrop = cls()
        backdrop._path = [(time, right, down) for time, right, down in arrays["backdrop"].tolist()]
        backdrop._looks, backdrop._apart, backdrop._blind = (round(count) for count in arrays["looks"].tolist())
        return backdrop

    def go_on_with(self, later: "Backdrop", seam: float, next_cut: float) -> None:
        """Take in what ``later``, which began a little earlier in the same shot, saw from ``seam`` seconds on.

        ``next_cut``: seconds of the first cut from then on, where the background's way begins anew.
        """
        ours, theirs = self.path, later.path
        known = theirs[theirs[:, 0] < seam]
        shift = np.zeros(2)
        if len(known) and len(ours):
            there = [np.interp(known[-1, 0], ours[:, 0], ours[:, axis]) for axis in (1, 2)]
            shift = np.array(there) - known[-1, 1:]
        after = theirs[theirs[:, 0] >= seam]
        after[after[:, 0] < next_cut, 1:] += shift
        self._path = [tuple(row) for row in np.concatenate([ours[ours[:, 0] < seam], after]).tolist()]
        self._looks, self._apart = self._looks + later._looks, self._apart + later._apart
        self._blind += later._blind

    def _place_in(self, picture: ImageArray) -> FloatArray:
        """Where the background stands in ``picture``; where it stood last if that cannot be told."""
        if self._reference is None or self._last is None:
            return np.zeros(2)
        self._looks += 1
        moved = movement(self._reference, picture)
        if moved is None and self._reference is not self._last:
            self._reference = self._last
            moved = movement(self._reference, picture)
        if moved is None:
            self._blind += 1
        elif not moved.is_turn:
            self._apart += 1
        else:
            return np.asarray(self._reference.place + moved.shift / WIDTH)
        if moved is not None and np.linalg.norm(moved.shift) > FARTHEST_PIXELS:
            self._reference = None
        return self._last.place


@dataclass(frozen=True)
class Movement:
    """``shift`` (2,) px of the picture's middle; whether it ``is_turn``: a camera that only turns would do it."""

    shift: FloatArray
    is_turn: bool


def free_of(people: FloatArray, picture: ImageArray) -> ImageArray:
    """Mask (h, w), 255 where none of ``people`` (n, 4) px is."""
    mask = np.full(picture.shape, 255, np.uint8)
    for left, top, right, bottom in np.maximum(0, np.round(people)).astype(int):
        mask[top:bottom, left:right] = 0
    return mask


def movement(before: Look, after: ImageArray) -> Movement | None:
    """How the background moved; None where it has too few corners, or they are lost."""
    corners = before.corners
    if corners is None:
        return None
    there, found, _ = cv2.calcOpticalFlowPyrLK(before.picture, after, corners, None)
    back, found_again, _ = cv2.calcOpticalFlowPyrLK(after, before.picture, there, None)
    kept = (found & found_again)[:, 0].astype(bool) & (np.linalg.norm(back - corners, axis=-1)[:, 0] < LOST_PIXELS)
    if kept.sum() < FEWEST:
        return None
    start, end = corners[kept, 0].astype(np.float64), there[kept, 0].astype(np.float64)
    moves = end - start
    stands = np.linalg.norm(moves, axis=1) < STANDING_PIXELS
    if stands.mean() >= STANDING:
        common = np.asarray(np.median(moves[stands], axis=0))
        return Movement(common if np.linalg.norm(common) >= LEAST_PIXELS else np.zeros(2), True)
    turns = [turn_between(start, end, after.shape, lens) for lens in LENSES]
    shift, agreed = max(turns, key=lambda turn: turn[1])
    return Movement(shift, agreed >= AGREED)


def turn_between(start: FloatArray, end: FloatArray, shape: tuple[int, ...], lens: float) -> tuple[FloatArray, float]:
    """How far (2,) px the picture's middle moves in the turn of a camera that takes points ``start`` (n, 2) nearest to
    ``end``, and the share of them that agree. ``lens``: field of view in degrees.

    The turn between two bundles of rays: Kabsch 1976, fitted again to those that agree.
    """
    focal = WIDTH / 2 / np.tan(np.radians(lens) / 2)
    middle = np.array([shape[1] / 2, shape[0] / 2])

    def rays(points: FloatArray) -> FloatArray:
        slopes = np.column_stack([(points - middle) / focal, np.ones(len(points))])
        return np.asarray(slopes / np.linalg.norm(slopes, axis=1, keepdims=True))

    first, second = rays(start), rays(end)
    common = np.median(end - start, axis=0)
    misses = np.linalg.norm(end - start - common, axis=1)
    seen = np.zeros((len(start), 2))
    for _ in range(PASSES):
        near = misses <= max(ALIKE_PIXELS, float(np.median(misses)))
        u, _s, vt = np.linalg.svd(second[near].T @ first[near])
        turn = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
        turned = first @ turn.T
        seen = turned[:, :2] / turned[:, 2:] * focal + middle
        misses = np.linalg.norm(seen - end, axis=1)
    ahead = turn @ np.array([0.0, 0.0, 1.0])
    return np.asarray(ahead[:2] / ahead[2] * focal), float(np.mean(misses < ALIKE_PIXELS))
