"""The parent's side against stand-in workers and against the real one."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from gast_mocap.inference import worker as worker_module
from gast_mocap.inference.protocol import process as process_module
from gast_mocap.inference.protocol.job import Job
from gast_mocap.inference.protocol.messages import (
    Cancelled,
    Failed,
    Finished,
    Message,
    Notice,
    Progress,
    Started,
    from_line,
)
from gast_mocap.inference.protocol.process import MocapProcess, worker_command

JOB = Job(Path("clip.mp4"), Path("clip.take.npz"))
PATIENCE = 60.0


def stand_in(code: str) -> MocapProcess:
    """A process whose worker is a few lines of Python."""
    return MocapProcess([sys.executable, "-u", "-c", textwrap.dedent(code)])


def poll_until(process: MocapProcess, kind: type[Message]) -> list[Message]:
    """All messages up to and with the first of ``kind``, or up to the closing one."""
    messages: list[Message] = []
    deadline = time.monotonic() + PATIENCE
    while process.is_running and not any(isinstance(message, kind) for message in messages):
        assert time.monotonic() < deadline, f"no {kind.__name__} within {PATIENCE} s, only {messages}"
        messages += process.poll()
        time.sleep(0.01)
    return messages


def finish(process: MocapProcess) -> list[Message]:
    messages: list[Message] = []
    while process.is_running:
        messages += poll_until(process, Failed)
    return messages


def make_video(path: Path, frames: int) -> Path:
    """A video without people: a grey square that moves over noise."""
    rng = np.random.default_rng(0)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 30.0, (160, 120))
    for frame in range(frames):
        picture = rng.integers(0, 60, (120, 160, 3), dtype=np.uint8)
        picture[40:60, frame % 140 : frame % 140 + 20] = 200
        writer.write(picture)
    writer.release()
    return path


def is_alive(pid: int) -> bool:
    """False for a zombie too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition: Callable[[], bool], trouble: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, trouble
        time.sleep(0.02)


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


class TestStandIns:
    def test_messages_arrive_in_order_and_the_closing_one_ends_it(self) -> None:
        process = stand_in("""
            print('{"type": "started", "version": "x"}')
            print('{"type": "notice", "text": "\\\\u00fcbung"}')
            print('{"type": "finished", "take": "a"}')
            print('{"type": "notice", "text": "never heard"}')
        """)
        process.start(JOB)
        assert finish(process) == [Started("x"), Notice("übung"), Finished("a")]
        assert not process.is_running
        assert process.poll() == []

    def test_the_worker_gets_the_job(self) -> None:
        process = stand_in("""
            import json
            print(json.dumps({"type": "finished", "take": json.loads(input())["video"]}))
        """)
        process.start(Job(Path("Übung кириллица.mp4"), Path("o.take.npz")))
        assert finish(process) == [Finished("Übung кириллица.mp4")]

    def test_a_silent_death_is_told_with_the_end_of_stderr(self) -> None:
        process = stand_in("""
            import sys
            for i in range(1000): print("line", i, file=sys.stderr)
            sys.exit(7)
        """)
        process.start(JOB)
        (failed,) = finish(process)
        assert isinstance(failed, Failed)
        assert failed.code == "process_died"
        assert failed.detail.startswith("exit code 7")
        assert failed.detail.endswith("line 999")
        assert "line 900" not in failed.detail

    def test_lines_that_are_no_messages_are_kept_for_the_report(self) -> None:
        process = stand_in("print('Segmentation fault in ffmpeg')")
        process.start(JOB)
        (failed,) = finish(process)
        assert isinstance(failed, Failed)
        assert "Segmentation fault in ffmpeg" in failed.detail

    def test_poll_does_not_wait(self) -> None:
        process = stand_in("input(); input()")
        process.start(JOB)
        assert process.poll() == []
        assert process.is_running
        process.cancel()
        assert finish(process) == [Cancelled()]

    @pytest.mark.skipif(os.name != "posix", reason="signals")
    @pytest.mark.parametrize("ignored", ["", "SIGTERM"])
    def test_a_worker_deaf_to_cancel_is_stopped(self, monkeypatch, ignored: str) -> None:
        monkeypatch.setattr(process_module, "TERMINATE_AFTER", 0.2)
        monkeypatch.setattr(process_module, "KILL_AFTER", 0.6)
        process = stand_in(f"""
            import signal, time
            if {ignored!r}: signal.signal(signal.{ignored or "SIGTERM"}, signal.SIG_IGN)
            print('{{"type": "started", "version": "x"}}')
            time.sleep(600)
        """)
        process.start(JOB)
        poll_until(process, Started)
        process.cancel()
        assert finish(process) == [Cancelled()]

    @needs_proc
    def test_a_cancel_that_comes_after_the_workers_end_sends_no_signal(self) -> None:
        """Python ignores the signal of a broken pipe. Blender does not: it would end, with all that was not saved."""
        received: list[int] = []
        before = signal.signal(signal.SIGPIPE, lambda number, _frame: received.append(number))
        try:
            process = stand_in("input()")
            process.start(JOB)
            wait_for(lambda: not is_alive(process.pid or 0), "the worker stays")
            process.cancel()
            assert finish(process) == [Cancelled()]
        finally:
            signal.signal(signal.SIGPIPE, before)
        assert received == []
        assert signal.SIGPIPE not in signal.sigpending() | signal.pthread_sigmask(signal.SIG_BLOCK, ())

    @needs_proc
    def test_a_worker_leaves_no_zombie(self) -> None:
        process = stand_in("""
            import json, time
            input(); input()
            print('{"type": "cancelled"}', flush=True)
            time.sleep(0.3)
        """)
        process.start(JOB)
        process.cancel()
        assert finish(process) == [Cancelled()]
        assert process.pid
        wait_for(lambda: not Path(f"/proc/{process.pid}").exists(), "the worker is a zombie")

    @pytest.mark.skipif(os.name != "posix", reason="signals")
    def test_a_worker_that_stays_after_its_last_word_is_stopped(self, monkeypatch) -> None:
        monkeypatch.setattr(process_module, "KILL_AFTER", 0.2)
        process = stand_in("""
            import time
            print('{"type": "finished", "take": "a"}', flush=True)
            time.sleep(600)
        """)
        process.start(JOB)
        assert finish(process) == [Finished("a")]
        wait_for(lambda: not is_alive(process.pid or 0), "the worker stays")

    @needs_proc
    @pytest.mark.parametrize("heeds", [True, False])
    def test_an_abandoned_worker_ends_though_nobody_polls(self, monkeypatch, heeds: bool) -> None:
        monkeypatch.setattr(process_module, "KILL_AFTER", 0.5)
        process = stand_in(f"""
            import time
            print('{{"type": "started", "version": "x"}}')
            input(), {"input()" if heeds else "time.sleep(600)"}
        """)
        process.start(JOB)
        poll_until(process, Started)
        process.abandon()
        process.abandon()
        assert not process.is_running
        assert process.poll() == []
        wait_for(lambda: not Path(f"/proc/{process.pid}").exists(), "the worker lives on, or is a zombie")

    def test_a_worker_whose_pipes_live_on_in_another_process_has_ended(self, monkeypatch) -> None:
        monkeypatch.setattr(process_module, "PIPE_PATIENCE", 0.2)
        process = stand_in("""
            import subprocess, sys
            heir = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3)"])
            print("heir", heir.pid)
            sys.exit(7)
        """)
        process.start(JOB)
        started = time.monotonic()
        (failed,) = finish(process)
        assert isinstance(failed, Failed)
        assert failed.detail.startswith("exit code 7")
        assert time.monotonic() - started < 3, "it waited for the heir"

    def test_a_worker_that_dies_after_the_take_was_saved_has_finished(self, tmp_path: Path) -> None:
        job = Job(tmp_path / "v.mp4", tmp_path / "o.take.npz", tmp_path / "p.mp4")
        job.output.write_bytes(b"an older take")
        for save in ("", f"whole.write_bytes(b'a take'); whole.replace({str(job.output)!r})"):
            process = stand_in(f"""
                import os
                from pathlib import Path
                whole = Path({str(tmp_path / "whole")!r})
                {save}
                os._exit(1)
            """)
            process.start(job)
            messages = finish(process)
            assert isinstance(messages[-1], Finished if save else Failed)
        assert isinstance(messages[0], Notice)

    def test_what_a_killed_worker_leaves_is_removed(self, tmp_path: Path) -> None:
        job = Job(tmp_path / "v.mp4", tmp_path / "o.take.npz", tmp_path / "p.mp4")
        other = tmp_path / ".o.take.1.abcdef.part.npz"
        other.touch()
        process = stand_in(f"""
            import os
            from pathlib import Path
            from gast_mocap.take.whole_file import whole_file
            for name in ("o.take.npz", "p.mp4"):
                whole_file(Path({str(tmp_path)!r}) / name).__enter__().write_bytes(b"half")
            os._exit(1)
        """)
        process.start(job)
        assert isinstance(finish(process)[-1], Failed)
        wait_for(lambda: list(tmp_path.iterdir()) == [other], "parts are left")

    @pytest.mark.parametrize(
        "line",
        [
            """'{"type": ' + "[" * 100_000""",
            """'{"type": "progress", "stage": "watch", "done": "3", "total": 4, "seconds_left": null}'""",
            """'{"type": "finished", "take": 3}'""",
            """'{"type": "failed"}'""",
            """'{"type": ["finished"], "take": "a"}'""",
            """"x" * 3_000_000""",
        ],
    )
    def test_no_line_stops_the_reader(self, line: str) -> None:
        process = stand_in(f"""
            print({line})
            print('{{"type": "finished", "take": "a"}}')
        """)
        process.start(JOB)
        assert finish(process) == [Finished("a")]

    def test_a_flood_of_stderr_does_not_block_the_worker(self) -> None:
        process = stand_in("""
            import sys
            sys.stderr.write("x" * 1_000_000)
            print('{"type": "finished", "take": "a"}')
        """)
        process.start(JOB)
        assert finish(process) == [Finished("a")]


@pytest.fixture(scope="module")
def long_video(tmp_path_factory) -> Path:
    return make_video(tmp_path_factory.mktemp("video") / "long.mp4", 2000)


class TestRealWorker:
    @pytest.fixture
    def job(self, long_video: Path, tmp_path: Path) -> Job:
        """A job that lasts for a minute, in a folder with an awkward name."""
        folder = tmp_path / "Über Straße кино"
        folder.mkdir()
        return Job(shutil.copy(long_video, folder / "ролик 1.mp4"), folder / "дубль 1.take.npz", quality="best")

    def test_a_trouble_is_told_as_it_was_raised(self, tmp_path: Path) -> None:
        process = MocapProcess()
        process.start(Job(tmp_path / "gibt es nicht ü.mp4", tmp_path / "o.take.npz"))
        started, *_, failed = finish(process)
        assert isinstance(started, Started)
        assert isinstance(failed, Failed)
        assert failed.code == "video_missing"
        assert "gibt es nicht ü.mp4" in failed.text

    def test_nobody_in_the_video_is_a_failure(self, tmp_path: Path) -> None:
        process = MocapProcess()
        process.start(Job(make_video(tmp_path / "leer.mp4", 12), tmp_path / "o.take.npz", quality="fast"))
        messages = finish(process)
        assert isinstance(messages[-1], Failed)
        assert messages[-1].code == "no_person"
        assert not (tmp_path / "o.take.npz").exists()

    def test_cancel_leaves_no_take_and_an_old_one_alone(self, job: Job) -> None:
        job.output.write_bytes(b"an older take")
        process = MocapProcess()
        process.start(job)
        poll_until(process, Progress)
        process.cancel()
        assert finish(process)[-1] == Cancelled()
        assert job.output.read_bytes() == b"an older take"
        assert sorted(path.name for path in job.output.parent.iterdir()) == [
            "дубль 1.take.npz",
            "ролик 1.mp4",
        ]

    @pytest.mark.skipif(os.name != "posix", reason="signals")
    def test_a_killed_worker_is_a_failure(self, job: Job) -> None:
        process = MocapProcess()
        process.start(job)
        poll_until(process, Progress)
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        failed = finish(process)[-1]
        assert isinstance(failed, Failed)
        assert failed.code == "process_died"
        assert not job.output.exists()

    @needs_proc
    def test_a_killed_parent_leaves_no_orphan(self, job: Job) -> None:
        code = textwrap.dedent("""
            import sys, time
            from gast_mocap.inference.protocol.job import Job
            from gast_mocap.inference.protocol.messages import Progress
            from gast_mocap.inference.protocol.process import MocapProcess
            process = MocapProcess()
            process.start(Job.from_json(sys.argv[1]))
            while not any(isinstance(message, Progress) for message in process.poll()):
                time.sleep(0.01)
            print(process.pid, flush=True)
            time.sleep(600)
        """)
        command = [sys.executable, "-c", code, job.to_json()]
        root = Path(__file__).parents[3]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as parent:
            assert parent.stdout
            worker = int(parent.stdout.readline())
            assert is_alive(worker)
            parent.kill()
        deadline = time.monotonic() + PATIENCE
        while is_alive(worker):
            assert time.monotonic() < deadline, "the worker outlives its parent"
            time.sleep(0.05)
        assert not job.output.exists()

    @needs_proc
    def test_a_killed_parent_leaves_no_orphan_when_another_process_holds_the_pipes(self, job: Job) -> None:
        """The heir keeps the worker's pipes open, which would otherwise tell of the parent's death."""
        code = textwrap.dedent("""
            import os, subprocess, sys
            from gast_mocap.inference.protocol.job import Job
            from gast_mocap.inference.protocol.process import MocapProcess
            process = MocapProcess()
            process.start(Job.from_json(sys.argv[1]))
            worker = process._process
            pipes = [pipe.fileno() for pipe in (worker.stdin, worker.stdout, worker.stderr)]
            heir = subprocess.Popen(
                [sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=pipes, stdout=subprocess.DEVNULL
            )
            print(process.pid, heir.pid, flush=True)
            os.kill(os.getpid(), 9)
        """)
        root = Path(__file__).parents[3]
        done = subprocess.run([sys.executable, "-c", code, job.to_json()], stdout=subprocess.PIPE, text=True, cwd=root)
        worker, heir = map(int, done.stdout.split())
        try:
            assert is_alive(heir)
            wait_for(lambda: not is_alive(worker), "the worker outlives its parent")
        finally:
            os.kill(heir, signal.SIGKILL)
        assert not job.output.exists()

    def test_work_that_stands_still_is_ended_and_told(self, tmp_path: Path) -> None:
        code = """
            import os, time
            from gast_mocap.inference import worker
            worker.LONGEST_SILENCE = 1
            worker.do = lambda *_: time.sleep(600)
            worker.main(str(os.getppid()))
        """
        process = stand_in(code)
        process.start(Job(tmp_path / "v.mp4", tmp_path / "o.take.npz"))
        failed = finish(process)[-1]
        assert isinstance(failed, Failed)
        assert failed.code == "stalled"

    def test_a_librarys_print_does_not_reach_the_protocol(self) -> None:
        code = """
            import os
            from gast_mocap.inference import worker
            from gast_mocap.inference.protocol.messages import Notice
            send = worker.claim_stdout()
            print('{"type": "finished", "take": "from print"}', flush=True)
            os.write(1, b'{"type": "finished", "take": "from C"}\\n')
            send(Notice("still clear"))
        """
        process = MocapProcess([sys.executable, "-c", textwrap.dedent(code)])
        process.start(JOB)
        notice, failed = finish(process)
        assert notice == Notice("still clear")
        assert isinstance(failed, Failed)
        assert "from C" in failed.detail

    @pytest.mark.parametrize("garbage", [b"", b"hello\n", b"\xff\xfe\x00\n", b"{}\n"])
    def test_garbage_on_stdin_is_answered(self, garbage: bytes) -> None:
        done = subprocess.run(worker_command(), input=garbage, capture_output=True, timeout=PATIENCE)
        message = from_line(done.stdout.decode())
        assert isinstance(message, Failed)
        assert message.code == "job_unreadable"

    def test_the_worker_is_deaf_to_the_users_python_settings(self, tmp_path: Path, monkeypatch) -> None:
        (tmp_path / "numpy.py").write_text("raise SystemExit('the wrong numpy')")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.chdir(tmp_path)
        process = MocapProcess()
        process.start(Job(tmp_path / "none.mp4", tmp_path / "o.take.npz"))
        failed = finish(process)[-1]
        assert isinstance(failed, Failed)
        assert failed.code == "video_missing"

    def test_the_extensions_wheels_are_passed_on_and_no_other_folder(self, tmp_path: Path, monkeypatch) -> None:
        other, wheels = tmp_path / "other/.local/site-packages", tmp_path / "extensions/.local/lib/site-packages"
        other.mkdir(parents=True)
        (wheels / "onnxruntime").mkdir(parents=True)
        (wheels / "onnxruntime/__init__.py").write_text("raise SystemExit('loaded into Blender')")
        monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
        monkeypatch.setattr(sys, "path", [str(other), str(wheels)])
        assert worker_command()[-1] == str(wheels)
        assert str(other) not in worker_command()

    def test_what_lies_beside_the_wheels_does_not_hide_the_standard_library(self, tmp_path: Path, monkeypatch) -> None:
        (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
        monkeypatch.setattr(process_module, "wheels_folders", lambda: [str(tmp_path)])
        process = MocapProcess()
        process.start(Job(tmp_path / "none.mp4", tmp_path / "o.take.npz"))
        failed = finish(process)[-1]
        assert isinstance(failed, Failed)
        assert failed.code == "video_missing"
        assert failed.template == "There is no file {path}. Choose the video again."

    def test_the_users_environment_does_not_reach_the_worker(self, monkeypatch) -> None:
        for name in ("PYTHONPATH", "PYTHONWARNINGS", "OPENCV_FFMPEG_CAPTURE_OPTIONS", "GAST_MOCAP_TEST"):
            monkeypatch.setenv(name, "x")
        process = stand_in("""
            import json, os
            print(json.dumps({"type": "notice", "text": ",".join(sorted(os.environ))}))
        """)
        process.start(JOB)
        (notice, _) = finish(process)
        assert isinstance(notice, Notice)
        assert "GAST_MOCAP_TEST" in notice.text
        assert "PYTHON" not in notice.text
        assert "OPENCV_" not in notice.text


class Windows:
    """What the worker asks of Windows, of a process that ends after ``seconds``; None: there is none."""

    SYNCHRONIZE, INFINITE = 0x100000, 0xFFFFFFFF

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds

    def OpenProcess(self, access: int, inherit: bool, pid: int) -> int:  # noqa: N802
        assert (access, inherit, pid) == (self.SYNCHRONIZE, False, 4321)
        if self.seconds is None:
            raise OSError(22, "The parameter is incorrect")
        return 77

    def WaitForSingleObject(self, handle: int, milliseconds: int) -> int:  # noqa: N802
        assert (handle, milliseconds) == (77, self.INFINITE)
        assert self.seconds is not None
        time.sleep(self.seconds)
        return 0


@pytest.mark.parametrize("seconds", [None, 0.2])
def test_on_windows_the_parent_is_watched_by_its_handle(monkeypatch, seconds: float | None) -> None:
    monkeypatch.setitem(sys.modules, "_winapi", Windows(seconds))
    monkeypatch.setattr(worker_module.sys, "platform", "win32")
    left = []
    started = time.monotonic()
    worker_module.watch_parent(4321, lambda: left.append(time.monotonic() - started))
    assert left[0] >= (seconds or 0)


def test_blender_can_import_it_without_the_heavy_libraries() -> None:
    heavy = {"cv2", "onnxruntime", "bpy"}
    code = f"import sys, gast_mocap.inference.protocol.process; print(sorted({heavy} & set(sys.modules)))"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.stdout.strip() == "[]"
