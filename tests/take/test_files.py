"""Takes survive the disk, and a failed save loses nothing."""

import errno
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gast_mocap.take import files, whole_file
from gast_mocap.take.errors import MocapError
from gast_mocap.take.files import check_saving, load_take, save_take
from gast_mocap.take.records import (
    FootContact,
    Keypoints2D,
    PartPoints,
    Person,
    Pose3D,
    Take,
    TakeSettings,
    Track,
    VideoInfo,
)
from gast_mocap.take.settings import CleanSettings


def make_person(track_id: int, seed: int) -> Person:
    rng = np.random.default_rng(seed)
    frames = np.sort(rng.choice(40, 25, replace=False))
    return Person(
        Track(track_id, frames, rng.random((25, 4)), rng.random(25)),
        Keypoints2D(track_id, frames, rng.random((25, 17, 2)), rng.random((25, 17))),
        Pose3D(frames[3:], rng.normal(size=(22, 17, 3))),
        rng.integers(0, 255, (48, 32, 3), dtype=np.uint8),
    )


def make_take(*track_ids: int) -> Take:
    rng = np.random.default_rng(0)
    video = VideoInfo(Path("/clips/Übung 1.mp4"), 640, 360, np.cumsum(rng.uniform(0.01, 0.1, 40)))
    settings = TakeSettings("best", 2, 38, True, {"movenet-thunder": "48f1"})
    return Take(video, settings, tuple(make_person(track_id, track_id) for track_id in track_ids))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "walk.take.npz"
    save_take(make_take(1, 4), path)
    return path


def test_every_fact_comes_back(tmp_path: Path) -> None:
    take, path = make_take(1, 4), tmp_path / "mit Leerzeichen и кириллица.take.npz"
    save_take(take, path)
    loaded = load_take(path)
    assert (loaded.video.path, loaded.video.width, loaded.video.height) == (take.video.path, 640, 360)
    assert loaded.settings == take.settings
    assert [person.track_id for person in loaded.people] == [1, 4]
    for before, after in zip(take.people, loaded.people, strict=True):
        for record in ("track", "keypoints", "pose"):
            for name, array in vars(getattr(before, record)).items():
                np.testing.assert_array_equal(getattr(getattr(after, record), name), array)
        np.testing.assert_array_equal(after.thumbnail, before.thumbnail)
    np.testing.assert_array_equal(loaded.video.times, take.video.times)


def test_corrections_and_clean_up_come_back(saved: Path) -> None:
    take = load_take(saved)
    assert take.cleaning == CleanSettings()
    assert [(person.contacts, person.body_height) for person in take.people] == [(None, None), (None, None)]
    corrected = replace(
        take.with_person(replace(take.people[1], contacts=(FootContact("left", 0.2, 0.9),), body_height=1.2)),
        video=replace(take.video, field_of_view=65.5),
        cleaning=CleanSettings(smooth_body=0.1, face_front=True),
        camera_shift=0.3,
    )
    save_take(corrected, saved)
    loaded = load_take(saved)
    assert loaded.cleaning == corrected.cleaning
    assert (loaded.video.field_of_view, loaded.camera_shift) == (65.5, 0.3)
    assert (loaded.people[1].contacts, loaded.people[1].body_height) == ((FootContact("left", 0.2, 0.9),), 1.2)
    assert loaded.people[0].contacts is None
    save_take(take.with_person(replace(take.people[0], contacts=())), saved)
    assert load_take(saved).people[0].contacts == (), "no contacts at all is not the same as contacts to be found"


def test_feet_and_face_come_back_and_takes_without_them_open(saved: Path) -> None:
    take, rng = load_take(saved), np.random.default_rng(3)
    assert take.people[0].keypoints.parts == {}
    assert not take.people[0].keypoints.part("feet").scores.any()
    feet = PartPoints(rng.random((25, 4, 2)), rng.random((25, 4)))
    seen = replace(take.people[1], keypoints=replace(take.people[1].keypoints, parts={"feet": feet}))
    save_take(take.with_person(seen), saved)
    loaded = load_take(saved)
    assert loaded.people[0].keypoints.parts == {}
    assert loaded.people[1].keypoints.parts.keys() == {"feet"}
    np.testing.assert_array_equal(loaded.people[1].keypoints.part("feet").points, feet.points)
    np.testing.assert_array_equal(loaded.people[1].keypoints.part("feet").scores, feet.scores)


@pytest.mark.parametrize(
    "lie",
    [
        {"points": np.zeros((25, 3, 2))},
        {"points": np.full((25, 4, 2), np.nan)},
        {"points": np.full((25, 4, 2), 1e9)},
        {"points": np.zeros((24, 4, 2)), "scores": np.zeros((24, 4))},
        {"scores": np.full((25, 4), 1.1)},
        {"scores": np.zeros((25, 4, 2))},
    ],
)
def test_feet_that_lie_are_refused(saved: Path, lie: dict[str, np.ndarray]) -> None:
    with np.load(saved) as arrays:
        content = dict(arrays)
    feet = {"points": np.zeros((25, 4, 2)), "scores": np.zeros((25, 4))} | lie
    content |= {f"person_4/feet/{name}": array for name, array in feet.items()}
    with saved.open("wb") as file:
        np.savez(file, **content)
    with pytest.raises(MocapError) as caught:
        load_take(saved)
    assert caught.value.code == "take_unreadable"


def test_takes_from_before_corrections_can_be_read(saved: Path) -> None:
    rewrite_header(saved, people=[{"track_id": 1}, {"track_id": 4}], cleaning={"smooth_body": 0.2, "gone": 1})
    take = load_take(saved)
    assert take.people[0].contacts is None
    assert take.cleaning == CleanSettings(smooth_body=0.2)


def test_take_without_people_comes_back(tmp_path: Path) -> None:
    save_take(make_take(), tmp_path / "empty.take.npz")
    assert load_take(tmp_path / "empty.take.npz").people == ()


def test_numpy_and_json_alone_can_read_it(saved: Path) -> None:
    with np.load(saved, allow_pickle=False) as arrays:
        header = json.loads(str(arrays["header"]))
        joints = arrays["person_4/pose/joints"]
    assert header["video"]["path"] == "/clips/Übung 1.mp4"
    assert joints.shape == (22, 17, 3)


def rewrite_header(path: Path, **changes: object) -> None:
    with np.load(path) as arrays:
        content = dict(arrays)
    header = json.loads(str(content["header"])) | changes
    content["header"] = np.array(json.dumps(header))
    with path.open("wb") as file:
        np.savez(file, **content)


def test_facts_added_later_are_ignored(saved: Path) -> None:
    rewrite_header(saved, mood="cheerful")
    assert len(load_take(saved).people) == 2


def test_newer_version_asks_for_an_update(saved: Path) -> None:
    rewrite_header(saved, version=files.VERSION + 1)
    with pytest.raises(MocapError, match="newer version") as caught:
        load_take(saved)
    assert caught.value.code == "take_newer"


def spoil_truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil_text(path: Path) -> None:
    path.write_text("dear diary", encoding="utf-8")


def spoil_empty(path: Path) -> None:
    path.write_bytes(b"")


def spoil_other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("hello.txt", "hello")


def spoil_other_npz(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, positions=np.zeros(3))


def spoil_format(path: Path) -> None:
    rewrite_header(path, format="something else")


def spoil_pickle(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, header=np.array({"format": files.FORMAT}, dtype=object))


def spoil_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    path.write_bytes(content)


SPOILERS = [
    spoil_truncate, spoil_text, spoil_empty, spoil_other_zip, spoil_other_npz, spoil_format, spoil_pickle, spoil_middle,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILERS)
def test_what_is_no_take_is_refused_in_words(saved: Path, spoil) -> None:
    spoil(saved)
    with pytest.raises(MocapError) as caught:
        load_take(saved)
    assert caught.value.code == "take_unreadable"
    assert saved.name in caught.value.text


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.take.npz", tmp_path):
        with pytest.raises(MocapError) as caught:
            load_take(path)
        assert caught.value.code == "take_missing"


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "disk_full"), (errno.EROFS, "folder_read_only"), (errno.EIO, "take_not_saved")],
)
def test_failed_save_leaves_the_old_take_and_no_litter(saved: Path, monkeypatch, number: int, code: str) -> None:
    before = saved.read_bytes()

    def fail_after_writing(_file: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(whole_file.os, "fsync", fail_after_writing)
    with pytest.raises(MocapError) as caught:
        save_take(make_take(2), saved)
    assert caught.value.code == code
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_replacing_a_take_leaves_one_file(saved: Path) -> None:
    save_take(make_take(7), saved)
    assert [person.track_id for person in load_take(saved).people] == [7]
    assert list(saved.parent.iterdir()) == [saved]


def test_missing_folder_is_found_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(MocapError) as caught:
        check_saving(tmp_path / "gone" / "walk.take.npz")
    assert caught.value.code == "folder_missing"


def test_folder_in_place_of_the_take_is_found_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(MocapError) as caught:
        check_saving(tmp_path)
    assert caught.value.code == "take_not_saved"


def test_read_only_folder_is_found_before_the_work(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write to read-only folders")
        with pytest.raises(MocapError) as caught:
            check_saving(tmp_path / "walk.take.npz")
        assert caught.value.code == "folder_read_only"
    finally:
        tmp_path.chmod(0o700)


def test_checking_leaves_nothing_behind(tmp_path: Path) -> None:
    check_saving(tmp_path / "walk.take.npz")
    assert list(tmp_path.iterdir()) == []


def test_an_array_whose_header_does_not_end_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.take.npz"
    save_take(make_take(1), path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["times.npy"] = members["times.npy"].replace(b"}", b"(", 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(MocapError) as caught:
        load_take(path)
    assert caught.value.code == "take_unreadable"
