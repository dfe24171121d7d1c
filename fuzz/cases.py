"""Runs the cases of a target and keeps what should never happen: a traceback, a long wait, much memory, leftovers."""

import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

SECONDS_A_CASE = 10
MEGABYTES = 1024
"""By which a process may grow while it works on a case."""


@dataclass(frozen=True)
class Target:
    """Something that reads input.

    ``make`` invents the input of one case. ``use`` hands it to the code, in a folder of its own, and removes what is
    written as it should be. ``answers`` are the exceptions by which the code may refuse. ``is_fast``: thousands of
    cases a minute.
    """

    name: str
    make: Callable[[Random], Any]
    use: Callable[[Any, Path], None]
    answers: tuple[type[BaseException], ...]
    is_fast: bool = True


@dataclass(frozen=True)
class Finding:
    """What went wrong in case ``number``, which ``build.py fuzz --target TARGET --seed SEED --only NUMBER`` repeats."""

    target: str
    seed: int
    number: int
    trouble: str


class TooSlowError(Exception):
    """A case took longer than SECONDS_A_CASE."""


def run_case(target: Target, seed: int, number: int, folder: Path) -> Finding | None:
    """Run one case in ``folder``, which is left as it was."""
    given = target.make(Random(f"{target.name} {seed} {number}"))
    before, resident = set(folder.iterdir()), peak_megabytes()
    trouble = _trouble_of(target, given, folder)
    if not trouble and peak_megabytes() - resident > MEGABYTES:
        trouble = f"took {peak_megabytes() - resident:.0f} MB"
    for leftover in set(folder.iterdir()) - before:
        trouble = trouble or f"left {leftover.name!r} behind"
        with suppress(OSError):
            leftover.unlink()
    return Finding(target.name, seed, number, trouble) if trouble else None


def run_cases(target: Target, seed: int, first: int, enough: Callable[[int], bool]) -> tuple[int, list[Finding]]:
    """Run cases from number ``first`` on until ``enough`` says so of their count; the count and the findings."""
    findings = []
    done = 0
    with tempfile.TemporaryDirectory() as name:
        while not enough(done):
            if finding := run_case(target, seed, first + done, Path(name)):
                findings.append(finding)
            done += 1
    return done, findings


def _trouble_of(target: Target, given: Any, folder: Path) -> str:
    """The end of the traceback, or what else went wrong; "" for nothing."""
    started = time.monotonic()
    try:
        with alarm():
            target.use(given, folder)
    except target.answers:
        pass
    except TooSlowError:
        return f"took longer than {SECONDS_A_CASE} s"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return "".join(traceback.format_exception(error))[-3000:]
    waited = time.monotonic() - started
    return f"took {waited:.1f} s" if waited > SECONDS_A_CASE else ""


class alarm:  # noqa: N801 - reads as a word
    """Raises TooSlowError in the block after SECONDS_A_CASE, where the system can and this is the main thread."""

    def __enter__(self) -> None:
        self._works = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if self._works:
            signal.signal(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_REAL, SECONDS_A_CASE)

    def __exit__(self, *_: object) -> None:
        if self._works:
            signal.setitimer(signal.ITIMER_REAL, 0)

    @staticmethod
    def _ring(*_: object) -> None:
        raise TooSlowError


def peak_megabytes() -> float:
    """Most memory that this process has had so far; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
