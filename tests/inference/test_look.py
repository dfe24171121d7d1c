"""What a video is, against ffprobe's answers; it counts a turn of 270 degrees clockwise as 90 against the clock."""

from pathlib import Path

import pytest

from gast_mocap.inference.look import look
from gast_mocap.inference.protocol.job import Look
from gast_mocap.take.errors import MocapError


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("sports2d_demo.mp4", (1768, 994, 30.0, 230, False, 0)),
        ("two_people_portrait_60fps.mp4", (1088, 1920, 60.0, 100, False, 0)),
        ("rotated_90_metadata.mp4", (1280, 720, 30.0, 230, False, 270)),
    ],
)
def test_size_rate_length_and_turn(videos: Path, name: str, told: tuple) -> None:
    found = look(Look(videos / name))
    assert (found.width, found.height, round(found.fps, 2), found.frame_count, found.is_variable, found.turn) == told


def test_a_variable_rate_is_told(videos: Path) -> None:
    assert look(Look(videos / "variable_frame_rate.mp4")).is_variable


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_text("no video")
    with pytest.raises(MocapError):
        look(Look(tmp_path / "no.mp4"))
