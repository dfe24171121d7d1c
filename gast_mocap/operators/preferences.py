"""What the extension remembers between files."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy.types import AddonPreferences

from ..motion.errors import MocapError
from ..motion.takes import check_saving

EXTENSION = __package__.rpartition(".")[0]


class GAST_MOCAP_AP_preferences(AddonPreferences):
    bl_idname = EXTENSION

    takes_folder: StringProperty(
        name="Takes Folder",
        subtype="DIR_PATH",
        description="Where takes are saved. Empty: beside the video, or in the extension's own folder where "
        "the video's folder is read-only",
    )
    low_memory: BoolProperty(
        name="Low Memory", description="Lift one moment at a time: slower, for computers with little memory"
    )

    def draw(self, _context: bpy.types.Context) -> None:
        self.layout.use_property_split = True
        self.layout.prop(self, "takes_folder")
        self.layout.prop(self, "low_memory")


def take_path(video: Path) -> Path:
    """Where the take of ``video`` belongs."""
    preferences = _preferences()
    if preferences and preferences.takes_folder:
        return Path(bpy.path.abspath(preferences.takes_folder)) / _take_name(video)
    beside = video.parent / _take_name(video)
    try:
        check_saving(beside)
    except MocapError:
        return own_folder("takes") / _take_name(video)
    return beside


def low_memory() -> bool:
    preferences = _preferences()
    return bool(preferences and preferences.low_memory)


def _preferences() -> GAST_MOCAP_AP_preferences | None:
    addon = bpy.context.preferences.addons.get(EXTENSION)
    return addon.preferences if addon else None


def _take_name(video: Path) -> str:
    return f"{video.stem}.take.npz"


def own_folder(name: str) -> Path:
    """The folder ``name`` of what an update of the extension leaves alone; made where it is missing."""
    if EXTENSION.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(EXTENSION, path=name, create=True))
    return Path(bpy.utils.user_resource("DATAFILES", path=f"{EXTENSION}/{name}", create=True))
