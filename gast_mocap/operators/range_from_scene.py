"""Imports the part of the video that the scene plays."""

from bpy.types import Context, Operator

from .import_range import frame_at, frames_a_second
from .operator import Result
from .properties import fps_of, scene_of, settings_of
from .translation import tip_


class GAST_MOCAP_OT_range_from_scene(Operator):
    bl_idname = "gast_mocap.range_from_scene"
    bl_label = "From Scene"
    bl_description = "Import only what the scene plays: its frame range, or its preview range"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set(tip_("Choose a video and wait until its frame rate is shown"))
        return frames_a_second(settings_of(scene_of(context))) is not None

    def execute(self, context: Context) -> Result:
        scene = scene_of(context)
        settings = settings_of(scene)
        first, last = (
            (scene.frame_preview_start, scene.frame_preview_end)
            if scene.use_preview_range
            else (scene.frame_start, scene.frame_end)
        )
        # A second of the scene is one of life, of which slow motion shows many.
        start, end = ((frame - settings.start_frame) / fps_of(scene) / settings.speed for frame in (first, last + 1))
        settings.start, settings.end = frame_at(settings, start), max(1, frame_at(settings, end))
        return {"FINISHED"}
