"""The videos that wait for their import: when one import ends the next begins, and in the end all are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..inference.protocol.job import Job
from ..take.errors import MocapError
from . import reports, running, unfinished
from .properties import settings_of
from .translation import rpt_

STEP = "Import Video Mocap"
"""What undo calls it."""


@dataclass(frozen=True)
class Wanted:
    """A video to import for the scene with the number ``scene_uid``; ``field`` is what its path field shows."""

    job: Job
    field: str
    scene_uid: int


waiting: list[Wanted] = []
_imported: list[str] = []
_not_imported: list[str] = []
"""Names of the videos since the queue was last empty."""


def add(jobs: Sequence[tuple[Job, str]], scene: bpy.types.Scene) -> None:
    """Let ``jobs``, each with what its path field shows, wait for their turn.

    Raises:
        MocapError: the only one cannot be started.
    """
    if not running.is_running():
        _forget_names()
    waiting.extend(Wanted(job, field, scene.session_uid) for job, field in jobs)
    if under_way := running.under_way():
        unfinished.begin([under_way.subject, *names_waiting()])
    else:
        _begin_next(is_only=len(jobs) == 1)


def takes_to_come() -> set[Path]:
    """Where the takes of those who wait, and of the one under way, will be saved."""
    under_way = running.under_way()
    return {wanted.job.output for wanted in waiting} | ({under_way.output} if under_way else set())


def names_waiting() -> list[str]:
    return [wanted.job.video.name for wanted in waiting]


def drop(place: int) -> None:
    """Take the one in this place of the queue out of it."""
    if place < len(waiting):
        _not_imported.append(waiting.pop(place).job.video.name)


def drop_all() -> None:
    while waiting:
        drop(0)


def forget() -> None:
    """Call when another file is opened, or at the end."""
    waiting.clear()
    _forget_names()


def place_in_queue() -> tuple[int, int]:
    """Of the import under way: the how-many-eth it is of how many."""
    ended = len(_imported) + len(_not_imported)
    return ended + 1, ended + 1 + len(waiting)


def _begin_next(is_only: bool = False) -> None:
    """Start the first that can be started. Raises MocapError where the only one cannot."""
    while waiting:
        wanted = waiting.pop(0)
        its_reports = reports.of_import if is_only else reports.Reports()
        try:
            scene = _scene_of(wanted)
            settings_of(scene).video = wanted.field
            under_way = running.start(wanted.job, scene, STEP, its_reports)
            under_way.watch(then=_ended)
            unfinished.begin([under_way.subject, *names_waiting()])
            return
        except MocapError as error:
            if is_only:
                raise
            its_reports.fail(error)
            _tell(wanted.job.video.name, its_reports, has_finished=False)
    unfinished.end()
    _tell_all()


def _scene_of(wanted: Wanted) -> bpy.types.Scene:
    """Raises MocapError where it was removed."""
    scene = next((scene for scene in bpy.data.scenes if scene.session_uid == wanted.scene_uid), None)
    if scene is None:
        name = wanted.job.video.name
        raise MocapError(
            "scene_gone", rpt_("The scene that was to show {name} is gone. Import it in another one.").format(name=name)
        )
    return scene


def _ended(under_way: running.Import) -> None:
    _tell(under_way.subject, under_way.reports, under_way.has_finished)
    _begin_next()


def _tell(name: str, its_reports: reports.Reports, has_finished: bool) -> None:
    """What is to be said of one video, with its name if it is not the only one."""
    (_imported if has_finished else _not_imported).append(name)
    if its_reports is not reports.of_import:
        for text in (*its_reports.notices, its_reports.error):
            if text:
                reports.of_import.notify(f"{name}: {text}")


def _tell_all() -> None:
    """How many of several videos there are takes of now."""
    count = len(_imported) + len(_not_imported)
    if count > 1:
        done = rpt_("Imported {imported} of {count} videos; Take lists them.")
        if _not_imported:
            done = rpt_("Imported {imported} of {count} videos; Take lists them. Without a take: {names}.")
        names = ", ".join(_not_imported)
        reports.of_import.done.append(done.format(imported=len(_imported), count=count, names=names))
    _forget_names()


def _forget_names() -> None:
    _imported.clear()
    _not_imported.clear()
