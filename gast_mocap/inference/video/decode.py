"""Video file in, upright frames and their real times out."""

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from ...take.errors import MocapError
from ...take.records import FloatArray, ImageArray, VideoInfo
from .lens import field_of_view

Notify = Callable[[str], None]
Frames = queue.Queue[tuple[int, Any] | Exception | None]
Prepared = TypeVar("Prepared")

SMALLEST_SIDE = 32
"""Pixels. In anything smaller nobody can be found."""
UNSTAMPED = -1e9
"""Seconds. Frames of containers without time stamps, such as raw streams, come millions of years before this."""
FRAMES_AHEAD = 8
"""Decoded frames that may wait for the consumer: enough to bridge a slow frame, a few dozen MB in full HD."""


def probe_video(path: Path, notify: Notify) -> VideoInfo:
    """Upright size of a video and the time of each of its frames.

    The times come from the container's packets, so they hold for variable frame rates. Only the first frame is decoded,
    but all of a file that holds fewer frames than it declares: its last packets may be cut off too.

    Raises:
        MocapError: there is no such file, it holds no readable video, or the picture is too small.
    """
    _check_file(path)
    height, width = _first_frame(path).shape[:2]
    if min(height, width) < SMALLEST_SIDE:
        raise MocapError(
            "video_too_small",
            f"The picture of {path.name} is only {width} x {height} pixels. Choose one in which people can be seen.",
        )
    times, declared = _packet_times(path)
    if len(times) < declared:
        times = times[: _decodable(path)]
        notify(f"{path.name} ends early: {len(times)} of {declared} frames can be read.")
    return VideoInfo(path, width, height, times, field_of_view(path, width, height))


def read_frames(video: VideoInfo, start: int, end: int) -> Iterator[tuple[int, ImageArray]]:
    """Frames ``start`` to ``end`` (exclusive) with their indices, upright RGB uint8 (h, w, 3).

    A thread decodes ahead of the consumer. A damaged file yields the frames before the damage.
    """
    return read_prepared(video, start, end, lambda image: image)


def read_prepared(
    video: VideoInfo, start: int, end: int, prepare: Callable[[ImageArray], Prepared]
) -> Iterator[tuple[int, Prepared]]:
    """The same, but with what ``prepare`` makes of each frame in the decoding thread."""
    frames: Frames = queue.Queue(maxsize=FRAMES_AHEAD)
    stop = threading.Event()
    decoded = ((frame, prepare(image)) for frame, image in _decoded(video.path, start, end))
    thread = threading.Thread(target=_decode, args=(decoded, frames, stop), daemon=True)
    thread.start()
    try:
        while (item := frames.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise MocapError("video_is_folder", f"{path} is a folder. Choose a video file in it.")
    if not path.exists():
        raise MocapError("video_missing", f"There is no file {path}. Choose the video again.")
    try:
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except OSError as error:
        raise MocapError(
            "video_unreadable", f"{path.name} cannot be opened. Check its permissions.", str(error)
        ) from error
    if is_empty:
        raise MocapError("video_empty", f"{path.name} is an empty file. Copy or download the video again.")


def _open(path: Path, *settings: int) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, list(settings))
    if not capture.isOpened():
        raise MocapError(
            "video_unreadable",
            f"{path.name} holds no video that can be read: it may be damaged, cut off, sound only or no video at all. "
            "Choose another file, or convert it to MP4 (H.264).",
        )
    return capture


def _first_frame(path: Path) -> ImageArray:
    capture = _open(path)
    read, image = capture.read()
    if not read:
        raise MocapError("video_empty", f"{path.name} has no frames that can be decoded. Choose another video.")
    return np.asarray(image, np.uint8)


def _decodable(path: Path) -> int:
    capture, frames = _open(path), 0
    while capture.grab():
        frames += 1
    return frames


def _packet_times(path: Path) -> tuple[FloatArray, int]:
    """Time in seconds of each frame, and how many frames the container declares.

    OpenCV hands out undecoded packets when asked for no pixel format. They come in decoding order, hence the sort.
    """
    packets = _open(path, cv2.CAP_PROP_FORMAT, -1)
    declared = int(packets.get(cv2.CAP_PROP_FRAME_COUNT))
    fps = packets.get(cv2.CAP_PROP_FPS) or 30.0
    milliseconds = []
    while packets.grab():
        milliseconds.append(packets.get(cv2.CAP_PROP_POS_MSEC))
    return _rising(np.sort(milliseconds) / 1000, fps), declared


def _rising(stamps: FloatArray, fps: float) -> FloatArray:
    """Time in seconds of each frame from 0, of sorted time ``stamps`` (n,) that may repeat.

    The first of several frames with one stamp keeps it, the others are spread up to the next stamp.
    """
    real, first = np.unique(stamps, return_index=True)
    if real[0] < UNSTAMPED or len(real) == 1:
        return np.arange(len(stamps)) / fps
    end = real[-1] + np.median(np.diff(real)) * (len(stamps) - first[-1])
    times = np.interp(np.arange(len(stamps)), [*first, len(stamps)], [*real, end])
    return np.asarray(times - real[0])


def _decode(decoded: Iterator[tuple[int, Any]], frames: Frames, stop: threading.Event) -> None:
    """The decoding thread: fills ``frames`` and ends with None, or with what went wrong."""
    try:
        for item in decoded:
            if not _put(frames, item, stop):
                return
        _put(frames, None, stop)
    except Exception as error:
        _put(frames, error, stop)


def _decoded(path: Path, start: int, end: int) -> Iterator[tuple[int, ImageArray]]:
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    for frame in range(end):
        if not capture.grab():
            return
        if frame < start:
            continue
        read, image = capture.retrieve()
        if not read:
            return
        yield frame, np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def _put(frames: Frames, item: tuple[int, Any] | Exception | None, stop: threading.Event) -> bool:
    """Wait for room in ``frames``; False when the consumer is gone."""
    while not stop.is_set():
        try:
            frames.put(item, timeout=0.1)
            return True
        except queue.Full:
            continue
    return False
