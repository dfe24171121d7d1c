"""What the extension remembers between files."""

import os
from itertools import chain, count
from pathlib import Path
from typing import Annotated

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy.types import AddonPreferences

from ..take.errors import MocapError
from ..take.files import check_saving, load_take
from .paths import BLEND_RELATIVE, chosen_path

EXTENSION = __package__.rpartition(".")[0]
LONGEST_NAME = 200
"""Bytes of a video's name that a take's name keeps. File systems allow 255, also to the temporary file at saving."""


class GAST_MOCAP_AP_preferences(AddonPreferences):
    bl_idname = EXTENSION

    takes_folder: Annotated[
        str,
        StringProperty(
            name="Takes Folder",
            subtype="DIR_PATH",
            options=BLEND_RELATIVE,
            description="Where takes are saved. If empty, they are saved beside the video, or in the extension's own "
            "folder if the video's folder is read-only",
        ),
    ]
    low_memory: Annotated[
        bool,
        BoolProperty(
            name="Low Memory", description="Lift one frame at a time: slower, for computers with little memory"
        ),
    ]
    lifter: Annotated[
        str,
        StringProperty(
            name="Lifter",
            subtype="FILE_PATH",
            options=BLEND_RELATIVE,
            description="An ONNX file with GAST-Net weights of your own. If empty, the bundled weights are used",
        ),
    ]

    def draw(self, _context: bpy.types.Context) -> None:
        assert self.layout
        self.layout.use_property_split = True
        self.layout.prop(self, "takes_folder")
        self.layout.prop(self, "low_memory")
        self.layout.prop(self, "lifter")


def take_path(video: Path) -> Path:
    """Where the take of ``video`` belongs: ``NAME.take.npz``, or ``NAME 2.take.npz`` if that one is to be kept.

    Raises:
        MocapError: the folder in the preferences cannot be used.
    """
    stem = video.stem.encode()[:LONGEST_NAME].decode(errors="ignore")
    folder = _takes_folder(video, stem)
    names = chain([stem], (f"{stem} {number}" for number in count(2)))
    paths = (folder / f"{name}.take.npz" for name in names)
    return next(path for path in paths if _is_replaceable(path, video))


def low_memory() -> bool:
    preferences = _preferences()
    return bool(preferences and preferences.low_memory)


def lifter() -> Path | None:
    preferences = _preferences()
    return chosen_path(preferences.lifter) if preferences and preferences.lifter else None


def _preferences() -> GAST_MOCAP_AP_preferences | None:
    assert bpy.context.preferences
    addon = bpy.context.preferences.addons.get(EXTENSION)
    return addon.preferences if addon else None


def _takes_folder(video: Path, stem: str) -> Path:
    preferences = _preferences()
    if preferences and preferences.takes_folder:
        return chosen_path(preferences.takes_folder)
    try:
        check_saving(video.parent / f"{stem}.take.npz")
    except MocapError:
        return own_folder("takes")
    return video.parent


def _is_replaceable(path: Path, video: Path) -> bool:
    """Whether an import of ``video`` may be saved at ``path``: nothing lies there that a new import does not give."""
    if not os.path.lexists(path):
        return True  # or the folder cannot be searched: saving says so
    try:
        take = load_take(path)
    except MocapError as error:
        return error.code == "take_missing"
    same = os.path.realpath(take.video.path) == os.path.realpath(video)
    return same and not take.is_corrected


def own_folder(name: str) -> Path:
    """The folder ``name`` of what an update of the extension leaves alone; made where it is missing."""
    if EXTENSION.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(EXTENSION, path=name, create=True))
    return Path(bpy.utils.user_resource("DATAFILES", path=f"{EXTENSION}/{name}", create=True))
