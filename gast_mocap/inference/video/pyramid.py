"""A frame at full, half, quarter and eighth size, so that small pictures of its parts are cheap and free of moire."""

from dataclasses import dataclass, field, replace
from typing import Self

import cv2
import numpy as np

from ...take.records import FloatArray, ImageArray

LEVELS = 4


@dataclass(frozen=True)
class Pyramid:
    """Pictures of parts of one frame, or of a turned rectangle of it that then is a frame of its own.

    ``levels`` (h, w, 3) RGB, each half as large as the one before; ``size`` width and height in pixels of what is
    shown; ``corner`` (2,) px of its top left in the whole frame; ``turn`` radians clockwise by which it is turned about
    that corner; ``curve`` (256,) the brightness that pictures show for each of the levels'.
    """

    levels: tuple[ImageArray, ...]
    size: tuple[int, int]
    corner: FloatArray = field(default_factory=lambda: np.zeros(2))
    turn: float = 0.0
    curve: ImageArray | None = None

    @classmethod
    def of(cls, image: ImageArray) -> Self:
        levels = [image]
        for _ in range(LEVELS - 1):
            height, width = levels[-1].shape[0] // 2, levels[-1].shape[1] // 2
            if min(height, width) < 1:
                break
            even = levels[-1][: 2 * height, : 2 * width]
            levels.append(np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8))
        return cls(tuple(levels), (image.shape[1], image.shape[0]))

    @property
    def memory(self) -> int:
        """Bytes that it keeps alive."""
        return sum(level.nbytes for level in self.levels)

    def coarse(self, side: int) -> ImageArray:
        """The smallest level (h, w, 3) whose long side has at least ``side`` pixels; the largest if none has."""
        return next((level for level in self.levels[::-1] if max(level.shape) >= side), self.levels[0])

    def part(self, box: FloatArray, turn: float = 0.0) -> Self:
        """What lies in ``box`` (4,) px, turned about its middle by ``turn`` radians clockwise, as a frame of its own.

        The part is upright in itself: with pi / 2 the right side of the box becomes its top. It may reach beyond this
        frame, where it is black. Nothing is drawn until a picture is asked for.
        """
        size, middle = box[2:] - box[:2], (box[:2] + box[2:]) / 2
        corner = self._whole_from_this(middle - rotation(turn) @ size / 2)
        return replace(self, size=(round(size[0]), round(size[1])), corner=corner, turn=self.turn + turn)

    def points_from_part(self, part: "Pyramid", points: FloatArray) -> FloatArray:
        """Pixels (n, 2) of this frame of ``points`` (n, 2) px of a ``part`` of it."""
        whole = part._whole_from_this(points)
        return np.asarray((whole - self.corner) @ rotation(self.turn))

    def picture(self, box: FloatArray, width: int, height: int) -> ImageArray:
        """What lies in ``box`` (4,) px of the frame as a picture (height, width, 3), black beyond the whole frame.

        Drawn from the level that is at most twice as fine as the picture.
        """
        scale = np.array([width, height]) / (box[2:] - box[:2])
        level = int(np.clip(np.floor(-np.log2(scale.max())), 0, len(self.levels) - 1))
        step = 2**level
        picture_from_whole = scale[:, None] * rotation(-self.turn)
        # Pixel i covers i to i + 1, so its middle is at i + 0.5 on every level.
        shift = picture_from_whole @ (step / 2 - self.corner) - scale * box[:2] - 0.5
        moved = np.column_stack([picture_from_whole * step, shift])
        drawn = cv2.warpAffine(self.levels[level], moved, (width, height), flags=cv2.INTER_LINEAR)
        return np.asarray(drawn if self.curve is None else cv2.LUT(drawn, self.curve), np.uint8)

    def _whole_from_this(self, points: FloatArray) -> FloatArray:
        return np.asarray(points @ rotation(self.turn).T + self.corner)


def rotation(turn: float) -> FloatArray:
    """(2, 2) of a turn by ``turn`` radians, clockwise as seen where y points down."""
    cosine, sine = np.cos(turn), np.sin(turn)
    return np.array([[cosine, -sine], [sine, cosine]])
