"""Drives a windowed Blender from inside by real clicks and keys, and takes pictures of the X screen."""

import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import bpy

SECONDS_ALLOWED = 600


def view3d():
    """The window, its largest 3D view, and that one's sidebar."""
    window = bpy.context.window_manager.windows[0]
    areas = [area for area in window.screen.areas if area.type == "VIEW_3D"]
    area = max(areas, key=lambda area: area.width * area.height)
    return window, area, next(region for region in area.regions if region.type == "UI")


def show_tab(tab: str) -> Iterator[float]:
    _, area, sidebar = view3d()
    area.spaces.active.show_region_ui = True
    yield 0.6
    sidebar.active_panel_category = tab
    yield from redrawn()


def redrawn() -> Iterator[float]:
    """Panels that open or grow settle only after some redraws."""
    for _ in range(3):
        for area in bpy.context.window_manager.windows[0].screen.areas:
            area.tag_redraw()
        yield 0.5


def click(point: tuple[int, int]) -> Iterator[float]:
    """A real click on a point of the sidebar, in pixels from its top left corner at a scale of 1.

    The first move only makes the region active. Blender goes on meanwhile.
    """
    window, _, sidebar = view3d()
    scale = bpy.context.preferences.view.ui_scale
    x = sidebar.x + round(point[0] * scale)
    y = window.height - sidebar.y - sidebar.height + round(point[1] * scale)
    yield from xdotool(f"mousemove {x - 5} {y} sleep 0.4 mousemove {x} {y} sleep 0.4 mousedown 1 sleep 0.15 mouseup 1")


def press(keys: str) -> Iterator[float]:
    """Real keys with the mouse over the viewport."""
    yield from xdotool(f"mousemove 500 400 sleep 0.4 key {keys}")


def orbit() -> Iterator[float]:
    """A real drag with the middle button across the viewport."""
    drag = " ".join(f"mousemove {500 + 10 * step} 400 sleep 0.1" for step in range(20))
    yield from xdotool(f"mousemove 500 400 sleep 0.2 mousedown 2 {drag} mouseup 2")


def xdotool(words: str) -> Iterator[float]:
    yield from done(subprocess.Popen(f"xdotool {words}", shell=True))


def picture(path: Path) -> Iterator[float]:
    """Of the X screen: Blender's own screenshot reads a buffer that software rendering leaves black."""
    yield from done(subprocess.Popen(["import", "-window", "root", str(path)]))


def until(reached, seconds: float = SECONDS_ALLOWED) -> Iterator[float]:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError("a step did not come to its end")
        yield 0.05


def done(child: subprocess.Popen) -> Iterator[float]:
    yield from until(lambda: child.poll() is not None, 60)
    yield 0.3


def longest_gap(moments: list[float], start: float, end: float) -> float:
    """Seconds without any of ``moments`` between ``start`` and ``end``."""
    inside = [start, *(moment for moment in moments if start < moment < end), end]
    return round(max(later - earlier for earlier, later in pairwise(inside)), 3)
