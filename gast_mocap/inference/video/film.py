"""The frames of a video file, in the order in which they are shown."""

import math
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
from ...take.sentences import Sentence
from .clock import usual_rate
from .container import OpenVideo, check_memory, open_video
from .ending import is_cut_off
from .packets import REORDERED, Entry, VideoPacket, enter, read_packets, stamp_of
from .tone import is_dolby_5

LOOKED_AT = 60
"""Packets that tell the usual rate before anything is decoded."""
FIRST_FRAME_WITHIN = 2000
"""Packets in which a first frame must be found: recordings that begin amid a group of pictures lack some seconds."""
NO_STAMPS, STAMPS_JUMP = 0x0080, 0x0200
"""FFmpeg's AVFMT_NOTIMESTAMPS, raw streams, and AVFMT_TS_DISCONT, containers for broadcast, whose clock may jump."""
INDEXED = "mp4"
"""In the name of the one family of containers whose index is trusted: AVI's is often wrong, the others have none."""
COUNTS_FROM_ZERO = "matroska"
"""In the name of the one family of containers whose length includes the time before the first frame."""
MOSTLY = 0.9
"""Share of the frames in a file's index that fills its length; where there is less, some are not shown."""
DEFAULT_RATE = 30.0

Shown = tuple[float | None, VideoFrame | None]
"""A frame's time stamp in seconds, as far as there is one, and the frame; None where it was passed by undecoded."""


@dataclass(frozen=True)
class FilmFacts:
    """What a file tells before its frames are read.

    ``first``: its first frame; ``pixel``: width of a pixel as a share of its height, None for unknown; ``fps``: the
    usual rate; ``frame_count``: as it declares, or by its length; ``is_dolby_5``: its colours are Dolby Vision's own;
    ``streams``: how many it could have been;
    ``has_stamps``: its frames have times, which nobody believes where they are ``is_nonsense``; ``joins_forward``: its
    clock may jump where parts join.
    """

    first: VideoFrame
    pixel: Fraction | None
    fps: float
    frame_count: int
    is_dolby_5: bool
    streams: int
    has_stamps: bool
    is_nonsense: bool
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
            raise MocapError(
                "video_empty",
                Sentence(
                    "{name} has no frames that can be decoded; it is coded as {codec}. Convert it to MP4 "
                    "(H.264), or choose another video.",
                    name=path.name,
                    codec=stream.codec_context.name,
                ),
            )
        flags = video.container.format.flags
        known = np.sort([stamp for stamp in stamps if stamp is not None])
        if len(known) > 2 * REORDERED:
            known = known[:-REORDERED]  # the last lack neighbours that are coded behind them
        told = None if flags & NO_STAMPS else usual_rate(known)
        fps = declared_rate(video) if told is None else told
        is_nonsense = told is None and not flags & NO_STAMPS and len(np.unique(known)) > 1
        return FilmFacts(
            first,
            stream.sample_aspect_ratio,
            fps,
            expected_frames(video, fps, min(known, default=0.0)),
            is_dolby_5(first, stream.codec_context.codec_tag),
            video.streams,
            not (flags & NO_STAMPS or is_nonsense),
            is_nonsense,
            bool(flags & STAMPS_JUMP),
        )


def declared_rate(video: OpenVideo) -> float:
    """Frames a second that the file claims, where its stamps do not tell."""
    for rate in (video.stream.guessed_rate, video.stream.average_rate):
        if rate and 1 <= rate <= 1000:
            return float(rate)
    return DEFAULT_RATE


def expected_frames(video: OpenVideo, fps: float, begin: float) -> int:
    """About how many frames will be shown, the first at ``begin`` seconds: for a progress bar, never for times."""
    stream, container = video.stream, video.container
    if stream.duration and stream.time_base:
        by_length = float(stream.duration * stream.time_base) * fps
    else:
        unheld = begin if COUNTS_FROM_ZERO in container.format.name else 0
        by_length = ((container.duration or 0) / 1e6 - unheld) * fps
    is_trimmed = 0 < by_length < MOSTLY * stream.frames
    return max(1, stream.frames if stream.frames and not is_trimmed else round(by_length))


def indexed_frames(video: OpenVideo) -> int:
    """How many packets the index of a file lists, 0 where it has none."""
    return video.stream.frames if INDEXED in video.container.format.name else 0


def frames_of(video: OpenVideo, packet: "VideoPacket | None") -> list[VideoFrame]:
    """What the decoder gives after ``packet``, or at the end; nothing for a damaged one."""
    try:
        return list(video.stream.decode(packet))
    except FFmpegError as error:
        check_memory(error)
        return []


def read_picture(path: Path) -> VideoFrame | None:
    """The first frame of a file, None when it cannot be read."""
    try:
        return film_facts(path).first
    except MocapError:
        return None


class Film:
    """Reads the file at ``path`` once, from front to back.

    ``lost`` counts the frames that could not be decoded so far; ``missing`` those that a file which is read to its end
    declares and does not hold; None where it was cut off and its index does not tell how many it had.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_indexed = False
        self._packets = self._shown = 0
        self.lost = 0
        self.missing: int | None = 0

    def facts(self) -> FilmFacts:
        """Raises MocapError when the file cannot be opened, or no frame of it can be decoded."""
        return film_facts(self._path)

    def frames(self, start: int, stopped: Callable[[], bool]) -> Iterator[Shown]:
        """Each frame in order; those before ``start`` may be passed by. Ends early once it is ``stopped``."""
        with ExitStack() as stack:
            video = stack.enter_context(open_video(self._path))
            declared = indexed_frames(video)
            self._is_indexed = declared > 0
            entry = enter(self._counted(video, stopped), start)
            yield from ((stamp, None) for stamp in entry.stamps)
            stamps = Stamps(video, entry)
            has_begun = (
                False  # what precedes comes first; later, such stamps are those of another part that starts over
            )
            for frame in self._decoded(video, entry):
                stamp = stamps.of(frame)
                has_begun = has_begun or not precedes(frame.pts, entry)
                if has_begun:
                    self._shown += 1
                    yield stamp, frame
            if not stopped():
                is_short = is_cut_off(self._path, video.container.format.name)
                self.missing = None if is_short else max(0, declared - self._packets)

    def _counted(self, video: OpenVideo, stopped: Callable[[], bool]) -> Iterator[VideoPacket]:
        for packet in read_packets(video):
            if stopped():
                return
            self._packets += 1
            yield packet

    def _decoded(self, video: OpenVideo, entry: Entry) -> Iterator[VideoFrame]:
        """Frames. Where each packet is one, what does not come out is lost; elsewhere a packet that is refused, or of
        which the container lacks a part, is. What comes before the first keyframe is not: recordings may begin amid a
        group of pictures."""
        wanted = errors = 0
        began = False
        for packet in entry.packets:
            began = began or packet.is_keyframe
            wanted += began and not (packet.is_discard or precedes(packet.pts, entry))
            is_faulty = packet.is_corrupt
            try:
                yield from video.stream.decode(packet)
            except FFmpegError as error:
                check_memory(error)
                is_faulty = True
            errors += is_faulty and self._shown > 0
        yield from frames_of(video, None)
        self.lost = max(0, wanted - self._shown) if self._is_indexed else errors


def precedes(stamp: int | None, entry: Entry) -> bool:
    """Whether a frame of this ``stamp`` is shown before the keyframe with which decoding begins."""
    return stamp is not None and entry.begin is not None and stamp < entry.begin


class Stamps:
    """Chooses between a frame's two stamps, when it is to be shown and when its packet was decoded.

    Whichever fell back less often so far is believed, as in FFmpeg's guess_correct_pts: some muxers write the one into
    the place of the other. AVI has no place for the first, and what is found there is a guess.
    """

    def __init__(self, video: OpenVideo, entry: Entry) -> None:
        self._entry = entry
        self._shift: float | None = None
        self._unit = video.stream.time_base or Fraction(1, 1)
        self._has_pts = video.container.format.name != "avi"
        self._last_pts = self._last_dts = -math.inf
        self._faulty_pts = self._faulty_dts = 0

    def of(self, frame: VideoFrame) -> float | None:
        """Seconds at which the next ``frame`` is shown, None where it does not tell."""
        pts, dts = frame.pts if self._has_pts else None, frame.dts
        if dts is not None:
            self._faulty_dts += dts <= self._last_dts
            self._last_dts = dts
        if pts is not None:
            self._faulty_pts += pts <= self._last_pts
            self._last_pts = pts
        is_pts_right = pts is not None and (dts is None or self._faulty_pts <= self._faulty_dts)
        stamp = pts if is_pts_right else dts
        return None if stamp is None else self._aligned(float(stamp * self._unit))

    def _aligned(self, stamp: float) -> float:
        """``stamp`` as it was counted before decoding began: a decoder's delay is in the stamps of AVI's frames."""
        if self._shift is None:
            known = None if self._has_pts else self._entry.stamp
            self._shift = 0.0 if known is None else known - stamp
        return stamp + self._shift
