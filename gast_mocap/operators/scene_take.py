"""The scene's take: read once for everybody, shown in the panel, saved with what was corrected in it."""

import os
import time
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from bpy.types import Scene

from ..take.edits import to_json
from ..take.errors import MocapError
from ..take.files import load_take, save_take
from ..take.proposals import came_back
from ..take.records import Person, Take, VideoInfo
from ..take.visibility import person_words, visibility_strip
from ..take.worth_a_look import Doubt, worth_a_look
from .paths import chosen_path, stored_path
from .properties import GAST_MOCAP_PG_person, GAST_MOCAP_PG_scene, settings_of
from .translation import iface_

GIVEN = ("own_height", "given_name", "is_chosen", "target")
"""What the rows of the list of people are given in the panel."""
TAKES_KEPT = 2
"""Takes kept in memory: with more, as many windows can show different scenes without reading at each redraw."""
DOUBTS_KEPT = 8
"""People whose doubtful frames are kept: with more, as many can be chosen in turn without looking again."""


@dataclass(frozen=True)
class TakeFile:
    """A take as it lies on the disk now: a new value as soon as the file is another.

    ``modified`` in nanoseconds since the epoch, its permissions included; ``size`` in bytes. Both are 0 where there is
    none to read.
    """

    path: Path
    modified: int
    size: int

    @classmethod
    def at(cls, field: str) -> "TakeFile":
        """From what a path field holds. Raises MocapError."""
        if not field:
            raise MocapError("take_not_chosen", "No take was chosen. Choose a .take.npz file.")
        path = chosen_path(field)
        try:
            found = path.stat()
        except OSError:
            return cls(path, 0, 0)  # reading it says what is wrong
        return cls(path, max(found.st_mtime_ns, found.st_ctime_ns), found.st_size)


def read(file: TakeFile) -> Take:
    """Raises MocapError."""
    found = _found(file)
    if isinstance(found, MocapError):
        raise found.with_traceback(None)  # or each raising would make it longer
    return found


@lru_cache(maxsize=TAKES_KEPT)
def _found(file: TakeFile) -> Take | MocapError:
    """The take, or why it cannot be read: panels ask at each redraw."""
    try:
        return load_take(file.path)
    except MocapError as error:
        return error


def forget() -> None:
    """Read takes anew, in case the clock of the disk is too coarse to tell, or a permission was changed."""
    _found.cache_clear()
    _proposals.cache_clear()
    _doubts.cache_clear()


@lru_cache(maxsize=TAKES_KEPT)
def _proposals(file: TakeFile) -> list[tuple[int, int]]:
    return came_back(read(file))


def proposals_of(scene: Scene) -> list[tuple[int, int]]:
    """Who of the scene's take may be one person: ids of an earlier and a later one. Raises MocapError."""
    return _proposals(TakeFile.at(settings_of(scene).take))


@lru_cache(maxsize=DOUBTS_KEPT)
def _doubts(file: TakeFile, track_id: int) -> list[Doubt]:
    return worth_a_look(read(file).person(track_id).keypoints)


def doubts_of(scene: Scene) -> list[Doubt]:
    """The frames of the chosen person that are worth a look. Raises MocapError."""
    settings = settings_of(scene)
    return _doubts(TakeFile.at(settings.take), settings.chosen_person().track_id)


def take_of(scene: Scene) -> Take:
    """The scene's take as its file has it. Raises MocapError when it cannot be read."""
    return read(TakeFile.at(settings_of(scene).take))


def video_of(scene: Scene) -> VideoInfo | None:
    """The video of the scene's take; None where there is no take to read, which is told where it is needed."""
    try:
        return take_of(scene).video
    except MocapError:
        return None


def shown_take(scene: Scene) -> Take:
    """The scene's take, its people called and as tall as the panel says. Raises MocapError when it cannot be read."""
    take = take_of(scene)
    rows = {row.track_id: row for row in settings_of(scene).people}
    people = (_as_shown(person, rows.get(person.track_id)) for person in take.people)
    return replace(take, people=tuple(people))


def _as_shown(person: Person, row: GAST_MOCAP_PG_person | None) -> Person:
    """``person`` as tall, and called, as the list of people says."""
    return replace(person, body_height=row.own_height or None, name=row.given_name) if row else person


def save(scene: Scene, take: Take) -> None:
    """Write ``take`` over the scene's take. Raises MocapError."""
    save_take(take, chosen_path(settings_of(scene).take))
    forget()


def show_take(scene: Scene, field: str) -> None:
    """Make the take that a path field names the scene's take and list its people.

    Its clean-up goes into the panel if somebody kept one: a new take must not undo what was set before the import.

    Raises:
        MocapError: the take cannot be read; the scene is unchanged.
    """
    forget()
    take = read(TakeFile.at(field))
    settings = settings_of(scene)
    rows = [_row_of(take, person) for person in take.people]
    is_same = bool(settings.take) and chosen_path(settings.take) == chosen_path(field)
    if is_same:
        rows = [row | given for row, given in zip(rows, _given(settings, take), strict=True)]
    chosen = settings.person()
    index = next((i for i, person in enumerate(take.people) if chosen and person.track_id == chosen.track_id), 0)
    index = index if is_same else 0
    settings.take, settings.edits = stored_path(field), to_json(take.edits)
    _list_take(settings, take)
    if not take.cleaning.are_defaults:
        settings.clean.show(take.cleaning)
    settings.people.clear()
    settings.person_index = index
    for values in rows:
        row = settings.people.add()
        for name, value in values.items():
            setattr(row, name, value)


def _list_take(settings: GAST_MOCAP_PG_scene, take: Take) -> None:
    """Put the open take on the list of this file's takes, or tell there what it is now."""
    path = chosen_path(settings.take)
    row = next((row for row in settings.takes if chosen_path(row.path) == path), None) or settings.takes.add()
    made = time.strftime("%d %b %Y", time.localtime(path.stat().st_mtime)) if os.path.isfile(path) else ""
    row.path = settings.take
    row.about = iface_("{video}, {count} people, {made}").format(
        video=take.video.path.name, count=len(take.people), made=made
    )


def _row_of(take: Take, person: Person) -> dict[str, Any]:
    """What the list of people shows of ``person``."""
    return {
        "track_id": person.track_id,
        "seconds": take.seconds_on_screen(person),
        "confidence": person.confidence,
        "words": person_words(person),
        "strip": visibility_strip(person, take.video),
        "own_height": person.body_height or 0.0,
        "given_name": person.name,
    }


def _given(settings: GAST_MOCAP_PG_scene, take: Take) -> list[dict[str, Any]]:
    """What somebody entered in the list for each person of ``take``: it is not taken back by a new list."""
    rows = {row.track_id: row for row in settings.people}
    return [
        {name: getattr(rows[person.track_id], name) for name in GIVEN} if person.track_id in rows else {}
        for person in take.people
    ]
