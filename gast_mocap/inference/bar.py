"""A progress bar for the command lines."""

import shutil
import sys

from .protocol.messages import STAGE_LABELS, Progress

BAR_WIDTH = 20


class Bar:
    """A progress bar on stderr; one line a stage where stderr is no terminal."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._is_open = False
        self._ended = ""

    def show(self, progress: Progress) -> None:
        label = STAGE_LABELS[progress.stage]
        is_done = progress.done >= progress.total
        if self._ended == progress.stage:
            return
        self._ended = progress.stage if is_done else ""
        if self._is_terminal:
            filled = BAR_WIDTH * progress.done // max(progress.total, 1)
            left = "" if progress.seconds_left is None else f"{_minutes(progress.seconds_left)} left"
            counted = f"{progress.done}/{progress.total}" + (f" {progress.rate:.0f}/s" if progress.rate else "")
            drawn = one_line(f"{label:<28} [{'#' * filled:<{BAR_WIDTH}}] {counted} {left:<14}")
            print(f"\r{drawn}", end="", file=sys.stderr)
            self._is_open = not is_done
            if is_done:
                print(file=sys.stderr)
        elif is_done:
            print(f"{label}: {progress.total}", file=sys.stderr)

    def note(self, text: str) -> None:
        if self._is_open:
            print(file=sys.stderr)
        print(text, file=sys.stderr)
        self._is_open = False


def one_line(text: str) -> str:
    """As much of ``text`` as the terminal shows in one line: a line that wraps cannot be drawn over."""
    return text[: shutil.get_terminal_size().columns - 1]


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
