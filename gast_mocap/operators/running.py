"""The import under way, at most one.

A timer polls it, not a modal operator: while one of those runs, Blender does not autosave.
"""

import bpy

from ..inference.protocol.job import Job
from ..inference.protocol.messages import Failed, Finished, Notice, Progress
from ..inference.protocol.process import MocapProcess
from ..take.errors import MocapError
from . import reports
from .open_take import show_take

SECONDS_BETWEEN_POLLS = 0.1


class Import:
    """One worker and what it has told so far."""

    def __init__(self, job: Job, scene: bpy.types.Scene) -> None:
        """Raises MocapError when the worker cannot be started."""
        reports.of_import.clear()
        self.progress: Progress | None = None
        self.is_cancelled = False
        self.has_finished = False
        self._scene_uid: int | None = scene.session_uid
        self._process = MocapProcess()
        self._process.start(job)

    @property
    def is_running(self) -> bool:
        return self._process.is_running

    def cancel(self) -> None:
        self.is_cancelled = True
        self._process.cancel()

    def abandon(self) -> None:
        """Cancel, and show nothing whatever comes."""
        self._scene_uid = None
        self.cancel()

    def poll(self) -> None:
        """Take the worker's news. Never blocks."""
        for message in self._process.poll():
            match message:
                case Progress():
                    self.progress = message
                case Notice(text):
                    reports.of_import.notify(text)
                case Failed(code, text, detail):
                    reports.of_import.fail(MocapError(code, text, detail))
                case Finished(take):
                    self._finish(take)

    def _finish(self, take: str) -> None:
        """Show the take, also after a cancel: it came too late, the take is written."""
        # the scene of the start, found by number: undo may have replaced it meanwhile
        scene = next((scene for scene in bpy.data.scenes if scene.session_uid == self._scene_uid), None)
        if scene is None:
            return
        try:
            show_take(scene, take)
            self.has_finished = True
        except MocapError as error:
            reports.of_import.fail(error)


current: Import | None = None


def start(job: Job, scene: bpy.types.Scene) -> Import:
    """Start the worker; call ``poll`` on the result, or ``watch``. Raises MocapError."""
    global current
    current = Import(job, scene)
    return current


def watch() -> None:
    """Poll the import from a timer until it ends."""
    bpy.app.timers.register(_tick, persistent=True)


def is_running() -> bool:
    return current is not None and current.is_running


@bpy.app.handlers.persistent
def abandon(*_: object) -> None:
    """Stop the worker: its file is being closed, or the extension disabled."""
    if is_running():
        current.abandon()


def _tick() -> float | None:
    current.poll()
    _redraw_sidebars()
    if current.is_running:
        return SECONDS_BETWEEN_POLLS
    if current.has_finished:
        bpy.ops.ed.undo_push(message="Import Video Mocap")
    return None


def _redraw_sidebars() -> None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                next(region for region in area.regions if region.type == "UI").tag_redraw()
