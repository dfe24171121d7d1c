"""Mending in Blender, with the real worker: edits that need no lifting, so that no network is loaded."""

import time
from pathlib import Path

import bpy
import numpy as np
import pytest

from gast_mocap.operators import in_picture, mending, reports, running
from gast_mocap.take.edits import Cut, Delete, Join, Move, Split, Swap, SwapSides
from gast_mocap.take.files import load_take
from gast_mocap.take.skeletons import COCO17

OPERATORS = bpy.ops.gast_mocap


@pytest.fixture
def opened(scene, save):
    """The take of person 1 in a second, of person 2 in the next, of person 4 in both; person 4 is chosen."""
    import numpy as np

    path = save(np.arange(60) / 30, {1: range(30), 2: range(30, 60), 4: range(60)})
    OPERATORS.open_take(filepath=path)
    scene.gast_mocap.person_index = 2
    return Path(path)


def ids(scene):
    return [row.track_id for row in scene.gast_mocap.people]


def until_idle():
    deadline = time.monotonic() + 60
    while running.is_running():
        assert time.monotonic() < deadline
        running.current._tick()
        time.sleep(0.02)


def test_a_deleted_person_is_gone_and_comes_back(scene, opened):
    scene.gast_mocap.people[0].given_name = "Ada"
    OPERATORS.delete_person(wait=True)
    assert ids(scene) == [1, 2]
    assert load_take(opened).edits == (Delete(4),)
    OPERATORS.undo_edit(wait=True)
    assert ids(scene) == [1, 2, 4]
    assert scene.gast_mocap.people[0].given_name == "Ada", "what was entered is not taken back by a new list"


def test_what_is_impossible_is_said_at_once(scene, opened):
    with pytest.raises(RuntimeError, match="at once"):
        OPERATORS.join_people(other="1", wait=True)
    assert "at once" in reports.of_mending.error
    assert ids(scene) == [1, 2, 4]


def edits_of(monkeypatch):
    """The edits that operators ask the worker for, which is not started."""
    asked = []

    class Done:
        def wait(self):
            pass

    monkeypatch.setattr(mending, "start", lambda _scene, _take, edits, _step: asked.append(edits) or Done())
    return asked


def test_frames_of_the_scene_are_those_that_the_video_shows_there(scene, opened, monkeypatch):
    """The scene has 24 frames a second and the video 30, and its first frame is at the scene's frame 11."""
    asked = edits_of(monkeypatch)
    scene.gast_mocap.start_frame = 11
    scene.frame_set(11 + 12)  # half a second
    OPERATORS.split_person(wait=True)
    OPERATORS.swap_people(other="2", wait=True)
    OPERATORS.cut_stretch(first=11, last=23, wait=True)
    OPERATORS.swap_left_right(first=23, last=23, wait=True)
    OPERATORS.join_people(earlier=1, later=2, wait=True)
    wanted = [Split(4, 15, 5), Swap(4, 2, 15), Cut(4, 0, 16), SwapSides(4, 15, 16), Join(1, 2)]
    assert [edits[-1] for edits in asked] == wanted


def test_blenders_undo_and_redo_take_the_take_along(scene, opened):
    bpy.ops.ed.undo_push(message="opened")
    OPERATORS.delete_person(wait=True)
    bpy.ops.ed.undo_push(message="deleted")
    bpy.ops.ed.undo()
    until_idle()
    scene = bpy.context.scene
    assert ids(scene) == [1, 2, 4]
    assert load_take(opened).edits == ()
    bpy.ops.ed.redo()
    until_idle()
    assert ids(bpy.context.scene) == [1, 2]
    assert load_take(opened).edits == (Delete(4),)


def test_mended_people_outlive_saving_and_loading(scene, opened, tmp_path):
    OPERATORS.delete_person(wait=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    assert ids(bpy.context.scene) == [1, 2]
    OPERATORS.reset_edits(wait=True)
    assert ids(bpy.context.scene) == [1, 2, 4]


def test_the_chosen_person_stays_chosen(scene, opened):
    scene.gast_mocap.person_index = 0
    OPERATORS.join_people(earlier=1, later=2)  # lifts: the real network
    until_idle()
    assert not reports.of_mending.error
    scene = bpy.context.scene
    assert ids(scene) == [1, 4]
    assert scene.gast_mocap.person().track_id == 1
    joined = load_take(opened).person(1)
    assert len(joined.pose.frames) == 60


def test_a_bad_order_leaves_a_word(scene, opened):
    scene.gast_mocap.edits = '[{"kind": "steal"}]'
    mending.follow_undo(scene)
    assert "cannot be read" in reports.of_mending.error


def test_somebody_else_is_offered_first(scene, opened):
    offered = mending._offer_others(None, bpy.context)
    assert [name for name, *_ in offered] == ["1", "2", "4"], "the chosen person last"
    assert offered[0][-1] == 0, "what Blender takes when nobody chooses"


def test_a_swap_without_a_choice_is_with_the_first_who_is_offered(scene, opened, monkeypatch):
    asked = edits_of(monkeypatch)
    OPERATORS.swap_people(wait=True)
    assert asked[0][-1] == Swap(4, 1, 0)


def test_a_keypoint_is_moved_at_the_frame_that_is_shown(scene, opened, monkeypatch):
    asked = edits_of(monkeypatch)
    scene.gast_mocap.reach = 5
    scene.frame_set(1 + 12)
    OPERATORS.move_keypoint(joint="left_wrist", x=640, y=-20, wait=True)
    assert asked[0][-1] == Move(4, 15, "left_wrist", 640, -20, 5)


def test_a_dragged_keypoint_is_an_edit_of_the_take(scene, opened):
    in_picture.move(scene, 15, COCO17.index("left_wrist"), np.array([639.6, 100.2]))  # lifts: the real network
    until_idle()
    assert not reports.of_mending.error
    assert load_take(opened).edits == (Move(4, 15, "left_wrist", 640, 100, 3),)


def test_a_click_chooses(scene, opened):
    in_picture.choose(scene, 2)
    assert scene.gast_mocap.person().track_id == 2


def test_a_jump_shows_the_frame_or_the_next_one(scene, opened):
    """24 frames a second show most of the 30 frames of the video's second."""
    take = load_take(opened)
    for frame in range(60):
        shown = mending.video_frame(scene, take, mending.scene_frame(scene, take, frame))
        assert shown in (frame, frame + 1)
    OPERATORS.jump(frame=7)
    assert scene.frame_current == 7


def test_the_picture_in_a_view():
    """Its corner at (100, 500), half as large: (40, 60) of the picture is 20 to the right and 30 below."""
    picture = in_picture.PictureInRegion(np.array([100.0, 500.0]), 0.5)
    assert picture.in_region(np.array([40.0, 60.0])).tolist() == [120, 470]
    assert picture.in_picture(np.array([120.0, 470.0])).tolist() == [40, 60]
