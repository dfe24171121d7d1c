"""The video behind the character: a camera as the one that filmed it, and the picture that it saw."""

import math
import os
from collections.abc import Sequence
from typing import Literal

import bpy
import numpy as np
from bpy.types import Camera, Context, Image, Object, Scene
from mathutils import Matrix

from ..inference.video.names import is_picture
from ..motion.movie_clock import movie_clock
from ..retarget.blender.armature import read_rest_pose
from ..retarget.rig.bone_map import check_map
from ..retarget.solve.placing import Stage, stage_of
from ..retarget.solve.solve import as_the_rig_sees_it
from ..take.errors import MocapError
from ..take.film_camera import FilmCamera
from ..take.records import Motion, Take, VideoInfo
from . import reports
from .after_bake import frame_selected
from .operator import MocapOperator
from .panel_map import found_map, shown_map
from .performances import motion_of
from .properties import GAST_MOCAP_PG_scene, fps_of, scene_of, settings_of
from .scene_take import shown_take
from .translation import data_, rpt_, tip_

OURS = "gast_mocap_camera"
"""A custom property of the cameras that we made: those are moved, others are left alone."""
BACKDROP_ALPHA = 0.7
LONGEST_MOVIE = 1_000_000
"""Scene frames for which the picture is looked up; Blender's own range of frames ends there."""


class GAST_MOCAP_OT_see_match(MocapOperator):
    """Make the video's camera, with the video as its background."""

    bl_idname = "gast_mocap.see_match"
    bl_label = "See the Match"
    bl_description = (
        "Look through a camera that stands where the video's stood, with the video behind the character and the "
        "tracked skeleton drawn over it. The scene renders at the video's size from then on"
    )
    bl_options = {"REGISTER", "UNDO"}
    reports = reports.of_match

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set(tip_("Import a video or open a take first"))
        return settings_of(scene_of(context)).person() is not None

    def work(self, scene: Scene) -> str:
        settings = settings_of(scene)
        take = shown_take(scene)
        motion = motion_of(scene, settings.chosen_person().track_id, self.reports.notify)
        camera = camera_of(motion)
        stage = stage_of_target(settings, motion)
        made = _our_camera(scene, data_("{video} camera").format(video=take.video.path.stem))
        _point(made, camera, stage)
        scene.camera = made
        scene.render.resolution_x, scene.render.resolution_y = take.video.width, take.video.height
        self._show_video(scene, made, take)
        settings.show_skeleton = True
        look_through(bpy.context)
        return ""

    def _show_video(self, scene: Scene, camera: Object, take: Take) -> None:
        """Play the video behind ``camera``, or say why not."""
        video = take.video
        data = _data_of(camera)
        data.background_images.clear()
        data.animation_data_clear()
        if is_picture(video.path) or not os.path.isfile(video.path):
            self.reports.notify(
                rpt_("{name} cannot be shown behind the character. The camera is right without it.").format(
                    name=video.path.name
                )
            )
            return
        movie = bpy.data.images.load(str(video.path), check_existing=True)
        backdrop = data.background_images.new()
        backdrop.image, backdrop.alpha, backdrop.frame_method = movie, BACKDROP_ALPHA, "STRETCH"
        backdrop.use_flip_x = video.playback.mirrored
        data.show_background_images = True
        _turn_upright(backdrop, movie, video)
        settings = settings_of(scene)
        clock = movie_clock(video, movie_fps(movie), fps_of(scene), settings.start_frame)
        backdrop.image_user.frame_start = settings.start_frame
        backdrop.image_user.frame_duration = LONGEST_MOVIE
        backdrop.image_user.use_auto_refresh = True
        curve = data.driver_add("background_images[0].image_user.frame_offset")
        assert isinstance(curve, bpy.types.FCurve) and curve.driver
        curve.driver.type, curve.driver.expression = "SCRIPTED", clock


class GAST_MOCAP_OT_reference_layout(MocapOperator):
    bl_idname = "gast_mocap.reference_layout"
    bl_label = "Video Beside"
    bl_description = "Split the view: the video's camera on the left, the character on the right"
    bl_options = {"REGISTER"}
    reports = reports.of_match

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set(tip_("Press See the Match first"))
        camera = scene_of(context).camera
        return context.area is not None and camera is not None and is_ours(camera)

    def work(self, _scene: Scene) -> str:
        context = bpy.context
        left = context.area
        assert left and context.screen
        before = set(context.screen.areas)
        bpy.ops.screen.area_split(direction="VERTICAL", factor=0.5)
        added = next(area for area in context.screen.areas if area not in before)
        leftmost, rightmost = sorted((left, added), key=lambda area: area.x)
        _set_perspective(leftmost, "CAMERA")
        assert isinstance(leftmost.spaces.active, bpy.types.SpaceView3D)
        leftmost.spaces.active.show_region_ui = False
        _set_perspective(rightmost, "PERSP")
        frame_selected(context, rightmost)
        return ""


def camera_of(motion: Motion) -> FilmCamera:
    """Raises MocapError where there is none."""
    if motion.camera is None:
        raise MocapError(
            "no_camera", "Someone who stays in place has no place in the picture. Turn Travel on and Raw off."
        )
    return motion.camera


def stage_of_target(settings: GAST_MOCAP_PG_scene, motion: Motion) -> Stage:
    """Where a bake onto the panel's target puts the performer, and how large. Raises MocapError."""
    if settings.target is None:
        return Stage(1.0, np.zeros(3))
    bone_map = shown_map(settings) if any(shown_map(settings).bones) else found_map(settings, settings.target)
    rest = read_rest_pose(settings.target)
    check_map(bone_map, rest)
    return stage_of(as_the_rig_sees_it(motion, rest), rest, bone_map)


def is_ours(camera: Object) -> bool:
    """Whether See the Match made it."""
    return bool(camera.get(OURS))


def look_through(context: Context) -> None:
    """Look through the scene's camera in the view in which the button was pressed."""
    if context.area and context.area.type == "VIEW_3D":
        _set_perspective(context.area, "CAMERA")


def _set_perspective(area: bpy.types.Area, perspective: Literal["PERSP", "CAMERA"]) -> None:
    space = area.spaces.active
    assert isinstance(space, bpy.types.SpaceView3D) and space.region_3d
    space.region_3d.view_perspective = perspective


def _our_camera(scene: Scene, name: str) -> Object:
    """The scene's camera that we made, or a new one."""
    if (camera := next((thing for thing in scene.objects if is_ours(thing)), None)) is not None:
        return camera
    camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    camera[OURS] = True
    scene.collection.objects.link(camera)
    return camera


def _data_of(camera: Object) -> Camera:
    assert isinstance(camera.data, Camera)
    return camera.data


def _point(made: Object, camera: FilmCamera, stage: Stage) -> None:
    """Put the camera object where the film's camera is; Blender's look along -z with y up."""
    data = _data_of(made)
    data.sensor_fit, data.lens_unit = "HORIZONTAL", "FOV"
    data.angle_x = math.radians(camera.field_of_view)
    placed = np.eye(4)
    placed[:3, :3] = camera.world_from_camera * [1.0, -1.0, -1.0]
    placed[:3, 3] = stage.place(camera.location)
    made.matrix_world = Matrix(placed.tolist())


def _turn_upright(backdrop: bpy.types.CameraBackgroundImage, movie: Image, video: VideoInfo) -> None:
    """Turn the picture where Blender did not: before 4.4 it does not heed the turn that a phone notes in its files."""
    stored: Sequence[int] = movie.size[:]
    lies = (stored[0] > stored[1]) != (video.width > video.height)
    if lies and video.turn % 180:
        backdrop.rotation = math.radians(video.turn)
        backdrop.frame_method = "FIT"  # Blender fits the picture first and turns it then
        backdrop.scale = max(video.width, video.height) / min(video.width, video.height)


def movie_fps(movie: Image) -> float:
    """Frames a second by which Blender finds the frames of ``movie``."""
    clip = bpy.data.movieclips.load(movie.filepath)
    fps = float(clip.fps)
    bpy.data.movieclips.remove(clip)
    return fps
