"""The part of the video that is imported."""

import bpy
import pytest

from gast_mocap.inference.protocol.messages import Looked
from gast_mocap.operators import looking


@pytest.fixture
def settings(scene, monkeypatch):
    """Of a scene of 24 frames a second, whose video of 30 frames a second is known."""
    monkeypatch.setitem(looking._known, "/a/clip.mp4", Looked(640, 360, 30.0, 900, False, 0))
    scene.gast_mocap.video = "/a/clip.mp4"
    return scene.gast_mocap


def test_seconds_are_frames_of_the_videos_rate(settings):
    settings.start_seconds, settings.end_seconds = 2.0, 10.5
    assert (settings.start, settings.end) == (60, 315)
    settings.end = 330
    assert settings.end_seconds == 11.0


def test_a_frame_rate_that_is_given_counts(settings):
    settings.frame_rate = 60.0
    settings.start_seconds = 2.0
    assert settings.start == 120


@pytest.mark.parametrize(("speed", "expected"), [(1.0, (30, 90)), (0.25, (120, 360))])
def test_the_part_that_the_scene_plays(scene, settings, speed, expected):
    """From 1 to 3 s after the frame at which the video starts."""
    settings.start_frame, settings.speed = 11, speed
    scene.frame_start, scene.frame_end = 35, 82
    bpy.ops.gast_mocap.range_from_scene()
    assert (settings.start, settings.end) == expected


def test_the_preview_range_comes_first(scene, settings):
    scene.frame_start, scene.frame_end = 1, 240
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 25, 48
    bpy.ops.gast_mocap.range_from_scene()
    assert (settings.start, settings.end) == (30, 60)


def test_what_the_scene_plays_before_the_video_is_left_out(scene, settings):
    settings.start_frame = 25
    scene.frame_start, scene.frame_end = 1, 48
    bpy.ops.gast_mocap.range_from_scene()
    assert (settings.start, settings.end) == (0, 30)


def test_without_a_rate_the_scene_tells_nothing(scene):
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.gast_mocap.range_from_scene()
