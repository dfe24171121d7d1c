"""Who may import what: the rules that keep Blender's process light and the worker free of Blender."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gast_mocap"
BLENDER_READERS_AND_WRITERS = {
    f"retarget/{module}.py" for module in ("armature", "fcurves", "obstacles", "start", "write")
}
RULES = {
    "bpy": lambda path: path.startswith("operators/") or path in BLENDER_READERS_AND_WRITERS,
    "mathutils": lambda path: path.startswith("operators/") or path in BLENDER_READERS_AND_WRITERS,
    "cv2": lambda path: path.startswith("inference/"),
    "onnxruntime": lambda path: path.startswith("inference/"),
    "torch": lambda path: False,
    "onnx": lambda path: False,
}
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
    for library, allows in RULES.items():
        assert allows(place) or library not in {name.split(".")[0] for name in names}, library
    if place.startswith("retarget/"):
        assert not [name for name in names if name.startswith("gast_mocap.inference")]
    if place.startswith("motion/"):
        others = ("gast_mocap.inference", "gast_mocap.retarget", "gast_mocap.operators")
        assert not [name for name in names if name.startswith(others)]
    if not place.startswith("operators/") and place != "__init__.py":
        assert not [name for name in names if name.startswith("gast_mocap.operators")]


def test_the_rules_see_relative_imports() -> None:
    names = set(imported(PACKAGE / "operators" / "bake.py"))
    assert {"bpy", "gast_mocap.motion.clean.clean_motion"} <= names


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
