"""Live tuning: a control of the clean-up that is moved changes the baked action at once."""

from collections.abc import Sequence
from dataclasses import replace

import bpy
from bpy.types import Scene

from ..retarget.blender.write import WriteOptions
from ..take.errors import MocapError
from . import reports
from .baking import Part
from .properties import settings_of
from .redraw import redraw_sidebars

DELAY = 0.02
"""Seconds after a change in which further ones are waited for: a slider that is dragged sends many."""

_parts: tuple[Part, ...] = ()
_options = WriteOptions()


def remember(parts: Sequence[Part], options: WriteOptions) -> None:
    """Call after a bake: those are what is tuned from now on."""
    global _parts, _options
    _parts, _options = tuple(parts), replace(options, mode="REPLACE")


def forget() -> None:
    """Call when another file is opened, or at the end."""
    remember((), WriteOptions())


def can_tune() -> bool:
    """Whether something was baked that is still there."""
    return bool(_parts) and all(part.target for part in _parts)


def changed(scene: Scene) -> None:
    """A control of the clean-up was moved."""
    if settings_of(scene).live and can_tune() and not bpy.app.timers.is_registered(_update):
        bpy.app.timers.register(_update, first_interval=DELAY)


def update(scene: Scene) -> None:
    """Key what was baked last once more. Raises MocapError."""
    for solved in [part.solved(scene) for part in _parts]:
        if target := solved.part.target:
            solved.write(target, _options)


def _update() -> None:
    scene = bpy.context.scene
    assert scene
    try:
        update(scene)
        reports.of_clean_up.error = ""
    except MocapError as error:
        reports.of_clean_up.fail(error)
    redraw_sidebars()
