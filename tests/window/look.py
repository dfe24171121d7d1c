"""Takes pictures at another scale of the interface: of the tab, with the take that ``click_through.py`` left, and of
the check of the installation in the preferences.

Usage, inside Blender: ``--python look.py -- VIDEO OUTPUT_FOLDER SCALE``.
"""

import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))
from driver import click, picture, redrawn, show_tab, until, view3d, xdotool

VIDEO, OUTPUT, SCALE = sys.argv[sys.argv.index("--") + 1 :][:3]
MEND, OPTIONS = (60, 334), (60, 62)  # without the line of what the video is


def steps() -> Iterator[float]:
    bpy.ops.gast_mocap.open_take(filepath=str(Path(OUTPUT, "two.take.npz")))
    yield from show_tab("Mocap")
    yield from picture(Path(OUTPUT, f"scale_{SCALE}_closed.png"))
    yield from click(MEND)
    yield from redrawn()
    yield from picture(Path(OUTPUT, f"scale_{SCALE}_open.png"))
    yield from click(MEND)
    yield from redrawn()
    yield from click(OPTIONS)
    yield from redrawn()
    yield from picture(Path(OUTPUT, f"scale_{SCALE}_options.png"))
    yield from check_installation()
    yield from picture(Path(OUTPUT, f"scale_{SCALE}_check.png"))


def check_installation() -> Iterator[float]:
    _, area, _ = view3d()
    yield from xdotool("mousemove 600 1300")  # no tooltip over what is shown
    area.type = "PREFERENCES"
    bpy.ops.preferences.addon_show(module="bl_ext.user_default.gast_mocap")
    yield from redrawn()
    bpy.ops.gast_mocap.check_installation()
    yield from until(lambda: bpy.ops.gast_mocap.copy_report.poll())
    bpy.ops.gast_mocap.copy_report()
    yield from redrawn()


def tick() -> float | None:
    try:
        return next(sequence)
    except StopIteration:
        os._exit(0)
    except Exception:
        traceback.print_exc()
        os._exit(1)


bpy.context.preferences.view.show_splash = False
bpy.context.preferences.use_preferences_save = False
bpy.context.preferences.view.ui_scale = float(SCALE)
sequence = steps()
bpy.app.timers.register(tick, first_interval=2.0)
