"""What belongs to clean-up but is no slider: the scene's camera, contacts as markers, defaults in the take."""

import math
from dataclasses import replace
from typing import Annotated

import bpy
import numpy as np
from bpy.props import StringProperty
from bpy.types import Camera, Context, Menu, Object, Scene

from ..motion.clean import clean_motion
from ..motion.contacts import CHANGES, changes_of, contacts_of_changes
from ..motion.gravity import tilt_roll_heading
from ..take.clean_up_presets import PRESETS, with_preset
from ..take.errors import MocapError
from ..take.records import FootContact, VideoInfo
from . import reports
from .operator import MocapOperator
from .properties import fps_of, scene_of, settings_of
from .scene_take import save, shown_take, take_of
from .translation import rpt_, tip_


class CleanUpOperator(MocapOperator):
    """An operator on the chosen person of the scene's take.

    Those that change the scene add UNDO; a take file is not taken back by it.
    """

    bl_options = {"REGISTER"}
    reports = reports.of_clean_up

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set(tip_("Import a video or open a take first"))
        return settings_of(scene_of(context)).person() is not None


class GAST_MOCAP_OT_use_scene_camera(CleanUpOperator):
    bl_idname = "gast_mocap.use_scene_camera"
    bl_label = "Use Scene Camera"
    bl_description = "Copy tilt, roll, height, location and lens of the scene's active camera to the video's camera"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        if not super().poll(context):
            return False
        cls.poll_message_set(tip_("The scene has no active camera"))
        return scene_of(context).camera is not None

    def work(self, scene: Scene) -> str:
        camera = scene.camera
        assert camera
        field_of_view = _field_of_view(camera, take_of(scene).video)
        matrix = np.array(camera.matrix_world.normalized(), dtype=float)
        tilt, roll, heading = tilt_roll_heading(matrix[:3, :3] * [1.0, -1.0, -1.0])  # Blender's look along -z with y up
        clean = settings_of(scene).clean
        filmed = replace(
            clean.settings(),
            find_floor=False, camera_tilt=tilt, camera_roll=roll, find_height=False, camera_height=matrix[2, 3],
            align_camera=True, camera_heading=heading, camera_x=matrix[0, 3], camera_y=matrix[1, 3],
            field_of_view=field_of_view,
        )  # fmt: skip
        clean.show(filmed)
        return rpt_("The video's camera now stands where {camera} does").format(camera=camera.name)


class GAST_MOCAP_OT_mark_contacts(CleanUpOperator):
    bl_idname = "gast_mocap.mark_contacts"
    bl_label = "Show Contacts"
    bl_description = (
        "Add timeline markers where the chosen person's feet touch down and lift off. Move them to correct the contacts"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        if not super().poll(context):
            return False
        cls.poll_message_set(tip_("Foot contacts need a person who travels. Turn Travel on and Raw off"))
        return settings_of(scene_of(context)).clean_settings().travel

    def work(self, scene: Scene) -> str:
        settings = settings_of(scene)
        track_id = settings.chosen_person().track_id
        motion = clean_motion(shown_take(scene), track_id, settings.clean_settings(), self.reports.notify)
        for marker in _markers(scene, track_id):
            scene.timeline_markers.remove(marker)
        for seconds, label in changes_of(motion.contacts):
            frame = round(settings.start_frame + seconds * fps_of(scene))
            scene.timeline_markers.new(_marked(track_id) + label, frame=frame)
        return rpt_("Person {track_id} has {count} foot contacts").format(track_id=track_id, count=len(motion.contacts))


class GAST_MOCAP_OT_keep_contacts(CleanUpOperator):
    bl_idname = "gast_mocap.keep_contacts"
    bl_label = "Use Markers"
    bl_description = "Save the chosen person's foot contacts in the take as the markers show them"

    def work(self, scene: Scene) -> str:
        settings = settings_of(scene)
        start_frame, fps, track_id = settings.start_frame, fps_of(scene), settings.chosen_person().track_id
        markers = _markers(scene, track_id)
        if not markers:
            raise MocapError(
                "no_foot_markers",
                rpt_(
                    "The timeline has no foot markers of person {track_id}. Press Show Contacts, then move the markers."
                ).format(track_id=track_id),
            )
        changes = [((m.frame - start_frame) / fps, m.name.removeprefix(_marked(track_id))) for m in markers]
        contacts = contacts_of_changes(changes)
        _keep_contacts(scene, track_id, contacts)
        return rpt_("Saved {count} foot contacts of person {track_id} in the take").format(
            count=len(contacts), track_id=track_id
        )


class GAST_MOCAP_OT_find_contacts(CleanUpOperator):
    bl_idname = "gast_mocap.find_contacts"
    bl_label = "Find Again"
    bl_description = "Discard the contacts saved in the take and detect them from the motion again"

    def work(self, scene: Scene) -> str:
        track_id = settings_of(scene).chosen_person().track_id
        _keep_contacts(scene, track_id, None)
        return rpt_("Foot contacts of person {track_id} are detected from the motion again").format(track_id=track_id)


class GAST_MOCAP_OT_keep_clean_up(CleanUpOperator):
    bl_idname = "gast_mocap.keep_clean_up"
    bl_label = "Keep in Take"
    bl_description = "Save these clean-up settings and body heights in the take, for everyone who opens it"

    def work(self, scene: Scene) -> str:
        save(scene, replace(shown_take(scene), cleaning=settings_of(scene).clean.settings()))
        return "Saved the clean-up settings in the take"


class GAST_MOCAP_OT_use_preset(CleanUpOperator):
    bl_idname = "gast_mocap.use_clean_up_preset"
    bl_label = "Clean-up Preset"
    bl_description = "Set smoothing and feet for this kind of performance. Height, camera and floor stay"
    bl_options = {"REGISTER", "UNDO"}

    name: Annotated[str, StringProperty(name="Preset", options={"SKIP_SAVE"})]

    def work(self, scene: Scene) -> str:
        if self.name not in PRESETS:
            known = ", ".join(PRESETS)
            raise MocapError(
                "preset_unknown",
                rpt_("There is no preset {name}. Choose one of {known}.").format(name=self.name, known=known),
            )
        clean = settings_of(scene).clean
        clean.show(with_preset(clean.settings(), self.name))
        return ""


class GAST_MOCAP_OT_reset_clean_up(CleanUpOperator):
    bl_idname = "gast_mocap.reset_clean_up"
    bl_label = "Reset Clean-up"
    bl_description = "Set every control of the clean-up to what the take has kept, or to its default"
    bl_options = {"REGISTER", "UNDO"}

    def work(self, scene: Scene) -> str:
        settings_of(scene).clean.show(take_of(scene).cleaning)
        return ""


class GAST_MOCAP_MT_clean_up_presets(Menu):
    bl_label = "Clean-up Presets"

    def draw(self, _context: Context) -> None:
        assert self.layout
        for name in PRESETS:
            self.layout.operator("gast_mocap.use_clean_up_preset", text=name).name = name


def _field_of_view(camera: Object, video: VideoInfo) -> float:
    """Degrees that the camera sees across the video's picture, whatever the shape of the scene's renders."""
    if not isinstance(camera.data, Camera) or camera.data.type != "PERSP":
        raise MocapError(
            "camera_without_perspective",
            rpt_("{camera} is no perspective camera, which a video needs. Set its type to Perspective.").format(
                camera=camera.name
            ),
        )
    depsgraph = bpy.context.evaluated_depsgraph_get()
    clip_from_camera = camera.calc_matrix_camera(depsgraph, x=video.width, y=video.height)
    return math.degrees(2 * math.atan(1 / clip_from_camera[0][0]))


def _keep_contacts(scene: Scene, track_id: int, contacts: tuple[FootContact, ...] | None) -> None:
    """Give them to the person in the take."""
    take = take_of(scene)
    save(scene, take.with_person(replace(take.person(track_id), contacts=contacts)))


def _marked(track_id: int) -> str:
    """How the names of this person's markers begin: several people may be marked at once."""
    return f"person {track_id} "


def _markers(scene: Scene, track_id: int) -> list[bpy.types.TimelineMarker]:
    names = [_marked(track_id) + change for change in CHANGES]
    return [marker for marker in scene.timeline_markers if marker.name in names]
