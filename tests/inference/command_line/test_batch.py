"""Many videos: what is there is kept, a failure stops nothing, and a table says what became of each."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import stand_in_worker

from gast_mocap.inference.__main__ import main
from gast_mocap.inference.command_line.board import Board
from gast_mocap.inference.command_line.options import Batch, Check, parse
from gast_mocap.inference.protocol import process
from gast_mocap.inference.protocol.messages import Progress
from gast_mocap.take.files import load_take

ROOT = Path(__file__).parents[3]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the stand-in for the worker writes what it does."""
    path = tmp_path / "log.txt"
    monkeypatch.setenv("GAST_MOCAP_STAND_IN_LOG", str(path))
    monkeypatch.setattr(process, "worker_command", lambda: stand_in_worker.COMMAND)
    return path


def videos(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).write_bytes(b"")
    return [str(folder / name) for name in names]


def started(log: Path) -> Counter[str]:
    return Counter(line.split()[1] for line in log.read_text().splitlines() if line.startswith("start"))


class TestWords:
    def test_every_video_is_a_job_with_the_same_settings(self, tmp_path: Path) -> None:
        words = [*videos(tmp_path, "a.mp4", "b.mov"), "--out-dir", str(tmp_path / "takes"), "--quality", "best"]
        batch = parse([*words, "--jobs", "3"])
        assert isinstance(batch, Batch)
        assert (batch.at_once, batch.scheduler) == (3, None)
        assert [(job.video.name, job.output, job.quality) for job in batch.jobs] == [
            ("a.mp4", tmp_path / "takes" / "a.take.npz", "best"),
            ("b.mov", tmp_path / "takes" / "b.take.npz", "best"),
        ]

    def test_wildcards_that_the_shell_left_alone_are_filled_in(self, tmp_path: Path) -> None:
        videos(tmp_path, "b.mp4", "a.mp4", "c.txt", "[x].mp4")
        batch = parse([str(tmp_path / "?.mp4"), str(tmp_path / "[x].mp4"), "--out-dir", str(tmp_path)])
        assert [job.video.name for job in batch.jobs] == ["a.mp4", "b.mp4", "[x].mp4"]

    def test_a_video_named_twice_is_done_once(self, tmp_path: Path) -> None:
        (video,) = videos(tmp_path, "a.mp4")
        assert len(parse([video, video, "--out-dir", str(tmp_path)]).jobs) == 1

    def test_no_address_is_a_cluster_of_ones_own(self, tmp_path: Path) -> None:
        assert parse(["--out-dir", "o", "--scheduler", "tcp://h:8786", "--", "a.mp4"]).scheduler == "tcp://h:8786"
        assert parse(["a.mp4", "--out-dir", "o", "--scheduler"]).scheduler == ""

    def test_the_check_is_for_the_folder_of_the_takes(self, tmp_path: Path) -> None:
        assert parse(["--check", "--out-dir", str(tmp_path)]) == Check(tmp_path)
        assert parse(["--check"]) == Check(Path.cwd())

    @pytest.mark.parametrize(
        "words",
        [
            "--out-dir o", "a.mp4 --out-dir o -o t.take.npz", "a.mp4 --out-dir o --preview p.mp4",
            "--input a.mp4 --out-dir o", "a/x.mp4 b/x.mp4 --out-dir o", "x.mp4 x.mov --out-dir o",
            "a.mp4 --out-dir o --jobs 0", "a.mp4 --out-dir o --jobs two", "a.mp4 -o t.take.npz --jobs 2",
            "a.mp4 b.mp4 -o t.take.npz", "a.mp4 -o t.take.npz --scheduler",
        ],
    )  # fmt: skip
    def test_words_that_contradict_each_other_are_usage_errors(self, words: str) -> None:
        with pytest.raises(SystemExit) as caught:
            parse(words.split())
        assert caught.value.code == 2


def test_a_failure_does_not_stop_the_others_and_the_table_names_it(log: Path, tmp_path: Path, capsys) -> None:
    words = videos(tmp_path, "a.mp4", "bad.mp4", "c.mp4", "dies.mp4")
    assert main([*words, "--out-dir", str(tmp_path / "new" / "takes"), "--jobs", "2"]) == 1
    assert {path.name for path in (tmp_path / "new" / "takes").iterdir()} == {"a.take.npz", "c.take.npz"}
    head, *rows, total = capsys.readouterr().out.splitlines()
    assert head.split() == ["video", "who", "seconds"]
    assert [row.split()[:3] for row in rows] == [
        ["a.mp4", "made", "1"], ["bad.mp4", "FAILED", "0"], ["c.mp4", "made", "1"], ["dies.mp4", "FAILED", "0"],
    ]  # fmt: skip
    assert "bad.mp4 holds no video. Choose another file." in rows[1]
    assert "ended unexpectedly" in rows[3]
    assert total == "2 made, 2 FAILED"


def test_the_same_command_again_does_what_is_missing_only(log: Path, tmp_path: Path, capsys) -> None:
    words = [*videos(tmp_path, "a.mp4", "b.mp4"), "--out-dir", str(tmp_path / "takes")]
    assert main(words[:1] + words[2:]) == 0
    before = (tmp_path / "takes" / "a.take.npz").stat().st_mtime_ns
    assert main(words) == 0
    assert (tmp_path / "takes" / "a.take.npz").stat().st_mtime_ns == before
    assert started(log) == {"a.mp4": 1, "b.mp4": 1}
    assert capsys.readouterr().out.splitlines()[-1] == "1 made, 1 kept"


def test_a_take_of_another_video_and_a_file_that_is_no_take_are_left_alone(log: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "other").mkdir()
    takes = tmp_path / "takes"
    assert main([*videos(tmp_path / "other", "a.mp4"), "--out-dir", str(takes)]) == 0
    (takes / "b.take.npz").write_bytes(b"not a take")
    kept = {path: path.read_bytes() for path in takes.iterdir()}
    assert main([*videos(tmp_path, "a.mp4", "b.mp4"), "--out-dir", str(takes)]) == 1
    assert {path: path.read_bytes() for path in takes.iterdir()} == kept
    printed = capsys.readouterr().out
    assert "a.take.npz is the take of another video" in printed
    assert "b.take.npz is damaged or not a take" in printed


def test_a_take_that_had_to_be_saved_elsewhere_is_named_with_its_folder(log: Path, tmp_path: Path, capsys) -> None:
    assert main([*videos(tmp_path, "full.mp4"), "--out-dir", str(tmp_path / "takes")]) == 0
    assert str(tmp_path / "rescued.take.npz") in capsys.readouterr().out


def test_a_folder_that_cannot_be_made_is_told_with_what_helps(log: Path, tmp_path: Path, capsys) -> None:
    words = videos(tmp_path, "a.mp4", "b.mp4")
    assert main([*words, "--out-dir", str(tmp_path / "b.mp4" / "takes")]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[1].endswith("Choose another one.") and told[-1] == "2 FAILED"


def test_several_are_done_at_a_time(log: Path, tmp_path: Path) -> None:
    words = videos(tmp_path, *(f"{number}.mp4" for number in range(4)))
    assert main([*words, "--out-dir", str(tmp_path / "takes"), "--jobs", "4"]) == 0
    assert [line.split()[0] for line in log.read_text().splitlines()][:4] == ["start"] * 4


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no Ctrl-C to one process alone")
def test_ctrl_c_ends_it_with_a_table_and_the_next_run_goes_on(log: Path, tmp_path: Path) -> None:
    words = [*videos(tmp_path, *(f"{number}.mp4" for number in range(6))), "--out-dir", str(tmp_path / "takes")]
    code = (
        "import signal, sys; sys.path.insert(0, sys.argv.pop(1)); import stand_in_worker; "
        # Whoever runs the tests in the background has Ctrl-C ignored, and what they start inherits that.
        "signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from gast_mocap.inference.protocol import process; process.worker_command = lambda: stand_in_worker.COMMAND; "
        "from gast_mocap.inference.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent), *words]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (log.exists() and log.read_text().count("start") == 3) and time.monotonic() < deadline:
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    printed, told = run.communicate(timeout=60)
    assert run.returncode == 130, told
    assert "made" in printed and "Give the same command again to go on." in told
    assert "Traceback" not in told
    assert main(words) == 0
    assert len(list((tmp_path / "takes").glob("*.take.npz"))) == 6


def test_a_terminal_shows_a_bar_for_each_video_under_way(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    board = Board(3)
    board.show(Path("a.mp4"), Progress("watch", 50, 100, None))
    board.show(Path("b.mp4"), Progress("lift", 100, 100, None))
    capsys.readouterr()
    board.end(Path("a.mp4"), "made: a.take.npz")
    drawn = capsys.readouterr().err
    assert drawn.count("\x1b[F") == 2  # back over the two bars
    assert drawn.splitlines()[0].endswith("1/3  a.mp4  made: a.take.npz")
    assert drawn.splitlines()[1].startswith("b.mp4") and drawn.count("#") == 20


def test_real_clips_become_takes(videos: Path, tmp_path: Path) -> None:
    clips = [str(videos / name) for name in ("sports2d_demo.mp4", "rotated_90_metadata.mp4")]
    assert main([*clips, "--out-dir", str(tmp_path), "--jobs", "2", "--quality", "fast", "--end", "8"]) == 0
    assert all(load_take(path).people for path in tmp_path.glob("*.take.npz"))
    assert len(list(tmp_path.iterdir())) == 2
