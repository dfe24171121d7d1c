"""The whole job in a windowed Blender by real clicks and keys; measures whether the window stays alive.

Run by ``click_through.sh``. Usage, inside Blender: ``--python click_through.py -- VIDEO OUTPUT_FOLDER``. VIDEO shows
two people at once.

The extension must be installed and enabled. Each step leaves a picture of the screen in the output folder;
``report.json`` has the people, the bake, and the longest time between two redraws of the viewport, in which a
cube turns from before the import until after it. Exit code 0 only when every step did what it should.
"""

import json
import math
import os
import shutil
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from driver import click, longest_gap, orbit, picture, press, redrawn, show_tab, until, view3d, xdotool

VIDEO, OUTPUT = (Path(argument) for argument in sys.argv[sys.argv.index("--") + 1 :][:2])
EXTENSION = next(addon.module for addon in bpy.context.preferences.addons if addon.module.endswith(".gast_mocap"))
FRAMES = 40
# Buttons, as Blender draws the tab at its default width when the video is told and there are no notices.
IMPORT = (143, 126)
BAKE, MATCH = (143, 599), (110, 631)
MEND = (60, 378)
SPLIT, DELETE = (192, 447), (192, 504)  # Delete with three people: a row and a strip more above it
SWAP = (75, 467)
TRUNK, LEFT_WRIST = [5, 6, 11, 12], 9  # of COCO-17

redraws: list[float] = []
ticks: list[float] = []
report: dict[str, object] = {"blender": bpy.app.version_string, "python": sys.version.split()[0]}


def extension(module: str):
    """A module of the extension."""
    return sys.modules[f"{EXTENSION}.operators.{module}"]


def settings():
    return bpy.context.scene.gast_mocap


def people() -> list[int]:
    return [row.track_id for row in settings().people]


def take():
    return extension("scene_take").take_of(bpy.context.scene)


def idle() -> bool:
    return not extension("running").is_running()


def shown(name: str) -> Iterator[float]:
    yield from redrawn()
    yield from picture(OUTPUT / f"{name}.png")


def clear_reports() -> Iterator[float]:
    """Notices would move the buttons below them."""
    extension("reports").forget()
    yield from redrawn()


def turn_the_cube() -> float:
    """Four times a second: work for the viewport."""
    bpy.data.objects["Cube"].rotation_euler.z += 0.05
    return 0.25


def tell_the_time() -> float:
    """Fifty times a second: a gap is what Blender's own timers wait."""
    ticks.append(time.monotonic())
    return 0.02


def gaps(start: float, end: float) -> list[float]:
    """Milliseconds between Blender's timers: median, the longest, and how many a minute are over 100."""
    waits = np.diff([start, *(moment for moment in ticks if start < moment < end), end])
    return [
        round(float(value), 1)
        for value in (1e3 * np.median(waits), 1e3 * waits.max(), (waits > 0.1).sum() * 60 / (end - start))
    ]


def steps() -> Iterator[float]:
    """The whole check in order; each yield is seconds to leave to Blender."""
    yield from choose_the_video()
    yield from cancel_by_a_key()
    yield from import_by_a_click()
    yield from cancel_a_queue()
    yield from bake_by_a_click()
    yield from undo_by_a_key()
    yield from see_the_match()
    yield from correct_in_the_picture()
    yield from tune_live()
    yield from mend_by_clicks()
    yield from save_and_load()
    yield from off_and_on()


def choose_the_video() -> Iterator[float]:
    yield from show_tab("Mocap")
    settings().video = str(VIDEO)
    settings().quality, settings().end = "fast", FRAMES
    yield from until(lambda: extension("looking").known_of(str(VIDEO)), 60)
    yield from shown("1_video")


def cancel_by_a_key() -> Iterator[float]:
    yield from click(IMPORT)
    yield from until(lambda: not idle(), 20)
    yield 1.0
    began = time.monotonic()
    yield from press("Escape")
    yield from until(idle, 20)
    report["seconds_until_cancelled"] = round(time.monotonic() - began, 1)
    assert extension("reports").of_import.notices == ["Cancelled. Nothing was changed."]
    yield from shown("2_cancelled")
    yield from clear_reports()


def import_by_a_click() -> Iterator[float]:
    _, area, _ = view3d()
    bpy.types.SpaceView3D.draw_handler_add(lambda: redraws.append(time.monotonic()), (), "WINDOW", "POST_PIXEL")
    bpy.app.timers.register(turn_the_cube)
    bpy.app.timers.register(tell_the_time)
    yield 16.0
    report["timer_gaps_before"] = gaps(time.monotonic() - 15, time.monotonic())
    report["longest_gap_before"] = longest_gap(redraws, time.monotonic() - 5, time.monotonic())
    yield from click(IMPORT)
    yield from until(lambda: not idle(), 20)
    started = time.monotonic()
    yield from until(lambda: is_watching() or idle())
    yield from until(lambda: ((found := extension("running").current.found) and found.total) or idle())
    yield 0.5
    yield from picture(OUTPUT / "3_importing.png")
    view = area.spaces.active.region_3d.view_rotation.copy()
    yield from orbit()
    orbited = view.rotation_difference(area.spaces.active.region_3d.view_rotation).angle
    report["degrees_orbited_during_the_import"] = round(math.degrees(orbited))
    yield from until(idle)
    ended = time.monotonic()
    report["import_seconds"] = round(ended - started, 1)
    report["redraws_a_second"] = round(sum(started < moment < ended for moment in redraws) / (ended - started), 1)
    report["longest_gap"] = longest_gap(redraws, started, ended)
    report["timer_gaps"] = gaps(started, ended)
    bpy.app.timers.unregister(tell_the_time)
    bpy.app.timers.unregister(turn_the_cube)
    report["notices"], report["error"] = (
        list(extension("reports").of_import.notices),
        extension("reports").of_import.error,
    )
    report["people"] = people()
    assert people() == [1, 2], people()
    yield from shown("4_people")
    yield from clear_reports()


def is_watching() -> bool:
    """Far enough for the panel to tell how long it will take."""
    progress = extension("running").current.progress
    return progress is not None and progress.stage == "watch" and progress.done >= 4


def cancel_a_queue() -> Iterator[float]:
    """Three videos, of which all are cancelled; the take of the import before stays."""
    videos = [shutil.copy(VIDEO, VIDEO.with_stem(name)) for name in ("first", "second", "third")]
    files = [{"name": Path(video).name} for video in videos]
    bpy.ops.gast_mocap.import_video(directory=str(VIDEO.parent), files=files)
    yield from until(lambda: is_watching() or idle())
    yield from shown("3_queue")
    assert extension("import_queue").names_waiting() == ["second.mp4", "third.mp4"]
    bpy.ops.gast_mocap.cancel_import(is_for_all=True)
    yield from until(idle, 20)
    report["queue"] = extension("reports").of_import.done[:]
    settings().video = str(VIDEO)
    yield from clear_reports()


def bake_by_a_click() -> Iterator[float]:
    bpy.data.objects["Cube"].hide_set(True)
    yield from click(BAKE)
    yield from until(lambda: any(is_baked(thing) for thing in bpy.data.objects), 60)
    baked = next(thing for thing in bpy.data.objects if is_baked(thing))
    report["baked"] = [baked.name, *map(round, baked.animation_data.action.frame_range)]
    assert bpy.context.selected_objects == [baked]
    assert bpy.context.scene.frame_current == report["baked"][1]
    yield from shown("5_baked")


def undo_by_a_key() -> Iterator[float]:
    yield from press("ctrl+z")
    yield from until(lambda: not any(thing.type == "ARMATURE" for thing in bpy.data.objects), 20)
    report["one_undo_took_it_back"] = True
    yield from press("ctrl+shift+z")
    yield from until(lambda: any(is_baked(thing) for thing in bpy.data.objects), 20)
    yield from clear_reports()


def see_the_match() -> Iterator[float]:
    bpy.context.scene.frame_set(8)
    yield from click(MATCH)
    yield from until(lambda: bpy.context.scene.camera and bpy.context.scene.camera.get("gast_mocap_camera"), 30)
    yield 1.0
    yield from shown("6_match")
    yield from clear_reports()


def correct_in_the_picture() -> Iterator[float]:
    """A click on the second person chooses them, a drag moves their wrist, and Undo Last takes it back."""
    window, area, sidebar = view3d()
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=sidebar):
        bpy.ops.gast_mocap.work_in_picture("INVOKE_DEFAULT")
    yield from redrawn()
    frame = extension("mending").video_frame(bpy.context.scene, take(), bpy.context.scene.frame_current)
    keypoints = take().person(2).keypoints
    points = keypoints.points[list(keypoints.frames).index(frame)]
    shown_at = extension("in_picture").picture_in(bpy.context, area)
    (x, y), (wrist_x, wrist_y) = (
        (round(region.x + across), round(window.height - region.y - up))
        for across, up in shown_at.in_region(np.stack([points[TRUNK].mean(axis=0), points[LEFT_WRIST]]))
    )
    yield from xdotool(f"mousemove {x - 5} {y} sleep 0.4 mousemove {x} {y} sleep 0.4 mousedown 1 sleep 0.2 mouseup 1")
    yield from redrawn()
    assert settings().person().track_id == 2
    moves = " ".join(f"mousemove {wrist_x + step} {wrist_y - step} sleep 0.2" for step in (0, 20, 40))
    yield from xdotool(f"mousemove {wrist_x} {wrist_y} sleep 0.4 mousedown 1 sleep 0.2 {moves}")
    yield from picture(OUTPUT / "6_correcting.png")
    yield from xdotool("mouseup 1")
    yield from until(lambda: len(take().edits) == 1 and idle(), 120)
    moved = take().edits[0]
    off = np.array([moved.x, moved.y]) - points[LEFT_WRIST] - np.array([40, -40]) / shown_at.scale
    assert np.abs(off).max() < 3, off
    report["corrected"] = moved.words
    yield from press("Escape")
    bpy.ops.gast_mocap.undo_edit()  # with wait there would be no step that a later undo could go back to
    yield from until(lambda: not take().edits and idle(), 120)
    settings().person_index = 0
    yield from clear_reports()


def tune_live() -> Iterator[float]:
    baked = next(thing for thing in bpy.data.objects if is_baked(thing))
    pose = [bone.matrix.copy() for bone in baked.pose.bones]
    settings().live = True
    yield 2.0
    began = time.monotonic()
    settings().clean.smooth_body = 1.0
    yield from until(lambda: any(bone.matrix != old for bone, old in zip(baked.pose.bones, pose, strict=True)), 20)
    report["seconds_until_tuned"] = round(time.monotonic() - began, 2)
    settings().live = False


def mend_by_clicks() -> Iterator[float]:
    whole = take().person(1).keypoints.frames
    yield from click(MEND)
    yield from redrawn()
    bpy.context.scene.frame_set(8)
    yield from click(SPLIT)
    yield from until(lambda: people() == [1, 2, 3] and idle(), 120)
    assert len(take().person(1).keypoints.frames) + len(take().person(3).keypoints.frames) == len(whole)
    yield from clear_reports()
    yield from shown("7_split")
    yield from press("ctrl+z")
    yield from until(lambda: people() == [1, 2] and not take().edits and idle(), 120)
    report["undo_takes_the_take_along"] = True
    yield from press("ctrl+shift+z")
    yield from until(lambda: people() == [1, 2, 3] and len(take().edits) == 1 and idle(), 120)
    yield from clear_reports()
    settings().person_index = 2
    yield from redrawn()
    yield from click(DELETE)
    yield from until(lambda: people() == [1, 2] and len(take().edits) == 2 and idle(), 120)
    yield from clear_reports()
    yield from click(SWAP)
    yield 1.0
    yield from picture(OUTPUT / "8_swap.png")
    yield from press("Return")
    yield from until(lambda: len(take().edits) == 3 and idle(), 120)
    yield from clear_reports()
    yield from shown("9_mended")
    report["edits"] = [edit.words for edit in take().edits]


def save_and_load() -> Iterator[float]:
    blend = OUTPUT / "mended.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    yield 2.0
    assert people() == [1, 2]
    assert len(take().edits) == 3
    yield from show_tab("Mocap")
    yield from shown("10_loaded")


def off_and_on() -> Iterator[float]:
    """Ten times; the take is still shown afterwards."""
    spent = []
    for _ in range(10):
        began = time.monotonic()
        bpy.ops.preferences.addon_disable(module=EXTENSION)
        yield 0.2
        bpy.ops.preferences.addon_enable(module=EXTENSION)
        spent.append(round(time.monotonic() - began - 0.2, 2))
        yield 0.2
    report["seconds_off_and_on"] = spent
    assert people() == [1, 2]
    yield from show_tab("Mocap")
    yield from shown("11_off_and_on")


def is_baked(thing: bpy.types.Object) -> bool:
    return thing.type == "ARMATURE" and bool(thing.animation_data and thing.animation_data.action)


def tick() -> float | None:
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
bpy.app.timers.register(tick, first_interval=2.0, persistent=True)
