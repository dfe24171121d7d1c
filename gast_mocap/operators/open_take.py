"""From a take file to the list of people."""

from pathlib import Path

import bpy
from bpy.props import StringProperty
from bpy.types import Context, Event, Operator, Scene

from ..take.errors import MocapError
from ..take.files import load_take
from . import reports, thumbnails
from .clean_up import show_clean_up
from .paths import BLEND_RELATIVE


def show_take(scene: Scene, path: str) -> None:
    """Make the take at ``path`` the scene's take and list its people.

    Its clean-up goes into the panel if somebody kept one: a new take must not undo what was set before the import.

    Raises:
        MocapError: the take cannot be read; the scene is unchanged.
    """
    take = load_take(Path(bpy.path.abspath(path)))
    thumbnails.forget()
    settings = scene.gast_mocap
    settings.take = path
    if not take.cleaning.are_defaults:
        show_clean_up(scene, take.cleaning)
    settings.people.clear()
    settings.person_index = 0
    for person in take.people:
        row = settings.people.add()
        row.track_id = person.track_id
        row.seconds = take.seconds_on_screen(person)
        row.confidence = person.confidence
        row.own_height = person.body_height or 0.0


class GAST_MOCAP_OT_open_take(Operator):
    bl_idname = "gast_mocap.open_take"
    bl_label = "Open Take"
    bl_description = "Show the people of a take that was made before, without running the video again"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"} | BLEND_RELATIVE)
    filter_glob: StringProperty(default="*.take.npz", options={"HIDDEN"})

    def invoke(self, context: Context, _event: Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Context) -> set[str]:
        reports.of_import.clear()
        try:
            show_take(context.scene, self.filepath)
        except MocapError as error:
            reports.of_import.fail(error)
            self.report({"ERROR"}, error.text)
            return {"CANCELLED"}
        return {"FINISHED"}
