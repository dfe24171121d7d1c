"""Videos that the tests write, real ones with a rotation flag and a variable rate, and files that are no video."""

import shutil
import struct
import threading
import wave
from pathlib import Path

import cv2
import numpy as np
import pytest

from gast_mocap.inference.video.decode import Footage, Reading, probe_video, read_frames
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import VideoInfo


def write_video(path: Path, frames: int, size: tuple[int, int] = (64, 48), fps: float = 25.0) -> Path:
    """A video whose frame i is grey of brightness 4 i, red in its top left quarter."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, size)
    for i in range(frames):
        image = np.full((size[1], size[0], 3), 4 * i, np.uint8)
        image[: size[1] // 2, : size[0] // 2] = (0, 0, 255)
        writer.write(image)
    writer.release()
    return path


def whole(footage: Footage) -> VideoInfo:
    """The video, read to its end."""
    reading = Reading(footage, 0, None, lambda image: None)
    for _ in reading:
        pass
    return reading.video


def code_of(path: Path) -> str:
    with pytest.raises(MocapError) as error:
        probe_video(path, lambda text: None)
    return error.value.code


def test_frames_come_in_order_as_upright_rgb(tmp_path):
    footage = probe_video(write_video(tmp_path / "plain.mp4", 20), pytest.fail)
    video = whole(footage)
    assert (video.width, video.height, video.frame_count) == (64, 48, 20)
    np.testing.assert_allclose(video.times, np.arange(20) / 25, atol=1e-6)
    frames = list(read_frames(footage, 0, 20))
    assert [frame.index for frame in frames] == list(range(20))
    for index, frame in enumerate(frames):
        image = frame.picture
        assert frame.time == pytest.approx(index / 25)
        assert image[40, 60].mean() == pytest.approx(4 * index, abs=4)
        assert image[5, 5, 0] > 200 > 60 > image[5, 5, 2]


def test_a_range_begins_and_ends_where_asked(tmp_path):
    video = probe_video(write_video(tmp_path / "plain.mp4", 20), pytest.fail)
    frames = list(read_frames(video, 7, 12))
    assert [frame.index for frame in frames] == [7, 8, 9, 10, 11]
    assert frames[0].picture[40, 60].mean() == pytest.approx(28, abs=4)


def test_a_reader_that_is_given_up_ends_its_thread(tmp_path):
    video = probe_video(write_video(tmp_path / "plain.mp4", 60), pytest.fail)
    before = threading.active_count()
    frames = read_frames(video, 0, 60)
    next(frames)
    frames.close()
    assert threading.active_count() == before


def test_a_trouble_in_the_decoding_thread_reaches_the_reader(tmp_path, monkeypatch):
    video = probe_video(write_video(tmp_path / "a.mp4", 5), pytest.fail)

    def out_of_memory(*_arguments):
        raise MemoryError("no room for a frame")

    monkeypatch.setattr("gast_mocap.inference.video.decode.Upright.picture", out_of_memory)
    with pytest.raises(MemoryError, match="no room"):
        list(read_frames(video, 0, 5))


def test_names_with_spaces_and_letters_of_any_script(tmp_path):
    folder = tmp_path / "Mes vidéos"
    folder.mkdir()
    plain = write_video(tmp_path / "plain.mp4", 5)
    video = probe_video(Path(shutil.copy(plain, folder / "Größe 日本 ü.mp4")), pytest.fail)
    assert len(list(read_frames(video, 0, 5))) == 5


def test_bad_files_are_told_apart(tmp_path):
    text = tmp_path / "text.mp4"
    text.write_text("this is no video at all " * 50)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    assert code_of(tmp_path / "nowhere.mp4") == "video_missing"
    (tmp_path / "ring.mp4").symlink_to("ring.mp4")
    assert code_of(tmp_path / "ring.mp4") == "video_missing"
    assert code_of(tmp_path / f"{'x' * 300}.mp4") == "video_missing"
    assert code_of(tmp_path) == "video_is_folder"
    assert code_of(text) == "video_unreadable"
    assert code_of(empty) == "video_empty"
    assert code_of(write_video(tmp_path / "tiny.mp4", 3, size=(2, 2))) == "video_too_small"


def test_sound_only_is_no_video(tmp_path):
    sound = tmp_path / "sound.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000))
    assert code_of(sound) == "video_is_sound"


def test_a_rotation_flag_is_applied_once(videos):
    video = probe_video(videos / "rotated_90_metadata.mp4", pytest.fail)
    assert (video.width, video.height) == (1280, 720)
    assert next(read_frames(video, 0, 1)).picture.shape == (720, 1280, 3)


def test_times_of_a_variable_rate_are_the_real_ones(videos):
    """The clip is 7.7 s long; 99 frames at its first interval of 0.1 s would make 9.9 s."""
    video = whole(probe_video(videos / "variable_frame_rate.mp4", pytest.fail))
    assert video.frame_count == 99
    np.testing.assert_allclose(video.times[[1, 2, 3, -1]], [0.1, 0.2, 0.2333, 7.6], atol=1e-3)


@pytest.mark.parametrize(
    ("stamps", "times"),
    [
        ({5: 160, 6: 260}, {5: 0.21, 6: 0.26}),
        ({5: 160, 6: 160, 7: 310}, {5: 0.21, 6: 0.26, 7: 0.31}),
        ({8: 330, 18: 680, 19: 680}, {8: 0.33, 18: 0.72, 19: 0.76}),
    ],
)
def test_frames_that_repeat_a_time_stamp_move_and_the_others_keep_theirs(tmp_path, stamps, times):
    """A frame of a Matroska file is "track 1" and then its milliseconds."""
    path = write_video(tmp_path / "plain.mkv", 20)
    content = path.read_bytes()
    for frame, stamp in stamps.items():
        content = content.replace(b"\x81" + struct.pack(">h", 40 * frame), b"\x81" + struct.pack(">h", stamp))
    path.write_bytes(content)
    video = whole(probe_video(path, pytest.fail))
    np.testing.assert_allclose(video.times, [times.get(i, i / 25) for i in range(20)], atol=1e-6)


def test_times_without_any_stamps_are_even(tmp_path):
    path = tmp_path / "raw.m1v"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mpg1"), 25.0, (64, 48))
    for _ in range(10):
        writer.write(np.zeros((48, 64, 3), np.uint8))
    writer.release()
    np.testing.assert_array_equal(whole(probe_video(path, pytest.fail)).times, np.arange(10) / 25)


def test_a_video_cut_off_keeps_what_decodes_and_knows_how_much(videos, tmp_path):
    """This clip has its index in front, so what comes before the cut can be read."""
    content = (videos / "sports2d_demo.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: len(content) * 4 // 10])  # 84 packets, the last of them not whole
    reading = Reading(probe_video(cut, pytest.fail), 0, None, lambda image: None)
    frames = list(reading)
    assert 60 < reading.video.frame_count < 130
    assert len(frames) == reading.video.frame_count
    assert len(frames) + reading.lost + reading.missing == 230


def test_a_video_cut_off_before_its_index_is_unreadable(videos, tmp_path):
    cut = tmp_path / "cut.mp4"
    cut.write_bytes((videos / "variable_frame_rate.mp4").read_bytes()[:2_000_000])
    assert code_of(cut) == "video_unreadable"
