"""Takes as files, from the panel."""

import errno
import os
import shutil
from pathlib import Path

import bpy
import pytest


@pytest.fixture
def opened(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    return Path(take)


def listed(scene):
    return [Path(bpy.path.abspath(row.path)).name for row in scene.gast_mocap.takes]


def test_a_renamed_take_is_the_open_one_under_its_new_name(scene, opened):
    bpy.ops.gast_mocap.rename_take(name="better")
    assert Path(scene.gast_mocap.take) == opened.with_name("better.take.npz")
    assert not opened.exists()
    assert listed(scene) == ["better.take.npz"]
    bpy.ops.gast_mocap.bake()


def test_a_copy_is_opened_and_both_are_listed(scene, opened):
    bpy.ops.gast_mocap.duplicate_take(name="second")
    assert Path(scene.gast_mocap.take).name == "second.take.npz"
    assert opened.exists()
    assert listed(scene) == ["clip.take.npz", "second.take.npz"]
    assert scene.gast_mocap.takes[0].about.startswith("clip.mp4, 2 people, ")


def test_a_deleted_take_is_gone_from_disk_and_panel(scene, opened):
    bpy.ops.gast_mocap.delete_take()
    assert not opened.exists()
    assert (scene.gast_mocap.take, len(scene.gast_mocap.people), listed(scene)) == ("", 0, [])
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.gast_mocap.delete_take()


@pytest.mark.parametrize(("name", "word"), [("clip", "already"), ("", "cannot be called"), ("a/b", "cannot be called")])
def test_names_that_cannot_be_are_refused(scene, opened, name, word):
    with pytest.raises(RuntimeError, match=word):
        bpy.ops.gast_mocap.rename_take(name=name)
    assert opened.exists()


def test_a_link_that_points_nowhere_is_not_replaced(scene, opened):
    link = opened.with_name("link.take.npz")
    link.symlink_to("nowhere")
    with pytest.raises(RuntimeError, match="already"):
        bpy.ops.gast_mocap.rename_take(name="link")
    assert opened.exists()
    assert link.is_symlink()


def test_a_copy_for_which_there_is_no_room_leaves_nothing(scene, opened, monkeypatch):
    def fill(source, place):
        Path(place).write_bytes(Path(source).read_bytes()[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copy", fill)
    with pytest.raises(RuntimeError, match="disk is full"):
        bpy.ops.gast_mocap.duplicate_take(name="second")
    assert list(opened.parent.iterdir()) == [opened]
    assert Path(scene.gast_mocap.take) == opened


def test_a_take_in_a_folder_that_may_not_be_searched_is_told(scene, opened, monkeypatch):
    def refuse(path, **_options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(os, "stat", refuse)  # what a user meets who is not root
    for operator in (bpy.ops.gast_mocap.delete_take, bpy.ops.gast_mocap.reveal_take):
        with pytest.raises(RuntimeError, match="permissions") as caught:
            operator()
        assert "Traceback" not in str(caught.value)


def test_a_take_moves_along_with_its_saved_file(scene, opened, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.gast_mocap.open_take(filepath=str(opened))
    assert bpy.context.scene.gast_mocap.take == "//clip.take.npz"
    bpy.context.scene.gast_mocap.people[0].given_name = "Ada"
    bpy.ops.gast_mocap.open_take(filepath=str(opened))
    assert bpy.context.scene.gast_mocap.people[0].given_name == "Ada", "it is the same take"
    assert listed(bpy.context.scene) == ["clip.take.npz"]
