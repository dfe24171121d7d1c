"""The parent's side of the worker process. Loads nothing heavy: Blender imports this file."""

import importlib.util
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO

from ...take.errors import MocapError
from ...take.whole_file import remove_parts
from .broken_pipe import broken_pipe_is_an_error
from .job import Order
from .lines import LONGEST
from .messages import CANCEL_LINE, CLOSING, Cancelled, Failed, Finished, Message, Notice, from_line

PACKAGE_FOLDER = Path(__file__).parents[2]
TERMINATE_AFTER, KILL_AFTER = 0.8, 4.0
"""Seconds after a cancel. A worker that loads networks does not listen; nothing is lost with it, as takes are put in
place whole. Less would cut off what it still has to say."""
STDERR_LINES_KEPT = 40
WINDOWS_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)

PIPE_PATIENCE = 2.0
"""Seconds to wait for the last words of a worker that has ended. They end by themselves unless another process has
inherited its pipes; more gives a slow computer more time, and makes Blender wait longer where one has."""
TEXT_KEPT = 2000
"""Characters that are kept of a line on stderr."""
LEAKING = ("PYTHON", "OPENCV_", "ORT_")
"""Names of environment variables that begin like this would change what the worker loads or how it decodes."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""NumPy's matrices are small here. Its threads would ask for memory as they multiply, and hang where there is none."""

# The wheels come after the standard library and before the interpreter's own packages. The package's parent folder
# comes last, since Blender keeps every other extension in it too.
_BOOT = (
    "import importlib, sys; module, word, package, parent, *wheels = sys.argv[1:]; "
    "places = [place for place, entry in enumerate(sys.path) if entry.endswith('-packages')]; "
    "place = min(places, default=len(sys.path)); "
    "sys.path[place:place] = wheels; sys.path.append(parent); "
    "importlib.import_module(f'{package}.inference.{module}').main(word)"
)


def worker_command() -> list[str]:
    """The worker's command line."""
    return module_command("worker", str(os.getpid()))


def module_command(module: str, word: str) -> list[str]:
    """Runs ``main(word)`` of a module of inference/ on this Python, isolated, with explicit paths."""
    isolated = [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, module, word]
    return [*isolated, PACKAGE_FOLDER.name, str(PACKAGE_FOLDER.parent), *wheels_folders()]


def wheels_folders() -> list[str]:
    """The folder from which this process would load the extension's wheels; nothing is loaded.

    Blender unpacks them into a folder of its own, which an isolated Python does not know.
    """
    spec = importlib.util.find_spec("onnxruntime")
    return [str(Path(spec.origin).parents[1])] if spec and spec.origin else []


def clean_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(LEAKING)}
    return kept | ONE_THREAD


class MocapProcess:
    """One job in a process of its own.

    No method blocks. Call ``poll`` often: it also stops a worker that does not heed a cancel.
    """

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = list(command or worker_command())
        self._process: subprocess.Popen[bytes] | None = None
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES_KEPT)
        self._readers: list[threading.Thread] = []
        self._job: Order | None = None
        self._stamp_before: tuple[int, int] | None = None
        self._cancelled_at: float | None = None
        self._ended_at: float | None = None
        self._closed = False

    @property
    def is_running(self) -> bool:
        """True from ``start`` until ``poll`` has given the closing message."""
        return self._process is not None and not self._closed

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, job: Order) -> None:
        """Raises MocapError when the system cannot start the process."""
        self._job, self._stamp_before = job, _stamp(job.output)
        try:
            self._process = subprocess.Popen(
                self._command,
                env=clean_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                creationflags=WINDOWS_FLAGS,
            )
        except OSError as error:
            raise MocapError(
                "process_not_started", "The system would not start the mocap process. Try again.", str(error)
            ) from error
        assert self._process.stdout and self._process.stderr
        self._read(self._process.stdout, self._take_line)
        self._read(self._process.stderr, self._keep)
        self._send(job.to_json())

    def poll(self) -> list[Message]:
        """Messages since the last call, oldest first; the last of a run is a closing one."""
        if not self.is_running:
            return []
        self._stop_if_overdue()
        ended = self._has_ended()
        messages = []
        while not self._closed and not self._messages.empty():
            messages.append(self._messages.get())
            self._closed = isinstance(messages[-1], CLOSING)
        if ended and not self._closed:
            messages += self._last_words()
            self._closed = True
        if self._closed:
            self._hang_up()
        return messages

    def cancel(self) -> None:
        """Ask the worker to stop. Its closing message still comes through ``poll``."""
        if self.is_running and self._cancelled_at is None:
            self._cancelled_at = time.monotonic()
            self._send(CANCEL_LINE)

    def abandon(self) -> None:
        """Stop the worker and hear no more of it: ``poll`` need not be called again."""
        if self.is_running:
            self._closed = True
            self._hang_up()

    def _send(self, line: str) -> None:
        assert self._process and self._process.stdin
        with suppress(OSError), broken_pipe_is_an_error():  # the worker is gone; poll finds out and says so
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()

    def _read(self, stream: IO[bytes], consume: Callable[[str], None]) -> None:
        def drain() -> None:
            with stream:
                for line in iter(partial(stream.readline, LONGEST), b""):
                    consume(line.decode("utf-8", "replace").rstrip())

        reader = threading.Thread(target=drain, daemon=True)
        reader.start()
        self._readers.append(reader)

    def _take_line(self, line: str) -> None:
        try:
            self._messages.put(from_line(line))
        except ValueError:
            self._keep(line)

    def _keep(self, line: str) -> None:
        self._stderr.append(line[:TEXT_KEPT])

    def _stop_if_overdue(self) -> None:
        assert self._process
        waited = 0.0 if self._cancelled_at is None else time.monotonic() - self._cancelled_at
        if waited > KILL_AFTER:
            self._process.kill()
        elif waited > TERMINATE_AFTER:
            self._process.terminate()

    def _has_ended(self) -> bool:
        """The process is gone and what it wrote is in the queue."""
        assert self._process
        if self._process.poll() is None:
            return False
        self._ended_at = self._ended_at or time.monotonic()
        is_reading = any(reader.is_alive() for reader in self._readers)
        return not is_reading or time.monotonic() - self._ended_at > PIPE_PATIENCE

    def _last_words(self) -> list[Message]:
        """In the place of the closing message of a worker that died without one."""
        assert self._process and self._job
        if self._is_saved(self._job.output):
            text = "The mocap process ended unexpectedly after the take was saved; a preview was not finished."
            return [Notice(text), Finished(str(self._job.output))]
        if self._cancelled_at is not None:
            return [Cancelled()]
        detail = "\n".join([f"exit code {self._process.returncode}", *self._stderr])
        return [Failed("process_died", "The mocap process ended unexpectedly. Try again, or with Low Memory.", detail)]

    def _is_saved(self, path: Path) -> bool:
        """Whether the file at ``path`` is of this run; it is whole, for it is put there at once."""
        return _stamp(path) not in (None, self._stamp_before)

    def _hang_up(self) -> None:
        assert self._process and self._process.stdin
        with suppress(OSError), broken_pipe_is_an_error():  # what could not be sent is tried once more
            self._process.stdin.close()
        threading.Thread(target=self._bury, daemon=True).start()

    def _bury(self) -> None:
        """Wait for the end of a worker that has said its last word, and remove what it could not finish."""
        assert self._process and self._job
        try:
            self._process.wait(KILL_AFTER)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for output in self._job.outputs:
            remove_parts(output.parent, self._process.pid)


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes when another file is put in the place of ``path``; None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_mtime_ns
