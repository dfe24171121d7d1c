"""Turns decoded frames into the pictures that people see: upright, with square pixels, in sRGB."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import cv2
import numpy as np
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from ...take.records import ImageArray
from .side_data import side_data_of
from .tone import ToneMap

STRANGEST_PIXEL = Fraction(4)
"""Times as wide as high, or the inverse. What a file says beyond it is an error, and its pixels count as square."""


@dataclass(frozen=True)
class Turn:
    """How a picture is turned: rows and columns change places first, then left and right, top and bottom."""

    transposed: bool = False
    flipped_x: bool = False
    flipped_y: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> Self:
        """As the display matrix that a phone wrote says, to the nearest quarter turn.

        The matrix, row by row (a b u, c d v, x y w), takes a point (p, q) of the stored picture to
        (a p + c q, b p + d q) of the picture that is shown, y down (FFmpeg, libavutil/display.h; ISO 14496-12, 8.3.2).
        """
        try:
            matrix = np.frombuffer(bytes(side_data_of(frame)[Type.DISPLAYMATRIX]), np.int32)
        except KeyError:
            return cls()
        a, b, _, c, d = (int(entry) for entry in matrix[:5])
        if abs(b) + abs(c) > abs(a) + abs(d):
            return cls(True, c < 0, b < 0)
        return cls(False, a < 0, d < 0)

    @property
    def degrees(self) -> int:
        """Clockwise, 0, 90, 180 or 270; a mirror beside it does not count."""
        return 90 + 180 * (not self.flipped_x) if self.transposed else 180 * self.flipped_y

    def mirrored(self) -> "Turn":
        """The same with left and right exchanged in the end."""
        return Turn(self.transposed, not self.flipped_x, self.flipped_y)

    def apply(self, image: ImageArray) -> ImageArray:
        """``image`` (h, w, 3), turned."""
        turned = cv2.transpose(image) if self.transposed else image
        if self.flipped_x or self.flipped_y:
            turned = cv2.flip(turned, -1 if self.flipped_x and self.flipped_y else int(self.flipped_x))
        return np.asarray(turned, np.uint8)


class Upright:
    """Makes pictures of one size of the frames of one stream."""

    def __init__(self, first: VideoFrame, pixel: Fraction | None, mirrored: bool) -> None:
        """``pixel``: how wide one is, as a share of its height; None for a square one."""
        turn = Turn.of(first)
        self._turn = turn.mirrored() if mirrored else turn
        self._stored = square_size(first.width, first.height, pixel)
        self._reformatter = VideoReformatter()
        self._tone = ToneMap.of(first)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        return (self._stored[1], self._stored[0]) if self._turn.transposed else self._stored

    def picture(self, frame: VideoFrame) -> ImageArray:
        """(h, w, 3) sRGB. A frame of another size, as streams over a network have them, is scaled."""
        width, height = self._stored
        scaling = Interpolation.BILINEAR if (frame.width, frame.height) == self._stored else Interpolation.AREA
        rgb = self._reformatter.reformat(frame, width, height, "rgb24", interpolation=scaling)
        strides = rgb.planes[0].line_size, 3, 1
        image: ImageArray = np.ndarray((height, width, 3), np.uint8, rgb.planes[0], strides=strides)  # a view
        return self._turn.apply(image if self._tone is None else self._tone.apply(image))


def square_size(width: int, height: int, pixel: Fraction | None) -> tuple[int, int]:
    """Width and height at which the pixels are square: the short side of a pixel is stretched, so that none is lost."""
    if not pixel or not 1 / STRANGEST_PIXEL <= pixel <= STRANGEST_PIXEL:
        return width, height
    if pixel >= 1:
        return round(width * pixel), height
    return width, round(height / pixel)
