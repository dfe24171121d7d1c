"""A frame at full, half, quarter and eighth size, so that small pictures of its parts are cheap and free of moire."""

from typing import Self

import cv2
import numpy as np

from ...take.records import FloatArray, ImageArray

LEVELS = 4


class Pyramid:
    """Pictures of parts of one frame (h, w, 3)."""

    def __init__(self, levels: tuple[ImageArray, ...]) -> None:
        """``levels``: each half as large as the one before."""
        self._levels = levels

    @classmethod
    def of(cls, image: ImageArray) -> Self:
        levels = [image]
        for _ in range(LEVELS - 1):
            height, width = levels[-1].shape[0] // 2, levels[-1].shape[1] // 2
            if min(height, width) < 1:
                break
            even = levels[-1][: 2 * height, : 2 * width]
            levels.append(np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8))
        return cls(tuple(levels))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frame."""
        height, width = self._levels[0].shape[:2]
        return width, height

    def picture(self, box: FloatArray, width: int, height: int) -> ImageArray:
        """What lies in ``box`` (4,) px of the frame as a picture (height, width, 3), black beyond the frame.

        Drawn from the level that is at most twice as fine as the picture.
        """
        scale = np.array([width, height]) / (box[2:] - box[:2])
        level = int(np.clip(np.floor(-np.log2(scale.max())), 0, len(self._levels) - 1))
        step = 2**level
        # Pixel i covers i to i + 1, so its middle is at i + 0.5 on every level.
        shift = scale * (step / 2 - box[:2]) - 0.5
        moved = np.array([[scale[0] * step, 0, shift[0]], [0, scale[1] * step, shift[1]]])
        return np.asarray(cv2.warpAffine(self._levels[level], moved, (width, height), flags=cv2.INTER_LINEAR), np.uint8)
