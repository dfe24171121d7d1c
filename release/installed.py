"""Installs a zip into a bare Blender, then runs Blender's part of the tests and the demo on what was installed.

``python -m release.installed CLIP [ZIP]``; the network is off, where the system can do that. The suite's folders are
copied beside the *installed* code, so whatever a test starts runs that code too.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version as version_of
from pathlib import Path

from .bare_python import make_bare_python, site_packages_of
from .package import ROOT, version
from .targets import all_targets, this_platform

BESIDE_THE_CODE = ("demo", "release", "tests", "training", "trials")
SETTINGS = ("blender_manifest.toml", "pyproject.toml")
BLENDERS_PART = ("tests/operators", "tests/retarget/blender", "tests/retarget/test_rigify.py", "tests/release/live")
INSTALL = (
    "import bpy, os, sys; bpy.ops.extensions.package_install_files("
    "filepath=sys.argv[1], repo='user_default', enable_on_install=True); "
    "enabled = 'bl_ext.user_default.gast_mocap' in bpy.context.preferences.addons; "
    "sys.stdout.flush(); os._exit(not enabled)"
)
OFFLINE = ("unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "offline")
"""Runs the command that follows without any network but loopback."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m release.installed", description=__doc__)
    parser.add_argument("clip", type=Path, help="a video of a person, for the demo")
    parser.add_argument("zip", type=Path, nargs="?", help="default: this computer's zip in dist/ for this bpy")
    options = parser.parse_args(arguments)
    if not options.clip.is_file():
        parser.error(f"there is no video {options.clip}")
    extension = (options.zip or zip_for_this_blender()).resolve()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        python = make_bare_python(place / "python")
        stage = install(python, extension, place)
        settings = os.environ | {
            "GAST_MOCAP_CLIP": str(options.clip.resolve()),
            "GAST_MOCAP_ZIP": str(extension),
            "GAST_MOCAP_DATA": os.environ.get("GAST_MOCAP_DATA", str(ROOT.parent / "shared" / "data")),
        }
        tests = ("-m", "pytest", *BLENDERS_PART)
        demo = ("-m", "demo", str(options.clip.resolve()), str(place / "demo_output"))
        commands = [[*offline(), str(python), *words] for words in (tests, demo)]
        return max([subprocess.run(command, cwd=stage, env=settings).returncode for command in commands])


def zip_for_this_blender() -> Path:
    blender = version_of("bpy")
    for target in all_targets():
        path = ROOT / "dist" / f"gast_mocap-{version()}-{target.words}.zip"
        if target.platform == this_platform() and target.is_for(blender):
            if path.exists():
                return path
            sys.exit(f"There is no {path.name} in dist/ yet. Run build.py package first.")
    sys.exit(f"There is no zip for Blender {blender} on {this_platform()}.")


def install(python: Path, extension: Path, place: Path) -> Path:
    """Let Blender install ``extension`` into ``place``; the folder with the suite beside what was installed."""
    resources = place / "resources"
    command = [str(python), "-c", INSTALL, str(extension)]
    if subprocess.run(command, env=os.environ | {"BLENDER_USER_RESOURCES": str(resources)}).returncode:
        sys.exit(f"Blender could not install {extension.name}.")
    stage = place / "stage"
    for name in BESIDE_THE_CODE:
        shutil.copytree(ROOT / name, stage / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SETTINGS:
        shutil.copy(ROOT / name, stage)
    installed = resources / "extensions" / "user_default" / "gast_mocap"
    (stage / "gast_mocap").symlink_to(installed, target_is_directory=True)
    wheels = next((resources / "extensions" / ".local").glob("**/site-packages"))
    (site_packages_of(place / "python") / "extension_wheels.pth").write_text(f"{wheels}\n")
    return stage


def offline() -> tuple[str, ...]:
    """What to put before a command that is to have no network: nothing where the system cannot do that."""
    try:
        works = subprocess.run([*OFFLINE, "true"], capture_output=True).returncode == 0
    except OSError:
        works = False
    if not works:
        print("This system cannot cut the network off for a command: these tests run with it.", flush=True)
    return OFFLINE if works else ()


if __name__ == "__main__":
    sys.exit(main())
