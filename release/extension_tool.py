"""Blender's own tool for extensions, ``blender_ext.py`` of the bpy wheel, which runs without Blender."""

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

REFUSED = re.compile(r"^(FATAL_)?ERROR\b", re.MULTILINE)


def blender_ext(*words: object) -> None:
    """Run the tool. What it prints is shown only if it fails, and then ends the program.

    It may report an error and yet exit with 0, so what its lines begin with counts too.
    """
    done = subprocess.run([sys.executable, str(_tool()), *map(str, words)], capture_output=True, text=True)
    printed = done.stdout + done.stderr
    if done.returncode or REFUSED.search(printed):
        sys.exit(f"Blender's extension tool refused: {' '.join(map(str, words))}\n{printed}")


def _tool() -> Path:
    return next(Path(sysconfig.get_path("platlib")).glob("bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
