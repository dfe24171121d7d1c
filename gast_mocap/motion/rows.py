"""Rows that are written some at a time, so that text of long takes never lies in memory whole."""

from collections.abc import Iterator

FRAMES_AT_ONCE = 4096
"""Frames that are turned into text together. More take more memory, about five kilobytes each."""


def in_turn(frame_count: int) -> Iterator[slice]:
    """All frames, some at a time."""
    return (slice(begin, begin + FRAMES_AT_ONCE) for begin in range(0, frame_count, FRAMES_AT_ONCE))
