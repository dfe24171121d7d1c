"""Installs the extension into windowed Blenders and drives each through the whole job: ``python build.py window``.

Needs Xvfb, xdotool and ImageMagick beside each Blender. ``--inside "COMMAND"`` runs all of it by COMMAND, such as one
that enters a chroot in which the same folders are found; given several times, it drives several Blenders, each with the
``--zip`` given in the same place, as a zip is for one Python. With ``--guide`` the last one's pictures become those of
the guide; it has to be a Blender 5.2.
"""

import argparse
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCALES = ("1.0", "1.5")
"""Of the interface: usual and HiDPI. The job is done at the first; of the others pictures are taken."""

GUIDE = {
    "tab.png": ("1_video", "287x500+1030+84"),
    "importing.png": ("3_importing", "287x420+1030+84"),
    "people.png": ("7_split", "287x710+1030+84"),
    "baked.png": ("5_baked", "887x1020+430+60"),
    "match.jpg": ("6_match", "887x922+430+60"),
    "check.png": ("scale_1.5_check", "1700x340+265+410"),
}
"""A picture of the guide -> the picture of the screen that it is cut from, and where."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 when every Blender did what it should."""
    parser = argparse.ArgumentParser(prog="python build.py window", description=__doc__)
    parser.add_argument("video", type=Path, help="shows two people at once")
    parser.add_argument("--zip", type=Path, action="append", help="the extension; default: the newest in dist/")
    parser.add_argument("--output", type=Path, default=ROOT / "window_output", help="for pictures and report.json")
    parser.add_argument("--inside", action="append", metavar="COMMAND")
    parser.add_argument("--guide", action="store_true", help="put what the last one shows into docs/pictures/")
    options = parser.parse_args(arguments)
    blenders = options.inside or [""]
    zips = options.zip or [newest_zip()] * len(blenders)
    if len(zips) != len(blenders):
        parser.error("give as many --zip as --inside")
    statuses = []
    for number, (inside, packed) in enumerate(zip(blenders, zips, strict=True), start=1):
        folder = (options.output / f"blender_{number}").resolve()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        clip = shutil.copy(options.video, folder / "two.mp4")
        statuses.append(drive(shlex.split(inside), packed.resolve(), Path(clip), folder))
        print(f"{inside or 'Blender'}: {'FAILED' if statuses[-1] else 'passed'}, see {folder}", flush=True)
    if options.guide and not statuses[-1]:
        show_in_guide(shlex.split(blenders[-1]), folder)
    return max(statuses)


def newest_zip() -> Path:
    zips = sorted((ROOT / "dist").glob("gast_mocap-*.zip"), key=lambda path: path.stat().st_mtime)
    if not zips:
        sys.exit("There is no zip in dist/. Run build.py package with the Python of the windowed Blender first.")
    return zips[-1]


def drive(inside: list[str], packed: Path, clip: Path, folder: Path) -> int:
    """Install into a folder of its own and do the job, then install from a repository and update; the exit status."""
    environment = ["env", f"BLENDER_USER_RESOURCES={folder / 'user'}"]
    installing = ["blender", "--command", "extension", "install-file", "-r", "user_default", "-e", str(packed)]
    if status := subprocess.run([*inside, *environment, *installing]).returncode:
        return status
    driving = ["sh", str(HERE / "click_through.sh"), str(clip), str(folder)]
    updating = ["sh", str(HERE / "use_repository.sh"), str(packed), str(clip), str(folder / "repository")]
    commands = [*([*driving, scale] for scale in SCALES), updating]
    return max(subprocess.run([*inside, *environment, *command]).returncode for command in commands)


def show_in_guide(inside: list[str], folder: Path) -> None:
    for name, (screen, place) in GUIDE.items():
        cutting = ["convert", str(folder / f"{screen}.png"), "-crop", place, "+repage", str(folder / name)]
        subprocess.run([*inside, *cutting], check=True)
        shutil.copy(folder / name, ROOT / "docs" / "pictures")


if __name__ == "__main__":
    sys.exit(main())
