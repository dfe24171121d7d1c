"""The parent's side of the worker process. Loads nothing heavy: Blender imports this file."""

import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from ...take.errors import MocapError
from .job import Job
from .messages import CANCEL_LINE, CLOSING, Cancelled, Failed, Message, from_line

PACKAGE_FOLDER = Path(__file__).parents[2]
TERMINATE_AFTER = 3.0
KILL_AFTER = 6.0
STDERR_LINES_KEPT = 40
WINDOWS_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)

# The extension's wheels come before the interpreter's own packages, as they do in Blender. The package's
# parent folder comes last, since Blender keeps every other extension in it too.
_BOOT = (
    "import runpy, sys; package, parent, *wheels = sys.argv[1:]; "
    "sys.path[:0] = wheels; sys.path.append(parent); "
    "runpy.run_module(package + '.inference.worker', run_name='__main__')"
)


def worker_command() -> list[str]:
    """The worker's command line: this Python, isolated from the user's environment, with explicit paths."""
    wheels = [entry for entry in sys.path if ".local" in Path(entry).parts]
    isolated = [sys.executable, "-I", "-X", "utf8", "-c", _BOOT]
    return [*isolated, PACKAGE_FOLDER.name, str(PACKAGE_FOLDER.parent), *wheels]


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
        self._cancelled_at: float | None = None
        self._closed = False

    @property
    def is_running(self) -> bool:
        """True from ``start`` until ``poll`` has given the closing message."""
        return self._process is not None and not self._closed

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, job: Job) -> None:
        """Raises MocapError when the system cannot start the process."""
        try:
            self._process = subprocess.Popen(
                self._command,
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
        self._read(self._process.stderr, self._stderr.append)
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
            messages.append(self._last_words())
            self._closed = True
        if self._closed:
            self._hang_up()
        return messages

    def cancel(self) -> None:
        """Ask the worker to stop. Its closing message still comes through ``poll``."""
        if self.is_running and self._cancelled_at is None:
            self._cancelled_at = time.monotonic()
            self._send(CANCEL_LINE)

    def _send(self, line: str) -> None:
        assert self._process and self._process.stdin
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return  # the worker is gone; poll finds out and says so

    def _read(self, stream: IO[bytes], consume: Callable[[str], None]) -> None:
        def drain() -> None:
            with stream:
                for line in iter(stream.readline, b""):
                    consume(line.decode("utf-8", "replace").rstrip())

        reader = threading.Thread(target=drain, daemon=True)
        reader.start()
        self._readers.append(reader)

    def _take_line(self, line: str) -> None:
        try:
            self._messages.put(from_line(line))
        except ValueError:
            self._stderr.append(line)

    def _stop_if_overdue(self) -> None:
        assert self._process
        waited = 0.0 if self._cancelled_at is None else time.monotonic() - self._cancelled_at
        if waited > KILL_AFTER:
            self._process.kill()
        elif waited > TERMINATE_AFTER:
            self._process.terminate()

    def _has_ended(self) -> bool:
        """The process is gone and all that it wrote is in the queue."""
        assert self._process
        return self._process.poll() is not None and not any(reader.is_alive() for reader in self._readers)

    def _last_words(self) -> Message:
        if self._cancelled_at is not None:
            return Cancelled()
        assert self._process
        detail = "\n".join([f"exit code {self._process.returncode}", *self._stderr])
        return Failed("process_died", "The mocap process ended unexpectedly. Try again, or with Low Memory.", detail)

    def _hang_up(self) -> None:
        assert self._process and self._process.stdin
        try:
            self._process.stdin.close()
        except OSError:
            return  # the worker hung up first
