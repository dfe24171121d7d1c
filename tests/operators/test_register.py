import gc
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import bpy

import gast_mocap
from gast_mocap.operators import thumbnails

CHECKOUT = Path(__file__).parents[2]


def entries_in_import_menu():
    """How often File > Import offers our importer, drawn on a layout that writes down what it is given."""
    drawn = []

    class Layout:
        def operator(self, name, **_options):
            drawn.append(name)
            return SimpleNamespace()

    for draw in bpy.types.TOPBAR_MT_file_import.draw._draw_funcs:
        if draw.__module__.startswith("gast_mocap"):
            draw(SimpleNamespace(layout=Layout()), None)
    return drawn.count("gast_mocap.import_video")


def test_twice_in_a_row():
    for _ in range(2):
        gast_mocap.register()
        assert hasattr(bpy.types.Scene, "gast_mocap")
        assert hasattr(bpy.types, "GAST_MOCAP_PT_video")
        assert entries_in_import_menu() == 1
        gast_mocap.unregister()
        assert entries_in_import_menu() == 0
        assert not hasattr(bpy.types.Scene, "gast_mocap")
        assert not hasattr(bpy.types, "GAST_MOCAP_PT_video")


def traces() -> dict[str, int]:
    """What the extension could leave behind in Blender, counted."""
    handlers = bpy.app.handlers
    lists = {name: getattr(handlers, name) for name in dir(handlers) if isinstance(getattr(handlers, name), list)}
    draws = {
        kind.__name__: kind.draw._draw_funcs
        for kind in (bpy.types.TOPBAR_MT_file_import, bpy.types.STATUSBAR_HT_header)
    }
    counted = {name: len(found) for name, found in (lists | draws).items()}
    return counted | {"threads": threading.active_count(), "types": len(dir(bpy.types))}


def test_ten_times_off_and_on_leaves_nothing_behind(scene, take, capfd):
    gast_mocap.unregister()
    before, objects = traces(), []
    for _ in range(10):
        gast_mocap.register()
        bpy.ops.gast_mocap.open_take(filepath=take)
        thumbnails.picture(take, 1)
        gast_mocap.unregister()
        gc.collect()
        objects.append(len(gc.get_objects()))
    assert traces() == before
    assert objects[-1] - objects[4] < 200, "nothing grows from round to round"
    said = capfd.readouterr()
    assert not [line for line in (said.out + said.err).splitlines() if "warn" in line.lower() or "leak" in line.lower()]
    gast_mocap.register()


def test_blender_never_loads_the_libraries_of_the_worker(take):
    script = (
        "import sys, os, bpy, gast_mocap; gast_mocap.register(); "
        "bpy.ops.gast_mocap.open_take(filepath=sys.argv[1]); bpy.ops.gast_mocap.bake(); "
        "print('LOADED', sorted({'cv2', 'onnxruntime', 'torch'} & set(sys.modules)), flush=True); os._exit(0)"
    )
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", script, take]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60).stdout
    assert "LOADED []" in printed
