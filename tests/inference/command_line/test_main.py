"""The command line: exit codes and what it prints."""

from pathlib import Path

import pytest

from gast_mocap.inference.__main__ import main
from gast_mocap.inference.bar import Bar
from gast_mocap.inference.choice import OwnNetworks, PreviewView
from gast_mocap.inference.command_line.board import Board
from gast_mocap.inference.command_line.options import parse
from gast_mocap.inference.protocol.job import Job
from gast_mocap.inference.protocol.messages import Progress
from gast_mocap.take.files import load_take


def test_every_option_reaches_the_job() -> None:
    words = "v.mp4 -o o.take.npz --preview p.mp4 --start 3 --end 9 --quality best --low-memory"
    assert parse(words.split()) == Job(Path("v.mp4"), Path("o.take.npz"), Path("p.mp4"), 3, 9, "best", True)


def test_defaults_are_the_jobs_own() -> None:
    assert parse(["v.mp4", "-o", "o.take.npz"]) == Job(Path("v.mp4"), Path("o.take.npz"))


def test_the_published_words_make_a_take_beside_the_result() -> None:
    job = parse(["--input", "v.mp4", "--savepath", "out/result.mp4", "--lowmemory"])
    assert job == Job(
        Path("v.mp4"),
        Path("out/result.take.npz"),
        Path("out/result.mp4"),
        low_memory=True,
        preview_view=PreviewView.PUBLISHED,
    )
    assert parse(["--input", "v.mp4", "--savepath", "r.mp4", "-o", "t.take.npz"]).output == Path("t.take.npz")


@pytest.mark.parametrize(
    "words",
    [
        "v.mp4 --input w.mp4 -o t.take.npz", "-o t.take.npz", "v.mp4", "v.mp4 --savepath r.mp4 --preview p.mp4",
        "v.mp4 --savepath .", "v.mp4 --savepath /", "v.mp4 --savepath=",
        "v.mp4 -o t.take.npz --detector d.onnx --detector-score 1.5",
        "v.mp4 -o t.take.npz --detector d.onnx --detector-overlap nan",
    ],
)  # fmt: skip
def test_words_that_contradict_each_other_are_usage_errors(words: str) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(words.split())
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("words", "needed"),
    [("--detector-score 0.4", "detector"), ("--detector-overlap 0.4", "detector"), ("--refinement quarter", "pose"),
     ("--causal --pose h.onnx", "lifter")],
)  # fmt: skip
def test_options_that_would_do_nothing_are_usage_errors(words: str, needed: str, capsys) -> None:
    with pytest.raises(SystemExit):
        parse(["v.mp4", "-o", "t.take.npz", *words.split()])
    assert f"add --{needed} FILE" in capsys.readouterr().err


def test_files_of_ones_own_reach_the_job() -> None:
    words = "v.mp4 -o o.take.npz --detector y.cfg --pose h.onnx --lifter g.onnx --detector-score 0.4 --causal"
    own = OwnNetworks(Path("y.cfg"), Path("h.onnx"), Path("g.onnx"), detector_score=0.4, causal=True)
    assert parse(words.split()) == Job(Path("v.mp4"), Path("o.take.npz"), own=own)


def test_an_unknown_quality_is_a_usage_error(capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(["v.mp4", "-o", "o.take.npz", "--quality", "superb"])
    assert caught.value.code == 2
    assert "balanced" in capsys.readouterr().err


def test_a_run_saves_the_take_and_sums_up(videos: Path, tmp_path: Path, capsys) -> None:
    output = tmp_path / "прыжок 1.take.npz"
    words = [str(videos / "sports2d_demo.mp4"), "-o", str(output), "--end", "12", "--quality", "fast"]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert len(load_take(output).people) == 1
    for expected in ("sports2d_demo.mp4", "1768 x 994", "прыжок 1.take.npz", "confidence", "watch", "total"):
        assert expected in printed
    work = {line.split()[0]: float(line.split()[-1]) for line in printed.partition("work ")[2].splitlines()[1:]}
    assert work.keys() == {"decode", "detector", "2D", "feet", "lifter"}
    assert min(work.values()) > 0


def test_a_trouble_is_exit_code_one_and_a_sentence(tmp_path: Path, capsys) -> None:
    assert main([str(tmp_path / "none.mp4"), "-o", str(tmp_path / "o.take.npz")]) == 1
    assert "none.mp4" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "error", [MemoryError(), ImportError("libSvtAv1Enc.so.4: failed to map segment from shared object")]
)
def test_a_lack_of_memory_as_libraries_are_loaded_is_a_sentence(error: Exception, monkeypatch, capsys) -> None:
    def load() -> None:
        raise error

    monkeypatch.setattr("gast_mocap.inference.__main__.reserve_for_matrices", load)
    assert main(["v.mp4", "-o", "o.take.npz"]) == 1
    assert capsys.readouterr().err == "The computer ran out of memory. Close other programs or use --low-memory.\n"


def test_the_bar_fills_and_tells_the_time_left(capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    bar = Bar()
    bar.show(Progress("watch", 50, 100, 83.0))
    printed = capsys.readouterr().err
    assert printed.count("#") * 2 == len(printed.split("[")[1].split("]")[0])
    assert "1:23 left" in printed
    assert "50/100 1/s" in printed  # 50 in 83 s


@pytest.mark.parametrize("columns", [80, 40])
def test_a_bar_never_wraps(columns: int, capsys, monkeypatch) -> None:
    """What wraps is not drawn over: each step would leave a line."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(columns))
    Bar().show(Progress("watch", 17999, 18000, 83.0))
    assert len(capsys.readouterr().err.removeprefix("\r")) < columns
    Board(1).show(Path("a long name of a video, as cameras do not give them.mp4"), Progress("watch", 1, 2, None))
    assert len(capsys.readouterr().err.rstrip("\n")) < columns


def test_away_from_a_terminal_a_stage_is_one_line(capsys) -> None:
    bar = Bar()
    for done in range(101):
        bar.show(Progress("watch", done, 100, None))
    assert len(capsys.readouterr().err.splitlines()) == 1
