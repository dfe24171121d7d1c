"""How large an extension's zip is, part by part: what is downloaded, and what lies on the disk once it is installed."""

import io
import sys
import zipfile
from collections import Counter
from pathlib import Path

MEGABYTE = 1_000_000
LARGEST_ZIP = 200 * MEGABYTE
"""What an animator is asked to download at most. A part that takes a zip beyond this must earn its place or leave."""


def part_sizes(path: Path) -> tuple[Counter[str], Counter[str]]:
    """Bytes of each part in the zip, and on the disk: Blender keeps the wheels and unpacks them beside."""
    packed: Counter[str] = Counter()
    installed: Counter[str] = Counter()
    with zipfile.ZipFile(path) as extension:
        for entry in extension.infolist():
            part = _part(entry.filename)
            packed[part] += entry.compress_size
            installed[part] += entry.file_size
            if entry.filename.endswith(".whl"):
                with zipfile.ZipFile(io.BytesIO(extension.read(entry))) as wheel:
                    installed[part] += sum(inside.file_size for inside in wheel.infolist())
    return packed, installed


def size_table(path: Path) -> str:
    """Megabytes of each part, the largest first."""
    packed, installed = part_sizes(path)
    rows = [(part, packed[part], installed[part]) for part, _ in packed.most_common()]
    rows.append(("total", packed.total(), installed.total()))
    lines = [f"  {part:<24}{zipped / MEGABYTE:>8.1f}{disk / MEGABYTE:>10.1f}" for part, zipped, disk in rows]
    return "\n".join([f"  {'MB':<24}{'in zip':>8}{'on disk':>10}", *lines])


def check_size(path: Path) -> None:
    """End the program if the zip at ``path`` is larger than an animator should have to download."""
    if path.stat().st_size > LARGEST_ZIP:
        allowed = LARGEST_ZIP // MEGABYTE
        sys.exit(f"{path.name} is larger than {allowed} MB. Take out what does not earn its place.")


def _part(name: str) -> str:
    """What a file of the zip belongs to: a wheel's package, the networks, or our own code."""
    if name.endswith(".whl"):
        return name.rpartition("/")[2].split("-")[0]
    return "networks" if name.startswith("models/") else "code and texts"
