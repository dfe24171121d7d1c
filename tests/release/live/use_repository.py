"""Lists, installs, updates and removes the extension from a repository, in Blender; prints a line of JSON at the end.

``python use_repository.py ADDRESS SERVED NEWER CLIP``: ``ADDRESS`` is that of the folder SERVED, which is given the
files of NEWER for the update; CLIP is a video of a person. Also runs in a window: ``blender --python
use_repository.py -- ADDRESS ...``.
"""

import importlib.util
import json
import os
import shutil
import sys
import time
import tomllib
import traceback
from pathlib import Path

import bpy

ADDRESS, SERVED, NEWER, CLIP = sys.argv[sys.argv.index("--") + 1 if "--" in sys.argv else 1 :]
ID = "gast_mocap"
report: dict[str, object] = {"blender": bpy.app.version_string, "window": not bpy.app.background}


def repository() -> tuple[int, bpy.types.UserExtensionRepo]:
    repositories = bpy.context.preferences.extensions.repos
    index = repositories.find("Loopback")
    return index, repositories[index]


def offered() -> list[str]:
    """Versions of the extension that Blender's own list shows for this Blender."""
    import bl_pkg

    store = bl_pkg.repo_cache_store_ensure()
    store.refresh_remote_from_directory(directory=repository()[1].directory, error_fn=print, force=True)
    listed = store.pkg_manifest_from_remote_ensure(error_fn=print)
    return [items[ID].version for items in listed if items and ID in items]


def installed_version() -> str:
    manifest = Path(repository()[1].directory) / ID / "blender_manifest.toml"
    return tomllib.loads(manifest.read_text())["version"]


def is_enabled() -> bool:
    return f"bl_ext.{repository()[1].module}.{ID}" in bpy.context.preferences.addons


def megabytes_on_disk() -> float:
    extensions = Path(repository()[1].directory).parent
    return round(sum(file.stat().st_size for file in extensions.rglob("*") if file.is_file()) / 1e6, 1)


def bake() -> str:
    """Bake the open take; the name of what was made."""
    before = set(bpy.data.objects)
    bpy.ops.gast_mocap.bake()
    (made,) = set(bpy.data.objects) - before
    return made.name


def seconds(began: float) -> float:
    return round(time.monotonic() - began, 1)


def use_it() -> None:
    bpy.context.preferences.system.use_online_access = True
    bpy.context.preferences.extensions.repos.new(name="Loopback", module="loopback", remote_url=f"{ADDRESS}/index.json")
    bpy.ops.extensions.repo_sync(repo_index=repository()[0])
    report["offered"] = offered()

    began = time.monotonic()
    bpy.ops.extensions.package_install(repo_index=repository()[0], pkg_id=ID)
    report["seconds_to_install"], report["installed"] = seconds(began), installed_version()
    report["megabytes_on_disk"] = megabytes_on_disk()
    report["libraries"] = str(Path(importlib.util.find_spec("onnxruntime").origin).parents[1])

    began = time.monotonic()
    bpy.ops.gast_mocap.import_video(filepath=CLIP, quality="fast", end=30, wait=True)
    report["seconds_to_import"] = seconds(began)
    report["people"] = len(bpy.context.scene.gast_mocap.people)
    bake()

    shutil.copytree(NEWER, SERVED, dirs_exist_ok=True)
    bpy.ops.extensions.repo_sync(repo_index=repository()[0])
    report["offered_then"] = offered()
    began = time.monotonic()
    bpy.ops.extensions.package_upgrade_all()
    report["seconds_to_update"], report["updated"] = seconds(began), installed_version()
    report["enabled_after_the_update"] = is_enabled()
    report["people_after_the_update"] = len(bpy.context.scene.gast_mocap.people)
    bake()

    bpy.ops.extensions.package_uninstall(repo_index=repository()[0], pkg_id=ID)
    report["enabled_after_removal"] = is_enabled()
    report["panel_after_removal"] = hasattr(bpy.types, "GAST_MOCAP_PT_video")
    report["megabytes_left"] = megabytes_on_disk()
    report["take_left"] = Path(CLIP).with_suffix(".take.npz").is_file()


def main() -> None:
    try:
        use_it()
    except Exception:
        report["failure"] = traceback.format_exc()
    print("REPORT", json.dumps(report), flush=True)
    os._exit("failure" in report)


if bpy.app.background:
    main()
else:
    bpy.context.preferences.view.show_splash = False
    bpy.app.timers.register(main, first_interval=2.0)
