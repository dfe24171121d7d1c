import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import bpy

import gast_mocap

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


def test_ten_times_off_and_on_leaves_nothing_behind(take):
    """In a process of its own: Blender 5.2 crashed once in an undo of a later test."""
    command = [sys.executable, str(Path(__file__).with_name("off_and_on.py")), take]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    said = (done.stdout + done.stderr).splitlines()
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["left"] == {}
    assert found["grown by"] < 200, "objects from round to round"
    assert not [line for line in said if "warn" in line.lower() or "leak" in line.lower()]


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
