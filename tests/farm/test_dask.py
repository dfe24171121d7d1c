"""A Dask scheduler and two workers on loopback, one of them killed in the middle: every video is done, none twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gast_mocap.inference.__main__ import main
from gast_mocap.take.files import load_take

pytest.importorskip("distributed", reason="it needs Dask: build.py check runs it in an environment that has it")

ROOT = Path(__file__).parents[2]
STAND_INS = ROOT / "tests" / "inference" / "command_line"
PRELOAD = """
import stand_in_worker
from gast_mocap.inference.protocol import process
process.worker_command = lambda: stand_in_worker.COMMAND
"""
VIDEOS = 8


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


class Farm(NamedTuple):
    address: str
    scheduler: subprocess.Popen
    workers: list[subprocess.Popen]


@pytest.fixture
def farm(tmp_path: Path, log: Path) -> Iterator[Farm]:
    """A scheduler with two workers, which do one video at a time with a stand-in for the worker."""
    (tmp_path / "preload.py").write_text(PRELOAD)
    environment = os.environ | {"PYTHONPATH": str(STAND_INS), "GAST_MOCAP_STAND_IN_LOG": str(log)}
    started: list[subprocess.Popen] = []

    def start(*words: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))
        return started[-1]

    scheduler = start(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(tmp_path / "scheduler.json")
    )
    address = address_in(tmp_path / "scheduler.json")
    alone = ("--nthreads", "1", "--no-nanny", "--preload", str(tmp_path / "preload.py"))
    workers = [start("worker", address, *alone) for _ in range(2)]
    yield Farm(address, scheduler, workers)
    for process in reversed(started):
        process.kill()
        process.wait()


def address_in(file: Path) -> str:
    import json

    until(lambda: file.exists() and file.read_text().strip(), "the scheduler did not start")
    return json.loads(file.read_text())["address"]


def until(reached, otherwise: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


def lines(log: Path, word: str) -> list[list[str]]:
    """Video and Dask worker of each line of ``word``."""
    if not log.exists():
        return []
    return [line.split()[1:] for line in log.read_text().splitlines() if line.startswith(word)]


def videos_in(folder: Path) -> list[Path]:
    """The first of them is done only once the worker that began it is dead."""
    paths = [folder / f"{name}.mp4" for name in ("stuck", *range(VIDEOS - 1))]
    for path in paths:
        path.write_bytes(b"")
    return paths


def hand_in(farm: Farm, videos: list[Path], takes: Path) -> subprocess.Popen:
    """The command that has them done."""
    command = [sys.executable, "-m", "gast_mocap.inference", *map(str, videos), "--out-dir", str(takes)]
    return subprocess.Popen(
        [*command, "--scheduler", farm.address], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_worker_that_is_killed_loses_nothing_and_nothing_is_done_twice(farm, log: Path, tmp_path: Path) -> None:
    videos = videos_in(tmp_path)
    client = hand_in(farm, videos, tmp_path / "takes")
    until(lambda: lines(log, "end") and "stuck.mp4" in dict(lines(log, "start")), "no video was done")
    first = int(dict(lines(log, "start"))["stuck.mp4"])
    victim, survivor = sorted(farm.workers, key=lambda worker: worker.pid != first)
    assert victim.pid == first
    os.kill(victim.pid, signal.SIGKILL)

    printed, _ = client.communicate(timeout=180)
    assert client.returncode == 0, printed
    done = Counter(video for video, _ in lines(log, "end"))
    assert done == {video.name: 1 for video in videos}
    assert all(len(load_take(tmp_path / "takes" / f"{video.stem}.take.npz").people) == 1 for video in videos)
    assert ["stuck.mp4", str(survivor.pid)] in lines(log, "end")  # what the victim was at was given to the other
    assert "FAILED" not in printed


def test_a_scheduler_that_dies_is_told_for_each_video_and_the_next_run_goes_on(farm, log: Path, tmp_path: Path) -> None:
    videos = videos_in(tmp_path)
    client = hand_in(farm, videos, tmp_path / "takes")
    until(lambda: lines(log, "end"), "no video was done")
    farm.scheduler.kill()

    printed, _ = client.communicate(timeout=180)
    assert client.returncode == 1, printed
    rows = {row.split()[0]: row for row in printed.splitlines()[1:-1]}
    assert rows.keys() == {video.name for video in videos}
    assert "lost. Start it, and give the same command again to go on." in rows["stuck.mp4"]
    assert all(load_take(path).people for path in (tmp_path / "takes").glob("*.take.npz"))


def test_a_worker_that_lacks_the_project_is_told_with_what_helps(tmp_path: Path, capsys) -> None:
    command = [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    address_file = tmp_path / "scheduler.json"
    scheduler = subprocess.Popen(
        [*command, "--scheduler-file", str(address_file)], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    try:
        words = ["a.mp4", "--out-dir", str(tmp_path), "--scheduler", address_in(address_file)]
        assert main(words) == 1
    finally:
        scheduler.kill()
        scheduler.wait()
    row = capsys.readouterr().out.splitlines()[1]
    assert row.startswith("a.mp4  FAILED") and "in the project's folder" in row


def test_without_an_address_workers_of_this_computer_do_it(videos: Path, tmp_path: Path, capsys) -> None:
    words = [str(videos / "two_people_portrait_60fps.mp4"), "--out-dir", str(tmp_path), "--quality", "fast"]
    assert main([*words, "--end", "8", "--scheduler"]) == 0
    assert load_take(tmp_path / "two_people_portrait_60fps.take.npz").people
    captured = capsys.readouterr()
    assert captured.out.splitlines()[-1] == "1 made"


def test_an_address_where_nobody_answers_is_told(tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    from gast_mocap.inference.command_line import farm

    monkeypatch.setattr(farm, "SECONDS_TO_CONNECT", 1)
    words = ["a.mp4", "--out-dir", str(tmp_path), "--scheduler", "tcp://127.0.0.1:9"]
    assert main(words) == 1
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
