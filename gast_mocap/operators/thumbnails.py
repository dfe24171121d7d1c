"""Pictures of the people of a take, as Blender icons."""

import bpy
import bpy.utils.previews
import numpy as np

from ..take.errors import MocapError
from ..take.records import FloatArray, ImageArray
from .scene_take import TakeFile, read

LARGEST_SIDE = 256
"""Pixels of an icon: a take may come from anywhere and hold pictures of any size. More look sharper when enlarged."""

_previews: bpy.utils.previews.ImagePreviewCollection | None = None
_shown: set[TakeFile] = set()


def icon(take: str, track_id: int) -> int:
    """Icon of a person of the take that a path field names; 0, which draws nothing, where there is none."""
    shown = picture(take, track_id)
    return shown.icon_id if shown else 0


def picture(take: str, track_id: int) -> bpy.types.ImagePreview | None:
    """The picture of a person of the take that a path field names, if there is one."""
    global _previews
    if _previews is None:
        _previews = bpy.utils.previews.new()
    try:
        file = TakeFile.at(take)
        if file not in _shown:
            _shown.add(file)
            _load(_previews, file)
    except MocapError:
        return None  # the take has moved; baking says so
    return _previews.get(_name(file, track_id))


def forget() -> None:
    """Call when another file is opened, or at the end."""
    global _previews
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
    _previews = None
    _shown.clear()


def _load(previews: bpy.utils.previews.ImagePreviewCollection, file: TakeFile) -> None:
    for person in read(file).people:
        if not person.thumbnail.size:
            continue
        show_pixels(previews.new(_name(file, person.track_id)), preview_pixels(person.thumbnail))


def _name(file: TakeFile, track_id: int) -> str:
    return f"{file.path} {file.modified} {file.size} {track_id}"


def show_pixels(preview: bpy.types.ImagePreview, pixels: FloatArray) -> None:
    """Let ``preview`` show ``pixels`` (h, w, 4) RGBA 0..1, bottom row first."""
    preview.icon_size = preview.image_size = pixels.shape[1::-1]
    preview.icon_pixels_float.foreach_set(pixels.ravel())  # type: ignore[attr-defined] # an array, not a float
    preview.image_pixels_float.foreach_set(pixels.ravel())  # type: ignore[attr-defined] # an array, not a float


def preview_pixels(thumbnail: ImageArray) -> FloatArray:
    """(side, side, 4) RGBA 0..1, bottom row first, the picture centred on transparency: icons are square."""
    step = -(-max(thumbnail.shape[:2]) // LARGEST_SIDE)
    shrunk = thumbnail[::step, ::step]
    height, width = shrunk.shape[:2]
    side = max(height, width)
    pixels = np.zeros((side, side, 4), dtype=np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    pixels[top : top + height, left : left + width, :3] = shrunk / 255
    pixels[top : top + height, left : left + width, 3] = 1
    return pixels[::-1]
