"""Several videos, one after the other, with a worker that does what it is told by the names of the videos."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import bpy
import pytest

from gast_mocap.inference.protocol import process
from gast_mocap.operators import import_queue, reports, running, unfinished

WORKER = """
import json, pathlib, shutil, sys
job = json.loads(sys.stdin.readline())
name = pathlib.Path(job["video"]).stem
def say(**message): print(json.dumps(message), flush=True)
with open(sys.argv[1] + "/jobs.txt", "a") as jobs: print(json.dumps(job), file=jobs)
say(type="started", version="3")
say(type="progress", stage="watch", done=5, total=20, seconds_left=75.2)
if "waits" in name:
    sys.stdin.readline()
    say(type="cancelled")
elif "broken" in name:
    say(type="failed", code="video_missing", text="There is no video. Choose one.", detail="")
else:
    say(type="notice", text="Half of it was blurred.")
    shutil.copy(sys.argv[1] + "/clip.take.npz", job["output"])
    say(type="finished", take=job["output"])
"""


@pytest.fixture(autouse=True)
def worker(scene, take, monkeypatch, tmp_path):
    monkeypatch.setattr(process, "worker_command", lambda: [sys.executable, "-c", WORKER, str(tmp_path)])
    yield
    running.abandon()


def start(tmp_path, *names):
    return bpy.ops.gast_mocap.import_video(directory=str(tmp_path), files=[{"name": name} for name in names])


def until(reached):
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        if running.is_running():
            running.current._tick()
        time.sleep(0.02)


def until_idle():
    until(lambda: not running.is_running())


def under_way(name):
    until(lambda: running.is_running() and running.current.subject == name and running.current.progress)


def jobs(tmp_path):
    return [json.loads(line) for line in (tmp_path / "jobs.txt").read_text().splitlines()]


def test_each_gets_its_take_and_all_are_told_in_the_end(scene, tmp_path):
    start(tmp_path, "a.mp4", "broken.mp4", "b.mp4")
    assert import_queue.names_waiting() == ["broken.mp4", "b.mp4"]
    assert import_queue.place_in_queue() == (1, 3)
    until_idle()
    assert [Path(job["video"]).name for job in jobs(tmp_path)] == ["a.mp4", "broken.mp4", "b.mp4"]
    assert [Path(row.path).name for row in scene.gast_mocap.takes] == ["a.take.npz", "b.take.npz"]
    assert reports.of_import.notices == [
        "a.mp4: Half of it was blurred.",
        "broken.mp4: There is no video. Choose one.",
        "b.mp4: Half of it was blurred.",
    ]
    assert reports.of_import.done == ["Imported 2 of 3 videos; Take lists them. Without a take: broken.mp4."]
    assert scene.gast_mocap.video == str(tmp_path / "b.mp4")


def test_the_cross_cancels_one_and_the_next_begins(scene, tmp_path):
    start(tmp_path, "waits.mp4", "b.mp4")
    under_way("waits.mp4")
    bpy.ops.gast_mocap.cancel_import()
    until_idle()
    assert reports.of_import.done == ["Imported 1 of 2 videos; Take lists them. Without a take: waits.mp4."]
    assert Path(scene.gast_mocap.take).name == "b.take.npz"


def test_all_can_be_cancelled(scene, tmp_path):
    start(tmp_path, "waits.mp4", "a.mp4", "b.mp4")
    under_way("waits.mp4")
    bpy.ops.gast_mocap.cancel_import(is_for_all=True)
    until_idle()
    assert scene.gast_mocap.take == ""
    assert reports.of_import.done == [
        "Imported 0 of 3 videos; Take lists them. Without a take: a.mp4, b.mp4, waits.mp4."
    ]


def test_one_that_waits_can_be_taken_out(scene, tmp_path):
    start(tmp_path, "waits.mp4", "a.mp4", "b.mp4")
    under_way("waits.mp4")
    bpy.ops.gast_mocap.drop_from_queue(place=0)
    assert import_queue.names_waiting() == ["b.mp4"]
    bpy.ops.gast_mocap.cancel_import()
    until_idle()
    assert [Path(job["video"]).name for job in jobs(tmp_path)] == ["waits.mp4", "b.mp4"]


def test_a_video_that_comes_during_an_import_waits(scene, tmp_path):
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "waits.mp4"))
    under_way("waits.mp4")
    running.current.reports.notify("The first was cut off.")
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "b.mp4"))
    assert scene.gast_mocap.video == str(tmp_path / "waits.mp4")
    assert import_queue.names_waiting() == ["b.mp4"]
    bpy.ops.gast_mocap.cancel_import()
    until_idle()
    assert reports.of_import.notices[0] == "The first was cut off."
    assert Path(scene.gast_mocap.take).name == "b.take.npz"


def test_a_script_that_waits_is_not_queued(scene, tmp_path):
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "waits.mp4"))
    with pytest.raises(RuntimeError, match="already running"):
        bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "b.mp4"), wait=True)


def test_a_script_waits_for_all(scene, tmp_path):
    bpy.ops.gast_mocap.import_video(directory=str(tmp_path), files=[{"name": "a.mp4"}, {"name": "b.mp4"}], wait=True)
    assert [Path(row.path).name for row in scene.gast_mocap.takes] == ["a.take.npz", "b.take.npz"]


def test_two_of_one_name_do_not_share_a_take(scene, tmp_path):
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "waits.mp4"))
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "waits.mov"))
    start(tmp_path, "two.mov", "two.mp4")
    names = [path.name for path in import_queue.takes_to_come() if "waits" in path.name]
    assert sorted(names) == ["waits 2.take.npz", "waits.take.npz"]
    names = [path.name for path in import_queue.takes_to_come() if "two" in path.name]
    assert sorted(names) == ["two 2.take.npz", "two.take.npz"]


def test_a_list_of_one_is_that_one(scene, tmp_path):
    scene.gast_mocap.video = str(tmp_path / "other.mp4")
    start(tmp_path, "waits.mp4")
    under_way("waits.mp4")


def test_several_videos_are_not_one_take(scene, tmp_path):
    files = [{"name": "a.mp4"}, {"name": "b.mp4"}]
    with pytest.raises(RuntimeError, match="cannot become one take"):
        bpy.ops.gast_mocap.import_video(directory=str(tmp_path), files=files, take=str(tmp_path / "one.take.npz"))


def test_the_pictures_of_a_sequence_are_one_video(scene, tmp_path):
    start(tmp_path, "walk_0001.png", "walk_0002.png", "waits_1.png")
    under_way("waits_1.png")
    assert [Path(job["video"]).name for job in jobs(tmp_path)] == ["walk_0001.png", "waits_1.png"]


def test_the_video_of_a_scene_that_is_gone_is_told(scene, tmp_path):
    window, another = bpy.context.window, bpy.data.scenes.new("Another")
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "waits.mp4"))
    window.scene = another
    start(tmp_path, "a.mp4", "b.mp4")
    window.scene = scene
    bpy.data.scenes.remove(another)
    under_way("waits.mp4")
    bpy.ops.gast_mocap.cancel_import()
    until_idle()
    assert len([text for text in reports.of_import.notices if "Import it in another one" in text]) == 2


def test_what_waited_when_another_file_was_opened_is_said_there(scene, tmp_path):
    start(tmp_path, "waits.mp4", "a.mp4", "b.mp4")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert ["waits.mp4, a.mp4, b.mp4 was stopped" in notice for notice in reports.of_import.notices] == [True]
    assert import_queue.names_waiting() == []


def test_an_import_that_ended_with_blender_is_said_by_the_next_one(scene, tmp_path, own_folder):
    start(tmp_path, "waits.mp4", "b.mp4")
    (file,) = own_folder.glob("*.txt")
    assert file.read_text().splitlines() == ["waits.mp4", "b.mp4"]
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    shutil.copy(file, file.with_stem(ended.stdout.strip()))
    shutil.copy(file, file.with_stem(str(os.getppid())))
    assert unfinished.left_by_others() == ["waits.mp4", "b.mp4"], "of the one that is dead"
    assert unfinished.left_by_others() == [], "once"
    bpy.ops.gast_mocap.cancel_import(is_for_all=True)
    until_idle()
    assert not file.exists()


def test_what_another_blender_left_is_said_in_the_first_file(scene, own_folder, monkeypatch):
    (own_folder / "1.txt").write_text("clip.mp4")
    monkeypatch.setattr(unfinished, "is_alive", lambda pid: False)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert ["clip.mp4 ended with Blender" in notice for notice in reports.of_import.notices] == [True]
