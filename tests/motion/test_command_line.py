"""``python -m gast_mocap.motion``: bounds are the panel's, and nothing but the export is written."""

import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from walker import Camera, film, stand

from gast_mocap.motion.__main__ import main
from gast_mocap.take.files import load_take, save_take
from gast_mocap.take.settings import CleanSettings
from gast_mocap.take.skeletons import COCO17

posix = pytest.mark.skipif(sys.platform == "win32", reason="what Windows does not have")
NUMBERS = [control for control in fields(CleanSettings) if not isinstance(control.default, bool)]


@pytest.fixture
def take(tmp_path: Path) -> Path:
    path = tmp_path / "walk.take.npz"
    save_take(film([stand(np.arange(20) / 30)], Camera()), path)
    return path


def usage_error(*words: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["export", *words])
    assert left.value.code == 2


@pytest.mark.parametrize("control", NUMBERS, ids=lambda control: control.name)
def test_numbers_keep_to_the_bounds_of_the_panel(control, capsys: pytest.CaptureFixture[str]) -> None:
    flag = "--" + control.name.replace("_", "-")
    low, high = control.metadata["min"], control.metadata["max"]
    for word in (low - 0.01, high + 0.01, "nan", "inf", "-inf", "1e400", "wide", ""):
        usage_error("none.take.npz", f"{flag}={word}")
        assert flag in capsys.readouterr().err
    for word in (low, high):
        assert main(["export", "none.take.npz", f"{flag}={word}"]) == 1, "only the take is missing"


@pytest.mark.parametrize("word", ["-1", "0.5", "1e9", "nan", "inf", "fast"])
def test_rates_are_those_of_scenes(word: str) -> None:
    usage_error("none.take.npz", f"--fps={word}")


def test_the_bounds_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    usage_error("none.take.npz", "--body-height=0")
    assert "0.3 to 3 m" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    assert "0.3 to 3 m" in capsys.readouterr().out


@posix
def test_the_take_is_never_the_output(take: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, folder = take.read_bytes(), take.parent
    (folder / "link.npz").symlink_to(take)
    (folder / "hard.npz").hardlink_to(take)
    for name in ("walk.take.npz", "link.npz", "hard.npz", "../" + folder.name + "/walk.take.npz"):
        for read in ("walk.take.npz", "link.npz"):
            assert main(["export", str(folder / read), "--format", "npz", "-o", str(folder / name)]) == 1
            assert "is the take itself" in capsys.readouterr().err
    assert take.read_bytes() == before


def test_the_video_is_never_the_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    video, path = tmp_path / "walk.mp4", tmp_path / "walk.take.npz"
    video.write_bytes(b"a video")
    filmed = film([stand(np.arange(20) / 30)], Camera())
    save_take(replace(filmed, video=replace(filmed.video, path=video)), path)
    assert main(["export", str(path), "-o", str(video)]) == 1
    assert "is the video itself" in capsys.readouterr().err
    assert video.read_bytes() == b"a video"


@posix
def test_only_plain_files_are_written(take: Path) -> None:
    pipe = take.with_name("pipe.bvh")
    os.mkfifo(pipe)
    for output in (pipe, Path(os.devnull), take.parent):
        assert main(["export", str(take), "-o", str(output)]) == 1
    assert pipe.is_fifo()
    assert sorted(take.parent.iterdir()) == [pipe, take]


@posix
@pytest.mark.parametrize("name", [b"x" * 242 + b".take.npz", b"caf\xe9.take.npz", b"z" * 246 + b".take.npz"])
def test_takes_of_any_name_are_exported_beside_themselves(
    take: Path, name: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    named = take.rename(take.with_name(os.fsdecode(name)))
    assert main(["export", str(named)]) == 0
    (written,) = (path for path in take.parent.iterdir() if path != named)
    assert written.suffix == ".bvh"
    assert ".person1" in written.name
    capsys.readouterr().out.encode()


@posix
def test_names_and_folders_that_cannot_be_are_told(take: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loop = take.with_name("loop")
    loop.symlink_to(loop)
    for output in (loop, loop / "walk.bvh", take / "walk.bvh", take.with_name("y" * 300), take.with_name("\ud800")):
        assert main(["export", str(take), "-o", str(output)]) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert sorted(take.parent.iterdir()) == [loop, take]


@pytest.mark.parametrize("person", ["2", "0", "-5", "9" * 400])
def test_a_person_who_is_not_there_is_told_whatever_the_number(person: str, take: Path, capsys) -> None:
    """The last one makes a name that is too long even without the take's."""
    assert main(["export", str(take), "--person", person]) == 1
    assert capsys.readouterr().err == f"The take has no person {person}. Choose one from the list of people.\n"
    assert list(take.parent.iterdir()) == [take]


def test_an_export_leaves_the_take_as_it_was(take: Path) -> None:
    before = load_take(take).video.times
    assert main(["export", str(take), "--person", "1", "--format", "csv", "--fps", "0"]) == 0
    assert np.array_equal(load_take(take).video.times, before)


@pytest.mark.parametrize("name", ["", ".", "..", "/"])
def test_a_folder_is_no_take(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", name]) == 1
    assert capsys.readouterr().err.startswith("There is no take")


def test_names_that_the_console_cannot_spell_are_escaped(take: Path) -> None:
    """Windows pipes are cp1252, whatever the names are."""
    named = take.rename(take.with_name("\u8d70.take.npz"))
    command = [sys.executable, "-m", "gast_mocap.motion", "export", str(named), "--format", "csv"]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u8d70.person1.csv" in done.stdout


def test_people_are_mended_and_the_edits_taken_back(take: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no network is needed: deleting and its undoing keep every pose."""
    save_take(film([stand(np.arange(20) / 30), stand(np.arange(20) / 30)], Camera()), take)
    assert main(["delete", "2", str(take)]) == 0
    assert "edit 1: Delete person 2" in capsys.readouterr().out
    assert [person.track_id for person in load_take(take).people] == [1]
    assert main(["undo", str(take)]) == 0
    assert [person.track_id for person in load_take(take).people] == [1, 2]
    assert main(["join", "1", "2", str(take)]) == 1
    assert "at once" in capsys.readouterr().err
    assert main(["people", str(take)]) == 0
    assert "Person 2 (2): 0.7 s on screen" in capsys.readouterr().out


def test_doubtful_frames_are_listed_and_a_keypoint_that_cannot_be_is_refused(
    take: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watched = film([stand(np.arange(40) / 30)], Camera())
    watched.people[0].keypoints.points[20, COCO17.index("left_wrist")] += 300
    save_take(watched, take)
    assert main(["worth-a-look", str(take)]) == 0
    assert capsys.readouterr().out == "Person 1 (1), frame 20: left wrist leaps\n"
    for wrong, told in (
        (["tail", "1", "2", "3"], "'tail' is no joint"),
        (["nose", "1", "2", "-1"], "-1 is not from 0"),
    ):
        with pytest.raises(SystemExit):
            main(["move", "1", "20", *wrong, str(take)])
        assert told in capsys.readouterr().err
    assert main(["move", "1", "99", "nose", "1", "2", "3", str(take)]) == 1
    assert "not seen from frame 99" in capsys.readouterr().err
