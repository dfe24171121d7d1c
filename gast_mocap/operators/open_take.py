"""From a take file to the list of people."""

import os
from typing import Annotated

from bpy.props import StringProperty
from bpy.types import Context, Event, Scene

from . import reports
from .operator import MocapOperator, Result
from .paths import BLEND_RELATIVE, chosen_path
from .properties import scene_of, settings_of
from .scene_take import show_take


class GAST_MOCAP_OT_open_take(MocapOperator):
    bl_idname = "gast_mocap.open_take"
    bl_label = "Open Take"
    bl_description = "Show the people of an earlier take, without analysing the video again"
    bl_options = {"REGISTER", "UNDO"}
    reports = reports.of_import

    filepath: Annotated[str, StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"} | BLEND_RELATIVE)]
    filter_glob: Annotated[str, StringProperty(default="*.take.npz", options={"HIDDEN"})]

    def invoke(self, context: Context, _event: Event) -> Result:
        settings = settings_of(scene_of(context))
        if near := settings.take or settings.video:  # not the folder of the .blend file
            self.filepath = f"{chosen_path(near).parent}{os.sep}"
        return self.choose_file(context)

    def work(self, scene: Scene) -> str:
        show_take(scene, self.filepath)
        return ""
