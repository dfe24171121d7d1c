"""Switches the extension on and off ten times: ``python off_and_on.py TAKE`` says in JSON what is left of it."""

import gc
import json
import os
import sys
import threading

import bpy

import gast_mocap
from gast_mocap.operators import thumbnails


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


def switch(take: str) -> None:
    gast_mocap.register()
    bpy.ops.gast_mocap.open_take(filepath=take)
    assert thumbnails.picture(take, 1)
    gast_mocap.unregister()
    gc.collect()


switch(sys.argv[1])
before, objects = traces(), []
for _ in range(10):
    switch(sys.argv[1])
    objects.append(len(gc.get_objects()))
after = traces()
left = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
print(json.dumps({"left": left, "grown by": objects[-1] - objects[4]}), flush=True)
os._exit(0)  # bpy as a module may crash as Python ends
