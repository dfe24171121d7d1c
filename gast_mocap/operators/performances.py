"""People's cleaned motions, worked out once for the bake, the match, the drawn skeleton and live tuning."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bpy.types import Scene

from ..motion.body import KeptBodies
from ..motion.clean import clean_motion
from ..take.records import FoundHeight, Motion
from ..take.settings import CleanSettings
from .paths import chosen_path
from .properties import settings_of
from .scene_take import TakeFile, shown_take

MOTIONS_KEPT = 4
"""The last motions: with more, as many people or settings can be gone back to without waiting."""


@dataclass(frozen=True)
class _Wanted:
    """What a motion follows from."""

    file: TakeFile
    track_id: int
    heights: tuple[float, ...]
    cleaning: CleanSettings


_kept: dict[_Wanted, tuple[Motion, tuple[str, ...]]] = {}
_lenses: dict[TakeFile, float] = {}
"""Field of view that was found for a take, in degrees."""
_bodies = KeptBodies()


def cleaning_of(scene: Scene) -> CleanSettings:
    """The clean-up as it is set. While Live is on the lens stays as it was found last: looking for it takes longer than
    all the rest, and hardly depends on what is tuned. Raises MocapError."""
    settings = settings_of(scene)
    cleaning = settings.clean_settings()
    lens = _lenses.get(TakeFile.at(settings.take), 0.0)
    if settings.live and lens and not cleaning.field_of_view:
        return replace(cleaning, field_of_view=lens)
    return cleaning


def motion_of(scene: Scene, track_id: int, notify: Callable[[str], None]) -> Motion:
    """A person's motion as the panel wants it cleaned. Raises MocapError."""
    settings = settings_of(scene)
    heights = tuple(row.own_height for row in settings.people)
    wanted = _Wanted(TakeFile.at(settings.take), track_id, heights, cleaning_of(scene))
    if wanted not in _kept:
        notices: list[str] = []
        motion = clean_motion(shown_take(scene), track_id, wanted.cleaning, notices.append, _bodies)
        while len(_kept) >= MOTIONS_KEPT:
            del _kept[next(iter(_kept))]
        _kept[wanted] = motion, tuple(notices)
        if motion.camera:
            _lenses[wanted.file] = motion.camera.field_of_view
    motion, told = _kept[wanted]
    for notice in told:
        notify(notice)
    return motion


def found_height(scene: Scene, track_id: int) -> FoundHeight | None:
    """How tall somebody is by the latest motion made with the heights as they are now; None where none says so."""
    settings = settings_of(scene)
    heights = tuple(row.own_height for row in settings.people)
    for wanted, (motion, _) in reversed(_kept.items()):
        if wanted.heights == heights and wanted.file.path == chosen_path(settings.take):
            return motion.heights.get(track_id)
    return None


def forget() -> None:
    """Call when another file is opened, or at the end."""
    global _bodies
    _kept.clear()
    _lenses.clear()
    _bodies = KeptBodies()
