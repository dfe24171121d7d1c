"""The coded frames of a video, and where in them decoding has to begin."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

import numpy as np
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

from .container import OpenVideo, check_memory

FAILURES = 16
"""Errors of the container in a row after which the rest of a file counts as lost."""
REORDERED = 17
"""Frames that may be coded before one that is shown before them: H.264 and HEVC allow 16."""
JOINT_SECONDS = 1.0
"""Stamps that fall by more than this, and than reordering explains, are those of another part that was joined on."""
LONGEST_GROUP = 3000
"""Packets between two keyframes that are kept in memory rather than decoded."""

VideoPacket: TypeAlias = "Packet[VideoStream]"


def read_packets(video: OpenVideo) -> Iterator[VideoPacket]:
    """Every packet of the stream, in decoding order. Damage in the container is stepped over, and so is a packet of a
    stream that begins amid the file: PyAV does not know it, and raises IndexError."""
    failures = 0
    while failures < FAILURES:
        try:
            for packet in video.container.demux(video.stream):
                failures = 0
                if packet.size:
                    yield packet
            return
        except FFmpegError as error:
            check_memory(error)
            failures += 1
        except IndexError:  # the packet is read, so what is read next is another one
            continue


def stamp_of(packet: VideoPacket) -> float | None:
    """Seconds at which a packet's frame is shown, as far as the container knows."""
    has_no_pts = packet.pts is None or packet.stream.container.format.name == "avi"
    stamp = packet.dts if has_no_pts else packet.pts
    return None if stamp is None or packet.time_base is None else float(stamp * packet.time_base)


@dataclass
class Group:
    """Packets from a keyframe up to the next; ``before``: how many that are shown are coded before it."""

    before: int
    packets: list[VideoPacket]

    @property
    def first(self) -> int:
        """Index of the keyframe among the frames as they are shown: some that are coded after it come before it."""
        key = self.packets[0].pts
        if key is None:
            return self.before
        shown = (packet.pts for packet in self.packets if not packet.is_discard)
        return self.before + len([stamp for stamp in shown if stamp is not None and stamp < key])


@dataclass(frozen=True)
class Entry:
    """Where decoding begins: the ``packets`` to decode, of which the first is the keyframe with index ``frame``.

    ``stamp``: seconds of that one; ``stamps``: of the frames before it; all in the order in which they are shown. What
    is decoded with a stamp before ``begin`` (in the stream's units) belongs to frames before it.
    """

    frame: int
    packets: Iterator[VideoPacket]
    stamps: list[float | None] = field(default_factory=list)
    stamp: float | None = None
    begin: int | None = None


def enter(packets: Iterator[VideoPacket], start: int) -> Entry:
    """Skip what need not be decoded for frame ``start``: read, but not decoded, up to the last keyframe before it."""
    if start == 0:
        return Entry(0, packets)
    groups: list[Group] = []
    stamps: list[float | None] = []
    for packet in packets:
        if packet.is_keyframe:
            groups.append(Group(len(stamps), []))
        if not groups:
            continue  # a recording that begins amid a group: nothing can be made of these
        groups[-1].packets.append(packet)
        if not packet.is_discard:
            stamps.append(stamp_of(packet))
        if len(groups) > 2 and groups[1].first <= start:
            del groups[0]
        if len(stamps) > start + REORDERED or len(groups[-1].packets) > LONGEST_GROUP:
            break
    reached = [group for group in groups if group.first <= start]
    if not reached:
        return Entry(0, chain.from_iterable([*(group.packets for group in groups), packets]))
    kept = groups[len(reached) - 1 :]
    frame = kept[0].first
    key = kept[0].packets[0]
    rest = chain(*(group.packets for group in kept), packets)
    shown = as_shown(stamps)
    return Entry(frame, rest, shown[:frame], next(iter(shown[frame:]), None), key.pts)


def as_shown(stamps: list[float | None]) -> list[float | None]:
    """``stamps`` in decoding order, in the order of showing: sorted, but for joints where they start over."""
    known = [stamp for stamp in stamps if stamp is not None]
    if len(known) < max(2, len(stamps)):
        return stamps
    farthest = max(JOINT_SECONDS, REORDERED * float(np.median(np.diff(np.sort(known)))))
    runs: list[list[float]] = [[]]
    for stamp in known:
        if runs[-1] and stamp < max(runs[-1][-REORDERED:]) - farthest:
            runs.append([])
        runs[-1].append(stamp)
    return [stamp for run in runs for stamp in sorted(run)]
