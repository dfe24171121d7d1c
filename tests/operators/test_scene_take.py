import json
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest

from gast_mocap.operators import reports, scene_take, thumbnails
from gast_mocap.take.errors import MocapError
from gast_mocap.take.files import load_take, save_take


@pytest.fixture
def readings(monkeypatch):
    """Paths of the takes that are read from the disk from now on."""
    scene_take.forget()
    read = []

    def counted(path):
        read.append(path.name)
        return load_take(path)

    monkeypatch.setattr(scene_take, "load_take", counted)
    return read


def painted(take, path, colour, people=(1, 4)):
    """A copy of the take whose people's pictures all have one colour."""
    filmed = load_take(Path(take))
    picture = np.full((40, 30, 3), colour, np.uint8)
    kept = tuple(replace(person, thumbnail=picture) for person in filmed.people if person.track_id in people)
    save_take(replace(filmed, people=kept), path)
    return str(path)


def colour_of_picture(scene, track_id=1):
    pixels = np.array(thumbnails.picture(scene.gast_mocap.take, track_id).image_pixels_float).reshape(-1, 4)
    return tuple(np.round(pixels.max(0)[:3] * 255).astype(int))


def test_a_take_is_read_once_for_panel_bake_and_clean_up(scene, take, readings):
    bpy.ops.gast_mocap.open_take(filepath=take)
    for _ in range(3):
        thumbnails.icon(scene.gast_mocap.take, 1)
        thumbnails.icon(scene.gast_mocap.take, 4)
        bpy.ops.gast_mocap.bake()
        bpy.ops.gast_mocap.mark_contacts()
    assert readings == ["clip.take.npz"]


def test_a_take_that_cannot_be_read_is_tried_once_and_again_when_it_is_another(scene, take, readings):
    bpy.ops.gast_mocap.open_take(filepath=take)
    whole = Path(take).read_bytes()
    Path(take).write_bytes(whole[:-100])
    for _ in range(5):
        assert scene_take.video_of(scene) is None
        assert thumbnails.picture(take, 1) is None
    with pytest.raises(MocapError) as first:
        scene_take.take_of(scene)
    with pytest.raises(MocapError) as second:
        scene_take.take_of(scene)
    assert first.value.code == "take_unreadable"
    assert len(second.traceback) == len(first.traceback), "it grows with each redraw"
    assert readings == ["clip.take.npz"] * 2
    with pytest.raises(RuntimeError, match="damaged"):
        bpy.ops.gast_mocap.open_take(filepath=take)
    assert len(readings) == 3, "somebody who asks wants to know"
    Path(take).write_bytes(whole)
    assert scene_take.video_of(scene)
    assert len(readings) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="permissions")
def test_a_take_whose_permissions_change_is_another(scene, take):
    before = scene_take.TakeFile.at(take)
    time.sleep(0.02)
    Path(take).chmod(0o400)
    assert scene_take.TakeFile.at(take) != before


def test_a_take_that_somebody_else_wrote_is_read_again(scene, take, readings):
    bpy.ops.gast_mocap.open_take(filepath=take)
    painted(take, Path(take), 200, people=(4,))
    bpy.ops.gast_mocap.open_take(filepath=take)
    assert [row.track_id for row in scene.gast_mocap.people] == [4]


def test_what_is_saved_is_seen_though_time_and_size_of_the_file_do_not_tell(scene, take, monkeypatch):
    bpy.ops.gast_mocap.open_take(filepath=take)
    monkeypatch.setattr(scene_take.TakeFile, "at", lambda field: scene_take.TakeFile(Path(field), 1, 1))
    assert scene_take.take_of(scene).person(1).body_height is None
    scene.gast_mocap.people[0].body_height = 1.2
    bpy.ops.gast_mocap.keep_clean_up()
    assert scene_take.take_of(scene).person(1).body_height == pytest.approx(1.2)


def test_faces_are_those_of_the_take_that_is_shown(scene, take, tmp_path):
    first, second = (painted(take, tmp_path / f"{colour}.take.npz", colour) for colour in (50, 200))
    bpy.ops.gast_mocap.open_take(filepath=first)
    assert colour_of_picture(scene) == (50, 50, 50)
    bpy.ops.ed.undo_push(message="first")
    bpy.ops.gast_mocap.open_take("EXEC_DEFAULT", True, filepath=second)
    assert colour_of_picture(bpy.context.scene) == (200, 200, 200)
    bpy.ops.ed.undo()
    assert bpy.context.scene.gast_mocap.take == first
    assert colour_of_picture(bpy.context.scene) == (50, 50, 50)


def test_another_file_has_its_own_faces_and_no_old_reports(scene, take, tmp_path):
    for colour in (50, 200):
        bpy.ops.gast_mocap.open_take(filepath=painted(take, tmp_path / f"{colour}.take.npz", colour))
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / f"{colour}.blend"))
    assert colour_of_picture(bpy.context.scene) == (200, 200, 200)
    for of_panel in (reports.of_import, reports.of_clean_up, reports.of_bone_map, reports.of_bake):
        of_panel.notify("said of the file before")
        of_panel.error = "failed in the file before"
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "50.blend"))
    assert colour_of_picture(bpy.context.scene) == (50, 50, 50)
    for of_panel in (reports.of_import, reports.of_clean_up, reports.of_bone_map, reports.of_bake):
        assert (of_panel.notices, of_panel.error) == ([], "")


@pytest.mark.parametrize("shape", [(20_000, 1, 3), (1, 20_000, 3), (5000, 5000, 3)])
def test_a_picture_of_any_size_costs_an_icons_memory(shape):
    pixels = thumbnails.preview_pixels(np.full(shape, 255, np.uint8))
    assert pixels.shape[0] == pixels.shape[1] <= thumbnails.LARGEST_SIDE
    assert pixels.max() == 1


@pytest.mark.parametrize("shape", [(0, 30, 3), (40, 0, 3), (0, 0, 3)])
def test_people_without_a_picture_have_no_icon(scene, take, shape):
    filmed = load_take(Path(take))
    without = replace(filmed.people[0], thumbnail=np.zeros(shape, np.uint8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thumbnails, "read", lambda _file: filmed.with_person(without))
        thumbnails.forget()
        assert thumbnails.picture(take, 1) is None
        assert thumbnails.picture(take, 4)


def test_a_take_that_has_gone_draws_no_faces_and_comes_back(scene, take, tmp_path):
    bpy.ops.gast_mocap.open_take(filepath=take)
    elsewhere = shutil.move(take, tmp_path / "elsewhere")
    assert thumbnails.picture(take, 1) is None
    shutil.move(elsewhere, take)
    assert thumbnails.picture(take, 1)


def test_a_take_that_cannot_be_shown_changes_nothing(scene, take, tmp_path):
    """Its people are told after its clean-up in the header: nothing is shown before all was read."""
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.person_index = 1
    before = scene.gast_mocap.clean_settings(), scene.gast_mocap.take
    with np.load(take) as arrays:
        content = dict(arrays)
    header = json.loads(str(content["header"]))
    header["cleaning"]["body_height"] = 1.2
    header["people"][1]["track_id"] = 77
    bad = tmp_path / "bad.take.npz"
    np.savez(bad, **content | {"header": np.array(json.dumps(header))})
    with pytest.raises(RuntimeError, match=r"bad\.take\.npz"):
        bpy.ops.gast_mocap.open_take(filepath=str(bad))
    assert (scene.gast_mocap.clean_settings(), scene.gast_mocap.take) == before
    assert [row.track_id for row in scene.gast_mocap.people] == [1, 4]
    assert scene.gast_mocap.person().track_id == 4
