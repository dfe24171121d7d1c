"""Small files that once failed; what is right of each stands in their README: from ffprobe and from their making."""

from pathlib import Path

import numpy as np
import pytest

from gast_mocap.inference.video.cuts import coarse_level
from gast_mocap.inference.video.decode import Reading, probe_video
from gast_mocap.inference.video.pyramid import Pyramid

EVEN = {
    # name: width and height upright, frames, frames a second
    "01_portrait_phone_rotated.mp4": (560, 992, 75, 30),
    "02_trimmed_by_copy.mp4": (640, 360, 105, 30),
    "02_trimmed_reencoded.mp4": (640, 360, 105, 30),
    "03_av1.mp4": (320, 240, 150, 30),
    "06_anamorphic_sar4_3.mp4": (885, 496, 75, 30),
    "07_sound_longer.webm": (320, 240, 150, 30),
}
CUTS = {"09_cut_other_scene.mp4": [45], "04_parallax_tracking_shot.mp4": [], "06_square_reference.mp4": []}


def whole(path: Path, notify=pytest.fail) -> Reading:
    reading = Reading(probe_video(path, notify), 0, None, lambda image: image.shape)
    shapes = {frame.picture for frame in reading}
    assert shapes == {(reading.video.height, reading.video.width, 3)}
    return reading


@pytest.mark.parametrize("name", EVEN)
def test_size_number_and_times_of_frames(cases: Path, name: str) -> None:
    width, height, count, fps = EVEN[name]
    reading = whole(cases / name)
    video = reading.video
    assert (video.width, video.height, video.frame_count) == (width, height, count)
    np.testing.assert_allclose(video.times, np.arange(count) / fps, atol=1e-3)
    assert (reading.lost, reading.missing) == (0, 0)


def test_a_variable_rate_is_neither_damaged_nor_short(cases: Path) -> None:
    reading = whole(cases / "07_vfr.mkv")
    assert (reading.video.frame_count, reading.lost, reading.missing) == (69, 0, 0)
    assert reading.video.times[-1] == pytest.approx(4.967, abs=1e-3)


def test_what_follows_damaged_packets_is_read(cases: Path) -> None:
    reading = whole(cases / "08_damaged_middle.mp4")
    assert (reading.video.frame_count, reading.lost) == (146, 4)
    assert reading.video.times[-1] == pytest.approx(149 / 30, abs=1e-3)
    assert reading.video.fps == pytest.approx(30, abs=0.05)


def test_one_stream_of_two_with_its_own_times(cases: Path) -> None:
    video = whole(cases / "14_two_video_streams.mp4", lambda _: None).video
    assert (video.width, video.height, video.frame_count) == (320, 240, 150)
    np.testing.assert_allclose(video.times, np.arange(150) / 30, atol=1e-3)


def test_a_pause_is_a_gap(cases: Path) -> None:
    video = whole(cases / "15_pause_60s.mp4").video
    assert video.frame_count == 91
    assert video.fps == pytest.approx(30, abs=0.05)
    assert video.durations.sum() == pytest.approx(91 / 30, abs=0.02)


@pytest.mark.parametrize("name", CUTS)
def test_cuts(cases: Path, name: str) -> None:
    reading = Reading(probe_video(cases / name, pytest.fail), 0, None, Pyramid.of, coarse_level)
    found = [frame.index for frame in reading if frame.is_cut]
    assert found == reading.video.cuts.tolist() == CUTS[name]
