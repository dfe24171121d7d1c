"""Who may import what: the rules that keep Blender's process light and the worker free of Blender."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gast_mocap"
BLENDERS_SIDE = ("operators/", "retarget/blender/")
RULES = {
    "bpy": BLENDERS_SIDE,
    "mathutils": BLENDERS_SIDE,
    "cv2": ("inference/",),
    "onnxruntime": ("inference/",),
    "torch": (),
    "onnx": (),
}
"""Library -> the folders that may import it."""
WITHOUT = {
    "take/": ("inference", "motion", "retarget", "operators", "models"),
    "models/": ("inference", "motion", "retarget", "operators"),
    "inference/": ("motion", "retarget", "operators"),
    "motion/": ("inference", "retarget", "operators", "models"),
    "retarget/rig/": ("inference", "operators", "models", "retarget.solve", "retarget.blender"),
    "retarget/solve/": ("inference", "operators", "models", "retarget.blender"),
    "retarget/blender/": ("inference", "operators", "models"),
    "inference/video/": ("inference.networks", "inference.people", "inference.poses", "inference.protocol"),
    "inference/networks/": ("inference.people", "inference.poses", "inference.protocol"),
    "inference/people/": ("inference.poses", "inference.protocol"),
    "inference/poses/": ("inference.people", "inference.protocol"),
    "inference/protocol/": ("inference.video", "inference.networks", "inference.people", "inference.poses"),
}
"""Folder -> the chapters that it does not know: data flows down the tree."""
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Absolute names, so that ``from ..motion import clean`` in retarget/ gives gast_mocap.motion.clean."""
    package = ["gast_mocap", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *(node.module or "").split(".")]).strip(".")
            yield from (f"{origin}.{name.name}" for name in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_keeps_to_its_side(path: Path) -> None:
    place = path.relative_to(PACKAGE).as_posix()
    names = list(imported(path))
    for library, folders in RULES.items():
        assert place.startswith(folders) or library not in {name.split(".")[0] for name in names}, library
    for folder, others in WITHOUT.items():
        if place.startswith(folder):
            assert not [name for name in names if name.startswith(tuple(f"gast_mocap.{other}." for other in others))]
    if place.startswith("take/"):
        assert not [name for name in names if name.startswith("scipy")]


def test_the_rules_see_relative_imports() -> None:
    names = set(imported(PACKAGE / "operators" / "performances.py"))
    assert {"bpy.types.Scene", "gast_mocap.motion.clean.clean_motion"} <= names


def loaded_after(code: str) -> set[str]:
    """Top-level names of the modules that a fresh Python has loaded after ``code``."""
    report = "import sys, os; print(*{name.split('.')[0] for name in sys.modules}); sys.stdout.flush(); os._exit(0)"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{report}"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_blender_loads_neither_opencv_nor_onnxruntime() -> None:
    loaded = loaded_after("import bpy, gast_mocap; gast_mocap.register()")
    assert "bpy" in loaded
    assert not loaded & {"cv2", "onnxruntime", "onnx", "torch"}


def test_the_worker_does_without_blender() -> None:
    loaded = loaded_after("import gast_mocap.inference.worker, gast_mocap.inference.pipeline")
    assert {"cv2", "onnxruntime"} <= loaded
    assert not loaded & {"bpy", "mathutils"}
