"""The import or mending under way, at most one.

A timer polls it, not a modal operator: while one of those runs, Blender does not autosave.
"""

import time
from collections.abc import Callable

import bpy

from ..inference.protocol.job import Job, Mend, Order
from ..inference.protocol.messages import Cancelled, Failed, Finished, Found, Notice, Progress
from ..inference.protocol.process import MocapProcess
from ..take.errors import MocapError
from .redraw import redraw_sidebars, redraw_status_bars
from .reports import Reports
from .scene_take import show_take
from .translation import rpt_

SECONDS_BETWEEN_POLLS = 0.1
SECONDS_BETWEEN_REDRAWS = 0.5
"""Each redraw takes Blender's time: 0.1 s of it where the system draws without a graphics card."""
SECONDS_BETWEEN_LOOKS = 0.05


def _nothing(_ended: "Import") -> None:
    pass


class Import:
    """One worker and what it has told so far."""

    def __init__(self, order: Order, scene: bpy.types.Scene, step: str, reports: Reports) -> None:
        """``step`` names what is done for undo, "" for no step. Raises MocapError when the worker cannot be started."""
        self.reports = reports
        self.is_mending = isinstance(order, Mend)
        self.subject = order.video.name if isinstance(order, Job) else order.output.name
        self.output = order.output
        self.progress: Progress | None = None
        self.found: Found | None = None
        self.is_cancelled = False
        self.has_finished = False
        self._step = step
        self._drawn_at = 0.0
        self._scene_uid = scene.session_uid
        self._then: Callable[[Import], None] = _nothing
        self._timer = self._tick  # one object: Blender knows a timer by its identity
        self._process = MocapProcess()
        self._process.start(order)

    @property
    def is_running(self) -> bool:
        return self._process.is_running

    def watch(self, then: Callable[["Import"], None] = _nothing) -> None:
        """Poll from a timer until the worker has ended; ``then`` is called with this."""
        self._then = then
        if not bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.register(self._timer, persistent=True)

    def wait(self) -> None:
        """Return when the take is shown. Raises MocapError when that fails or is cancelled."""
        try:
            while self.is_running:
                time.sleep(SECONDS_BETWEEN_LOOKS)
                self.poll()
        except BaseException:  # Ctrl-C too: nobody would wait for the worker any more
            self.abandon()
            raise
        if not self.has_finished:
            raise MocapError("import_cancelled", "The import was cancelled. Start it again when you like.")

    def cancel(self) -> None:
        self.is_cancelled = True
        self._process.cancel()

    def abandon(self) -> None:
        """Cancel, and show nothing whatever comes: from now on another import may start. Nobody need poll any more."""
        self._process.abandon()
        self._then = _nothing

    def poll(self) -> None:
        """Take the worker's news. Never blocks. Raises MocapError when the import failed."""
        for message in self._process.poll():
            match message:
                case Progress():
                    self.progress = message
                case Found():
                    self.found = message
                case Notice():
                    self.reports.notify(message.sentence)
                case Failed():
                    raise MocapError(message.code, message.sentence, message.detail)
                case Finished(take):
                    self._finish(take)
                case Cancelled():
                    self.reports.notify("Cancelled. Nothing was changed.")

    def _finish(self, take: str) -> None:
        """Show the take, also after a cancel: it came too late, the take is written."""
        # the scene of the start, found by number: undo may have replaced it meanwhile
        scene = next((scene for scene in bpy.data.scenes if scene.session_uid == self._scene_uid), None)
        if scene is None:
            text = rpt_("The scene that was to show the take is gone. Open {take} in another one.").format(take=take)
            raise MocapError("scene_gone", text)
        show_take(scene, take)
        self.has_finished = True

    def _redraw(self) -> None:
        """Show what is new, not too often, and the end."""
        now = time.monotonic()
        if now - self._drawn_at >= SECONDS_BETWEEN_REDRAWS or not self.is_running:
            self._drawn_at = now
            redraw_sidebars()
            redraw_status_bars()

    def _tick(self) -> float | None:
        try:
            self.poll()
        except MocapError as error:
            self.reports.fail(error)
        except BaseException:  # Blender drops a timer that raises: the import must not seem to go on for ever
            self.abandon()
            self._then = _nothing
            raise
        self._redraw()
        if self._process.is_running:
            return SECONDS_BETWEEN_POLLS
        if self.has_finished and self._step:
            bpy.ops.ed.undo_push(message=self._step)
        then, self._then = self._then, _nothing
        then(self)
        return None


current: Import | None = None


def start(order: Order, scene: bpy.types.Scene, step: str, reports: Reports) -> Import:
    """Start the worker; call ``wait`` on the result, or ``watch``. Raises MocapError."""
    global current
    current = Import(order, scene, step, reports)
    return current


def under_way() -> Import | None:
    """The import that is running, if any."""
    return current if current and current.is_running else None


def is_running() -> bool:
    return under_way() is not None


def cancel() -> None:
    if running := under_way():
        running.cancel()


def abandon() -> str:
    """Stop the worker: its file is being closed, or the extension disabled. The name of what was worked on, or ""."""
    if (running := under_way()) is None:
        return ""
    running.abandon()
    return running.subject
