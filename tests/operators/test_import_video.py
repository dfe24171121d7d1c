import json
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

import gast_mocap
from gast_mocap.inference.protocol import process
from gast_mocap.inference.protocol.messages import Failed, Filled, Found, Progress
from gast_mocap.operators import glimpses, import_video, looking, preferences, reports, running, translation
from gast_mocap.operators.import_options import draw_facts, looked_words
from gast_mocap.operators.panels.progress import found_text, rate_text, stage_text
from gast_mocap.take.errors import MocapError
from gast_mocap.take.files import check_saving

FAKE_WORKER = """
import json, pathlib, shutil, sys, time
job = json.loads(sys.stdin.readline())
folder = pathlib.Path(sys.argv[1])
(folder / "job.json").write_text(json.dumps(job))
def say(**message): print(json.dumps(message), flush=True)
say(type="started", version="3")
say(type="progress", stage="watch", done=5, total=20, seconds_left=75.2)
{body}
"""
FINISHES = (
    "say(type='notice', text='Half of it was blurred.'); "
    "shutil.copy(folder / 'clip.take.npz', job['output']); say(type='finished', take=job['output'])"
)
FAILS = "say(type='failed', code='video_missing', text='There is no video. Choose one.', detail='')"
WAITS_FOR_CANCEL = "sys.stdin.readline(); say(type='cancelled')"
FINISHES_THOUGH_CANCELLED = "sys.stdin.readline(); " + FINISHES
DIES = "sys.exit('no more memory')"

NO_FILES = dict.fromkeys(("detector", "pose", "lifter"), "") | {
    "detector_score": 0.0,
    "detector_overlap": 0.0,
    "causal": False,
}
"""Of networks, in the preferences."""


@pytest.fixture
def worker(monkeypatch, tmp_path):
    """Sets what the worker does after its first progress message."""

    def does(body):
        command = [sys.executable, "-c", FAKE_WORKER.format(body=body), str(tmp_path)]
        monkeypatch.setattr(process, "worker_command", lambda: command)

    return does


def poll_until(reached):
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline
        running.current.poll()
        time.sleep(0.02)


def people(scene):
    return [row.track_id for row in scene.gast_mocap.people]


def job_in(tmp_path):
    return json.loads((tmp_path / "job.json").read_text())


def test_waiting_lists_the_people(scene, take, worker, tmp_path):
    worker(FINISHES)
    output = tmp_path / "other.take.npz"
    result = bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), take=str(output), wait=True)
    assert result == {"FINISHED"}
    assert people(scene) == [1, 4]
    assert scene.gast_mocap.take == str(output)
    assert reports.of_import.notices == ["Half of it was blurred."]


def test_the_panel_fills_in_what_is_not_given(scene, take, worker, tmp_path):
    worker(FAILS)
    scene.gast_mocap.video = str(tmp_path / "vidéo 1.mp4")
    scene.gast_mocap.start, scene.gast_mocap.end = 10, 40
    scene.gast_mocap.quality = "best"
    with pytest.raises(RuntimeError):
        bpy.ops.gast_mocap.import_video(start=20, wait=True)
    job = job_in(tmp_path)
    assert (job["start"], job["end"], job["quality"]) == (20, 40, "best")
    assert job["video"] == str(tmp_path / "vidéo 1.mp4")
    assert job["output"] == str(tmp_path / "vidéo 1.take.npz")


def test_slow_motion_and_a_mirrored_picture_are_the_workers_to_undo(scene, worker, tmp_path):
    worker(FAILS)
    scene.gast_mocap.speed, scene.gast_mocap.mirrored, scene.gast_mocap.frame_rate = 0.25, True, 0.0
    with pytest.raises(RuntimeError):
        bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), wait=True)
    job = job_in(tmp_path)
    assert (job["speed"], job["mirrored"], job["frame_rate"]) == (0.25, True, None)


def test_feet_are_read_unless_switched_off(scene, worker, tmp_path):
    worker(FAILS)
    for wanted in (True, False):
        scene.gast_mocap.feet = wanted
        with pytest.raises(RuntimeError):
            bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), wait=True)
        assert job_in(tmp_path)["feet"] is wanted


def output_of_import(tmp_path, name):
    with pytest.raises(RuntimeError):
        bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / name), wait=True)
    return Path(job_in(tmp_path)["output"]).name


def test_a_take_is_replaced_by_one_of_the_same_video_only(scene, take, worker, tmp_path):
    worker(FAILS)
    (tmp_path / "x").mkdir()
    assert output_of_import(tmp_path, "x/../clip.mp4") == "clip.take.npz"
    assert output_of_import(tmp_path, "clip.mov") == "clip 2.take.npz"
    shutil.copy(take, tmp_path / "clip 2.take.npz")
    assert output_of_import(tmp_path, "clip.mov") == "clip 3.take.npz"


def test_what_cannot_be_read_is_not_replaced(scene, worker, tmp_path):
    worker(FAILS)
    (tmp_path / "clip.take.npz").write_bytes(b"from a newer version, perhaps")
    assert output_of_import(tmp_path, "clip.mp4") == "clip 2.take.npz"


@pytest.mark.parametrize("correction", ["contacts", "height", "clean-up"])
def test_a_take_with_corrections_is_not_replaced(scene, take, worker, tmp_path, correction):
    worker(FAILS)
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.keep_clean_up()  # of what the take had before: no correction, though in single precision
    assert output_of_import(tmp_path, "clip.mp4") == "clip.take.npz"
    if correction == "contacts":
        bpy.ops.gast_mocap.mark_contacts()
        bpy.ops.gast_mocap.keep_contacts()
    elif correction == "height":
        scene.gast_mocap.people[1].body_height = 1.2
        bpy.ops.gast_mocap.keep_clean_up()
    else:
        scene.gast_mocap.clean.lock_strength = 0.5
        bpy.ops.gast_mocap.keep_clean_up()
    assert output_of_import(tmp_path, "clip.mp4") == "clip 2.take.npz"


@pytest.mark.parametrize("letters", ["a" * 251, "ü" * 125 + "a", "雪" * 83], ids=["1 byte", "2 bytes", "3 bytes"])
def test_a_video_with_the_longest_name_that_a_file_can_have(scene, worker, tmp_path, letters):
    worker(FAILS)
    video = tmp_path / f"{letters}.mp4"
    video.touch()
    assert len(video.name.encode()) >= 253
    name = output_of_import(tmp_path, video.name)
    assert name.startswith(letters[:50])
    check_saving(tmp_path / name)
    (tmp_path / name).write_bytes(b"something else")
    second = output_of_import(tmp_path, video.name)
    assert second != name
    check_saving(tmp_path / second)


def test_a_folder_that_may_not_be_searched_is_told_by_the_worker(scene, worker, tmp_path, monkeypatch):
    """Whoever may do everything, as tests often may, is refused nothing: the refusals are made here."""
    worker(FAILS)
    chosen = SimpleNamespace(takes_folder=str(tmp_path / "closed"), low_memory=False, gentle=False, **NO_FILES)
    monkeypatch.setattr(preferences, "_preferences", lambda: chosen)
    lstat = os.lstat

    def closed(path, **options):
        if "closed" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return lstat(path, **options)

    monkeypatch.setattr(os, "lstat", closed)
    assert output_of_import(tmp_path, "clip.mp4") == "clip.take.npz"


def test_a_ring_of_links_is_no_take_of_this_video(scene, take, worker, tmp_path):
    worker(FAILS)
    for one, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{one}.mp4").symlink_to(tmp_path / f"{other}.mp4")
    shutil.copy(take, tmp_path / "a.take.npz")
    assert output_of_import(tmp_path, "a.mp4") == "a 2.take.npz"


def test_two_videos_of_one_name_in_a_takes_folder(scene, take, worker, tmp_path, monkeypatch):
    worker(FAILS)
    chosen = SimpleNamespace(takes_folder=str(tmp_path), low_memory=False, gentle=False, **NO_FILES)
    monkeypatch.setattr(preferences, "_preferences", lambda: chosen)
    (tmp_path / "other").mkdir()
    assert output_of_import(tmp_path, "other/clip.mp4") == "clip 2.take.npz"


@pytest.mark.parametrize(("choose", "asked"), [(False, False), (True, True)])
def test_the_import_menu_asks_though_the_panel_has_a_video(scene, choose, asked):
    scene.gast_mocap.video = "/a/clip.mp4"
    operator = SimpleNamespace(
        filepath="", choose=choose, choose_file=lambda _context: "asked", execute=lambda _context: "started"
    )
    done = import_video.GAST_MOCAP_OT_import_video.invoke(operator, bpy.context, None)
    assert (done == "asked") is asked


def test_no_video(scene):
    with pytest.raises(RuntimeError, match="No video was chosen"):
        bpy.ops.gast_mocap.import_video(wait=True)


def test_end_0_is_the_videos_end(scene, take, worker, tmp_path):
    worker(FAILS)
    with pytest.raises(RuntimeError):
        bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), wait=True)
    assert job_in(tmp_path)["end"] is None


def test_a_take_that_cannot_lie_beside_its_video_goes_to_a_folder_of_our_own(scene, worker, tmp_path, own_folder):
    worker(FAILS)
    with pytest.raises(RuntimeError):
        bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "no folder" / "clip.mp4"), wait=True)
    assert job_in(tmp_path)["output"] == str(own_folder / "clip.take.npz")


def test_an_error_of_the_worker_reaches_script_and_panel(scene, take, worker, tmp_path):
    bpy.ops.gast_mocap.open_take(filepath=take)
    worker(FAILS)
    with pytest.raises(RuntimeError, match="There is no video"):
        bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), wait=True)
    assert reports.of_import.error == "There is no video. Choose one."
    assert people(scene) == [1, 4]


def test_a_worker_that_dies(scene, worker, tmp_path):
    worker(DIES)
    with pytest.raises(RuntimeError, match="ended unexpectedly"):
        bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), wait=True)


def test_progress_then_cancel(scene, take, worker, tmp_path):
    bpy.ops.gast_mocap.open_take(filepath=take)
    worker(WAITS_FOR_CANCEL)
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"))
    assert stage_text(running.current) == "Starting"
    poll_until(lambda: running.current.progress)
    assert stage_text(running.current) == "Finding and following people, 1:15 left"
    bpy.ops.gast_mocap.cancel_import()
    assert stage_text(running.current) == "Cancelling"
    poll_until(lambda: not running.is_running())
    assert people(scene) == [1, 4]
    assert reports.of_import.error == ""


def test_a_cancel_that_comes_too_late_shows_the_take_that_was_written(scene, take, worker, tmp_path):
    worker(FINISHES_THOUGH_CANCELLED)
    output = str(tmp_path / "other.take.npz")
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), take=output)
    bpy.ops.gast_mocap.cancel_import()
    poll_until(lambda: not running.is_running())
    assert scene.gast_mocap.take == output
    assert people(scene) == [1, 4]


def test_a_take_that_comes_after_the_extension_was_disabled_is_left_alone(scene, take, worker, tmp_path):
    worker(FINISHES_THOUGH_CANCELLED)
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), take=str(tmp_path / "other.take.npz"))
    gast_mocap.unregister()
    poll_until(lambda: not running.is_running())
    gast_mocap.register()
    assert people(scene) == []


SAYS_THAT_IT_FAILED = "sys.stdin.readline(); " + FAILS


def test_what_fails_after_the_extension_was_disabled_is_no_news_when_it_is_enabled_again(scene, worker, tmp_path):
    worker(SAYS_THAT_IT_FAILED)
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"))
    disabled = running.current
    gast_mocap.unregister()
    gast_mocap.register()
    poll_to_the_end(disabled)
    assert (reports.of_import.error, reports.of_import.notices) == ("", [])


def poll_to_the_end(abandoned):
    deadline = time.monotonic() + 30
    while abandoned._tick() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("raised", [KeyboardInterrupt, MemoryError])
def test_whatever_ends_the_waiting_another_import_may_start(scene, take, worker, tmp_path, monkeypatch, raised):
    worker(WAITS_FOR_CANCEL)

    sleep = time.sleep

    def interrupt(seconds):
        if threading.current_thread() is threading.main_thread():
            raise raised
        sleep(seconds)

    with monkeypatch.context() as patch:
        patch.setattr(running.time, "sleep", interrupt)
        with pytest.raises((RuntimeError, KeyboardInterrupt)):
            bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), wait=True)
    interrupted = running.current
    assert not running.is_running()
    worker(FINISHES)
    output = str(tmp_path / "other.take.npz")
    assert bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), take=output, wait=True) == {"FINISHED"}
    assert people(scene) == [1, 4]
    poll_to_the_end(interrupted)


def test_an_error_of_ours_in_the_timer_does_not_keep_import_disabled(scene, take, worker, tmp_path, monkeypatch):
    worker(FINISHES)
    monkeypatch.setattr(running, "show_take", lambda *_: 1 / 0)
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), take=str(tmp_path / "other.take.npz"))
    with pytest.raises(ZeroDivisionError):
        poll_to_the_end(running.current)
    assert not running.is_running()


FINDS = (
    "say(type='found', total=14, people=[dict(seconds=1.5, width=2, height=1, pixels='/wAAAAD/')]); " + WAITS_FOR_CANCEL
)


def test_who_was_found_so_far_is_shown(scene, worker, tmp_path):
    worker(FINDS)
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"))
    poll_until(lambda: running.current.found)
    assert found_text(running.current.found) == "14 people so far"
    assert found_text(Found((), 0)) == "Nobody so far"
    glimpses.icon(0, running.current.found.people[0])
    shown = np.array(glimpses._previews["0"].image_pixels_float).reshape(2, 2, 4)
    assert shown[shown[..., 3] > 0].tolist() == [[1, 0, 0, 1], [0, 0, 1, 1]], "red beside blue"
    bpy.ops.gast_mocap.cancel_import()
    poll_until(lambda: not running.is_running())


def test_a_cancel_is_said(scene, worker, tmp_path):
    worker(WAITS_FOR_CANCEL)
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"))
    bpy.ops.gast_mocap.cancel_import()
    poll_until(lambda: not running.is_running())
    assert reports.of_import.notices == ["Cancelled. Nothing was changed."]


def test_a_running_import_tells_its_rate(scene, worker, tmp_path):
    worker(WAITS_FOR_CANCEL)
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"))
    poll_until(lambda: running.current.progress)
    assert rate_text(running.current.progress) == "5 of 20, 0 a second"
    assert rate_text(Progress("watch", 40, 100, 5.0)) == "40 of 100, 12 a second"
    assert rate_text(Progress("save", 0, 1, None)) == ""
    bpy.ops.gast_mocap.cancel_import()
    poll_until(lambda: not running.is_running())


def test_a_video_is_told_before_the_import(scene, videos):
    field = str(videos / "rotated_90_metadata.mp4")
    looking.look_into(field)
    deadline = time.monotonic() + 60
    while looking.known_of(field) is None:
        assert time.monotonic() < deadline
        looking._current.tick()
        time.sleep(0.02)
    assert looked_words(looking.known_of(field)) == "1280 x 720, 30 fps, 0:08"
    assert looking.known_of(field).turn == 270
    looking.forget()
    assert looking.known_of(field) is None


class Labels:
    """A layout that remembers what is written."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def box(self) -> "Labels":
        return self

    def column(self, align: bool) -> "Labels":
        return self

    def label(self, text: str, icon: str) -> None:
        self.texts.append(text)


def test_why_a_video_cannot_be_read_is_said_before_the_import(scene, monkeypatch):
    why = "clip.mp4 holds sound only. Choose a video."
    monkeypatch.setitem(looking._known, "clip.mp4", Failed("video_is_sound", why))
    layout = Labels()
    draw_facts(layout, bpy.context, "clip.mp4", 200.0)
    assert " ".join(layout.texts) == why
    assert len(layout.texts) > 1


@pytest.fixture
def german(monkeypatch):
    """What Blender would find of another language."""
    texts = {"{name} has {count} frames.": "{count} Bilder hat {name}.", "{name} is no video.": "{name} ist keins."}
    monkeypatch.setattr(translation, "rpt_", lambda text: texts.get(text, text))


def test_notices_and_errors_of_the_worker_are_shown_in_another_language(scene, worker, german, tmp_path):
    notice = {"template": "{name} has {count} frames.", "values": [{"name": "name", "value": "a"}]}
    notice["values"].append({"name": "count", "value": 3})
    failed = {"template": "{name} is no video.", "values": notice["values"][:1]}
    worker(
        f"say(type='notice', text='a has 3 frames.', **{notice}); "
        f"say(type='failed', code='x', text='a is no video.', **{failed})"
    )
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"))
    with pytest.raises(MocapError) as caught:
        poll_until(lambda: not running.is_running())
    reports.of_import.fail(caught.value)
    assert reports.of_import.notices == ["3 Bilder hat a."]
    assert reports.of_import.error == "a ist keins."


def test_what_the_panel_says_before_the_import_is_in_another_language(scene, german, monkeypatch):
    message = Failed("x", "a is no video.", "", "{name} is no video.", (Filled("name", "a"),))
    monkeypatch.setitem(looking._known, "clip.mp4", message)
    layout = Labels()
    draw_facts(layout, bpy.context, "clip.mp4", 400.0)
    assert layout.texts == ["a ist keins."]


def test_what_was_stopped_by_another_file_is_said_there(scene, worker, tmp_path):
    worker(WAITS_FOR_CANCEL)
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert ["clip.mp4 was stopped" in notice for notice in reports.of_import.notices] == [True]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert reports.of_import.notices == []


def test_opening_another_file_stops_the_import(scene, worker, tmp_path):
    worker(WAITS_FOR_CANCEL)
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    poll_until(lambda: not running.is_running())
    assert people(bpy.context.scene) == []


def test_the_people_land_in_the_scene_of_the_start(scene, take, worker, tmp_path):
    worker(FINISHES)
    bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "clip.mp4"), take=str(tmp_path / "other.take.npz"))
    bpy.context.window.scene = bpy.data.scenes.new("Another")
    poll_until(lambda: not running.is_running())
    assert people(scene) == [1, 4]
    assert people(bpy.data.scenes["Another"]) == []


@pytest.mark.parametrize("wait", [True, False])
def test_a_scene_that_is_removed_meanwhile_is_told_with_the_place_of_the_take(
    scene, take, worker, tmp_path, monkeypatch, wait
):
    worker(FINISHES)
    another, output = bpy.data.scenes.new("Another"), tmp_path / "other.take.npz"
    window = bpy.context.window
    window.scene = another
    another.gast_mocap.video = str(tmp_path / "clip.mp4")

    def removed(order, of, *given):
        under_way = running.Import(order, of, *given)
        monkeypatch.setattr(running, "current", under_way)
        window.scene = scene
        bpy.data.scenes.remove(of)
        return under_way

    monkeypatch.setattr(running, "start", removed)
    if wait:
        with pytest.raises(RuntimeError, match="The scene that was to show the take is gone"):
            bpy.ops.gast_mocap.import_video(take=str(output), wait=True)
    else:
        bpy.ops.gast_mocap.import_video(take=str(output))
        poll_to_the_end(running.current)
        assert str(output) in reports.of_import.error
    assert output.exists()
    assert people(scene) == []


def test_a_real_clip(scene, videos, tmp_path):
    clip = shutil.copy(videos / "sports2d_demo.mp4", tmp_path / "Saut à l'élan.mp4")
    bpy.ops.gast_mocap.import_video(filepath=str(clip), start=100, end=140, quality="fast", wait=True)
    assert Path(scene.gast_mocap.take) == tmp_path / "Saut à l'élan.take.npz"
    assert 1 in people(scene)
    bpy.ops.gast_mocap.bake(track_id=1)
    (made,) = bpy.data.objects
    action = made.animation_data.action
    # frames 100 to 139 at 30 fps on a scene of 24 fps that starts at frame 1
    assert tuple(action.frame_range) == pytest.approx((81, 112), abs=1)


def test_a_video_that_is_not_there(scene, tmp_path):
    with pytest.raises(RuntimeError, match="no file"):
        bpy.ops.gast_mocap.import_video(filepath=str(tmp_path / "lost.mp4"), wait=True)
    assert list(tmp_path.iterdir()) == []
