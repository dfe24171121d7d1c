import math
import struct
from pathlib import Path

import pytest

from gast_mocap.inference.video.lens import FOCAL_KEY, field_of_view


def atom(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def phone_video(value: bytes, version: bytes = b"", keys: tuple[bytes, ...] = (b"com.apple.quicktime.make", FOCAL_KEY)):
    names = b"".join(struct.pack(">I4s", 8 + len(key), b"mdta") + key for key in keys)
    number = keys.index(FOCAL_KEY) + 1 if FOCAL_KEY in keys else 1
    items = atom(struct.pack(">I", number), atom(b"data", value))
    meta = (
        atom(b"hdlr", bytes(24)) + atom(b"keys", bytes(4) + struct.pack(">I", len(keys)) + names) + atom(b"ilst", items)
    )
    return (
        atom(b"ftyp", b"qt  ")
        + atom(b"mdat", bytes(100))
        + atom(b"moov", atom(b"mvhd", bytes(8)) + atom(b"meta", version + meta))
    )


INTEGER = struct.pack(">IIi", 21, 0, 26)
FLOAT = struct.pack(">IIf", 23, 0, 26.0)


@pytest.mark.parametrize("content", [phone_video(INTEGER), phone_video(FLOAT), phone_video(INTEGER, version=bytes(4))])
def test_a_phone_s_lens_is_read(tmp_path: Path, content: bytes) -> None:
    video = tmp_path / "clip.mov"
    video.write_bytes(content)
    # 26 mm see 36 x 24 mm as 69.4 degrees; a 16:9 picture is as long in its diagonal and so a little wider
    diagonal = math.hypot(36, 24) / 2 / 26
    assert field_of_view(video, 1920, 1080) == pytest.approx(
        math.degrees(2 * math.atan(diagonal * 1920 / math.hypot(1920, 1080)))
    )
    assert field_of_view(video, 1920, 1080) == pytest.approx(71.9, abs=0.1)
    assert field_of_view(video, 1080, 1920) == pytest.approx(44.4, abs=0.1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"dear diary, no video today",
        phone_video(INTEGER)[:-20],
        phone_video(INTEGER, keys=(b"com.apple.quicktime.make",)),
        phone_video(struct.pack(">II", 1, 0) + b"26"),
        phone_video(struct.pack(">II", 21, 0)),
        atom(b"moov", struct.pack(">I4s", 4, b"free")),
        *(phone_video(struct.pack(">IId", 24, 0, focal)) for focal in (0, -26, math.nan, math.inf, 1e-300, 1e300)),
    ],
)
def test_files_that_tell_nothing_are_no_trouble(tmp_path: Path, content: bytes) -> None:
    video = tmp_path / "clip.mov"
    video.write_bytes(content)
    assert field_of_view(video, 1920, 1080) == 0.0
    assert field_of_view(tmp_path / "gone.mov", 1920, 1080) == 0.0


def test_a_file_that_is_built_to_waste_time_wastes_little(tmp_path: Path) -> None:
    nested, named = b"", tmp_path / "clip.mov"
    for _ in range(3000):  # more than Python's own limit of calls within calls
        nested = atom(b"moov", nested)
    for content in (nested, atom(b"free", b"") * 400_000 + phone_video(INTEGER)):
        named.write_bytes(content)
        assert field_of_view(named, 1920, 1080) == 0.0
