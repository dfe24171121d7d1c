"""Opens a video file: this file and nothing else, and the one stream of it that is watched."""

import errno
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from ...take.errors import MocapError
from ...take.sentences import Sentence

SEALED = {"protocol_whitelist": "none"}
"""FFmpeg reads through a Python file and may open nothing itself: a playlist that is called clip.mp4 reaches neither
other files nor the network, and a colon in a name is a colon."""
BUFFER_BYTES = 1 << 18
"""Read at a time: larger means fewer calls into Python, smaller less that is read in vain after a seek."""
USUAL_BYTES = 64 << 20
"""What a few frames take. More gives up earlier where memory is short."""
NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)
"""Of names that lead to no file: permissions are not to blame."""
NO_FILM = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
"""Streams that hold pictures but no film: covers and previews."""


@dataclass(frozen=True)
class OpenVideo:
    """An open file and the stream that is watched; ``streams``: how many it has to choose from."""

    container: InputContainer
    stream: VideoStream
    streams: int


@contextmanager
def open_video(path: Path) -> Iterator[OpenVideo]:
    """The video in ``path``, closed at the end.

    Raises:
        MocapError: there is no such file, or it holds no video that can be decoded.
    """
    check_file(path)
    with path.open("rb") as file:
        try:
            container: InputContainer = av.open(
                file, "r", options=SEALED, buffer_size=BUFFER_BYTES, metadata_errors="replace"
            )
        except (FFmpegError, OSError, ValueError) as error:
            if isinstance(error, FFmpegError):
                check_memory(error)
            raise unreadable(path, str(error)) from error
        with container:
            streams = [stream for stream in container.streams.video if not stream.disposition & NO_FILM]
            if not streams:
                raise without_film(path, container)
            stream = main_stream(container, streams)
            check_decoder(path, stream)
            stream.thread_type = "AUTO"
            for other in container.streams:
                if other is not stream:
                    other.discard = Discard.all
            yield OpenVideo(container, stream, len(streams))


def check_file(path: Path) -> None:
    """Raises MocapError unless ``path`` is a file with something in it that may be read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise MocapError("video_is_folder", Sentence("{path} is a folder. Choose a video file in it.", path=path))
        if not stat.S_ISREG(mode):
            raise MocapError(
                "video_unreadable", Sentence("{path} is a device or a pipe. Choose a video file.", path=path)
            )
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except (OSError, ValueError) as error:  # ValueError: no file can have this name
        if isinstance(error, ValueError) or error.errno in NOWHERE:
            text = Sentence("There is no file {path}. Choose the video again.", path=path)
            raise MocapError("video_missing", text, str(error)) from error
        raise MocapError(
            "video_unreadable", Sentence("{name} cannot be opened. Check its permissions.", name=path.name), str(error)
        ) from error
    if is_empty:
        raise MocapError(
            "video_empty", Sentence("{name} is an empty file. Copy or download the video again.", name=path.name)
        )


def check_memory(error: FFmpegError) -> None:
    """Raises MemoryError where the computer has no memory left: a whole video must not pass for a damaged one.

    What FFmpeg says does not tell: a damaged one asks for absurd sizes, and a decoder in threads that gets no memory
    calls the data invalid. So a usual size is asked for.
    """
    try:
        bytearray(USUAL_BYTES)
    except MemoryError as lack:
        raise lack from error


def unreadable(path: Path, detail: str = "") -> MocapError:
    return MocapError(
        "video_unreadable",
        Sentence(
            "{name} holds no video that can be read: it may be damaged, cut off or no video at all. "
            "Choose another file, or convert it to MP4 (H.264).",
            name=path.name,
        ),
        detail,
    )


def without_film(path: Path, container: InputContainer) -> MocapError:
    """Why a file that can be read holds nothing to watch."""
    if container.streams.audio:
        return MocapError("video_is_sound", Sentence("{name} holds sound only. Choose a video.", name=path.name))
    return unreadable(path)


def main_stream(container: InputContainer, streams: list[VideoStream]) -> VideoStream:
    """The stream that a player would show: FFmpeg's choice, which heeds the file's default, size and bit rate."""
    best: Any = container.streams.best("video")
    return best if best in streams else streams[0]


def check_decoder(path: Path, stream: VideoStream) -> None:
    """Raises MocapError that names a codec which cannot be decoded."""
    context: Any = stream.codec_context
    if context is None or not context.is_decoder:
        name = context.name if context is not None else "something unknown"
        raise MocapError(
            "codec_unknown",
            Sentence(
                "{name} is coded as {codec}, which cannot be decoded here. Convert it to MP4 (H.264).",
                name=path.name,
                codec=name,
            ),
        )
