"""What the panels say."""

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest

from gast_mocap.operators import performances
from gast_mocap.operators.panels.bake import short_label, summary
from gast_mocap.operators.panels.people import is_of
from gast_mocap.operators.panels.video import facts
from gast_mocap.retarget.rig.roles import ROLES
from gast_mocap.take.files import load_take
from gast_mocap.take.records import FoundHeight, VideoInfo


@pytest.mark.parametrize(
    ("times", "cuts", "told"),
    [
        (np.arange(90) / 30, [], "1080 x 1920, 30 fps"),
        (np.arange(90) * 1001 / 30000, [], "1080 x 1920, 29.97 fps"),
        (np.arange(90) / 60, [40, 70], "1080 x 1920, 60 fps, 3 shots"),
        (np.cumsum(np.tile([1 / 30, 2 / 30], 45)), [], "1080 x 1920, about 20 fps, variable"),
    ],
)
def test_a_videos_facts(times, cuts, told):
    video = VideoInfo(Path("v.mp4"), 1080, 1920, times, cuts=np.array(cuts, dtype=int))
    assert facts(video) == told


def test_labels_of_roles_fit_the_sidebar():
    assert max(map(len, map(short_label, ROLES))) <= 12
    assert (short_label("upper_arm.R"), short_label("hips")) == ("Upper arm R", "Hips")


def test_the_summary_of_a_bone_map_counts_what_there_is(scene, mixamo):
    scene.gast_mocap.target = mixamo
    assert summary(scene.gast_mocap, 0, 0) == "21 of 24 bones"
    assert summary(scene.gast_mocap, 2, 1) == "21 of 24 bones, 2 missing, 1 doubtful"


def test_a_take_is_old_only_beside_its_own_video(take):
    filmed = load_take(Path(take))
    assert is_of(filmed, str(filmed.video.path))
    assert not is_of(filmed, "")
    assert not is_of(filmed, "/elsewhere/clip.mp4")


def test_a_found_height_is_shown_until_heights_change(scene, take, monkeypatch):
    scene.gast_mocap.take = take
    assert bpy.ops.gast_mocap.open_take(filepath=take) == {"FINISHED"}
    cleaned = performances.clean_motion
    height = {1: FoundHeight(1.834, 0.032)}
    monkeypatch.setattr(performances, "clean_motion", lambda *how: replace(cleaned(*how), heights=height))
    assert performances.found_height(scene, 1) is None, "nothing was worked out"
    performances.motion_of(scene, 1, lambda text: None)
    found = performances.found_height(scene, 1)
    assert found and found.words == "1.83 m (±3 cm)"
    scene.gast_mocap.people[0].own_height = 1.8
    assert performances.found_height(scene, 1) is None
