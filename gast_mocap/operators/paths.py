"""Paths as the path fields give them: they may begin with ``//``, the folder of the .blend file."""

from pathlib import Path
from typing import Literal

import bpy

from ..take.errors import MocapError
from .translation import rpt_

BLEND_RELATIVE: set[Literal["PATH_SUPPORTS_BLEND_RELATIVE"]] = (
    {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
)
"""Options of a property for such a path: without them Blender 4.5 and later warn of each one that is set."""


def chosen_path(field: str) -> Path:
    """The absolute path that a path field holds; never a URL, whatever it looks like.

    Raises:
        MocapError: ``path_not_unicode``. Such names exist on Linux, but neither takes nor Blender can hold them.
    """
    path = bpy.path.abspath(field)
    try:
        path.encode()
    except UnicodeEncodeError as error:
        readable = path.encode(errors="replace").decode()
        text = rpt_("The name {readable} is not valid Unicode. Rename the file or folder.").format(readable=readable)
        raise MocapError("path_not_unicode", text, str(error)) from error
    return Path(path).absolute()


def stored_path(field: str) -> str:
    """What a path field keeps: relative to the .blend file once that is saved, so that both can move together."""
    if not bpy.data.is_saved:
        return field
    try:
        return str(bpy.path.relpath(str(chosen_path(field))))
    except ValueError:  # on another drive of Windows
        return field
