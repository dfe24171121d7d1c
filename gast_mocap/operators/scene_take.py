"""The scene's take: read once for everybody, shown in the panel, saved with what was corrected in it."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from bpy.types import Scene

from ..take.errors import MocapError
from ..take.files import load_take, save_take
from ..take.records import Take, VideoInfo
from .paths import chosen_path
from .properties import settings_of

TAKES_KEPT = 2
"""Takes kept in memory: with more, as many windows can show different scenes without reading at each redraw."""


@dataclass(frozen=True)
class TakeFile:
    """A take as it lies on the disk now: a new value as soon as the file is another.

    ``modified`` in nanoseconds since the epoch, ``size`` in bytes; both 0 where there is none to read.
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
        return cls(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=TAKES_KEPT)
def read(file: TakeFile) -> Take:
    """Raises MocapError."""
    return load_take(file.path)


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
    """The scene's take, its people as tall as the panel says. Raises MocapError when it cannot be read."""
    take = take_of(scene)
    shown = {row.track_id: row.own_height or None for row in settings_of(scene).people}
    people = (replace(person, body_height=shown.get(person.track_id, person.body_height)) for person in take.people)
    return replace(take, people=tuple(people))


def save(scene: Scene, take: Take) -> None:
    """Write ``take`` over the scene's take. Raises MocapError."""
    save_take(take, chosen_path(settings_of(scene).take))
    read.cache_clear()  # in case the clock of the disk is too coarse to tell


def show_take(scene: Scene, field: str) -> None:
    """Make the take that a path field names the scene's take and list its people.

    Its clean-up goes into the panel if somebody kept one: a new take must not undo what was set before the import.

    Raises:
        MocapError: the take cannot be read; the scene is unchanged.
    """
    take = read(TakeFile.at(field))
    people = [(person, take.seconds_on_screen(person), person.confidence) for person in take.people]
    settings = settings_of(scene)
    settings.take = field
    if not take.cleaning.are_defaults:
        settings.clean.show(take.cleaning)
    settings.people.clear()
    settings.person_index = 0
    for person, seconds, confidence in people:
        row = settings.people.add()
        row.track_id, row.seconds, row.confidence = person.track_id, seconds, confidence
        row.own_height = person.body_height or 0.0
