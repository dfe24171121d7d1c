"""A part of the frame as the picture that a network sees, and the way back."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ...take.records import FloatArray, ImageArray
from ..video.pyramid import Pyramid


@dataclass(frozen=True)
class Window:
    """The ``box`` (4,) px of the frame seen as a picture of ``width`` x ``height`` px; it may reach beyond the frame.

    Places are continuous: the middle of the frame's first pixel is (0.5, 0.5), in the picture as well.
    """

    box: FloatArray
    width: int
    height: int

    @classmethod
    def stretched(cls, frame: Pyramid, width: int, height: int) -> Self:
        """The whole frame, its aspect given up."""
        return cls(np.array([0.0, 0.0, *frame.size]), width, height)

    @classmethod
    def letterboxed(cls, frame: Pyramid, width: int, height: int, centred: bool = True) -> Self:
        """The whole frame, its aspect kept, in the middle or in the top left corner."""
        size = np.array(frame.size, float)
        seen = np.array([width, height]) / min(width / size[0], height / size[1])
        corner = (size - seen) / 2 if centred else np.zeros(2)
        return cls(np.concatenate([corner, corner + seen]), width, height)

    @classmethod
    def around(cls, box: FloatArray, width: int, height: int, growth: float) -> Self:
        """A person's ``box`` (4,) grown about its middle to the picture's aspect, then by ``growth``."""
        centre, size = (box[:2] + box[2:]) / 2, np.maximum(box[2:] - box[:2], 1.0)
        half = growth * max(size[0] / width, size[1] / height) * np.array([width, height]) / 2
        return cls(np.concatenate([centre - half, centre + half]), width, height)

    @property
    def scale(self) -> FloatArray:
        """(2,) frame pixels a picture pixel, across and down."""
        return np.asarray((self.box[2:] - self.box[:2]) / (self.width, self.height))

    def picture(self, frame: Pyramid, fill: int = 0) -> ImageArray:
        """(height, width, 3) RGB, ``fill`` where the window reaches beyond the frame."""
        picture = frame.picture(self.box, self.width, self.height)
        if fill:
            inside = np.array([[0, 0], frame.size]) - self.box[:2]
            (left, top), (right, bottom) = np.round(inside / self.scale).astype(int)
            beyond = np.ones((self.height, self.width), bool)
            beyond[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = False
            picture[beyond] = fill
        return picture

    def frame_from_picture(self, points: FloatArray) -> FloatArray:
        """Frame pixels of ``points`` (..., 2) px of the picture."""
        return np.asarray(self.box[:2] + points * self.scale)

    def frame_from_picture_boxes(self, boxes: FloatArray) -> FloatArray:
        """Frame pixels of ``boxes`` (n, 4) px of the picture."""
        return self.frame_from_picture(boxes.reshape(-1, 2, 2)).reshape(-1, 4)
