"""A Python like that of a fresh Blender: bpy, what Blender brings, and pytest, but none of the extension's libraries.

The environments of ``build.py`` have the libraries that the extension bundles. With them, a zip that lacks one would
still pass its tests.
"""

import os
import re
import sysconfig
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

WANTED = ("bpy", "numpy", "requests", "zstandard", "pytest", "hypothesis")
"""Packages to keep, with all that they need."""


def make_bare_python(folder: Path) -> Path:
    """Make an environment in ``folder`` that borrows the wanted packages from this one; its Python.

    Raises OSError where the system allows no symbolic links, as Windows does without its developer mode.
    """
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    site_packages = site_packages_of(folder)
    for wanted in _with_needs(WANTED):
        for entry in _entries(wanted):
            borrowed = site_packages / entry.name
            if not borrowed.is_symlink():
                borrowed.symlink_to(entry, target_is_directory=entry.is_dir())
    return _place("scripts", folder) / "python"


def site_packages_of(folder: Path) -> Path:
    """Where the environment in ``folder`` keeps its packages."""
    return _place("purelib", folder)


def _place(kind: str, folder: Path) -> Path:
    return Path(sysconfig.get_path(kind, "venv", {"base": str(folder), "platbase": str(folder)}))


def _with_needs(names: tuple[str, ...]) -> list[Distribution]:
    """The installed distributions ``names`` and, in turn, those that they need."""
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:  # only needed on another system
            continue
        needs = [need for need in found[name].requires or [] if "extra ==" not in need]
        waiting += [re.split(r"[^\w.-]", need, maxsplit=1)[0] for need in needs]
    return list(found.values())


def _entries(installed: Distribution) -> Iterator[Path]:
    """The files and folders of a distribution that lie directly in site-packages."""
    names = {file.parts[0] for file in installed.files or []} - {"..", "__pycache__"}
    for name in names:
        yield Path(str(installed.locate_file(name)))
