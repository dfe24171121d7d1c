"""The camera that filmed a video, as a performance was placed before it."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

NEAREST = 0.01
"""Metres before the camera; what is nearer, or behind it, is drawn as if it were there."""


@dataclass(frozen=True)
class FilmCamera:
    """``world_from_camera`` (3, 3) turns camera axes (x right, y down, z away) to Blender's; ``location`` (3,) m;
    ``field_of_view`` across the picture in degrees."""

    world_from_camera: NDArray[np.float64]
    location: NDArray[np.float64]
    field_of_view: float

    def focal_px(self, width: int) -> float:
        """In px of a picture so wide."""
        return width / 2 / math.tan(math.radians(self.field_of_view) / 2)

    def picture_of(self, points: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
        """(..., 2) px at which ``points`` (..., 3) of Blender's world are seen, y down."""
        seen = (points - self.location) @ self.world_from_camera
        flat: NDArray[np.float64] = seen[..., :2] / np.maximum(seen[..., 2:], NEAREST)
        return flat * self.focal_px(width) + [width / 2, height / 2]

    def turned(self, rotation: NDArray[np.float64]) -> "FilmCamera":
        """With the whole world turned by ``rotation`` (3, 3)."""
        return replace(self, world_from_camera=rotation @ self.world_from_camera, location=rotation @ self.location)

    def moved(self, way: NDArray[np.float64]) -> "FilmCamera":
        return replace(self, location=self.location + way)
