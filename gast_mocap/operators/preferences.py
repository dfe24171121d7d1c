"""What the extension remembers between files."""

from itertools import chain, count
from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy.types import AddonPreferences

from ..take.errors import MocapError
from ..take.files import check_saving, load_take
from .paths import BLEND_RELATIVE

EXTENSION = __package__.rpartition(".")[0]


class GAST_MOCAP_AP_preferences(AddonPreferences):
    bl_idname = EXTENSION

    takes_folder: StringProperty(
        name="Takes Folder",
        subtype="DIR_PATH",
        options=BLEND_RELATIVE,
        description="Where takes are saved. Empty: beside the video, or in the extension's own folder where "
        "the video's folder is read-only",
    )
    low_memory: BoolProperty(
        name="Low Memory", description="Lift one moment at a time: slower, for computers with little memory"
    )
    lifter: StringProperty(
        name="Lifter",
        subtype="FILE_PATH",
        options=BLEND_RELATIVE,
        description="GAST-Net weights of your own as an ONNX file. Empty: the bundled ones",
    )

    def draw(self, _context: bpy.types.Context) -> None:
        self.layout.use_property_split = True
        self.layout.prop(self, "takes_folder")
        self.layout.prop(self, "low_memory")
        self.layout.prop(self, "lifter")


def take_path(video: Path) -> Path:
    """Where the take of ``video`` belongs: ``NAME.take.npz``, or ``NAME 2.take.npz`` if that one is to be kept."""
    folder = _takes_folder(video)
    names = chain([video.stem], (f"{video.stem} {number}" for number in count(2)))
    paths = (folder / f"{name}.take.npz" for name in names)
    return next(path for path in paths if _is_replaceable(path, video))


def low_memory() -> bool:
    preferences = _preferences()
    return bool(preferences and preferences.low_memory)


def lifter() -> Path | None:
    preferences = _preferences()
    return Path(bpy.path.abspath(preferences.lifter)) if preferences and preferences.lifter else None


def _preferences() -> GAST_MOCAP_AP_preferences | None:
    addon = bpy.context.preferences.addons.get(EXTENSION)
    return addon.preferences if addon else None


def _takes_folder(video: Path) -> Path:
    preferences = _preferences()
    if preferences and preferences.takes_folder:
        return Path(bpy.path.abspath(preferences.takes_folder))
    try:
        check_saving(video.parent / f"{video.stem}.take.npz")
    except MocapError:
        return own_folder("takes")
    return video.parent


def _is_replaceable(path: Path, video: Path) -> bool:
    """Whether an import of ``video`` may be saved at ``path``: nothing lies there that a new import does not give."""
    try:
        take = load_take(path)
    except MocapError as error:
        return error.code == "take_missing"
    return take.video.path.resolve() == video.resolve() and not take.is_corrected


def own_folder(name: str) -> Path:
    """The folder ``name`` of what an update of the extension leaves alone; made where it is missing."""
    if EXTENSION.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(EXTENSION, path=name, create=True))
    return Path(bpy.utils.user_resource("DATAFILES", path=f"{EXTENSION}/{name}", create=True))
