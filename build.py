"""The project's commands. They need Python 3.11 or 3.13 with pip, and nothing else.

python build.py demo       turn a real clip into a rendered character, in demo_output/
python build.py test       run the tests on a real bpy, without those that need PyTorch or Dask; options go to pytest
python build.py lint       run ruff and mypy
python build.py check      run lint, the tests that need PyTorch or Dask, docs, the other Blenders, `installed` on all
python build.py package    make the extension's zips for this computer, in dist/; --help lists the options for others
python build.py repository make an extension repository for Blender of the zips in dist/
python build.py installed  install a zip from dist/ into a bare Blender; run Blender's tests and the demo on it, offline
python build.py docs       make the guide as a site, in site/; a dead link is an error
python build.py window     drive a windowed Blender through the whole job by real clicks; --help lists the options
python build.py fuzz       throw damaged input at whatever reads input; --help lists the options
python build.py bench      run every benchmark; `bench NAME [options]` runs one, and `--help` lists its options

Standard library only. Each command installs what it needs into an environment in your cache folder (GAST_MOCAP_CACHE
moves it) and reuses that environment until its list of packages changes. The lists are locks with hashes, except for
PyTorch's, which pins versions only.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
REQUIREMENTS = ROOT / "requirements"
PYTHON_OF_BLENDER = {"4.2": "3.11", "4.5": "3.11", "5.0": "3.11", "5.2": "3.13"}
MAIN_BLENDERS = {"3.11": "4.5", "3.13": "5.2"}
"""The Blender that every command uses on a Python; ``check`` tests the others."""
OLD_PYTHON = "3.11"
"""What the locks of lint, farm, docs and MediaPipe are for: Blender 4.5's NumPy has no wheels for newer Pythons."""
BENCHMARKS = {
    "pipeline": "blender",
    "lifter": "training",
    "motion": "training",
    "retarget": "blender",
    "live": "blender",
    "round_trip": "blender",
    "videos": "blender",
    "stress": "training",
    "company": "training",
    "feet": "blender",
}
"""Each benchmark of benchmarks/ and the environment that it runs in."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("demo").set_defaults(run=demo)
    commands.add_parser("test").set_defaults(run=test)
    commands.add_parser("lint").set_defaults(run=lint)
    commands.add_parser("check").set_defaults(run=check)
    commands.add_parser("fuzz", add_help=False).set_defaults(run=fuzz)
    commands.add_parser("bench", add_help=False).set_defaults(run=bench)  # their --help is their own
    commands.add_parser("installed").set_defaults(run=installed)
    commands.add_parser("docs").set_defaults(run=docs)
    commands.add_parser("package", add_help=False).set_defaults(run=package)
    commands.add_parser("repository", add_help=False).set_defaults(run=repository)
    commands.add_parser("window", add_help=False).set_defaults(run=window)
    options, further = parser.parse_known_args(arguments)
    run = options.run
    if run in (test, fuzz, bench, package, repository, window):
        return int(run(further))
    if further:
        parser.error(f"unknown option: {' '.join(further)}")
    return int(run())


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
    blenders = {name: "blender" if name == main_blender() else f"blender-{name}" for name in PYTHON_OF_BLENDER}
    checks: list[tuple[str, str, Callable[[Path], int]]] = [
        ("lint", "lint", run_lint),
        ("training", "training", test_training),
        ("farm", "farm", test_farm),
        ("docs", "docs", make_docs),
        *((purpose, purpose, test_other_blender) for purpose in blenders.values() if purpose != "blender"),
        ("package", "blender", make_packages),
        *((f"installed-{name}", purpose, test_installed) for name, purpose in blenders.items()),
    ]
    outcomes = {}
    for name, purpose, run in checks:
        if base_python(purpose) is None:
            outcomes[name] = f"skipped: this machine has no Python {python_version(purpose)}"
            continue
        print(f"\n== {name}", flush=True)
        status = run(environment(purpose))
        outcomes[name] = f"FAILED with exit status {status}" if status else "passed"
    print("\n" + "\n".join(f"{name:<14} {outcome}" for name, outcome in outcomes.items()), flush=True)
    return int(any(outcome.startswith("FAILED") for outcome in outcomes.values()))


def run_lint(python: Path) -> int:
    commands = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))
    return max([call(python, "-m", *command) for command in commands])


def test_training(python: Path) -> int:
    return call(python, "-m", "pytest", "tests/training")


def make_docs(python: Path) -> int:
    return call(python, "-m", "mkdocs", "build")


def test_farm(python: Path) -> int:
    return call(python, "-m", "pytest", "tests/farm")


def test_other_blender(python: Path) -> int:
    """Run the tests without the minutes on real clips, which do not depend on Blender."""
    return call(python, "-m", "pytest", "-m", "not footage")


def make_packages(python: Path) -> int:
    return call(python, "-m", "release.package")


def test_installed(python: Path) -> int:
    """Run Blender's part of the tests and the demo on the zip for this Blender."""
    return call(python, "-m", "release.installed", demo_clip(python))


def fuzz(options: Sequence[str]) -> int:
    """Run the fuzzer; ``options`` go to it."""
    return call(environment("blender"), "-m", "fuzz", *options)


def bench(options: Sequence[str]) -> int:
    """Run all benchmarks, or the one that ``options`` begins with; the rest goes to it."""
    chosen, further = options[:1] or list(BENCHMARKS), options[1:]
    if unknown := set(chosen) - set(BENCHMARKS):
        sys.exit(f"There is no benchmark {unknown.pop()}. Choose from {', '.join(BENCHMARKS)}.")
    return max([call(environment(BENCHMARKS[name]), "-m", f"benchmarks.{name}", *further) for name in chosen])


def installed() -> int:
    """Test the zip in dist/ that is for this Python's Blender."""
    return test_installed(environment("blender"))


def docs() -> int:
    """Make the guide as a site."""
    return make_docs(environment("docs"))


def package(options: Sequence[str]) -> int:
    """Make the extension's zips with Blender's own ``extension build``."""
    return call(environment("blender"), "-m", "release.package", *options)


def repository(options: Sequence[str]) -> int:
    """Make an extension repository of the zips in dist/."""
    return call(environment("blender"), "-m", "release.repository", *options)


def window(options: Sequence[str]) -> int:
    """Drive windowed Blenders; ``options`` go to the driver."""
    return call(sys.executable, ROOT / "tests" / "window" / "run.py", *options)


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
    """The Python of the environment for ``purpose``: "blender", "blender-5.2", "training", "farm", "lint",
    "docs" or "mediapipe".

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
    if purpose in ("lint", "farm", "docs", "mediapipe"):
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
