"""A take is mended in the worker: the touched are lifted again, the others keep their poses."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gast_mocap.inference.mend import mend
from gast_mocap.inference.pipeline import run
from gast_mocap.inference.protocol.job import Job, Mend
from gast_mocap.inference.protocol.messages import Stage
from gast_mocap.inference.protocol.progress import StoppedError
from gast_mocap.take.edits import NO_POSE, Cut, Delete, Edit, Join, Move, Split, SwapSides, to_json
from gast_mocap.take.errors import MocapError
from gast_mocap.take.files import load_take, save_take
from gast_mocap.take.records import Take
from gast_mocap.take.skeletons import COCO17, H36M17

END = 40


def ignore(*_: object) -> None:
    pass


@pytest.fixture(scope="module")
def watched(videos: Path, tmp_path_factory) -> Path:
    """The take of a video copied beside it, so that it can go away."""
    folder = tmp_path_factory.mktemp("mend")
    video = shutil.copy(videos / "two_people_portrait_60fps.mp4", folder / "two.mp4")
    return run(Job(Path(video), folder / "two.take.npz", end=END, quality="fast"), ignore, ignore).saved_as


@pytest.fixture
def path(watched: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(watched, tmp_path / "two.take.npz"))


def mended(path: Path, *edits: Edit, report=ignore, notify=ignore) -> Take:
    mend(Mend(path, to_json(edits)), report, notify)
    return load_take(path)


def colours(thumbnail: np.ndarray) -> np.ndarray:
    """Mean RGB of the middle of a picture."""
    height, width = thumbnail.shape[:2]
    return thumbnail[height // 4 : height // 2, width // 4 : -width // 4].mean((0, 1))


def test_lifting_again_gives_what_the_import_gave(path: Path) -> None:
    whole = load_take(path)
    without = replace(whole.person(1), pose=NO_POSE)
    save_take(whole.with_person(without), path)
    again = mended(path)
    np.testing.assert_allclose(again.person(1).pose.joints, whole.person(1).pose.joints, atol=1e-4)


def test_a_split_half_moves_and_looks_like_the_whole(path: Path) -> None:
    """The lifter sees 27 frames, so near the cut it gives something close only: nearer than it is to a truth, 6 cm."""
    whole = load_take(path)
    frames = whole.person(1).keypoints.frames
    middle = int(frames[len(frames) // 2])
    split = mended(path, Split(1, middle, 9))
    assert [person.track_id for person in split.people] == [1, 2, 9]
    for track_id in (1, 9):
        pose = split.person(track_id).pose
        np.testing.assert_array_equal(pose.frames, split.person(track_id).keypoints.frames)
        before = whole.person(1).pose.joints[np.isin(whole.person(1).pose.frames, pose.frames)]
        assert np.linalg.norm(pose.joints - before, axis=2).mean() < 0.06
    assert np.abs(colours(split.person(9).thumbnail) - colours(whole.person(1).thumbnail)).max() < 40
    assert min(split.person(9).thumbnail.shape[:2]) > 20
    np.testing.assert_array_equal(split.person(2).pose.joints, whole.person(2).pose.joints)


def test_reset_brings_the_take_back_without_lifting(path: Path) -> None:
    whole = load_take(path)
    mended(path, Split(1, 20, 9), Delete(2))
    stages: list[Stage] = []
    reset = mended(path, report=lambda stage, *_: stages.append(stage))
    assert Stage.LIFT not in stages
    assert (reset.edits, len(reset.people)) == ((), len(whole.people))
    for before, after in zip(whole.people, reset.people, strict=True):
        np.testing.assert_array_equal(before.pose.joints, after.pose.joints)
        np.testing.assert_array_equal(before.thumbnail, after.thumbnail)


def test_swapped_sides_swap_the_body(path: Path) -> None:
    whole = load_take(path).person(1).pose
    swapped = mended(path, SwapSides(1, 0, END)).person(1).pose
    left, right = [11, 12, 13, 4, 5, 6], [14, 15, 16, 1, 2, 3]
    right_way = np.linalg.norm(swapped.joints[:, left] - whole.joints[:, left], axis=2).mean()
    changed = np.linalg.norm(swapped.joints[:, left] - whole.joints[:, right], axis=2).mean()
    assert changed < right_way / 2


def test_a_moved_wrist_moves_the_arm_near_that_frame_only(path: Path) -> None:
    """The wrist is put above the head. The lifter sees 27 frames of 50 a second: 15 of this video to each side."""
    whole = load_take(path).person(1)
    row = len(whole.keypoints.frames) // 2
    frame, (x, y) = int(whole.keypoints.frames[row]), whole.keypoints.points[row, COCO17.index("nose")]
    box = whole.track.boxes[0]
    moved = mended(path, Move(1, frame, "left_wrist", int(x), int(y - (box[3] - box[1]) / 5), 4)).person(1).pose
    off = np.linalg.norm(moved.joints - whole.pose.joints, axis=2)
    wrist, ankle = H36M17.index("left_wrist"), H36M17.index("left_ankle")
    assert off[row, wrist] > 0.15
    assert off[row, ankle] < off[row, wrist] / 3
    assert moved.joints[row, wrist, 1] < whole.pose.joints[row, wrist, 1] - 0.1, "higher: y is down"


def test_a_cut_stretch_gets_no_pose(path: Path) -> None:
    pose = mended(path, Cut(1, 10, 15)).person(1).pose
    assert not set(pose.frames) & set(range(10, 15))


def test_what_is_impossible_leaves_the_take_as_it_was(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(MocapError, match="at once"):
        mended(path, Join(1, 2))
    with pytest.raises(MocapError, match="cannot be read"):
        mend(Mend(path, "[{}]"), ignore, ignore)
    assert path.read_bytes() == before


def test_a_cancel_leaves_the_take_as_it_was(path: Path) -> None:
    before = path.read_bytes()

    def stop(stage: Stage, *_: int) -> None:
        if stage == Stage.SAVE:
            raise StoppedError

    with pytest.raises(StoppedError):
        mended(path, Split(1, 20, 9), report=stop)
    assert path.read_bytes() == before


def test_without_the_video_people_are_mended_and_have_no_picture(path: Path, watched: Path) -> None:
    video = watched.with_name("two.mp4")
    away = video.rename(video.with_name("away.mp4"))
    notices: list[str] = []
    try:
        split = mended(path, Split(1, 20, 9), notify=notices.append)
    finally:
        away.rename(video)
    assert len(split.person(9).pose.frames)
    assert [notice for notice in notices if "two.mp4" in notice and "no picture" in notice]


def test_the_worker_takes_the_order(path: Path) -> None:
    from gast_mocap.inference.protocol.process import MocapProcess

    process = MocapProcess()
    process.start(Mend(path, to_json([Split(1, 20, 9)])))
    messages = []
    while process.is_running:
        messages += process.poll()
    assert messages[-1].take == str(path), messages
    assert len(load_take(path).people) == 3
