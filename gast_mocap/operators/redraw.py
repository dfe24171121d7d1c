"""Shows anew what a timer has changed: Blender redraws by itself only what somebody touched."""

import bpy


def redraw_sidebars() -> None:
    for window in _windows():
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


def redraw_status_bars() -> None:
    """But not during a transform or the like, which writes its own hints there."""
    for window in _windows():
        if not window.modal_operators:
            window.workspace.status_text_set_internal(None)


def _windows() -> "list[bpy.types.Window]":
    assert bpy.context.window_manager
    return list(bpy.context.window_manager.windows)
