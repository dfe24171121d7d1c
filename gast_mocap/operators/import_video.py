"""From a video to a take: starts, waits for and cancels the worker."""

import time
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty
from bpy.types import Context, Event, FileHandler, Operator

from ..inference.protocol.job import Job
from ..take.errors import MocapError
from ..take.settings import Quality
from . import preferences, reports, running
from .paths import BLEND_RELATIVE
from .properties import QUALITIES

EXTENSIONS = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".mts")
SECONDS_BETWEEN_LOOKS = 0.05


class GAST_MOCAP_OT_import_video(Operator):
    """Find the people in a video and lift their motion to 3D, in the background.

    Properties that are not given are taken from the panel.
    """

    bl_idname = "gast_mocap.import_video"
    bl_label = "Import Video Mocap"
    bl_description = "Find the people in the video and lift their motion to 3D. Blender stays free meanwhile"

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"} | BLEND_RELATIVE)
    filter_glob: StringProperty(default=";".join(f"*{ext}" for ext in EXTENSIONS), options={"HIDDEN"})
    start: IntProperty(min=0, options={"SKIP_SAVE"})
    end: IntProperty(min=0, options={"SKIP_SAVE"})
    quality: EnumProperty(items=QUALITIES, options={"SKIP_SAVE"})
    take: StringProperty(
        subtype="FILE_PATH",
        description="Where to save the take; empty: see the preferences",
        options={"SKIP_SAVE"} | BLEND_RELATIVE,
    )
    wait: BoolProperty(description="Return only when the take is there; for scripts", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, _context: Context) -> bool:
        cls.poll_message_set("An import is already running")
        return not running.is_running()

    def invoke(self, context: Context, _event: Event) -> set[str]:
        if self.filepath or context.scene.gast_mocap.video:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Context) -> set[str]:
        if self.filepath:
            context.scene.gast_mocap.video = self.filepath
        try:
            under_way = running.start(self._job(context), context.scene)
        except MocapError as error:
            reports.of_import.fail(error)
            self.report({"ERROR"}, error.text)
            return {"CANCELLED"}
        if self.wait:
            return self._wait_for(under_way)
        running.watch()
        self.report({"INFO"}, "Importing: the Mocap tab of the sidebar shows how far it is")
        return {"FINISHED"}

    def _job(self, context: Context) -> Job:
        """Raises MocapError when no video was chosen."""
        settings = context.scene.gast_mocap

        def given(name: str) -> int | str:
            return getattr(self if self.properties.is_property_set(name) else settings, name)

        if not settings.video:
            raise MocapError("video_not_chosen", "No video was chosen. Choose one under Video.")
        video = Path(bpy.path.abspath(settings.video))
        return Job(
            video=video,
            output=Path(bpy.path.abspath(self.take)) if self.take else preferences.take_path(video),
            start=given("start"),
            end=given("end") or None,
            quality=Quality(given("quality")),
            low_memory=preferences.low_memory(),
            lifter=preferences.lifter(),
        )

    def _wait_for(self, under_way: running.Import) -> set[str]:
        while under_way.is_running:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            under_way.poll()
        for notice in reports.of_import.notices:
            self.report({"WARNING"}, notice)
        if reports.of_import.error:
            self.report({"ERROR"}, reports.of_import.error)
        return {"FINISHED"} if under_way.has_finished else {"CANCELLED"}


class GAST_MOCAP_OT_cancel_import(Operator):
    bl_idname = "gast_mocap.cancel_import"
    bl_label = "Cancel"
    bl_description = "Stop the import. A take from an earlier import is kept"

    @classmethod
    def poll(cls, _context: Context) -> bool:
        return running.is_running()

    def execute(self, _context: Context) -> set[str]:
        running.current.cancel()
        return {"FINISHED"}


class GAST_MOCAP_FH_video(FileHandler):
    """A video dropped on a 3D viewport is imported."""

    bl_idname = "GAST_MOCAP_FH_video"
    bl_label = "Video Mocap"
    bl_import_operator = GAST_MOCAP_OT_import_video.bl_idname
    bl_file_extensions = ";".join(EXTENSIONS)

    @classmethod
    def poll_drop(cls, context: Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"
