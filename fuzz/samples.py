"""Whole input to damage: a small take, and a few small videos in several containers."""

import io
import struct
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from gast_mocap.inference.video.lens import FOCAL_KEY
from gast_mocap.take.edits import Split, SwapSides, mended
from gast_mocap.take.files import save_take
from gast_mocap.take.records import (
    FootContact,
    IntArray,
    Keypoints2D,
    PartPoints,
    Person,
    Pose3D,
    Take,
    TakeSettings,
    Track,
    VideoInfo,
)
from gast_mocap.take.settings import Quality
from gast_mocap.take.skeletons import Side

CODECS = (
    ("mp4", "mpeg4"),
    ("mov", "h264"),
    ("avi", "mjpeg"),
    ("matroska", "h264"),
    ("mpegts", "mpeg2video"),
    ("webm", "libvpx"),
)
FRAMES = 24


@cache
def sample_takes() -> tuple[dict[str, NDArray[Any]], ...]:
    """The arrays of a take of a second with two people who step in place: as tracked, and mended."""
    video = VideoInfo(Path("/a/clip.mp4"), 640, 360, np.arange(FRAMES) / 24)
    people = (_person(1, 200.0), _person(2, 420.0))
    tracked = Take(video, TakeSettings(Quality.FAST, 0, FRAMES, False, {"gast-27": "ab" * 32}), people)
    changed = mended(tracked, (Split(1, 12, 3), SwapSides(2, 3, 9)))
    for person in changed.people:
        changed = changed.with_person(replace(person, pose=_pose(person.keypoints.frames)))
    return _arrays_of(tracked), _arrays_of(changed)


def _arrays_of(take: Take) -> dict[str, NDArray[Any]]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.take.npz")
        save_take(take, path)
        with np.load(path) as arrays:
            return {name: arrays[name] for name in arrays}


def _pose(frames: IntArray) -> Pose3D:
    standing = np.zeros((len(frames), 17, 3))
    standing[:, :, 0] = 0.1 * np.sin(np.arange(17))
    standing[:, :, 1] = np.linspace(-0.8, 0.8, 17)
    standing[:, :, 2] = 0.05 * np.sin(frames / 3)[:, None]
    return Pose3D(frames, standing - standing[:, :1])


def _person(track_id: int, x: float) -> Person:
    frames = np.arange(FRAMES)
    pose = _pose(frames)
    points = np.array([x, 100.0]) + pose.joints[:, :, :2] * 100
    feet = PartPoints(points[:, :4], np.full((FRAMES, 4), 0.8))
    boxes = np.tile([x - 40, 80.0, x + 40, 280.0], (FRAMES, 1))
    return Person(
        Track(track_id, frames, boxes, np.ones(FRAMES)),
        Keypoints2D(track_id, frames, points, np.full((FRAMES, 17), 0.8), {"feet": feet}),
        pose,
        np.full((32, 24, 3), 90, np.uint8),
        (FootContact(Side.LEFT, 0.1, 0.5),),
        1.8,
    )


@cache
def sample_videos() -> tuple[bytes, ...]:
    return tuple(_video(*names) for names in CODECS)


def _video(container: str, codec: str) -> bytes:
    """Twelve frames of 64 x 48 px with a square that moves."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=Fraction(24))
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number in range(12):
            picture = np.full((48, 64, 3), 60, np.uint8)
            picture[10:30, 3 * number : 3 * number + 20] = 220
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        output.mux(stream.encode(None))
    return file.getvalue()


@cache
def sample_lens() -> bytes:
    """A QuickTime file without a film, in which a phone has written down its lens of 26 mm."""
    keys = struct.pack(">II", 0, 2) + _atom(b"mdta", b"com.apple.quicktime.make") + _atom(b"mdta", FOCAL_KEY)
    focal = _atom(b"data", struct.pack(">IId", 24, 0, 26.0))
    meta = _atom(b"keys", keys) + _atom(b"ilst", _atom(struct.pack(">I", 2), focal))
    return _atom(b"ftyp", b"qt  ") + _atom(b"moov", _atom(b"meta", meta))


def _atom(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content
