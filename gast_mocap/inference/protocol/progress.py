"""How far the work is and how long it will take."""

import time
from collections.abc import Callable

from .messages import Progress, Stage

Report = Callable[[Stage, int, int], None]
"""``report(stage, done, total)``; it may raise StoppedError, which ends the work."""

SECONDS_BETWEEN_REPORTS = 0.1


class StoppedError(Exception):
    """The work was asked to stop."""


class StageClock:
    """A Report that adds the time left and passes on at most ten messages a second, and each stage's last."""

    def __init__(self, emit: Callable[[Progress], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._emit = emit
        self._clock = clock
        self._stage: Stage | None = None
        self._stage_began = 0.0
        self._emitted_at = 0.0

    def __call__(self, stage: Stage, done: int, total: int) -> None:
        now = self._clock()
        is_new = stage != self._stage
        if is_new:
            self._stage, self._stage_began = stage, now
        if is_new or done >= total or now - self._emitted_at >= SECONDS_BETWEEN_REPORTS:
            self._emitted_at = now
            self._emit(Progress(stage, done, total, self._seconds_left(now, done, total)))

    def _seconds_left(self, now: float, done: int, total: int) -> float | None:
        elapsed = now - self._stage_began
        if done <= 0 or elapsed <= 0:
            return None
        return elapsed / done * max(total - done, 0)
