"""Interlaced video: two moments woven into one frame, one in the odd lines and one in the even, become one moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as NothingMore
from av.filter import Graph
from av.video.frame import VideoFrame

from ...take.records import BoolArray, FloatArray
from .film import Shown

COMBED = 0.1
"""Share of what moves in which a line differs from both its neighbours while these are alike, from which on a frame
that is not marked as interlaced is taken for it."""
MOVING = 0.002
"""Share of the picture that must move to tell."""
TELLING, ALIKE = 20, 10
"""Grey levels: lines that differ by more than the first differ, by less than the second are alike."""
LOOKED_AT = 3
"""Frames that tell together."""
COLUMNS = 32
"""Every so many columns are looked at."""
ALL_OF_FIRST, EVERY = 15, 30
"""All of so many first frames are looked at, then LOOKED_AT of every so many. Looking more often notices sooner that a
film which is not marked is interlaced from some moment on; a look costs 4 to 7 % of decoding a frame."""


def deinterlaced(shown: Iterator[Shown]) -> Iterator[Shown]:
    """The same frames; from the first one on that is seen to be interlaced, each shows one moment.

    A few of those that are looked at are held back: their neighbours tell what moves.
    """
    waiting: list[Held] = []
    unweaver: Unweaver | None = None
    count = 0
    for stamp, frame in shown:
        if frame is None:
            yield stamp, None
            continue
        is_looked_at = unweaver is None and (count < ALL_OF_FIRST or count % EVERY < LOOKED_AT)
        count += 1
        waiting.append(Held(stamp, frame, grey(frame) if is_looked_at else None))
        if unweaver is None and not is_interlaced(waiting):
            while waiting and (len(waiting) == LOOKED_AT or not is_looked_at):
                yield waiting.pop(0).shown
            continue
        for held in waiting:
            if unweaver is not None and not unweaver.takes(held.frame):
                yield from unweaver.rest()
                unweaver = None
            unweaver = unweaver or Unweaver(held.frame, only_marked=held.frame.interlaced_frame)
            yield from unweaver.push(*held.shown)
        waiting.clear()
    yield from (held.shown for held in waiting)
    if unweaver is not None:
        yield from unweaver.rest()


@dataclass(frozen=True)
class Held:
    """A frame that waits; ``rows`` (h, w) of its brightness, None if it is not looked at."""

    stamp: float | None
    frame: VideoFrame
    rows: FloatArray | None

    @property
    def shown(self) -> tuple[float | None, VideoFrame]:
        return self.stamp, self.frame


def is_interlaced(held: list[Held]) -> bool:
    """Whether the last of ``held`` is marked so, or the middle one of three shows combs."""
    return held[-1].frame.interlaced_frame or (len(held) == LOOKED_AT and are_combed(*(each.rows for each in held)))


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


def are_combed(last: FloatArray | None, now: FloatArray | None, following: FloatArray | None) -> bool:
    """Whether what moves in ``now`` is combed. Fine stripes are not: they are there before or after as well."""
    if last is None or now is None or following is None or not last.shape == now.shape == following.shape:
        return False
    moves = np.abs(now[1:-1] - last[1:-1]) > TELLING
    if moves.mean() < MOVING:
        return False
    is_comb = moves & combs(now) & ~combs(last) & ~combs(following)
    return bool(is_comb.sum() > COMBED * moves.sum())


def combs(rows: FloatArray) -> BoolArray:
    """(h - 2, w) where a line differs from both its neighbours and these are alike."""
    upper, line, lower = rows[:-2], rows[1:-1], rows[2:]
    differs = np.minimum(np.abs(line - upper), np.abs(line - lower)) > TELLING
    return np.asarray(differs & (np.abs(upper - lower) < ALIKE))


def grey(frame: VideoFrame) -> FloatArray | None:
    """(h, w / COLUMNS) brightness of a frame, None in formats of more or fewer than eight bits."""
    if not frame.format.name.startswith(("yuv", "nv12", "gray")) or frame.format.components[0].bits != 8:
        return None
    plane = frame.planes[0]
    if frame.format.is_bit_stream or "yuyv" in frame.format.name:
        return None
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width : COLUMNS]
    return rows.astype(np.int16)
