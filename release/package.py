"""Makes the extension's zips in ``dist/``: ``python -m release.package``, from any system for any system.

Wheels come from the lock and are not touched. The same tree gives the same bytes: entries are sorted and have no times.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .extension_tool import blender_ext
from .sizes import check_size, size_table
from .targets import WHEEL_TAGS, Target, all_targets, this_platform

ROOT = Path(__file__).parents[1]
MANIFEST = "blender_manifest.toml"
NO_TIME = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE = 0o100644 << 16


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    output: Path = options.output
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"{output} cannot be used: {error.strerror}. Choose another --output.")
    targets = chosen(options.platform, options.blender)
    if options.python:
        targets = [replace(target, python=options.python) for target in targets]
    made = [make_zip(target, output) for target in targets]
    if not made:
        sys.exit("There is no such zip: that Blender does not run on that platform.")
    for path in made:
        print(f"\n{path.name}\n{size_table(path)}", flush=True)
    for path in made:
        check_size(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="build.py package", description="Make the extension's zips in dist/.")
    parser.add_argument(
        "--platform",
        action="append",
        choices=[*WHEEL_TAGS, "all"],
        help="whose zips to make; default: this computer's. May be given several times",
    )
    parser.add_argument(
        "--blender", action="append", type=two_numbers, metavar="4.5", help="only the zip for this Blender"
    )
    parser.add_argument(
        "--python", type=two_numbers, metavar="3.14", help="for a Blender built with this Python, as Debian's are"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER", help="default: dist/")
    return parser


def two_numbers(text: str) -> str:
    """The version ``text`` without its patch. Raises argparse.ArgumentTypeError for what is no version."""
    if not (found := re.fullmatch(r"(\d+\.\d+)(\.\d+)?", text)):
        raise argparse.ArgumentTypeError(f"{text} is not a version like 4.5")
    return found[1]


def chosen(platforms: Sequence[str] | None, blenders: Sequence[str] | None) -> list[Target]:
    wanted = platforms or [this_platform()]
    return [
        target
        for target in all_targets()
        if ("all" in wanted or target.platform in wanted)
        and (not blenders or any(target.is_for(blender) for blender in blenders))
    ]


def make_zip(target: Target, output: Path) -> Path:
    """Build ``target``'s zip with Blender's own tool. It gets its place once that tool has validated it."""
    path = output / f"gast_mocap-{version()}-{target.words}.zip"
    with tempfile.TemporaryDirectory(dir=output, prefix=".making-") as folder:
        source = Path(folder) / "gast_mocap"
        shutil.copytree(ROOT / "gast_mocap", source, ignore=shutil.ignore_patterns("__pycache__"))
        for text in ("LICENSE", "NOTICE"):
            shutil.copy(ROOT / text, source)
        download_wheels(target.platform, target.python, source / "wheels")
        wheels = sorted(wheel.name for wheel in (source / "wheels").iterdir())
        (source / MANIFEST).write_text(manifest_for(target, wheels), encoding="utf-8")
        built, ready = Path(folder) / "built.zip", Path(folder) / "ready.zip"
        blender_ext("build", "--source-dir", source, "--output-filepath", built)
        write_without_times(built, ready)
        blender_ext("validate", ready)
        ready.replace(path)
    return path


def manifest_for(target: Target, wheels: Sequence[str]) -> str:
    """The manifest of ``target``'s zip; ``wheels`` are the names of the files in ``wheels/``.

    In TOML, plain keys come before the first table, so what is added stands at the top.
    """
    lines = (ROOT / MANIFEST).read_text(encoding="utf-8").splitlines()
    bounds = [f'blender_version_min = "{target.version_min}"']
    if target.version_max:
        bounds.append(f'blender_version_max = "{target.version_max}"')
    listed = [f'    "./wheels/{wheel}",' for wheel in wheels]
    added = [f'platforms = ["{target.platform}"]', *bounds, "wheels = [", *listed, "]"]
    kept = [line for line in lines if not line.startswith("blender_version_")]
    return "\n".join([*added, *kept, ""])


def version() -> str:
    """The extension's, from the manifest: its one source."""
    lines = (ROOT / MANIFEST).read_text(encoding="utf-8").splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("version = "))


def download_wheels(platform: str, python: str, folder: Path) -> None:
    """Put the bundled wheels for ``platform`` and ``python``, unmodified, into ``folder``."""
    own = ROOT / "requirements" / f"wheels-{python}.lock"
    lock = own if own.exists() else ROOT / "requirements" / "wheels.lock"
    tags = [word for tag in WHEEL_TAGS[platform] for word in ("--platform", tag)]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download", "--no-deps"]
    from_lock = ["--only-binary=:all:", "--require-hashes", "--requirement", str(lock)]
    kind = ["--python-version", python, "--implementation", "cp", *tags, "--dest", str(folder)]
    if status := subprocess.run([*pip, *from_lock, *kind]).returncode:
        sys.exit(f"pip could not get the wheels (exit status {status}). Check the network and try again.")


def write_without_times(built: Path, path: Path) -> None:
    """The entries of the zip ``built`` as a zip at ``path`` whose bytes depend on names and contents only."""
    with zipfile.ZipFile(built) as source, zipfile.ZipFile(path, "w") as target:
        for name in sorted(source.namelist()):
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.external_attr = PLAIN_FILE
            entry.create_system = 3  # whatever system makes the zip
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name), compresslevel=9)


if __name__ == "__main__":
    main()
