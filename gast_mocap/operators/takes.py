"""Takes as files: listed, shown in their folder, renamed, copied and deleted."""

import os
import shutil
from pathlib import Path
from typing import Annotated

import bpy
from bpy.props import StringProperty
from bpy.types import Context, Event, Scene

from ..take.errors import MocapError
from ..take.whole_file import fitting_name, whole_file, why_not_saved
from . import reports, running
from .operator import MocapOperator, Result
from .paths import chosen_path
from .properties import scene_of, settings_of
from .scene_take import show_take
from .translation import rpt_, tip_

SUFFIX = ".take.npz"


class TakeOperator(MocapOperator):
    """An operator on the file of the scene's take, which Blender's undo does not bring back."""

    bl_options = {"REGISTER"}
    reports = reports.of_import

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set(tip_("Open a take first, and wait until the work on it is done"))
        return bool(settings_of(scene_of(context)).take) and not running.is_running()

    def work(self, scene: Scene) -> str:
        path = chosen_path(settings_of(scene).take)
        if not os.path.isfile(path):
            text = rpt_(
                "No take can be reached at {path}. Open it from where it is now, or check the folder's permissions."
            ).format(path=path)
            raise MocapError("take_missing", text)
        return self.act(scene, path)

    def act(self, scene: Scene, path: Path) -> str:
        """Do it with the take at ``path``. Raises MocapError."""
        raise NotImplementedError


class GAST_MOCAP_OT_reveal_take(TakeOperator):
    bl_idname = "gast_mocap.reveal_take"
    bl_label = "Show Folder"
    bl_description = "Open the folder of the take in the system's file manager"

    def act(self, _scene: Scene, path: Path) -> str:
        bpy.ops.wm.path_open(filepath=str(path.parent))
        return ""


class NamingOperator(TakeOperator):
    """An operator that gives a take a name."""

    name: Annotated[str, StringProperty(name="Name", options={"SKIP_SAVE"})]

    def invoke(self, context: Context, _event: Event) -> Result:
        assert context.window_manager
        self.name = stem_of(chosen_path(settings_of(scene_of(context)).take))
        return context.window_manager.invoke_props_dialog(self)

    def act(self, scene: Scene, path: Path) -> str:
        place = self.place_beside(path)
        try:
            self.put(path, place)
        except OSError as error:
            raise MocapError("take_not_saved", why_not_saved(place, error), str(error)) from error
        show_take(scene, str(place))
        return ""

    def place_beside(self, path: Path) -> Path:
        """Where a take of the given name belongs. Raises MocapError when that cannot be."""
        name = self.name.strip()
        if not name or Path(name).name != name:
            raise MocapError(
                "take_name",
                rpt_("A take cannot be called {name!r}. Choose a name without slashes.").format(name=self.name),
            )
        place = path.with_name(fitting_name(name, SUFFIX))
        if os.path.lexists(place):  # a link that points nowhere is somebody's file too
            raise MocapError(
                "take_exists", rpt_("There is a take {name} already. Choose another name.").format(name=place.name)
            )
        return place

    def put(self, path: Path, place: Path) -> None:
        """Bring the file from ``path`` to ``place``. Raises OSError."""
        raise NotImplementedError


class GAST_MOCAP_OT_rename_take(NamingOperator):
    bl_idname = "gast_mocap.rename_take"
    bl_label = "Rename Take"
    bl_description = "Give the file of the take another name. Other .blend files no longer find it"

    def act(self, scene: Scene, path: Path) -> str:
        done = super().act(scene, path)
        forget_take(scene, path)
        return done

    def put(self, path: Path, place: Path) -> None:
        path.rename(place)


class GAST_MOCAP_OT_duplicate_take(NamingOperator):
    bl_idname = "gast_mocap.duplicate_take"
    bl_label = "Duplicate Take"
    bl_description = "Copy the take under another name, to mend or clean it in another way, and open the copy"

    def put(self, path: Path, place: Path) -> None:
        with whole_file(place) as part:
            shutil.copy(path, part)


class GAST_MOCAP_OT_delete_take(TakeOperator):
    bl_idname = "gast_mocap.delete_take"
    bl_label = "Delete Take"
    bl_description = "Delete the file of the take for good. What was baked stays"

    def invoke(self, context: Context, event: Event) -> Result:
        assert context.window_manager
        return context.window_manager.invoke_confirm(self, event)

    def act(self, scene: Scene, path: Path) -> str:
        try:
            path.unlink()
        except OSError as error:
            text = rpt_(
                "{name} could not be deleted. Close other programs that use it, or check its permissions."
            ).format(name=path.name)
            raise MocapError("take_not_deleted", text, str(error)) from error
        settings = settings_of(scene)
        forget_take(scene, path)
        settings.take = settings.edits = ""
        settings.people.clear()
        return rpt_("Deleted {name}").format(name=path.name)


def stem_of(path: Path) -> str:
    """The name of a take without its ending."""
    return path.name.removesuffix(SUFFIX)


def forget_take(scene: Scene, path: Path) -> None:
    """Take it off the list of this file's takes."""
    takes = settings_of(scene).takes
    for index in reversed(range(len(takes))):
        if chosen_path(takes[index].path) == path:
            takes.remove(index)
