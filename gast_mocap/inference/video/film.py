"""The frames of a video file, in the order in which they are shown."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame

from ...take.errors import MocapError
from .clock import usual_rate
from .container import OpenVideo, open_video
from .packets import Entry, VideoPacket, enter, read_packets, stamp_of

LOOKED_AT = 60
"""Packets that tell the usual rate before anything is decoded."""
FIRST_FRAME_WITHIN = 2000
"""Packets in which a first frame must be found: recordings that begin amid a group of pictures lack some seconds."""
NO_STAMPS, STAMPS_JUMP = 0x0080, 0x0200
"""FFmpeg's AVFMT_NOTIMESTAMPS, raw streams, and AVFMT_TS_DISCONT, containers for broadcast, whose clock may jump."""
INDEXED = "mp4"
"""In the name of the one family of containers whose index is trusted: AVI's is often wrong, the others have none."""
DEFAULT_RATE = 30.0

Shown = tuple[float | None, VideoFrame | None]
"""A frame's time stamp in seconds, as far as there is one, and the frame; None where it was passed by undecoded."""


@dataclass(frozen=True)
class FilmFacts:
    """What a file tells before its frames are read.

    ``first``: its first frame; ``pixel``: width of a pixel as a share of its height, None for unknown; ``fps``: the
    usual rate; ``frame_count``: as it declares, or by its length; ``declared``: packets that its index lists, 0 where
    it has none; ``streams``: how many it could have been; ``has_stamps``: its frames have times; ``joins_forward``: its
    clock may jump where parts join.
    """

    first: VideoFrame
    pixel: Fraction | None
    fps: float
    frame_count: int
    declared: int
    codec: str
    streams: int
    has_stamps: bool
    joins_forward: bool


def film_facts(path: Path) -> FilmFacts:
    """Look into the file at ``path``: its header and the first frames.

    Raises:
        MocapError: it cannot be opened, or no frame of it can be decoded.
    """
    with open_video(path) as video:
        stream = video.stream
        stamps = []
        first = None
        for count, packet in enumerate(islice(read_packets(video), FIRST_FRAME_WITHIN)):
            if not packet.is_discard:
                stamps.append(stamp_of(packet))
            if first is None:
                first = next(iter(frames_of(video, packet)), None)
            if first is not None and count >= LOOKED_AT:
                break
        if first is None:
            first = next(iter(frames_of(video, None)), None)
        if first is None:
            raise MocapError("video_empty", f"{path.name} has no frames that can be decoded. Choose another video.")
        flags = video.container.format.flags
        told = usual_rate(np.array([stamp for stamp in stamps if stamp is not None]))
        fps = declared_rate(video) if told is None or flags & NO_STAMPS else told
        return FilmFacts(
            first,
            stream.sample_aspect_ratio,
            fps,
            expected_frames(video, fps),
            stream.frames if INDEXED in video.container.format.name else 0,
            stream.codec_context.codec.name,
            video.streams,
            not flags & NO_STAMPS,
            bool(flags & STAMPS_JUMP),
        )


def declared_rate(video: OpenVideo) -> float:
    """Frames a second that the file claims, where its stamps do not tell."""
    for rate in (video.stream.guessed_rate, video.stream.average_rate):
        if rate and 1 <= rate <= 1000:
            return float(rate)
    return DEFAULT_RATE


def expected_frames(video: OpenVideo, fps: float) -> int:
    """About how many frames will be shown: for a progress bar, never for times."""
    stream, container = video.stream, video.container
    if stream.duration and stream.time_base:
        by_length = float(stream.duration * stream.time_base) * fps
    else:
        by_length = (container.duration or 0) / 1e6 * fps
    declared = stream.frames or by_length
    return max(1, round(min(declared, by_length) if by_length > 0 else declared))


def frames_of(video: OpenVideo, packet: "VideoPacket | None") -> list[VideoFrame]:
    """What the decoder gives after ``packet``, or at the end; nothing for a damaged one."""
    try:
        return list(video.stream.decode(packet))
    except FFmpegError:
        return []


class Film:
    """Reads the file at ``path`` once, from front to back.

    ``lost`` counts the frames that could not be decoded so far; ``missing`` those that a file which is read to its end
    declares and does not hold.
    """

    def __init__(self, path: Path, facts: FilmFacts) -> None:
        self._path, self._facts = path, facts
        self._packets = self._shown = 0
        self.lost = 0
        self.missing = 0

    def frames(self, start: int, stopped: Callable[[], bool]) -> Iterator[Shown]:
        """Each frame in order; those before ``start`` may be passed by. Ends early once it is ``stopped``."""
        with ExitStack() as stack:
            video = stack.enter_context(open_video(self._path))
            entry = enter(self._counted(video, stopped), start)
            yield from ((stamp, None) for stamp in entry.stamps)
            for frame in self._decoded(video, entry):
                if not precedes(frame.pts, entry):
                    self._shown += 1
                    yield seconds_of(frame, video), frame
            if not stopped():
                self.missing = max(0, self._facts.declared - self._packets)

    def _counted(self, video: OpenVideo, stopped: Callable[[], bool]) -> Iterator[VideoPacket]:
        for packet in read_packets(video):
            if stopped():
                return
            self._packets += 1
            yield packet

    def _decoded(self, video: OpenVideo, entry: Entry) -> Iterator[VideoFrame]:
        """Frames. Where each packet is one, what does not come out is lost; elsewhere a packet that is refused is, but
        not before the first frame: recordings may begin amid a group of pictures."""
        wanted = errors = 0
        for packet in entry.packets:
            wanted += not (packet.is_discard or precedes(packet.pts, entry))
            try:
                yield from video.stream.decode(packet)
            except FFmpegError:
                errors += self._shown > 0
        yield from frames_of(video, None)
        self.lost = max(0, wanted - self._shown) if self._facts.declared else errors


def precedes(stamp: int | None, entry: Entry) -> bool:
    """Whether a frame of this ``stamp`` is shown before the keyframe with which decoding begins."""
    return stamp is not None and entry.begin is not None and stamp < entry.begin


def seconds_of(frame: VideoFrame, video: OpenVideo) -> float | None:
    """When ``frame`` is shown; its own time base is unset on the last frames."""
    stamp, unit = frame.dts if frame.pts is None else frame.pts, video.stream.time_base
    return None if stamp is None or unit is None else float(stamp * unit)
