"""The whole job on real video, and what happens around its edges."""

import hashlib
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from gast_mocap.inference import kept_stretches, pipeline, stretches
from gast_mocap.inference.choice import OwnNetworks
from gast_mocap.inference.networks.slots import Used
from gast_mocap.inference.pipeline import Networks, Run, nobody_found, notify_losses, notify_short_sights, run, span_of
from gast_mocap.inference.protocol.job import Job
from gast_mocap.inference.protocol.progress import StoppedError
from gast_mocap.inference.stretches import Seen
from gast_mocap.inference.video.decode import Reading, probe_video, read_frames
from gast_mocap.inference.video.stillness import Backdrop
from gast_mocap.take.errors import MocapError
from gast_mocap.take.files import load_take
from gast_mocap.take.records import Keypoints2D, Person, Playback, Pose3D, Take, TakeSettings, Track, VideoInfo
from gast_mocap.take.settings import Quality
from gast_mocap.take.skeletons import TOES19

VIDEO = VideoInfo(Path("v.mp4"), 640, 360, np.arange(100) / 25)


def ignore(*_: object) -> None:
    pass


def short_job(videos: Path, folder: Path, **changes: object) -> Job:
    fields: dict = {"video": videos / "sports2d_demo.mp4", "output": folder / "jump.take.npz"}
    return Job(**(fields | {"start": 4, "end": 24, "quality": "fast"} | changes))


class TestFrameRange:
    @pytest.mark.parametrize(("start", "end"), [(20, 10), (20, 20), (-1, 10), (0, 0)])
    def test_empty_range_is_refused_with_its_numbers(self, start: int, end: int | None) -> None:
        with pytest.raises(MocapError, match="100 frames") as caught:
            span_of(Job(Path("v"), Path("o"), start=start, end=end), VIDEO)
        assert caught.value.code == "range_empty"

    def test_a_start_after_the_end_of_the_video_is_refused_with_the_number_of_its_frames(
        self, videos: Path, tmp_path: Path
    ) -> None:
        with pytest.raises(MocapError, match="230 frames") as caught:
            run(short_job(videos, tmp_path, start=230, end=None), ignore, ignore)
        assert caught.value.code == "range_empty"


def person_seen_for(track_id: int, count: int) -> Person:
    frames = np.arange(count)
    return Person(
        Track(track_id, frames, np.zeros((count, 4)), np.zeros(count)),
        Keypoints2D(track_id, frames, np.zeros((count, 17, 2)), np.zeros((count, 17))),
        Pose3D(frames, np.zeros((count, 17, 3))),
        np.zeros((4, 4, 3), np.uint8),
    )


def test_people_seen_for_under_a_second_are_kept_and_named() -> None:
    notices: list[str] = []
    people = (person_seen_for(1, 90), person_seen_for(2, 10))
    notify_short_sights(Take(VIDEO, TakeSettings("fast", 0, 100, False), people), notices.append)
    (notice,) = notices
    assert "Person 2" in notice
    assert "0.4 s" in notice


@pytest.fixture(scope="module")
def reports() -> list[tuple[str, int, int]]:
    return []


@pytest.fixture(scope="module")
def job(videos: Path, tmp_path_factory) -> Job:
    folder = tmp_path_factory.mktemp("run")
    return short_job(videos, folder, preview=folder / "jump.mp4")


@pytest.fixture(scope="module")
def done(job: Job, reports: list) -> Run:
    return run(job, lambda *report: reports.append(report), ignore)


def test_one_jumper_is_found_throughout_the_range(done: Run) -> None:
    (person,) = done.take.people
    assert person.track_id == 1
    assert set(person.pose.frames) <= set(range(4, 24))
    assert len(person.pose.frames) >= 18


def test_the_pose_is_a_standing_persons(done: Run) -> None:
    (person,) = done.take.people
    head, ankle = person.pose.joints[:, 10], person.pose.joints[:, 3]
    assert (ankle[:, 1] - head[:, 1] > 0.8).all()  # y points down


def test_what_was_saved_is_what_came_back(done: Run, job: Job) -> None:
    saved = load_take(job.output)
    np.testing.assert_array_equal(saved.people[0].pose.joints, done.take.people[0].pose.joints)
    assert saved.settings == done.take.settings
    assert set(saved.settings.models) == {"gast-27", "movenet-multipose", "movenet-lightning", "blazepose"}


def test_stages_come_in_order_and_run_to_their_end(done: Run, reports: list) -> None:
    assert [stage.stage for stage in done.stages] == ["probe", "watch", "lift", "save", "preview"]
    for stage in done.stages:
        steps = [(finished, total) for name, finished, total in reports if name == stage.stage]
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1]


def test_networks_take_part_of_the_time(done: Run) -> None:
    for stage in done.stages:
        assert (stage.in_networks > 0) == (stage.stage in ("watch", "lift"))
        assert stage.in_networks <= stage.seconds


def test_a_range_gives_the_frames_numbers_of_the_whole_video(videos: Path, tmp_path: Path) -> None:
    take = run(short_job(videos, tmp_path, start=30, end=36), ignore, ignore).take
    (person,) = (person for person in take.people if person.track_id == 1)
    assert 30 <= person.pose.frames.min() <= person.pose.frames.max() < 36


def test_low_memory_gives_the_same_poses(videos: Path, tmp_path: Path) -> None:
    runs = [run(short_job(videos, tmp_path, end=14, low_memory=low), ignore, ignore) for low in (False, True)]
    chunked, frugal = (done.take.people[0].pose for done in runs)
    np.testing.assert_array_equal(chunked.frames, frugal.frames)
    np.testing.assert_allclose(chunked.joints, frugal.joints, atol=1e-4)


def test_weights_of_ones_own_lift_and_are_named_in_the_take(videos: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    from published_gast import write_published_gast

    lifter = write_published_gast(tmp_path / "mine.onnx")
    bundled, own = (
        run(short_job(videos, tmp_path, end=14, own=OwnNetworks(lifter=file)), ignore, ignore).take
        for file in (None, lifter)
    )
    assert {"gast-27"} == set(bundled.settings.models) - set(own.settings.models)
    assert own.settings.models["mine"] == hashlib.sha256(lifter.read_bytes()).hexdigest()
    assert np.abs(own.people[0].pose.joints - bundled.people[0].pose.joints).max() > 0.01


def test_a_lifter_that_answers_no_numbers_leaves_no_take(videos: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    from published_gast import write_published_gast

    lifter = write_published_gast(tmp_path / "mine.onnx")
    model = onnx.load(lifter)
    weights = model.graph.initializer[-1]
    weights.CopyFrom(
        onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(weights) * np.float32(np.nan), weights.name)
    )
    onnx.save(model, lifter)
    with pytest.raises(MocapError) as caught:
        run(short_job(videos, tmp_path, end=8, own=OwnNetworks(lifter=lifter)), ignore, ignore)
    assert caught.value.code == "model_answers_nan"
    assert list(tmp_path.iterdir()) == [lifter]


def test_weights_that_are_missing_are_told(videos: Path, tmp_path: Path) -> None:
    with pytest.raises(MocapError) as caught:
        run(short_job(videos, tmp_path, own=OwnNetworks(lifter=tmp_path / "gone.onnx")), ignore, ignore)
    assert caught.value.code == "model_missing"


@pytest.fixture
def damaged(videos: Path, tmp_path: Path) -> Path:
    """A video of 230 frames that is zeros from its middle on."""
    path = tmp_path / "damaged.mp4"
    whole = (videos / "sports2d_demo.mp4").read_bytes()
    path.write_bytes(whole[: len(whole) // 2].ljust(len(whole), b"\0"))
    return path


def test_a_damaged_video_is_told_and_the_take_ends_where_it_could_be_read(damaged: Path, tmp_path: Path) -> None:
    notices: list[str] = []
    job = short_job(damaged.parent, tmp_path, video=damaged, start=100, end=None)
    settings = run(job, ignore, notices.append).take.settings
    frames = [frame.index for frame in read_frames(probe_video(damaged, ignore), 100, 230)]
    assert frames
    assert settings.end == frames[-1] + 1 < 200
    assert f"{len(frames)} of the 130 frames" in notices[0]


def test_a_range_behind_the_damage_is_no_empty_room(damaged: Path, tmp_path: Path) -> None:
    with pytest.raises(MocapError) as caught:
        run(short_job(damaged.parent, tmp_path, video=damaged, start=200, end=None), ignore, ignore)
    assert caught.value.code == "video_damaged"


@pytest.mark.parametrize(("missing", "words"), [(4, "ends early: 2 of 6 frames can be read."), (None, "was cut off")])
def test_a_video_that_was_cut_off_is_told_with_the_remedy(missing: int | None, words: str) -> None:
    video = VideoInfo(Path("clip.mkv"), 64, 48, np.array([0.0, 0.04]), 0.9)
    notices: list[str] = []
    notify_losses(Seen(0, {}, Backdrop(), video, 0, missing), notices.append)
    assert len(notices) == 1
    assert words in notices[0]
    assert notices[0].endswith("Copy or download it again if there is more of it.")


def test_gaps_in_a_sequence_of_pictures_are_told_as_such(tmp_path: Path) -> None:
    for number in (1, 2, 3, 5, 6, 9):
        cv2.imwrite(str(tmp_path / f"f_{number:04}.png"), np.full((48, 64, 3), 20 * number, np.uint8))
    (tmp_path / "f_0009.png").write_bytes(b"no picture")
    footage = probe_video(tmp_path / "f_0001.png", ignore, Playback(frame_rate=25))
    reading = Reading(footage, 0, None, lambda _: None)
    assert len(list(reading)) == 5
    seen = Seen(0, {}, Backdrop(), reading.video, reading.lost, reading.missing)
    notices: list[str] = []
    notify_losses(seen, notices.append)
    assert len(notices) == 1
    assert notices[0].startswith("f_0001.png: 5 of the 9 pictures of this sequence could be read")


def test_a_stop_while_watching_leaves_nothing(videos: Path, tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if stage == "watch" and done >= 5:
            raise StoppedError

    with pytest.raises(StoppedError):
        run(short_job(videos, tmp_path, preview=tmp_path / "p.mp4"), stop, ignore)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stopped", [StoppedError, KeyboardInterrupt])
def test_a_stop_while_drawing_keeps_the_take(videos: Path, tmp_path: Path, stopped: type[BaseException]) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if stage == "preview":
            raise stopped

    notices: list[str] = []
    job = short_job(videos, tmp_path, end=10, preview=tmp_path / "p.mp4")
    run(job, stop, notices.append)
    assert list(tmp_path.iterdir()) == [job.output]
    assert any("preview" in notice for notice in notices)


def test_a_stop_after_the_take_is_replaced_comes_too_late(videos: Path, tmp_path: Path) -> None:
    job = short_job(videos, tmp_path, end=10)

    def stop(*_: object) -> None:
        if job.output.exists():
            raise StoppedError

    done = run(job, stop, ignore)
    assert load_take(job.output).settings == done.take.settings


def test_a_failed_run_leaves_the_old_take(videos: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(kept_stretches, "kept_folder", lambda: tmp_path / "kept")

    def nobody(frames: Any, *_: Any) -> dict[int, Any]:
        assert len(list(frames)) == 20
        return {}

    monkeypatch.setattr(stretches, "watch_people", nobody)
    job = short_job(videos, tmp_path)
    job.output.write_bytes(b"an older take")
    with pytest.raises(MocapError) as caught:
        run(job, ignore, ignore)
    assert caught.value.code == "no_person"
    assert job.output.read_bytes() == b"an older take"
    assert not (tmp_path / "kept").exists(), "a short video is watched in one"


def test_where_nobody_is_found_a_network_of_ones_own_is_named() -> None:
    def used(slot: str, name: str, *contract: str) -> Used:
        return Used(slot, SimpleNamespace(name=name), *contract)

    def message(*networks: Used) -> str:
        return str(nobody_found(footage, SimpleNamespace(eyes=SimpleNamespace(used=networks))))

    footage = SimpleNamespace(path=Path("a.mp4"))
    theirs, ours = used("detector", "mine", "YOLOX"), used("2D pose", "movenet-thunder")
    assert message(theirs, ours).endswith("not in the dark, or try without mine.")
    assert message(ours).endswith("not in the dark.")


def test_a_lifter_that_takes_toes_is_refused_where_feet_are_not_to_be_read(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    from onnx_graphs import Graph, port

    graph = Graph()
    first = graph.add("Slice", "x", *(graph.constant([n], np.int64) for n in (0, 1, 3)))
    graph.add("Concat", "x", first, axis=3, name="poses")
    own = graph.save(tmp_path / "own.onnx", [port("x", "b", "t", 19, 2)], [port("poses", "b", "t", 19, 3)])
    with pytest.raises(MocapError) as caught:
        Networks.load(Quality.FAST, OwnNetworks(lifter=own))
    assert caught.value.code == "lifter_wants_toes"
    assert Networks.load(Quality.FAST, OwnNetworks(lifter=own), feet=True).lifter.contract.layout is TOES19


def test_an_output_that_cannot_be_is_refused_before_the_work(videos: Path, tmp_path: Path) -> None:
    stages: list[str] = []
    with pytest.raises(MocapError) as caught:
        run(short_job(videos, tmp_path / "gone"), lambda stage, *_: stages.append(stage), ignore)
    assert caught.value.code == "folder_missing"
    assert stages == []


def test_a_broken_picture_in_the_preview_costs_no_take(videos: Path, tmp_path: Path, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a picture was broken")

    monkeypatch.setattr(pipeline, "draw_preview", broken)
    notices: list[str] = []
    done = run(short_job(videos, tmp_path, end=6, preview=tmp_path / "p.mp4"), ignore, notices.append)
    assert len(load_take(tmp_path / "jump.take.npz").people) == len(done.take.people)
    assert any("a picture was broken" in notice and "saved" in notice for notice in notices)


@pytest.mark.parametrize(
    "name", ["\0", "x" * 300, "x" * 200 + "/" + "y" * 4000, "\ud800", "none/none", "loop", "pipe", "http://[::1", "."]
)
@pytest.mark.parametrize("role", ["video", "output", "preview", "lifter"])
def test_a_name_that_no_file_can_have_is_told(videos: Path, tmp_path: Path, role: str, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    fields: dict[str, Any] = {"video": videos / "sports2d_demo.mp4", "output": tmp_path / "o.take.npz"}
    fields |= {"own": OwnNetworks(lifter=tmp_path / name)} if role == "lifter" else {role: tmp_path / name}
    before = sorted(tmp_path.iterdir())
    with pytest.raises(MocapError) as caught:
        run(Job(**fields, end=1), ignore, ignore)
    assert caught.value.text.isprintable()
    assert sorted(tmp_path.iterdir()) == before


def test_a_video_that_is_removed_before_the_preview_costs_no_take(videos: Path, tmp_path: Path) -> None:
    video = tmp_path / "v.mp4"
    video.symlink_to(videos / "sports2d_demo.mp4")

    def remove(stage: str, *_: object) -> None:
        if stage == "save":
            video.unlink(missing_ok=True)

    notices: list[str] = []
    done = run(short_job(videos, tmp_path, video=video, end=6, preview=tmp_path / "p.mp4"), remove, notices.append)
    assert len(load_take(done.saved_as).people) == len(done.take.people)
    assert any("v.mp4" in notice and "saved" in notice for notice in notices)


def test_a_disk_that_fills_during_the_work_costs_no_take(videos: Path, tmp_path: Path, monkeypatch) -> None:
    folder, elsewhere = tmp_path / "full", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    monkeypatch.setattr(pipeline.tempfile, "gettempdir", lambda: str(elsewhere))

    def fill(stage: str, *_: object) -> None:
        if stage == "save" and folder.exists():
            folder.rmdir()  # like a drive that is unplugged

    notices: list[str] = []
    done = run(short_job(videos, folder, end=6), fill, notices.append)
    assert done.saved_as.parent == elsewhere
    assert done.saved_as.name.endswith(".take.npz")
    assert len(load_take(done.saved_as).people) == len(done.take.people)
    assert any(str(done.saved_as) in notice for notice in notices)


def test_names_with_a_colon_are_files_and_a_take_knows_its_video_by_its_full_path(
    videos: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("http:clip.mp4", "concat:a|b", "subfile,,start,0,end,9,,:x", "tcp:127.0.0.1:9"):
        with pytest.raises(MocapError, match="no file") as caught:
            run(Job(Path(name), Path("o.take.npz")), ignore, ignore)
        assert caught.value.code == "video_missing"
    (tmp_path / "http:clip.mp4").symlink_to(videos / "sports2d_demo.mp4")
    done = run(Job(Path("http:clip.mp4"), Path("o.take.npz"), end=2, quality="fast"), ignore, ignore)
    assert done.take.video.path == tmp_path / "http:clip.mp4"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems want names in UTF-8")
def test_names_that_are_no_text_are_read_and_written(videos: Path, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    video = folder / os.fsdecode(b"\xff.mp4")
    video.symlink_to(videos / "sports2d_demo.mp4")
    job = Job(video, folder / os.fsdecode(b"\xfe.take.npz"), folder / os.fsdecode(b"\xfd.mp4"), end=4, quality="fast")
    notices: list[str] = []
    run(job, ignore, notices.append)
    assert load_take(job.output).video.path == video
    assert job.preview
    assert job.preview.stat().st_size
    assert len(list(folder.iterdir())) == 3


def test_take_and_preview_are_never_one_file(videos: Path, tmp_path: Path) -> None:
    job = short_job(videos, tmp_path, preview=tmp_path / "x" / ".." / "jump.take.npz")
    job.output.write_bytes(b"an older take")
    with pytest.raises(MocapError) as caught:
        run(job, ignore, ignore)
    assert caught.value.code == "preview_is_take"
    assert job.output.read_bytes() == b"an older take"


@pytest.mark.parametrize("result", ["output", "preview"])
def test_the_video_is_never_written_over(tmp_path: Path, result: str) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(b"precious")
    fields = {"output": tmp_path / "o.take.npz"} | {result: tmp_path / "x" / ".." / "clip.mp4"}
    with pytest.raises(MocapError) as caught:
        run(Job(video, **fields), ignore, ignore)
    assert caught.value.code == "output_is_video"
    assert video.read_bytes() == b"precious"
