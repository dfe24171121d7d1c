"""The input through which a network takes pictures, in whichever order of axes and precision its file states."""

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ...take.records import FloatArray
from .session import KINDS, Port

IMAGENET_MEAN: FloatArray = np.array([123.675, 116.28, 103.53])
IMAGENET_DEVIATION: FloatArray = np.array([58.395, 57.12, 57.375])
"""Of RGB 0..255."""
MOST_PIXELS = 1 << 24
"""Of all pictures that a file takes at once, 200 MB of them. More would only fill the memory."""
PROBED = (640, 640)
"""Width and height of the black picture that tells what a file does not state of its outputs."""


@dataclass(frozen=True)
class PictureInput:
    """Pictures of ``width`` x ``height`` px, ``batch`` at a time (None for any number)."""

    port: Port
    width: int
    height: int
    batch: int | None
    channels_last: bool

    @staticmethod
    def is_one(port: Port) -> bool:
        """Whether ``port`` takes pictures of three channels."""
        pixels = math.prod(size or 1 for size in port.shape)
        return (
            len(port.shape) == 4
            and 3 in (port.shape[1], port.shape[3])
            and port.kind in KINDS
            and pixels <= 3 * MOST_PIXELS
        )

    @classmethod
    def of(cls, port: Port, size: tuple[int, int]) -> Self:
        """``size``: width and height where the file leaves them free."""
        channels_last = port.shape[1] != 3
        height, width = port.shape[1:3] if channels_last else port.shape[2:4]
        return cls(port, width or size[0], height or size[1], port.shape[0], channels_last)

    def stride(self, rows: int | None, columns: int | None) -> float:
        """Pixels between the cells of a map of the picture; 0 where they are not the same across and down."""
        if not (rows and columns) or self.width * rows != self.height * columns:
            return 0.0
        return self.width / columns

    def tensor(
        self, pictures: NDArray[np.uint8], mean: FloatArray | float = 0.0, deviation: FloatArray | float = 1.0
    ) -> dict[str, NDArray[Any]]:
        """Pictures (n, height, width, 3) less ``mean`` and over ``deviation``, as the network wants them.

        Where it takes so many at once and no fewer, black ones follow.
        """
        missing = max(0, (self.batch or 0) - len(pictures))
        pictures = np.concatenate([pictures, np.zeros((missing, *pictures.shape[1:]), np.uint8)])
        values = (pictures.astype(np.float32) - np.float32(mean)) / np.float32(deviation)
        if not self.channels_last:
            values = values.transpose(0, 3, 1, 2)
        return {self.port.name: np.ascontiguousarray(values, KINDS[self.port.kind])}
