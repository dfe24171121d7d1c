"""Pictures of the people of a take, as Blender icons."""

from pathlib import Path

import bpy
import bpy.utils.previews
import numpy as np

from ..take.errors import MocapError
from ..take.files import load_take
from ..take.records import FloatArray, ImageArray

_previews: bpy.utils.previews.ImagePreviewCollection | None = None


def icon(take: str, track_id: int) -> int:
    """Icon of a person of the take at path ``take``; 0, which draws nothing, where there is none."""
    global _previews
    if _previews is None:
        _previews = bpy.utils.previews.new()
        _load(_previews, take)
    picture = _previews.get(str(track_id))
    return picture.icon_id if picture else 0


def forget() -> None:
    """Call when the take changes: the next ``icon`` reads it again."""
    global _previews
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
    _previews = None


def _load(previews: bpy.utils.previews.ImagePreviewCollection, take: str) -> None:
    try:
        people = load_take(Path(bpy.path.abspath(take))).people
    except MocapError:
        return  # the take has moved; baking says so
    for person in people:
        pixels = preview_pixels(person.thumbnail)
        picture = previews.new(str(person.track_id))
        picture.icon_size = picture.image_size = pixels.shape[1::-1]
        picture.icon_pixels_float.foreach_set(pixels.ravel())
        picture.image_pixels_float.foreach_set(pixels.ravel())


def preview_pixels(thumbnail: ImageArray) -> FloatArray:
    """(side, side, 4) RGBA 0..1, bottom row first, the picture centred on transparency: icons are square."""
    height, width = thumbnail.shape[:2]
    side = max(height, width)
    pixels = np.zeros((side, side, 4), dtype=np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    pixels[top : top + height, left : left + width, :3] = thumbnail / 255
    pixels[top : top + height, left : left + width, 3] = 1
    return pixels[::-1]
