import os
import subprocess
import sys
from pathlib import Path

import bpy

import gast_mocap

CHECKOUT = Path(__file__).parents[2]


def test_twice_in_a_row():
    for _ in range(2):
        gast_mocap.register()
        assert hasattr(bpy.types.Scene, "gast_mocap")
        assert hasattr(bpy.types, "GAST_MOCAP_PT_video")
        gast_mocap.unregister()
        assert not hasattr(bpy.types.Scene, "gast_mocap")
        assert not hasattr(bpy.types, "GAST_MOCAP_PT_video")


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
