"""A progress bar a video, for many at once."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from ..bar import one_line
from ..protocol.messages import STAGE_LABELS, Progress

BAR_WIDTH = 20
NAME_WIDTH = 32
UP_AND_CLEAR = "\x1b[F\x1b[2K"


class Board:
    """Bars on stderr of the videos that are being done, below what has ended; away from a terminal only the latter."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._ended = 0
        self._bars: dict[Path, str] = {}
        self._drawn = 0
        self._lock = threading.Lock()
        self._is_terminal = sys.stderr.isatty()

    def teller(self, video: Path) -> Callable[[Progress], None]:
        return lambda progress: self.show(video, progress)

    def show(self, video: Path, progress: Progress) -> None:
        filled = BAR_WIDTH * progress.done // max(progress.total, 1)
        bar = f"[{'#' * filled:<{BAR_WIDTH}}] {STAGE_LABELS[progress.stage]}"
        with self._lock:
            self._bars[video] = f"{video.name[:NAME_WIDTH]:<{NAME_WIDTH}} {bar}"
            if self._is_terminal:
                self._draw()

    def end(self, video: Path, text: str) -> None:
        """``video`` is done; ``text`` says how."""
        with self._lock:
            self._ended += 1
            self._bars.pop(video, None)
            self._draw(f"{self._ended}/{self._total}  {video.name}  {text}")

    def clear(self) -> None:
        with self._lock:
            self._bars.clear()
            self._draw()

    def _draw(self, ended: str = "") -> None:
        """Put the bars in the place of those that were drawn, with ``ended`` above them."""
        bars = list(map(one_line, self._bars.values())) if self._is_terminal else []
        lines = [*([ended] if ended else []), *bars]
        print(UP_AND_CLEAR * self._drawn + "".join(f"{line}\n" for line in lines), end="", file=sys.stderr, flush=True)
        self._drawn = len(bars)
