"""Whether a file was cut off, where its container tells: recordings and copies that were interrupted."""

import os
from pathlib import Path
from typing import BinaryIO

MATROSKA_HEAD, MATROSKA_SEGMENT = bytes.fromhex("1a45dfa3"), bytes.fromhex("18538067")
"""The two elements of which a file of Matroska or WebM consists (RFC 8794, RFC 9559)."""
TS_SYNC, TS_PACKETS = 0x47, ((0, 188), (4, 192), (0, 204))
"""Each packet of a transport stream has this byte, so far from its beginning; the packets' size (ISO 13818-1, M2TS with
a time before each packet, and with a code against errors after it)."""
TS_LOOKED_AT = 5
"""Packets that tell their size."""


def is_cut_off(path: Path, container: str) -> bool:
    """Whether the file at ``path`` ends before what is in it does, as FFmpeg's ``container`` tells; False where it does
    not tell."""
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        if "matroska" in container:
            return length < matroska_length(file)
        if container == "mpegts":
            return ends_amid_packet(file, length)
    return False


def matroska_length(file: BinaryIO) -> int:
    """Bytes that the file declares to hold, 0 where it does not: a live recording, or one that was never finished."""
    for name in (MATROSKA_HEAD, MATROSKA_SEGMENT):
        if file.read(len(name)) != name:
            return 0
        size = variable_number(file)
        if size is None:
            return 0
        end = file.tell() + size
        file.seek(end)
    return end


def variable_number(file: BinaryIO) -> int | None:
    """A number whose leading zeros tell how many bytes follow; None for all ones, which mean that it is not known."""
    first = file.read(1)
    following = 8 - first[0].bit_length() if first and first[0] else 0
    bits = 7 * (following + 1)
    number = int.from_bytes(first + file.read(following)) & ((1 << bits) - 1)
    return None if number == (1 << bits) - 1 else number


def ends_amid_packet(file: BinaryIO, length: int) -> bool:
    """Whether the last packet of a transport stream is not whole.

    What is no packet, such as zeros with which a recorder fills its files, does not count.
    """
    head = file.read(TS_LOOKED_AT * max(size for _, size in TS_PACKETS))
    for offset, size in TS_PACKETS:
        if set(head[offset : TS_LOOKED_AT * size : size]) == {TS_SYNC} and length % size > offset:
            file.seek(length - length % size + offset)
            return file.read(1)[0] == TS_SYNC
    return False
