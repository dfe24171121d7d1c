"""What belongs to clean-up but is no slider: the scene's camera, contacts as markers, defaults in the take."""

import math
from dataclasses import fields, replace
from pathlib import Path

import bpy
import numpy as np
from bpy.types import Context, Object, Operator, Scene

from ..motion.clean import clean_motion
from ..motion.contacts import CHANGES, changes_of, contacts_of_changes
from ..motion.gravity import tilt_roll_heading
from ..take.errors import MocapError
from ..take.files import load_take, save_take
from ..take.records import FootContact, Take, VideoInfo
from ..take.settings import CleanSettings
from . import reports


class CleanUpOperator(Operator):
    """An operator on the chosen person of the scene's take.

    Those that change the scene add UNDO; a take file is not taken back by it.
    """

    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set("Import a video or open a take first")
        return context.scene.gast_mocap.person() is not None

    def execute(self, context: Context) -> set[str]:
        reports.of_clean_up.clear()
        try:
            told = self.work(context.scene)
        except MocapError as error:
            reports.of_clean_up.fail(error)
            self.report({"ERROR"}, error.text)
            return {"CANCELLED"}
        self.report({"INFO"}, told)
        return {"FINISHED"}

    def work(self, scene: Scene) -> str:
        """Do it and say what was done. Raises MocapError."""
        raise NotImplementedError


class GAST_MOCAP_OT_use_scene_camera(CleanUpOperator):
    bl_idname = "gast_mocap.use_scene_camera"
    bl_label = "Use Scene Camera"
    bl_description = "Take tilt, roll, height, place and lens of the video's camera from the scene's active camera"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        if not super().poll(context):
            return False
        cls.poll_message_set("The scene has no active camera")
        return context.scene.camera is not None

    def work(self, scene: Scene) -> str:
        field_of_view = _field_of_view(scene.camera, _take(scene).video)
        matrix = np.array(scene.camera.matrix_world.normalized())
        tilt, roll, heading = tilt_roll_heading(matrix[:3, :3] * [1, -1, -1])  # Blender's look along -z with y up
        clean = scene.gast_mocap.clean
        clean.find_floor, clean.align_camera = False, True
        clean.camera_tilt, clean.camera_roll, clean.camera_heading = map(math.radians, (tilt, roll, heading))
        clean.camera_x, clean.camera_y, clean.camera_height = matrix[:3, 3]
        clean.field_of_view = field_of_view
        return f"The video is taken to be filmed from {scene.camera.name}"


class GAST_MOCAP_OT_mark_contacts(CleanUpOperator):
    bl_idname = "gast_mocap.mark_contacts"
    bl_label = "Show Contacts"
    bl_description = (
        "Mark in the timeline when each foot of the chosen person goes down and up. The markers can be moved"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        if not super().poll(context):
            return False
        cls.poll_message_set("Feet are only found to stand in a person who travels. Turn Travel on and Raw off")
        return context.scene.gast_mocap.clean_settings().travel

    def work(self, scene: Scene) -> str:
        settings = scene.gast_mocap
        track_id = settings.person().track_id
        motion = clean_motion(shown_take(scene), track_id, settings.clean_settings(), reports.of_clean_up.notify)
        for marker in _markers(scene, track_id):
            scene.timeline_markers.remove(marker)
        for seconds, label in changes_of(motion.contacts):
            frame = round(settings.start_frame + seconds * _fps(scene))
            scene.timeline_markers.new(_marked(track_id) + label, frame=frame)
        return f"Person {track_id} has {len(motion.contacts)} foot contacts"


class GAST_MOCAP_OT_keep_contacts(CleanUpOperator):
    bl_idname = "gast_mocap.keep_contacts"
    bl_label = "Use Markers"
    bl_description = "Keep the chosen person's foot markers in the take: the feet stand just then"

    def work(self, scene: Scene) -> str:
        start_frame, fps, track_id = scene.gast_mocap.start_frame, _fps(scene), scene.gast_mocap.person().track_id
        markers = _markers(scene, track_id)
        if not markers:
            raise MocapError(
                "no_foot_markers",
                f"The timeline has no foot markers of person {track_id}. Show the contacts first, then move them.",
            )
        changes = [((m.frame - start_frame) / fps, m.name.removeprefix(_marked(track_id))) for m in markers]
        contacts = contacts_of_changes(changes)
        _keep_contacts(scene, contacts)
        return f"{len(contacts)} foot contacts of person {track_id} are kept in the take"


class GAST_MOCAP_OT_find_contacts(CleanUpOperator):
    bl_idname = "gast_mocap.find_contacts"
    bl_label = "Find Again"
    bl_description = "Forget the contacts that were kept in the take: they are found from the motion again"

    def work(self, scene: Scene) -> str:
        _keep_contacts(scene, None)
        return f"The contacts of person {scene.gast_mocap.person().track_id} are found from the motion"


class GAST_MOCAP_OT_keep_clean_up(CleanUpOperator):
    bl_idname = "gast_mocap.keep_clean_up"
    bl_label = "Keep in Take"
    bl_description = "Keep these clean-up settings and body heights in the take: whoever opens it starts with them"

    def work(self, scene: Scene) -> str:
        _save(scene, replace(shown_take(scene), cleaning=scene.gast_mocap.clean.settings()))
        return "The clean-up settings are kept in the take"


def show_clean_up(scene: Scene, cleaning: CleanSettings) -> None:
    """Put a take's clean-up settings into the panel."""
    for control in fields(CleanSettings):
        value = getattr(cleaning, control.name)
        is_angle = control.metadata.get("unit") == "deg"
        setattr(scene.gast_mocap.clean, control.name, math.radians(value) if is_angle else value)


def shown_take(scene: Scene) -> Take:
    """The scene's take, its people as tall as the panel says. Raises MocapError when it cannot be read."""
    take = _take(scene)
    shown = {row.track_id: row.own_height or None for row in scene.gast_mocap.people}
    people = (replace(person, body_height=shown.get(person.track_id, person.body_height)) for person in take.people)
    return replace(take, people=tuple(people))


def _field_of_view(camera: Object, video: VideoInfo) -> float:
    """Radians that the camera sees across the video's picture, whatever the shape of the scene's renders."""
    if camera.data.type != "PERSP":
        raise MocapError(
            "camera_without_perspective",
            f"{camera.name} is no perspective camera, as all video cameras are. Set its type to Perspective.",
        )
    depsgraph = bpy.context.evaluated_depsgraph_get()
    clip_from_camera = camera.calc_matrix_camera(depsgraph, x=video.width, y=video.height)
    return 2 * math.atan(1 / clip_from_camera[0][0])


def _keep_contacts(scene: Scene, contacts: tuple[FootContact, ...] | None) -> None:
    """Give them to the chosen person in the take."""
    take = _take(scene)
    person = take.person(scene.gast_mocap.person().track_id)
    _save(scene, take.with_person(replace(person, contacts=contacts)))


def _take(scene: Scene) -> Take:
    return load_take(Path(bpy.path.abspath(scene.gast_mocap.take)))


def _save(scene: Scene, take: Take) -> None:
    save_take(take, Path(bpy.path.abspath(scene.gast_mocap.take)))


def _marked(track_id: int) -> str:
    """How the names of this person's markers begin: several people may be marked at once."""
    return f"person {track_id} "


def _markers(scene: Scene, track_id: int) -> list[bpy.types.TimelineMarker]:
    names = [_marked(track_id) + change for change in CHANGES]
    return [marker for marker in scene.timeline_markers if marker.name in names]


def _fps(scene: Scene) -> float:
    return float(scene.render.fps / scene.render.fps_base)
