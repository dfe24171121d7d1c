"""The worker process: a job on stdin, messages on stdout, everything else on stderr."""

import faulthandler
import importlib
import io
import os
import platform
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

from ..take.errors import MocapError
from ..take.sentences import Sentence
from ..take.whole_file import remove_parts
from .memory import is_lack_of_memory, reserve_for_matrices
from .protocol.job import Job, Look, Mend, Order, order_from_json
from .protocol.lines import LONGEST
from .protocol.messages import CANCEL_LINE, Cancelled, Failed, Finished, Message, Notice, Stage, Started, to_line
from .protocol.progress import Report, StageClock, StoppedError

Send = Callable[[Message], None]
ORPHAN_PATIENCE = 5.0
SECONDS_BETWEEN_LOOKS = 1.0
LONGEST_SILENCE = 300
"""Seconds without a report after which the work has stalled. The longest known is that of saving hours of video; less
would end it on a slow computer."""
POLITENESS = 10  # Blender's window comes first; Windows is told at the start of the process


def main(parent_pid: str) -> None:
    """Do one job for the process ``parent_pid``, send its closing message and end the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a shared terminal is the parent's affair
    if hasattr(os, "nice"):
        os.nice(POLITENESS)
    send = claim_stdout()
    try:
        send(answer(send, int(parent_pid)))
    finally:
        os._exit(0)  # a thread waits in read(); an orderly shutdown could wait for it


def claim_stdout() -> Send:
    """Keep stdout for messages: whatever a library prints from now on goes to stderr."""
    protocol = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)

    def send(message: Message) -> None:
        try:
            print(to_line(message), file=protocol, flush=True)
        except OSError as error:
            raise StoppedError from error  # nobody listens any more

    return send


def answer(send: Send, parent_pid: int) -> Message:
    """Read the job, do it, and give the closing message."""
    orders = io.FileIO(0, closefd=False)
    try:
        job = order_from_json(orders.readline(LONGEST).decode())
    except ValueError as error:
        return Failed("job_unreadable", "The mocap process was given no job that it understands.", str(error))
    stop = threading.Event()
    leave = partial(leave_soon, job, stop)
    threading.Thread(target=heed_orders, args=(orders, stop, leave), daemon=True).start()
    threading.Thread(target=watch_parent, args=(parent_pid, leave), daemon=True).start()
    pulse = Pulse()
    threading.Thread(target=end_stalled, args=(job, pulse, send), daemon=True).start()
    try:
        send(Started(platform.python_version()))
        return do(job, stoppable(StageClock(send), stop, pulse), send)
    except StoppedError:
        return Cancelled()
    except MocapError as error:
        return Failed.of(error)
    except MemoryError:
        return Failed("out_of_memory", "The computer ran out of memory. Close other programs or use Low Memory.")
    except Exception as error:
        text = Sentence("Something unexpected went wrong: {error}", error=error)
        return Failed.of(MocapError("unexpected", text, traceback.format_exc()))


def heed_orders(orders: io.FileIO, stop: threading.Event, leave: Callable[[], None]) -> None:
    """Set ``stop`` at a cancel, and ``leave`` when the parent hangs up."""
    while line := orders.readline(LONGEST):
        if line.strip() == CANCEL_LINE.encode():
            stop.set()
    leave()


def watch_parent(parent_pid: int, leave: Callable[[], None]) -> None:
    """``leave`` when the parent is dead: its pipe stays open where another of its children has inherited it."""
    if sys.platform == "win32":
        await_end(parent_pid)
    else:
        while os.getppid() == parent_pid:
            time.sleep(SECONDS_BETWEEN_LOOKS)
    leave()


def await_end(pid: int) -> None:
    """Return when a process of Windows has ended. One that may not be watched is taken to live on."""
    winapi: Any = importlib.import_module("_winapi")  # which no other system has
    try:
        process = winapi.OpenProcess(winapi.SYNCHRONIZE, False, pid)
    except PermissionError:
        threading.Event().wait()
    except OSError:
        return  # there is none any more
    else:
        winapi.WaitForSingleObject(process, winapi.INFINITE)


def leave_soon(job: Order, stop: threading.Event) -> None:
    """Stop the work; end the process if that takes longer than a dead parent should be outlived."""
    stop.set()
    time.sleep(ORPHAN_PATIENCE)
    give_up(job)


class Pulse:
    """How long the work has not been heard of. Seconds are counted, not read from a clock: a laptop may sleep."""

    def __init__(self) -> None:
        self.silent_seconds = 0

    def beat(self) -> None:
        self.silent_seconds = 0

    def await_silence(self) -> None:
        while self.silent_seconds < LONGEST_SILENCE:
            time.sleep(1)
            self.silent_seconds += 1


def end_stalled(job: Order, pulse: Pulse, send: Send) -> None:
    """End work that stands still, as libraries do that get no memory for their threads."""
    pulse.await_silence()
    faulthandler.dump_traceback(all_threads=True)
    text = "The mocap process stopped responding. Close other programs or use Low Memory, and try again."
    send(Failed("stalled", text))
    give_up(job)


def give_up(job: Order) -> None:
    for output in job.outputs:
        remove_parts(output.parent, os.getpid())
    os._exit(1)


def stoppable(report: Report, stop: threading.Event, pulse: Pulse) -> Report:
    """``report`` that raises StoppedError once ``stop`` is set, and is heard by ``pulse``."""

    def report_unless_stopped(stage: Stage, done: int, total: int) -> None:
        pulse.beat()
        if stop.is_set():
            raise StoppedError
        report(stage, done, total)

    return report_unless_stopped


def do(job: Order, report: Report, send: Send) -> Message:
    """Do ``job``; a library that is broken is reported like any trouble."""
    try:
        reserve_for_matrices()
        return work(job, report, send)
    except ImportError as error:
        if is_lack_of_memory(error):
            raise MemoryError from error
        raise MocapError(
            "library_missing",
            "A library that the extension ships could not be loaded. Install the extension again; on "
            "Windows, first install the Microsoft Visual C++ Redistributable (x64).",
            str(error),
        ) from error


def work(job: Order, report: Report, send: Send) -> Message:
    """Do ``job`` with the libraries that it needs."""

    def notify(text: str) -> None:
        send(Notice.of(text))

    match job:
        case Look():
            from .look import look

            return look(job)
        case Mend():
            from .mend import mend

            return Finished(str(mend(job, report, notify)))
        case Job():
            from .pipeline import run
            from .show_people import PeopleTeller

            return Finished(str(run(job, report, notify, show=PeopleTeller(send)).saved_as))
