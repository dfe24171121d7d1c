"""Pictures of those whom an import has found so far, as Blender icons."""

import bpy.utils.previews
import numpy as np

from ..inference.protocol.messages import Glimpse
from .thumbnails import preview_pixels, show_pixels

_previews: bpy.utils.previews.ImagePreviewCollection | None = None
_shown: dict[int, str] = {}
"""The pixels that each icon shows."""


def icon(number: int, person: Glimpse) -> int:
    """The icon of the person who is shown in the place ``number``, with the picture that they have now."""
    global _previews
    if _previews is None:
        _previews = bpy.utils.previews.new()
    name = str(number)
    preview = _previews[name] if name in _previews else _previews.new(name)
    if _shown.get(number) != person.pixels:
        _shown[number] = person.pixels
        picture = np.frombuffer(person.rgb, np.uint8).reshape(person.height, person.width, 3)
        show_pixels(preview, preview_pixels(picture))
    return preview.icon_id


def forget() -> None:
    """Call when another file is opened, or at the end."""
    global _previews
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
    _previews = None
    _shown.clear()
