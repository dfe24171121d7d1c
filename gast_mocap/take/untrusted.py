"""Reads values and arrays that may come from anybody: nothing is believed before it is checked.

All functions raise ValueError, with a text for a bug report, where a value is not what it has to be.
"""

import json
import math
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

DAMAGE = (
    OSError, EOFError, ValueError, LookupError, TypeError, OverflowError, RuntimeError, MemoryError,
    zipfile.BadZipFile, zlib.error, struct.error,
)  # fmt: skip
"""What reading a damaged zip may raise: RuntimeError is for encryption and for JSON that is nested too deeply,
LookupError for arrays that are missing."""
MOST_UNPACKED, MOST_RATIO = 1 << 28, 20
"""A zip may unpack to so many bytes, or to so many times its own size, whichever is more. Sampled motion packs to more
than half its size; a zip that promises far more is built to fill the memory."""
MOST_TEXT = 1 << 24
"""Characters of the longest text that is read; raising it costs four bytes of memory each."""

# Of what NumPy ships without types
_read_version: Callable[[IO[bytes]], tuple[int, int]] = np.lib.format.read_magic
_header_readers: Mapping[tuple[int, int], Callable[[IO[bytes]], tuple[tuple[int, ...], bool, np.dtype[Any]]]] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def number(value: object, low: float, high: float) -> float:
    """``value`` as a finite number from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r:.80} is no number")
    if not low <= value <= high:  # also false for NaN
        raise ValueError(f"{value!r:.80} is not from {low} to {high}")
    return float(value)


def whole_number(value: object, low: int, high: int) -> int:
    """``value`` as a whole number from ``low`` to ``high``."""
    if not isinstance(value, int):
        raise ValueError(f"{value!r:.80} is no whole number")
    return int(number(value, low, high))


def switch(value: object) -> bool:
    """``value`` if it is true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"{value!r:.80} is neither true nor false")
    return value


def text(value: object) -> str:
    """``value`` if it is a text that the file system can spell as well."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{value!r:.80} is no text")
    value.encode("utf-8", "surrogateescape")
    return value


def table(value: object) -> Mapping[str, Any]:
    """``value`` if it is a JSON object, without the names whose value is null: null stands for what is not known."""
    if not isinstance(value, dict):
        raise ValueError(f"{value!r:.80} is no object")
    return {name: content for name, content in value.items() if content is not None}


def items(value: object, most: int) -> list[Any]:
    """``value`` if it is a JSON array of at most ``most`` items."""
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(f"{value!r:.80} is no list of at most {most}")
    return value


def parsed(line: str) -> Mapping[str, Any]:
    """The JSON object in ``line``; NaN and infinity, which Python's json would let through, are refused."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    return table(json.loads(line, parse_constant=refuse))


class Arrays:
    """The arrays of an .npz file. Never unpickles, and never asks for more memory than the file's size allows.

    Raises ValueError or another of ``DAMAGE`` when the file is no zip, or one that unpacks to too much.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file)
        members = self._zip.infolist()
        if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
            raise ValueError("unknown compression")
        unpacked, packed = sum(member.file_size for member in members), file.seek(0, 2)
        if unpacked > max(MOST_UNPACKED, MOST_RATIO * packed):
            raise ValueError(f"{packed} bytes unpack to {unpacked}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return f"{name}.npy" in self._zip.NameToInfo

    def text(self, name: str) -> str:
        """A text that was saved as an array of no dimension."""
        dtype, _, content = self._read(name, "U", ())
        return content.decode("utf-32-be" if dtype.byteorder == ">" else "utf-32-le").rstrip("\0")

    def numbers(self, name: str, shape: tuple[int | None, ...], low: float, high: float) -> NDArray[np.float64]:
        """Finite numbers from ``low`` to ``high`` in an array of ``shape`` (None stands for any length)."""
        array = self._array(name, "fiu", shape).astype(np.float64)
        return array if _within(array, low, high) else _refuse(name, low, high)

    def whole_numbers(self, name: str, shape: tuple[int | None, ...], low: int, high: int) -> NDArray[np.int64]:
        """Whole numbers from ``low`` to ``high``."""
        array = self._array(name, "iu", shape)
        return array.astype(np.int64) if _within(array, low, high) else _refuse(name, low, high)

    def _array(self, name: str, kinds: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
        dtype, (found, in_columns), content = self._read(name, kinds, shape)
        return np.frombuffer(content, dtype).reshape(found, order="F" if in_columns else "C")

    def _read(
        self, name: str, kinds: str, shape: tuple[int | None, ...]
    ) -> tuple[np.dtype[Any], tuple[tuple[int, ...], bool], bytes]:
        with self._zip.open(f"{name}.npy") as member:
            found, in_columns, dtype = _header_of(name, member)
            if dtype.kind not in kinds or len(found) != len(shape):
                raise ValueError(f"{name} is {dtype} {found}, expected {shape}")
            if any(want not in (None, have) for want, have in zip(shape, found, strict=True)):
                raise ValueError(f"{name} has shape {found}, expected {shape}")
            if dtype.kind == "U" and dtype.itemsize > 4 * MOST_TEXT:
                raise ValueError(f"{name} is too long")
            content = member.read()
        if len(content) != math.prod(found) * dtype.itemsize:
            raise ValueError(f"{name} has {len(content)} bytes, expected {found} of {dtype}")
        return dtype, (found, in_columns), content


def _header_of(name: str, member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether in columns, and type of the array that ``member`` holds. NumPy reads its header as Python's own
    words, and raises whatever can be wrong with those."""
    try:
        return _header_readers[_read_version(member)](member)
    except Exception as error:
        raise ValueError(f"{name} has no header that can be read") from error


def _within(array: NDArray[Any], low: float, high: float) -> bool:
    return array.size == 0 or bool(array.min() >= low and array.max() <= high)  # false for NaN


def _refuse(name: str, low: float, high: float) -> Any:
    raise ValueError(f"{name} holds what is not from {low} to {high}")
