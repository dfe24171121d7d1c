"""What is known of the video in the panel before it is imported: a worker looks into it."""

import os
import time
from collections.abc import Callable

import bpy

from ..inference.protocol.job import Look
from ..inference.protocol.messages import Failed, Looked
from ..inference.protocol.process import MocapProcess
from ..take.errors import MocapError
from .paths import chosen_path
from .redraw import redraw_sidebars

SECONDS_BETWEEN_POLLS = 0.1
PATIENCE = 5.0
"""Seconds after which whoever waits goes on without knowing. A worker starts within one or two."""

_known: dict[str, Looked | Failed] = {}
"""By what the path field holds."""


class _Looking:
    """One worker that looks into one video."""

    def __init__(self, field: str, then: Callable[[], None]) -> None:
        """``then`` is called when something is known, or late. Raises MocapError when the worker cannot be started."""
        self.field = field
        self._then, self._late_at = then, time.monotonic() + PATIENCE
        self._process = MocapProcess()
        self._process.start(Look(chosen_path(field)))
        self._timer = self.tick  # one object: Blender knows a timer by its identity
        bpy.app.timers.register(self._timer, persistent=True)

    def tick(self) -> float | None:
        for message in self._process.poll():
            if isinstance(message, Looked | Failed):
                _known[self.field] = message
                redraw_sidebars()
                self._go_on()
        if time.monotonic() > self._late_at:
            self._go_on()
        return SECONDS_BETWEEN_POLLS if self._process.is_running else None

    def stop(self) -> None:
        self._then = _nothing
        self._process.cancel()

    def _go_on(self) -> None:
        then, self._then = self._then, _nothing
        then()


def _nothing() -> None:
    pass


_current: _Looking | None = None


def look_into(field: str, then: Callable[[], None] = _nothing) -> None:
    """Begin to look into the video that a path field names, if it is there and not known yet; ``then`` go on, at the
    latest after PATIENCE."""
    global _current
    try:
        if field and field not in _known and os.path.isfile(chosen_path(field)):
            if _current is not None:
                _current.stop()
            _current = _Looking(field, then)
            return  # then() comes later
    except MocapError:
        pass  # the import says what is wrong
    then()


def known_of(field: str) -> Looked | Failed | None:
    """What was found in the video that a path field names; None while nobody knows."""
    return _known.get(field)


def forget() -> None:
    """Call when another file is opened, or at the end."""
    global _current
    _known.clear()
    if _current is not None:
        _current.stop()
    _current = None
