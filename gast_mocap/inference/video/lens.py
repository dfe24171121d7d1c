"""The lens that a video file tells of, where a phone wrote it down."""

import math
import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

FOCAL_KEY = b"com.apple.quicktime.camera.focal_length.35mm_equivalent"
FULL_FRAME_DIAGONAL = math.hypot(36.0, 24.0)
CONTAINERS = (b"moov", b"meta")
DEEPEST, MOST_ATOMS = 8, 10_000
"""Containers within one another, and atoms or names, that are looked at: a phone's file has two, and some dozens. With
more, a file that is built to waste time wastes more of it."""
FOCALS = (4.0, 4000.0)
"""Millimetres, as on film, that a lens can have; a video that tells of others does not tell. Fisheyes have 6 and more;
with less, the picture would be wider than a take may say."""
INTEGERS, FLOATS = {21: ">i", 22: ">I"}, {23: ">f", 24: ">d"}
"""QuickTime's well-known types of values of four bytes (doubles: eight)."""


def field_of_view(path: Path, width: int, height: int) -> float:
    """Degrees across an upright picture of ``width`` by ``height`` pixels, 0 where the file does not tell.

    QuickTime and MP4 files may name the focal length of a lens that sees as much on 36 x 24 mm film, diagonal for
    diagonal (Apple's QuickTime metadata keys). What stabilising crops away is not told.
    """
    try:
        with path.open("rb") as file:
            focal = focal_millimetres(file, path.stat().st_size)
    except (OSError, struct.error):
        return 0.0
    if not FOCALS[0] <= focal <= FOCALS[1]:  # also for NaN
        return 0.0
    across = FULL_FRAME_DIAGONAL * width / math.hypot(width, height)
    return math.degrees(2 * math.atan(across / 2 / focal))


def focal_millimetres(file: BinaryIO, size: int) -> float:
    """35 mm equivalent focal length in the atoms of ``file``, 0 where there is none."""
    keys: list[bytes] = []
    for kind, start, end in atoms(file, 0, size):
        if kind == b"keys" and not keys:
            keys = [name for _, name in islice(key_names(file, start, end), MOST_ATOMS)]
        if kind == b"ilst" and FOCAL_KEY in keys:
            wanted = struct.pack(">I", keys.index(FOCAL_KEY) + 1)
            found = (value_of(file, *place) for item, *place in atoms(file, start, end) if item == wanted)
            return next(found, 0.0)
    return 0.0


def atoms(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the content of each atom between two places, and of those inside ``CONTAINERS``."""
    return islice(_nested(file, start, end, DEEPEST), MOST_ATOMS)


def _nested(file: BinaryIO, start: int, end: int, depth: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            header = 16
        stop = end if size == 0 else start + size
        if stop < start + header or stop > end:
            return
        yield kind, start + header, stop
        if kind in CONTAINERS and depth:
            yield from _nested(file, start + header + full_header(file, start + header, kind), stop, depth - 1)
        start = stop


def full_header(file: BinaryIO, start: int, kind: bytes) -> int:
    """4 for the version and flags that MP4 gives to ``meta`` and QuickTime does not."""
    file.seek(start)
    return 4 if kind == b"meta" and file.read(4) == bytes(4) else 0


def key_names(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Namespace and name of every metadata key, in order."""
    file.seek(start + 4)
    (count,) = struct.unpack(">I", file.read(4))
    for _ in range(count):
        size, namespace = struct.unpack(">I4s", file.read(8))
        if size < 8 or file.tell() + size - 8 > end:
            return
        yield namespace, file.read(size - 8)


def value_of(file: BinaryIO, start: int, end: int) -> float:
    """The number in an item's ``data`` atom, 0 where it is none."""
    for kind, data_start, data_end in atoms(file, start, end):
        if kind == b"data":
            file.seek(data_start)
            (number_type,) = struct.unpack(">I", file.read(4))
            file.seek(data_start + 8)
            layout = (INTEGERS | FLOATS).get(number_type)
            if layout and data_end - data_start - 8 >= struct.calcsize(layout):
                return float(struct.unpack(layout, file.read(struct.calcsize(layout)))[0])
    return 0.0
