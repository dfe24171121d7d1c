"""Coded videos, whose frames tell their own numbers, through every container: all frames, at their times, the right
way up. The truth is what was written."""

import os
import struct
import sys
import time
import zlib
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from benchmarks.coded import HEIGHT, WIDTH, Recipe, copy_from, even, join, number_in, picture, uneven, write_coded
from gast_mocap.inference.video.decode import Reading, probe_video
from gast_mocap.inference.video.film import Stamps
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import Playback, VideoInfo

X264 = {"preset": "ultrafast", "g": "12", "bf": "2", "crf": "10"}
OPEN_X264 = {**X264, "x264-params": "open-gop=1:keyint=12"}
"""Some frames are coded after a keyframe and shown before it."""
OPEN_MPEG4 = {"g": "12", "bf": "2"}
AV1 = {"preset": "8", "crf": "1", "svtav1-params": "enable-tf=0:pred-struct=1"}
MPEG2 = {"g": "12", "bf": "2"}
RECIPES = [
    Recipe(".mp4", "libx264", even(30, 40), options=X264),
    Recipe(".mov", "mjpeg", even(24, 20), pixel_format="yuvj420p"),
    Recipe(".mkv", "libx264", even(29.97, 40), options=X264),
    Recipe(".webm", "libvpx-vp9", even(30, 20), options={"deadline": "realtime", "cpu-used": "8"}),
    Recipe(".avi", "libx264", even(25, 40), options=X264),  # a container without a place for the order of B-frames
    Recipe(".avi", "mpeg4", even(25, 40), options={"bf": "2"}),
    Recipe(".ts", "libx264", even(50, 40), options=X264),
    Recipe(".m2ts", "libx264", even(25, 40), options=X264),
    Recipe(".3gp", "mpeg4", even(15, 20)),
    Recipe(".flv", "libx264", even(30, 40), options=X264),
    Recipe(".mxf", "mpeg2video", even(25, 40), options=MPEG2),
    Recipe(".vob", "mpeg2video", even(25, 40), options=MPEG2),
    Recipe(".mpg", "mpeg2video", even(25, 40), options=MPEG2),
    Recipe(".wmv", "wmv2", even(30, 20)),
    Recipe(".ogv", "libvpx", even(25, 20), options={"deadline": "realtime", "cpu-used": "8"}),
    Recipe(".gif", "gif", even(25, 20), pixel_format="rgb8"),
    Recipe(".mkv", "libx264", list(uneven(40)), options=X264),
    Recipe(".mp4", "libx264", list(uneven(40, seed=1)), options=X264),
    Recipe(".mp4", "libx265", even(30, 20), options={"preset": "ultrafast", "x265-params": "log-level=none"}),
    Recipe(
        ".mp4",
        "libsvtav1",
        even(30, 12),
        options={"preset": "8", "crf": "1", "svtav1-params": "enable-tf=0:pred-struct=1"},
    ),
]


def read(path: Path, playback: Playback | None = None, start: int = 0) -> tuple[list[int | None], VideoInfo, Reading]:
    """The numbers in the frames of a video of which nothing is to be said, and what is known of it."""
    reading = Reading(probe_video(path, pytest.fail, playback), start, None, number_in)
    return [frame.picture for frame in reading], reading.video, reading


def assert_whole(path: Path, numbers: Sequence[int], times: Sequence[float]) -> None:
    seen, video, reading = read(path)
    assert seen == list(numbers)
    wanted = np.array([times[number] for number in numbers])
    np.testing.assert_allclose(video.times, wanted - wanted[0], atol=1e-3)
    assert (reading.lost, reading.missing) == (0, 0)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: f"{recipe.codec}{recipe.suffix}")
def test_every_frame_comes_at_its_time(tmp_path: Path, recipe: Recipe) -> None:
    if recipe.codec not in av.codecs_available:
        pytest.skip(f"PyAV was built without {recipe.codec}")
    path = tmp_path / f"coded{recipe.suffix}"
    write_coded(path, recipe)
    assert_whole(path, range(len(recipe.times)), recipe.times)


@pytest.mark.parametrize("turn", list(product((0, 90, 180, 270), (False, True), (False, True))))
def test_turned_and_mirrored_videos_are_shown_upright(tmp_path: Path, turn: tuple[int, bool, bool]) -> None:
    path = tmp_path / "phone.mp4"
    write_coded(path, Recipe(".mp4", "libx264", even(30, 3), turn, options=X264))
    seen, video, _ = read(path)
    assert seen == [0, 1, 2]
    assert (video.width, video.height) == (WIDTH, HEIGHT)


def test_a_mirror_exchanges_left_and_right(tmp_path: Path) -> None:
    path = tmp_path / "selfie.mp4"
    write_coded(path, Recipe(".mp4", "libx264", even(30, 3), (90, False, False), options=X264))
    footage = probe_video(path, pytest.fail, Playback(mirrored=True))
    pictures = [frame.picture for frame in Reading(footage, 0, None, np.array)]
    assert [number_in(image) for image in pictures] == [None] * 3
    assert [number_in(image[:, ::-1]) for image in pictures] == [0, 1, 2]


def test_pixels_that_are_not_square_are_stretched(tmp_path: Path) -> None:
    path = tmp_path / "dv.mp4"
    write_coded(path, Recipe(".mp4", "libx264", even(30, 3), stretched=2, options=X264))
    seen, video, _ = read(path)
    assert seen == [0, 1, 2]
    assert (video.width, video.height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize(("suffix", "first"), [(".mp4", 30), (".mov", 30), (".mkv", 24), (".ts", 24)])
def test_a_trim_without_coding_anew(tmp_path: Path, suffix: str, first: int) -> None:
    """MP4 and MOV keep what lies before the cut and do not show it; the others begin at the keyframe."""
    whole, cut = tmp_path / f"whole{suffix}", tmp_path / f"cut{suffix}"
    write_coded(whole, Recipe(suffix, "libx264", even(30, 60), options=X264))
    copy_from(whole, cut, 1.0)
    assert_whole(cut, range(first, 60), even(30, 60))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_recording_that_begins_amid_a_group_of_pictures(tmp_path: Path, suffix: str) -> None:
    whole, cut = tmp_path / f"whole{suffix}", tmp_path / f"cut{suffix}"
    write_coded(whole, Recipe(suffix, "libx264", even(30, 60), options=X264))
    copy_from(whole, cut, 1.0, drop=3)
    assert_whole(cut, range(36, 60), even(30, 60))


@pytest.mark.parametrize(("suffix", "codec", "options"), [(".ts", "libx264", X264), (".mpg", "mpeg2video", MPEG2)])
def test_parts_that_are_joined_follow_one_another(tmp_path: Path, suffix: str, codec: str, options: dict) -> None:
    part, whole = tmp_path / f"part{suffix}", tmp_path / f"whole{suffix}"
    write_coded(part, Recipe(suffix, codec, even(25, 40), options=options))
    join([part, part], whole)
    seen, video, reading = read(whole)
    assert seen == [*range(40), *range(40)]
    np.testing.assert_allclose(video.times, even(25, 80), atol=1e-3)
    assert (reading.lost, reading.missing) == (0, 0)


@pytest.mark.parametrize("start", [1, 13, 30, 39, 40, 41, 55, 79])
def test_a_late_start_in_parts_that_are_joined(tmp_path: Path, start: int) -> None:
    part, whole = tmp_path / "part.ts", tmp_path / "whole.ts"
    write_coded(part, Recipe(".ts", "libx264", even(25, 40), options=X264))
    join([part, part], whole)
    seen, video, reading = read(whole, start=start)
    assert seen == [*range(40), *range(40)][start:]
    np.testing.assert_allclose(video.times, even(25, 80), atol=1e-3)
    assert reading.lost == 0


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".avi"])
@pytest.mark.parametrize("start", [1, 11, 12, 13, 40, 59])
def test_a_late_start_gives_the_frames_of_the_whole_video(tmp_path: Path, suffix: str, start: int) -> None:
    path = tmp_path / f"whole{suffix}"
    write_coded(path, Recipe(suffix, "libx264", even(30, 60), options=X264))
    seen, video, _ = read(path, start=start)
    assert seen == list(range(start, 60))
    np.testing.assert_allclose(video.times, even(30, 60), atol=1e-3)


@pytest.mark.parametrize("has_sound", [False, True])
def test_the_time_before_a_recording_is_no_part_of_its_length(tmp_path: Path, has_sound: bool) -> None:
    """The picture begins after 12.5 s, the sound at once."""
    whole, late = tmp_path / "whole.mkv", tmp_path / "late.mkv"
    write_coded(whole, Recipe(".mkv", "mjpeg", even(30, 60), pixel_format="yuvj420p"))
    with av.open(str(whole)) as old, av.open(str(late), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        if has_sound:
            sound = new.add_stream("pcm_s16le", rate=8000, layout="mono")
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
            silence.sample_rate, silence.pts = 8000, 0
            new.mux(sound.encode(silence))
        for packet in old.demux(old.streams.video[0]):
            if packet.pts is not None:
                packet.pts = packet.dts = packet.pts + 12500
                packet.stream = stream
                new.mux(packet)
    assert probe_video(late, pytest.fail).frame_count == pytest.approx(60, abs=2)
    assert_whole(late, range(60), even(30, 60))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_the_rate_is_told_before_the_video_is_read(tmp_path: Path, suffix: str) -> None:
    """Where the look ends, frames are missing that are coded behind those that are shown after them."""
    path = tmp_path / f"slow{suffix}"
    write_coded(path, Recipe(suffix, "libx264", even(25, 200), options={"preset": "medium", "g": "250", "bf": "8"}))
    footage = probe_video(path, pytest.fail)
    assert footage.fps == pytest.approx(25, abs=0.01)
    assert footage.frame_count == pytest.approx(200, abs=1)


OPEN = [(".mp4", "libx264", OPEN_X264), (".mkv", "libx264", OPEN_X264), (".avi", "mpeg4", OPEN_MPEG4)]


@pytest.mark.parametrize(("suffix", "codec", "options"), OPEN)
@pytest.mark.parametrize("start", [10, 13, 23])
def test_a_late_start_amid_open_groups_of_pictures(
    tmp_path: Path, suffix: str, codec: str, options: dict, start: int
) -> None:
    path = tmp_path / f"whole{suffix}"
    write_coded(path, Recipe(suffix, codec, even(30, 40), options=options))
    seen, video, _ = read(path, start=start)
    assert seen == list(range(start, 40))
    np.testing.assert_allclose(video.times, even(30, 40), atol=1e-3)


@pytest.mark.parametrize("start", [1, 5, 13])
def test_a_late_start_in_a_trim_without_coding_anew(tmp_path: Path, start: int) -> None:
    whole, cut = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    write_coded(whole, Recipe(".mp4", "libx264", even(30, 60), options=OPEN_X264))
    copy_from(whole, cut, 0.9)
    everything, all_of_it, _ = read(cut)
    seen, video, _ = read(cut, start=start)
    assert everything == list(range(27, 60))
    assert seen == everything[start:]
    np.testing.assert_allclose(video.times, all_of_it.times, atol=1e-3)


def test_a_late_start_in_a_time_lapse_of_a_frame_a_second(tmp_path: Path) -> None:
    """B-frames are coded seconds apart from where they are shown."""
    path = tmp_path / "lapse.mp4"
    write_coded(path, Recipe(".mp4", "libx264", even(1, 40), options=X264))
    seen, video, _ = read(path, start=30)
    assert seen == list(range(30, 40))
    np.testing.assert_allclose(video.times, even(1, 40), atol=1e-3)


def test_what_lies_before_a_late_start_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.mp4"
    write_coded(path, Recipe(".mp4", "libx264", even(30, 600), options=X264))
    decoded = []
    footage = probe_video(path, pytest.fail)
    right = Stamps.of
    monkeypatch.setattr(Stamps, "of", lambda self, frame: decoded.append(frame) or right(self, frame))
    assert next(iter(Reading(footage, 590, None, number_in))).picture == 590
    assert len(decoded) < 30


def test_whoever_waits_for_a_frame_is_asked_whether_to_go_on(tmp_path: Path) -> None:
    path = tmp_path / "slow.mp4"
    write_coded(path, Recipe(".mp4", "libx264", even(30, 3), options=X264))

    class StopError(Exception):
        pass

    def stop() -> None:
        raise StopError

    with pytest.raises(StopError):
        list(Reading(probe_video(path, pytest.fail), 0, None, lambda _: time.sleep(0.6), waiting=stop))


def test_damaged_packets_cost_their_frames_alone(tmp_path: Path) -> None:
    path = tmp_path / "damaged.mp4"
    write_coded(path, Recipe(".mp4", "libx264", even(30, 40), options=X264 | {"g": "1", "bf": "0"}))
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    content = bytearray(path.read_bytes())
    for packet in packets[20:25]:
        content[packet.pos : packet.pos + packet.size] = bytes(packet.size)
    path.write_bytes(content)
    seen, video, reading = read(path)
    assert seen == [*range(20), *range(25, 40)]
    np.testing.assert_allclose(video.times, [number / 30 for number in seen], atol=1e-3)
    assert reading.lost == 5
    assert np.flatnonzero(video.gaps).tolist() == [19]
    assert video.fps == pytest.approx(30, abs=0.01)


def cut_off(path: Path, recipe: Recipe, share: float) -> None:
    """The first ``share`` of a video's bytes, as a copy that was interrupted leaves them."""
    write_coded(path, recipe)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share) | 1])


@pytest.mark.parametrize("suffix", [".mkv", ".webm"])
def test_a_matroska_that_was_cut_off_tells_how_much_is_missing(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cut{suffix}"
    codec, options = (
        ("libx264", X264) if suffix == ".mkv" else ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"})
    )
    cut_off(path, Recipe(suffix, codec, even(25, 100), options=options), 0.6)
    seen, _, reading = read(path)
    assert 30 < len(seen) < 80
    assert len(seen) + reading.missing == pytest.approx(100, abs=1)


@pytest.mark.parametrize("suffix", [".ts", ".m2ts"])
def test_a_transport_stream_that_ends_amid_a_packet_was_cut_off(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cut{suffix}"
    cut_off(path, Recipe(suffix, "libx264", even(25, 100), options=X264), 0.6)
    seen, _, reading = read(path)
    assert 30 < len(seen) < 80
    assert reading.missing is None


def test_a_hole_in_a_transport_stream_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "hole.ts"
    write_coded(path, Recipe(".ts", "libx264", even(25, 100), options=X264))
    content = path.read_bytes()
    middle = len(content) // 2 // 188 * 188
    path.write_bytes(content[:middle] + content[middle + 10 * 188 :])
    seen, _, reading = read(path)
    assert 60 < len(seen) < 100
    assert (reading.lost > 0, reading.missing) == (True, 0)


def test_zeros_behind_a_transport_stream_are_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "padded.ts"
    write_coded(path, Recipe(".ts", "libx264", even(25, 50), options=X264))
    path.write_bytes(path.read_bytes() + bytes(5000))
    assert_whole(path, range(50), even(25, 50))


def test_a_recording_of_unknown_length_is_not_cut_off(tmp_path: Path) -> None:
    """A program that is ended while it records to Matroska leaves the length open."""
    path = tmp_path / "live.mkv"
    cut_off(path, Recipe(".mkv", "libx264", even(25, 60), options=X264), 1)
    content = bytearray(path.read_bytes())
    segment = content.index(bytes.fromhex("18538067")) + 4
    content[segment : segment + 8] = b"\x01" + b"\xff" * 7
    path.write_bytes(content[: len(content) * 6 // 10])
    _, _, reading = read(path)
    assert reading.missing == 0


def test_the_main_stream_of_two_gives_pictures_and_times(tmp_path: Path) -> None:
    path = tmp_path / "two.mp4"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("libx264", rate=rate, options=X264) for rate in (15, 30)]
        for stream, size in zip(streams, ((80, 48), (WIDTH, HEIGHT)), strict=True):
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        streams[0].disposition, streams[1].disposition = av.stream.Disposition(0), av.stream.Disposition.default
        for number in range(30):
            for stream in streams[number % 2 :]:
                image = picture(number) if stream is streams[1] else np.zeros((48, 80, 3), np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        for stream in streams:
            container.mux(stream.encode(None))
    notices: list[str] = []
    reading = Reading(probe_video(path, notices.append), 0, None, number_in)
    assert [frame.picture for frame in reading] == list(range(30))
    np.testing.assert_allclose(reading.video.times, even(30, 30), atol=1e-3)
    assert "2 videos" in notices[0]


@pytest.mark.parametrize("name", ["10:30.mp4", "http:clip.mp4", "-i.mp4", "100%d.mp4", "a b'c\".mp4", b"caf\xe9.mp4"])
def test_any_name_that_a_file_can_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | bytes) -> None:
    if sys.platform != "linux":
        pytest.skip("other systems forbid some of these")
    monkeypatch.chdir(tmp_path)
    path = Path(os.fsdecode(name))
    write_coded(tmp_path / "plain.mp4", Recipe(".mp4", "libx264", even(30, 3), options=X264))
    (tmp_path / "plain.mp4").rename(path)
    assert read(path)[0] == [0, 1, 2]


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{}'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://localhost:9/{}\n#EXT-X-ENDLIST\n",
    ],
)
def test_a_playlist_opens_no_other_file(tmp_path: Path, text: str) -> None:
    write_coded(tmp_path / "secret.ts", Recipe(".ts", "libx264", even(30, 10), options=X264))
    path = tmp_path / "clip.mp4"
    path.write_text(text.format(tmp_path / "secret.ts"))
    with pytest.raises(MocapError) as caught:
        probe_video(path, pytest.fail)
    assert caught.value.code == "video_unreadable"


def test_slow_motion_is_at_the_speed_of_life(tmp_path: Path) -> None:
    path = tmp_path / "slow.mp4"
    write_coded(path, Recipe(".mp4", "libx264", even(30, 12), options=X264))
    seen, video, _ = read(path, Playback(speed=0.25))
    assert seen == list(range(12))
    np.testing.assert_allclose(video.times, even(120, 12), atol=1e-3)
    assert probe_video(path, pytest.fail, Playback(speed=0.25)).fps == pytest.approx(120, rel=0.01)


@pytest.mark.parametrize("playback", [Playback(speed=0.0), Playback(speed=float("nan")), Playback(frame_rate=-3.0)])
def test_speeds_and_rates_that_cannot_be_are_refused(tmp_path: Path, playback: Playback) -> None:
    path = tmp_path / "clip.mp4"
    write_coded(path, Recipe(".mp4", "libx264", even(30, 3), options=X264))
    with pytest.raises(MocapError, match="not possible"):
        probe_video(path, pytest.fail, playback)


def test_a_pause_of_a_minute_is_a_gap_and_not_a_slow_video(tmp_path: Path) -> None:
    path = tmp_path / "pause.mp4"
    times = [*even(30, 30), *(60 + number / 30 for number in range(30))]
    write_coded(path, Recipe(".mp4", "libx264", times, options=X264))
    assert_whole(path, range(60), times)
    _, video, _ = read(path)
    assert video.fps == pytest.approx(30, abs=0.01)
    assert video.durations.sum() == pytest.approx(2.0, abs=0.01)
    assert probe_video(path, pytest.fail).fps == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize(("scale", "rate"), [(1, 0), (0, 25), (70_000_000, 25), (1, 2_500_000)])
def test_a_rate_that_cannot_be_is_told_and_the_frame_rate_that_is_given_counts(
    tmp_path: Path, scale: int, rate: int
) -> None:
    """Bytes of an AVI's header that were changed: no frame a second, or 40 frames in 90 years."""
    path = tmp_path / "changed.avi"
    write_coded(path, Recipe(".avi", "mjpeg", even(25, 40), pixel_format="yuvj420p"))
    content = bytearray(path.read_bytes())
    header = content.index(b"strh") + 8
    content[header + 20 : header + 28] = struct.pack("<II", scale, rate)
    path.write_bytes(content)
    notices: list[str] = []
    reading = Reading(probe_video(path, notices.append), 0, None, number_in)
    assert [frame.picture for frame in reading] == list(range(40))
    assert 10 <= reading.video.fps <= 60
    assert "cannot be true" in notices[0]
    assert "frame rate" in notices[0]
    seen, video, _ = read(path, Playback(frame_rate=25.0))
    assert seen == list(range(40))
    np.testing.assert_allclose(video.times, even(25, 40))


def with_exif(photograph: bytes, tags: bytes) -> bytes:
    """A JPEG or PNG file with EXIF ``tags``."""
    exif = b"MM\0*" + tags
    if photograph.startswith(b"\xff\xd8"):
        segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif
        return photograph[:2] + segment + photograph[2:]
    chunk = b"eXIf" + exif
    whole = struct.pack(">I", len(exif)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return photograph[:33] + whole + photograph[33:]  # signature and header come first


class TestSequences:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for number in (1, 2, 3, 5, 6, 9, 10):
            cv2.imwrite(str(tmp_path / f"f_{number:04}.png"), picture(number))
        cv2.imwrite(str(tmp_path / "g_0001.png"), picture(1))
        return tmp_path

    @pytest.mark.parametrize("chosen", ["f_0001.png", "f_0005.png"])
    def test_numbers_tell_order_and_times(self, folder: Path, chosen: str) -> None:
        seen, video, reading = read(folder / chosen, Playback(frame_rate=12.5))
        assert seen == [1, 2, 3, 5, 6, 9, 10]
        np.testing.assert_allclose(video.times, [(number - 1) / 12.5 for number in seen])
        assert reading.lost == 3

    def test_a_folder_whose_names_may_not_be_read_is_told(self, folder: Path, monkeypatch) -> None:
        def refuse(path: Path) -> None:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "iterdir", refuse)
        with pytest.raises(MocapError) as caught:
            read(folder / "f_0001.png", Playback(frame_rate=10.0))
        assert caught.value.code == "folder_unreadable"

    def test_a_picture_that_cannot_be_read_is_a_gap(self, folder: Path) -> None:
        (folder / "f_0003.png").write_bytes(b"no picture")
        seen, video, reading = read(folder / "f_0001.png", Playback(frame_rate=10.0))
        assert seen == [1, 2, 5, 6, 9, 10]
        np.testing.assert_allclose(video.times, [0, 0.1, 0.4, 0.5, 0.8, 0.9])
        assert reading.lost == 4

    @pytest.mark.parametrize("mirrored", [False, True])
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("suffix", [".jpg", ".png"])
    def test_photographs_are_shown_as_the_camera_was_held(
        self, tmp_path: Path, suffix: str, orientation: int, mirrored: bool
    ) -> None:
        """EXIF's tag 0x112; OpenCV heeds it too."""
        for number in (1, 2):
            path = tmp_path / f"f_{number}{suffix}"
            photograph = cv2.imencode(suffix, picture(5))[1].tobytes()
            path.write_bytes(with_exif(photograph, struct.pack(">IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0)))
        footage = probe_video(path, pytest.fail, Playback(mirrored=mirrored, frame_rate=10))
        shown = next(iter(Reading(footage, 0, None, lambda image: image))).picture
        right = cv2.imread(str(path))[:, :: -1 if mirrored else 1]
        assert shown.shape == right.shape == (footage.height, footage.width, 3)
        np.testing.assert_allclose(shown.astype(int), right, atol=8)

    def test_the_frame_rate_is_asked_for(self, folder: Path) -> None:
        with pytest.raises(MocapError, match="frame rate") as caught:
            probe_video(folder / "f_0001.png", pytest.fail)
        assert caught.value.code == "frame_rate_unknown"

    def test_an_animated_png_is_a_video(self, tmp_path: Path) -> None:
        path = tmp_path / "animated.png"
        write_coded(tmp_path / "animated.apng", Recipe(".apng", "apng", even(25, 20), pixel_format="rgb24"))
        (tmp_path / "animated.apng").rename(path)
        assert_whole(path, range(20), even(25, 20))

    def test_an_animated_webp_is_told_with_the_remedy(self, tmp_path: Path) -> None:
        path = tmp_path / "animated.webp"
        write_coded(path, Recipe(".webp", "libwebp_anim", even(25, 5)))
        with pytest.raises(MocapError, match=r"coded as webp.*MP4") as caught:
            probe_video(path, pytest.fail)
        assert caught.value.code == "video_empty"

    def test_one_picture_is_no_video(self, folder: Path) -> None:
        with pytest.raises(MocapError) as caught:
            probe_video(folder / "g_0001.png", pytest.fail, Playback(frame_rate=10.0))
        assert caught.value.code == "video_is_picture"
