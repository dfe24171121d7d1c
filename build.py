"""The project's commands, for a machine with Python 3.11 or 3.13 and pip and nothing else.

python build.py demo       a real clip to a rendered character, in demo_output/
python build.py test       the test suite on a real bpy, but for what needs PyTorch; further words go to pytest
python build.py package    the extension's zip for this platform, in dist/
python build.py bench      every benchmark; or one, by name, with the words that its module in benchmarks/ takes

Standard library only. What a command needs is installed into an environment in the user's cache folder (or
GAST_MOCAP_CACHE) and found there again until its list of packages changes. The lists are locks with hashes, but for
PyTorch's, which two of the benchmarks use: versions alone.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
REQUIREMENTS = ROOT / "requirements"
MANIFEST = "blender_manifest.toml"
BLENDER_OF_PYTHON = {(3, 11): "4.5", (3, 13): "5.2"}
BENCHMARKS = {
    "pipeline": "blender",
    "lifter": "training",
    "motion": "training",
    "retarget": "blender",
    "round_trip": "blender",
}
"""Each benchmark of benchmarks/ and the environment that it runs in."""
BUNDLED_PYTHONS = ("3.11", "3.13")
WHEEL_TAGS = {
    ("Linux", "x86_64"): ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64"),
    ("Windows", "AMD64"): ("win_amd64",),
    ("Darwin", "arm64"): ("macosx_14_0_arm64", "macosx_13_0_arm64", "macosx_12_0_arm64"),
    ("Darwin", "x86_64"): ("macosx_14_0_x86_64", "macosx_13_0_x86_64", "macosx_10_14_x86_64"),
}
"""What pip may choose from for a platform, newest first."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("demo").set_defaults(run=demo)
    commands.add_parser("test").set_defaults(run=test)
    commands.add_parser("bench", add_help=False).set_defaults(run=bench)  # --help is for the benchmark
    packing = commands.add_parser("package")
    packing.add_argument("--python", action="append", default=[], metavar="3.14", help="bundle wheels for it too")
    packing.set_defaults(run=package)
    options, further = parser.parse_known_args(arguments)
    run = options.run
    if run in (test, bench):
        return int(run(further))
    if further:
        parser.error(f"what is {' '.join(further)}?")
    return int(run(tuple(options.python)) if run is package else run())


def demo() -> int:
    """Video in, take, preview, .blend and rendered strip out."""
    python = environment("blender")
    return call(python, "-m", "demo", demo_clip(python), ROOT / "demo_output")


def test(words: Sequence[str]) -> int:
    """The suite; ``words`` go to pytest."""
    return call(environment("blender"), "-m", "pytest", *words)


def bench(words: Sequence[str]) -> int:
    """All benchmarks one after another; or the one that is named first, to which the other ``words`` go."""
    chosen, further = words[:1] or list(BENCHMARKS), words[1:]
    if unknown := set(chosen) - set(BENCHMARKS):
        sys.exit(f"No benchmark is called {unknown.pop()}; there are {', '.join(BENCHMARKS)}.")
    return max(call(environment(BENCHMARKS[name]), "-m", f"benchmarks.{name}", *further) for name in chosen)


def package(further_pythons: Sequence[str]) -> int:
    """The extension for this platform, by Blender's own ``extension build``."""
    python = environment("blender")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "gast_mocap"
        shutil.copytree(ROOT / "gast_mocap", source, ignore=shutil.ignore_patterns("__pycache__"))
        for text in ("LICENSE", "NOTICE"):
            shutil.copy(ROOT / text, source)
        for version in (*BUNDLED_PYTHONS, *further_pythons):
            download_wheels(python, version, source / "wheels")
        wheels = sorted(wheel.name for wheel in (source / "wheels").iterdir())
        (source / MANIFEST).write_text(manifest_with(wheels), encoding="utf-8")
        (ROOT / "dist").mkdir(exist_ok=True)
        return call(
            python, blender_ext(python), "build",
            "--source-dir", source, "--output-dir", ROOT / "dist", "--split-platforms",
        )  # fmt: skip


def manifest_with(wheels: Sequence[str]) -> str:
    """The manifest for this platform's zip, which holds ``wheels``: names of files in ``wheels/``.

    Lists go before the first table of a TOML file, so they are put on top.
    """
    listed = "".join(f'    "./wheels/{wheel}",\n' for wheel in wheels)
    text = (ROOT / MANIFEST).read_text(encoding="utf-8")
    return f'platforms = ["{extension_platform()}"]\nwheels = [\n{listed}]\n{text}'


def extension_platform() -> str:
    """This platform's name in a manifest, like linux-x64."""
    system = {"Darwin": "macos"}.get(platform.system(), platform.system().lower())
    return f"{system}-{'arm64' if platform.machine() in ('arm64', 'aarch64') else 'x64'}"


def download_wheels(python: Path, version: str, folder: Path) -> None:
    """The bundled wheels for this platform and Python ``version``, unmodified, into ``folder``."""
    tags = WHEEL_TAGS.get((platform.system(), platform.machine()))
    if tags is None:
        sys.exit(f"No wheels are known for {platform.system()} on {platform.machine()}.")
    own = REQUIREMENTS / f"wheels-{version}.lock"
    lock = own if own.exists() else REQUIREMENTS / "wheels.lock"
    chosen = [word for tag in tags for word in ("--platform", tag)]
    pip(
        python, "download", "--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", lock,
        "--python-version", version, "--implementation", "cp", *chosen, "--dest", folder,
    )  # fmt: skip


def blender_ext(python: Path) -> Path:
    """Blender's extension tool, which the bpy wheel holds; it runs without Blender."""
    site_packages = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"], text=True
    )
    return next(Path(site_packages.strip()).glob("bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))


def demo_clip(python: Path) -> Path:
    """The clip that the sports2d package ships, taken from its wheel."""
    clip = cache_folder() / "sports2d_demo.mp4"
    if not clip.exists():
        with tempfile.TemporaryDirectory() as folder:
            lock = REQUIREMENTS / "demo_clip.lock"
            pip(python, "download", "--no-deps", "--require-hashes", "--requirement", lock, "--dest", folder)
            with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
                partial = clip.with_suffix(".partial")
                partial.write_bytes(wheel.read("Sports2D/Demo/demo.mp4"))
        partial.replace(clip)
    return clip


def environment(purpose: str) -> Path:
    """The Python of an environment for ``purpose``: "blender" or "training". Made on the first use."""
    version = sys.version_info[:2]
    if version not in BLENDER_OF_PYTHON:
        known = " or ".join(f"{major}.{minor}" for major, minor in BLENDER_OF_PYTHON)
        sys.exit(
            f"This is Python {version[0]}.{version[1]}; run build.py with Python {known}, which Blender is built for."
        )
    if purpose == "training":  # no hashes: PyTorch has a build for every kind of accelerator
        lock = ROOT / "training" / "requirements.txt"
    else:
        lock = REQUIREMENTS / f"blender-{BLENDER_OF_PYTHON[version]}.lock"
    return environment_of(lock, f"{purpose}-{version[0]}.{version[1]}", sys.executable)


def environment_of(lock: Path, name: str, base: str) -> Path:
    """The Python of the environment ``name`` with what ``lock`` lists, made by the Python ``base`` on the first use."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    folder = cache_folder() / f"{name}-{digest}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "ready").exists():
        print(f"Installing {lock.name} into {folder}; the first time takes minutes.", flush=True)
        subprocess.run([base, "-m", "venv", "--clear", folder], check=True)
        pip(python, "install", "--requirement", lock)
        (folder / "ready").touch()
    return python


def cache_folder() -> Path:
    """Where environments and downloads are kept: outside the tree."""
    if chosen := os.environ.get("GAST_MOCAP_CACHE"):
        folder = Path(chosen)
    elif os.name == "nt":
        folder = Path(os.environ["LOCALAPPDATA"]) / "gast_mocap"
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches" / "gast_mocap"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gast_mocap"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pip(python: Path, *words: object) -> None:
    subprocess.run([python, "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, words)], check=True)


def call(*words: object) -> int:
    """Exit status of a program that runs in the project's folder."""
    return subprocess.run([str(word) for word in words], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
