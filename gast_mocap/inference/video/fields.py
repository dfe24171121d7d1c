"""Interlaced video: two moments woven into one frame, one in the odd lines and one in the even, become one moment."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as NothingMore
from av.filter import Graph
from av.video.frame import VideoFrame

from ...take.records import FloatArray
from .film import Shown

COMBED = 0.1
"""Share of what moves in which a line differs from both its neighbours while these are alike, from which on a frame
that is not marked as interlaced is taken for it."""
MOVING = 0.002
"""Share of the picture that must move to tell."""
TELLING, ALIKE = 20, 10
"""Grey levels: lines that differ by more than the first differ, by less than the second are alike."""
COLUMNS = 32
"""Every so many columns are looked at."""


def deinterlaced(shown: Iterator[Shown]) -> Iterator[Shown]:
    """The same frames; from the first one on that is seen to be interlaced, each shows one moment.

    A frame is held back for one step then: its neighbours tell what moves.
    """
    combs, unweaver = Combs(), None
    for stamp, frame in shown:
        if frame is not None and unweaver is None:
            is_marked = frame.interlaced_frame
            if is_marked or combs.are_in(frame):
                unweaver = Unweaver(frame, is_marked)
        if unweaver is None or frame is None:
            yield stamp, frame
            continue
        if not unweaver.takes(frame):
            yield from unweaver.rest()
            unweaver = Unweaver(frame, frame.interlaced_frame)
        yield from unweaver.push(stamp, frame)
    if unweaver is not None:
        yield from unweaver.rest()


class Unweaver:
    """FFmpeg's bwdif: a frame out for each frame in, one step later."""

    def __init__(self, frame: VideoFrame, only_marked: bool) -> None:
        self._kind = frame.width, frame.height, frame.format.name
        self._stamps: list[float | None] = []
        self._count = 0
        self._graph = Graph()
        entry = self._graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000)
        )
        unweave = self._graph.add("bwdif", mode="send_frame", deint="interlaced" if only_marked else "all")
        leave = self._graph.add("buffersink")
        entry.link_to(unweave)
        unweave.link_to(leave)
        self._graph.configure()

    def takes(self, frame: VideoFrame) -> bool:
        """Whether ``frame`` has the size and format of the others."""
        return (frame.width, frame.height, frame.format.name) == self._kind

    def push(self, stamp: float | None, frame: VideoFrame) -> Iterator[Shown]:
        self._stamps.append(stamp)
        frame.pts = self._count
        self._count += 1
        self._graph.vpush(frame)
        yield from self._ready()

    def rest(self) -> Iterator[Shown]:
        """What is still held back."""
        self._graph.vpush(None)
        yield from self._ready()

    def _ready(self) -> Iterator[Shown]:
        while self._stamps:
            try:
                frame = self._graph.vpull()
            except (NothingYet, NothingMore):
                return
            yield self._stamps.pop(0), frame


class Combs:
    """Sees combs in frames that are shown to it one after the other."""

    def __init__(self) -> None:
        self._before: FloatArray | None = None

    def are_in(self, frame: VideoFrame) -> bool:
        """Whether what moved since the frame before is combed. Stripes of a picture stand still, or move as a whole."""
        now = grey(frame)
        before, self._before = self._before, now
        if now is None or before is None or now.shape != before.shape:
            return False
        upper, line, lower = now[:-2], now[1:-1], now[2:]
        moves = np.abs(line - before[1:-1]) > TELLING
        if moves.mean() < MOVING:
            return False
        differs = np.minimum(np.abs(line - upper), np.abs(line - lower)) > TELLING
        is_comb = moves & differs & (np.abs(upper - lower) < ALIKE)
        return bool(is_comb.sum() > COMBED * moves.sum())


def grey(frame: VideoFrame) -> FloatArray | None:
    """(h, w / COLUMNS) brightness of a frame, None in formats of more or fewer than eight bits."""
    if not frame.format.name.startswith(("yuv", "nv12", "gray")) or frame.format.components[0].bits != 8:
        return None
    plane = frame.planes[0]
    if frame.format.is_bit_stream or "yuyv" in frame.format.name:
        return None
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width : COLUMNS]
    return rows.astype(np.int16)
