"""The project's commands. They need Python 3.11 or 3.13 with pip, and nothing else.

python build.py demo       turn a real clip into a rendered character, in demo_output/
python build.py test       run the tests on a real bpy, without those that need PyTorch; options go to pytest
python build.py lint       run ruff and mypy
python build.py check      run lint, the tests that need PyTorch, and the tests on the other Blenders
python build.py package    make the extension's zip for this platform, in dist/
python build.py fuzz       throw damaged input at whatever reads input; --help lists the options
python build.py bench      run every benchmark; `bench NAME [options]` runs one, and `--help` lists its options

Standard library only. Each command installs what it needs into an environment in your cache folder (GAST_MOCAP_CACHE
moves it) and reuses that environment until its list of packages changes. The lists are locks with hashes, except for
PyTorch's, which pins versions only.
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
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
REQUIREMENTS = ROOT / "requirements"
MANIFEST = "blender_manifest.toml"
PYTHON_OF_BLENDER = {"4.2": "3.11", "4.5": "3.11", "5.0": "3.11", "5.2": "3.13"}
MAIN_BLENDERS = {"3.11": "4.5", "3.13": "5.2"}
"""The Blender that every command uses on a Python; ``check`` tests the others."""
OLD_PYTHON = "3.11"
"""What the locks of lint and MediaPipe are for: their NumPy, Blender 4.5's, has no wheels for newer Pythons."""
BENCHMARKS = {
    "pipeline": "blender",
    "lifter": "training",
    "motion": "training",
    "retarget": "blender",
    "round_trip": "blender",
    "videos": "blender",
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
    commands.add_parser("lint").set_defaults(run=lint)
    commands.add_parser("check").set_defaults(run=check)
    commands.add_parser("fuzz", add_help=False).set_defaults(run=fuzz)
    commands.add_parser("bench", add_help=False).set_defaults(run=bench)  # --help is for the benchmark
    packing = commands.add_parser("package")
    packing.add_argument("--python", action="append", default=[], metavar="3.14", help="bundle wheels for it too")
    packing.set_defaults(run=package)
    options, further = parser.parse_known_args(arguments)
    run = options.run
    if run in (test, fuzz, bench):
        return int(run(further))
    if further:
        parser.error(f"unknown option: {' '.join(further)}")
    return int(run(tuple(options.python)) if run is package else run())


def demo() -> int:
    """Video in, take, preview, .blend and rendered strip out."""
    python = environment("blender")
    return call(python, "-m", "demo", demo_clip(python), ROOT / "demo_output")


def test(options: Sequence[str]) -> int:
    """Run the tests; ``options`` go to pytest."""
    return call(environment("blender"), "-m", "pytest", *options)


def lint() -> int:
    """Run ruff and mypy over everything, even after a failure."""
    return run_lint(environment("lint"))


def check() -> int:
    """Run all that ``test`` leaves out, even after a failure; what this machine lacks a Python for is skipped."""
    checks: dict[str, Callable[[Path], int]] = {"lint": run_lint, "training": test_training}
    checks |= {f"blender-{name}": test_other_blender for name in PYTHON_OF_BLENDER if name != main_blender()}
    outcomes = {}
    for purpose, run in checks.items():
        if base_python(purpose) is None:
            outcomes[purpose] = f"skipped: this machine has no Python {python_version(purpose)}"
            continue
        print(f"\n== {purpose}", flush=True)
        status = run(environment(purpose))
        outcomes[purpose] = f"FAILED with exit status {status}" if status else "passed"
    print("\n" + "\n".join(f"{purpose:<12} {outcome}" for purpose, outcome in outcomes.items()), flush=True)
    return int(any(outcome.startswith("FAILED") for outcome in outcomes.values()))


def run_lint(python: Path) -> int:
    commands = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))
    return max([call(python, "-m", *command) for command in commands])


def test_training(python: Path) -> int:
    return call(python, "-m", "pytest", "tests/training")


def test_other_blender(python: Path) -> int:
    """Run the tests without the minutes on real clips, which do not depend on Blender."""
    return call(python, "-m", "pytest", "-m", "not footage")


def fuzz(options: Sequence[str]) -> int:
    """Run the fuzzer; ``options`` go to it."""
    return call(environment("blender"), "-m", "fuzz", *options)


def bench(options: Sequence[str]) -> int:
    """Run all benchmarks, or the one that ``options`` begins with; the rest goes to it."""
    chosen, further = options[:1] or list(BENCHMARKS), options[1:]
    if unknown := set(chosen) - set(BENCHMARKS):
        sys.exit(f"There is no benchmark {unknown.pop()}. Choose from {', '.join(BENCHMARKS)}.")
    return max([call(environment(BENCHMARKS[name]), "-m", f"benchmarks.{name}", *further) for name in chosen])


def package(further_pythons: Sequence[str]) -> int:
    """Make the extension for this platform with Blender's own ``extension build``."""
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
    """The manifest for this platform's zip; ``wheels`` are the names of the files in ``wheels/``.

    In TOML, plain keys come before the first table, so the lists stand at the top.
    """
    listed = "".join(f'    "./wheels/{wheel}",\n' for wheel in wheels)
    text = (ROOT / MANIFEST).read_text(encoding="utf-8")
    return f'platforms = ["{extension_platform()}"]\nwheels = [\n{listed}]\n{text}'


def extension_platform() -> str:
    """This platform's name in a manifest, like linux-x64."""
    system = {"Darwin": "macos"}.get(platform.system(), platform.system().lower())
    return f"{system}-{'arm64' if platform.machine() in ('arm64', 'aarch64') else 'x64'}"


def download_wheels(python: Path, version: str, folder: Path) -> None:
    """Put the bundled wheels for this platform and Python ``version``, unmodified, into ``folder``."""
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
    """Blender's own extension tool, from the bpy wheel; it runs without Blender."""
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
    """The Python of the environment for ``purpose``: "blender", "blender-5.2", "training", "lint" or "mediapipe".

    It is made from the purpose's list of packages on first use.
    """
    packages, version = package_list(purpose), python_version(purpose)
    digest = hashlib.sha256(packages.read_bytes()).hexdigest()[:12]
    folder = cache_folder() / f"{purpose}-{version}-{digest}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "ready").exists():
        base = base_python(purpose)
        if base is None:
            sys.exit(f"This needs Python {version}, which was not found. Install it and try again.")
        print(f"Installing {packages.name} into {folder}. The first time takes minutes.", flush=True)
        subprocess.run([base, "-m", "venv", "--clear", folder], check=True)
        pip(python, "install", "--requirement", packages)
        (folder / "ready").touch()
    return python


def package_list(purpose: str) -> Path:
    if purpose == "training":  # no hashes: PyTorch has a build for every kind of accelerator
        return ROOT / "training" / "requirements.txt"
    return REQUIREMENTS / f"{f'blender-{main_blender()}' if purpose == 'blender' else purpose}.lock"


def python_version(purpose: str) -> str:
    """The Python that an environment is for, like 3.11."""
    if purpose in ("lint", "mediapipe"):
        return OLD_PYTHON
    return PYTHON_OF_BLENDER.get(purpose.removeprefix("blender-"), this_python())


def this_python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def main_blender() -> str:
    """The Blender that this Python's bpy is."""
    if this_python() not in MAIN_BLENDERS:
        known = " or ".join(MAIN_BLENDERS)
        sys.exit(f"build.py needs Python {known}, as Blender does; this is Python {this_python()}.")
    return MAIN_BLENDERS[this_python()]


def base_python(purpose: str) -> str | None:
    """A Python of the version that ``purpose`` needs, or None."""
    version = python_version(purpose)
    if version == this_python():
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")  # hides the versions that are not chosen
    hidden = [[str(python)] for python in sorted(pyenv.glob(f"versions/{version}.*/bin/python"))]
    commands = [[f"python{version}"], *hidden, *([["py", f"-{version}"]] if os.name == "nt" else [])]
    return next(filter(None, map(path_of_python, commands)), None)


def path_of_python(command: Sequence[str]) -> str | None:
    """The executable that ``command`` runs, or None where it runs no Python that can make environments."""
    try:
        asked = [*command, "-c", "import sys, venv, ensurepip; print(sys.executable)"]
        return subprocess.check_output(asked, text=True, stderr=subprocess.DEVNULL).strip()
    except (OSError, subprocess.CalledProcessError):
        return None


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
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, words)]
    if status := subprocess.run(command).returncode:
        sys.exit(f"pip could not get the packages (exit status {status}). Check the network and try again.")


def call(*words: object) -> int:
    """Run a program in the project's folder; its exit status."""
    return subprocess.run([str(word) for word in words], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
