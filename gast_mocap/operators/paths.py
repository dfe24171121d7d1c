"""Paths that may begin with ``//``, the folder of the .blend file."""

import bpy

BLEND_RELATIVE = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
"""Options of a property for such a path: without them Blender 4.5 and later warn of each one that is set."""
