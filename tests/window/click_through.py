"""Imports a video and bakes it in a windowed Blender by real clicks; measures whether the window stays alive.

Run by ``click_through.sh``. Usage, inside Blender: ``--python click_through.py -- VIDEO OUTPUT_FOLDER``.

The extension must be installed and enabled. Each step leaves a picture of the screen in the output folder;
``report.json`` has the people, the bake and the longest time between two redraws of the viewport, in which a
cube turns from before the import until after it. Exit code 0 only when every step did what it should.
"""

import json
import math
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import bpy

VIDEO, OUTPUT = (Path(argument) for argument in sys.argv[sys.argv.index("--") + 1 :])
TAB = "Mocap"
EXTENSION = next(addon.module for addon in bpy.context.preferences.addons if addon.module.endswith(".gast_mocap"))
SECONDS_ALLOWED = 600
FRAMES = 90
# Buttons, in pixels from the sidebar's top left corner, as Blender draws the tab at its default size when it
# has no notices to show. The second holds once people are listed.
IMPORT_BUTTON = (143, 151)
BAKE_BUTTON = (143, 708)

redraws: list[float] = []
report: dict[str, object] = {"blender": bpy.app.version_string, "python": sys.version.split()[0]}


def extension(module: str):
    """A module of the extension."""
    return sys.modules[f"{EXTENSION}.operators.{module}"]


def view3d():
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    sidebar = next(region for region in area.regions if region.type == "UI")
    return window, area, sidebar


def on_screen(point: tuple[int, int]) -> tuple[int, int]:
    """X11 pixel of a point of the sidebar."""
    window, _, sidebar = view3d()
    return sidebar.x + point[0], window.height - sidebar.y - sidebar.height + point[1]


def click(point: tuple[int, int]) -> subprocess.Popen:
    """A real click. The first move only makes the region active. Blender goes on meanwhile."""
    x, y = on_screen(point)
    return subprocess.Popen(
        f"xdotool mousemove {x - 5} {y} sleep 0.4 mousemove {x} {y} sleep 0.4 mousedown 1 sleep 0.15 mouseup 1",
        shell=True,
    )


def orbit() -> subprocess.Popen:
    """A real drag with the middle button across the viewport."""
    drag = " ".join(f"mousemove {500 + 10 * step} 400 sleep 0.1" for step in range(20))
    return subprocess.Popen(f"xdotool mousemove 500 400 sleep 0.2 mousedown 2 {drag} mouseup 2", shell=True)


def press(keys: str) -> subprocess.Popen:
    """Real keys with the mouse over the viewport."""
    return subprocess.Popen(f"xdotool mousemove 500 400 sleep 0.4 key {keys}", shell=True)


def picture(name: str) -> subprocess.Popen:
    """Of the X screen: Blender's own screenshot reads a buffer that software rendering leaves black."""
    return subprocess.Popen(["import", "-window", "root", str(OUTPUT / f"{name}.png")])


def until(reached, seconds: float = SECONDS_ALLOWED) -> Iterator[float]:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError("a step did not come to its end")
        yield 0.05


def done(child: subprocess.Popen) -> Iterator[float]:
    yield from until(lambda: child.poll() is not None, 30)
    yield 0.3


def longest_gap(start: float, end: float) -> float:
    inside = [start, *(moment for moment in redraws if start < moment < end), end]
    return round(max(later - earlier for earlier, later in pairwise(inside)), 3)


def turn_the_cube() -> float:
    """Four times a second: work for the viewport."""
    bpy.data.objects["Cube"].rotation_euler.z += 0.05
    return 0.25


def steps() -> Iterator[float]:
    """The whole check in order; each yield is seconds to leave to Blender."""
    yield from open_the_tab()
    yield from import_by_a_click()
    yield from bake_by_a_click()
    yield from undo_by_a_key()


def open_the_tab() -> Iterator[float]:
    _, area, sidebar = view3d()
    settings = bpy.context.scene.gast_mocap
    settings.video = str(VIDEO)
    settings.quality = "fast"
    settings.end = FRAMES
    area.spaces.active.show_region_ui = True
    yield 0.5
    sidebar.active_panel_category = TAB
    area.tag_redraw()
    yield 0.5
    yield from done(picture("1_tab"))


def import_by_a_click() -> Iterator[float]:
    _, area, _ = view3d()
    bpy.types.SpaceView3D.draw_handler_add(lambda: redraws.append(time.monotonic()), (), "WINDOW", "POST_PIXEL")
    bpy.app.timers.register(turn_the_cube)
    yield 6.0
    report["longest_gap_before"] = longest_gap(time.monotonic() - 5, time.monotonic())

    click(IMPORT_BUTTON)
    running = extension("running")
    yield from until(running.is_running, 10)
    started = time.monotonic()
    yield from until(lambda: has_reached("watch") or not running.is_running())
    view = area.spaces.active.region_3d.view_rotation.copy()
    yield from done(orbit())
    orbited = view.rotation_difference(area.spaces.active.region_3d.view_rotation).angle
    report["degrees_orbited_during_the_import"] = round(math.degrees(orbited))
    yield from done(picture("2_importing"))
    yield from until(lambda: not running.is_running())
    ended = time.monotonic()

    report["import_seconds"] = round(ended - started, 1)
    report["redraws_a_second"] = round(sum(started < moment < ended for moment in redraws) / (ended - started), 1)
    report["longest_gap"] = longest_gap(started, ended)
    bpy.app.timers.unregister(turn_the_cube)
    reports = extension("reports").of_import
    report["notices"], report["error"] = list(reports.notices), reports.error
    report["people"] = [row.track_id for row in bpy.context.scene.gast_mocap.people]
    assert report["people"], "nobody is listed"
    yield 1.0
    yield from done(picture("3_people"))


def has_reached(stage: str) -> bool:
    progress = extension("running").current.progress
    return progress is not None and progress.stage == stage


def bake_by_a_click() -> Iterator[float]:
    extension("reports").of_import.clear()
    _, area, _ = view3d()
    area.tag_redraw()
    yield 0.5
    click(BAKE_BUTTON)
    yield from until(lambda: any(is_baked(thing) for thing in bpy.data.objects), 30)
    baked = next(thing for thing in bpy.data.objects if is_baked(thing))
    report["baked"] = [baked.name, *map(round, baked.animation_data.action.frame_range)]
    bpy.data.objects["Cube"].hide_set(True)
    bpy.context.scene.frame_set(sum(report["baked"][1:]) // 2)
    yield 1.0
    yield from done(picture("4_baked"))


def undo_by_a_key() -> Iterator[float]:
    bpy.data.objects["Cube"].hide_set(False)
    yield from done(press("ctrl+z"))
    yield from until(lambda: not any(thing.type == "ARMATURE" for thing in bpy.data.objects), 10)
    report["one_undo_took_it_back"] = True
    yield from done(press("ctrl+shift+z"))
    yield from until(lambda: any(is_baked(thing) for thing in bpy.data.objects), 10)
    yield from done(picture("5_redone"))


def is_baked(thing: bpy.types.Object) -> bool:
    return thing.type == "ARMATURE" and bool(thing.animation_data and thing.animation_data.action)


def tick(sequence: Iterator[float]) -> float | None:
    try:
        return next(sequence)
    except StopIteration:
        finish(0)
    except Exception:
        report["failure"] = traceback.format_exc()
        finish(1)


def finish(code: int) -> None:
    (OUTPUT / "report.json").write_text(json.dumps(report, indent=1))
    print(json.dumps(report, indent=1), flush=True)
    os._exit(code)


view = bpy.context.preferences.view
view.show_splash = False
bpy.context.preferences.use_preferences_save = False
sequence = steps()
bpy.app.timers.register(lambda: tick(sequence), first_interval=2.0)
