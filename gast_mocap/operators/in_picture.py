"""Work in the video's picture, behind the character: a click chooses a person, a keypoint is dragged where it is."""

from dataclasses import dataclass

import bpy
import numpy as np
from bpy.types import Area, Context, Event, Region, Scene, SpaceView3D
from bpy_extras.view3d_utils import location_3d_to_region_2d

from ..take.edits import Move
from ..take.errors import MocapError
from ..take.pick import keypoint_at, person_at, points_at
from ..take.records import FloatArray, Take
from ..take.skeletons import COCO17
from ..take.visibility import score_colours
from . import mending, reports, running
from .match import is_ours
from .operator import MocapOperator, Result
from .overlay import draw_lines
from .properties import scene_of, settings_of
from .scene_take import take_of
from .translation import tip_

GRIP = 12.0
"""Pixels of the screen, at a UI scale of 1, around a keypoint in which it is taken."""
MARK = 5.0
OTHERS = (0.7, 0.7, 0.7, 0.8)
LINE_WIDTH = 2.0
BONES = np.array(COCO17.bones())
HINT = "Click on a person to choose them, drag a keypoint to where it is. Esc ends"
WAITING = "The change is worked out"


@dataclass(frozen=True)
class PictureInRegion:
    """Where the picture lies in a region, which counts y up: its upper left corner and pixels of the screen to one of
    the picture."""

    corner: FloatArray
    scale: float

    def in_region(self, points: FloatArray) -> FloatArray:
        """(..., 2) of the picture's pixels ``points`` (..., 2)."""
        return np.asarray(self.corner + points * [self.scale, -self.scale])

    def in_picture(self, points: FloatArray) -> FloatArray:
        """(..., 2) px of the picture of the region's ``points`` (..., 2)."""
        return np.asarray((points - self.corner) * [1, -1] / self.scale)


@dataclass
class _Dragged:
    """A keypoint of the chosen person in the hand: frame of the video, number, and place in px of the picture."""

    frame: int
    joint: int
    place: FloatArray
    has_moved: bool = False


@dataclass
class _Session:
    """What the operator shows while it runs, in one area."""

    area: int
    dragged: _Dragged | None = None


_session: _Session | None = None
_handler: object | None = None


class GAST_MOCAP_OT_work_in_picture(MocapOperator):
    """Runs until Esc; whatever it has no use for goes on to Blender, so that one can play, jump and zoom."""

    bl_idname = "gast_mocap.work_in_picture"
    bl_label = "Correct in Picture"
    bl_description = (
        "In the view through the video's camera: click on a person to choose them, drag a keypoint of the chosen "
        "person to where it is in the picture. Esc ends"
    )
    bl_options = {"REGISTER"}
    reports = reports.of_mending

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set(tip_("Press See the Match first, and look through its camera"))
        return _session is None and context.area is not None and picture_in(context, context.area) is not None

    def invoke(self, context: Context, _event: Event) -> Result:
        global _session
        assert context.area and context.window_manager
        _session = _Session(context.area.as_pointer())
        context.area.header_text_set(tip_(HINT))
        context.area.tag_redraw()
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Context, event: Event) -> Result:
        if _session is None or context.area is None:
            return self._end(context)
        if event.type == "ESC" and event.value == "PRESS":
            return self._end(context)
        context.area.header_text_set(tip_(WAITING if running.is_running() else HINT))
        region = window_region(context.area)
        place = np.array([event.mouse_x - region.x, event.mouse_y - region.y], float)
        if event.type == "MOUSEMOVE" and _session.dragged:
            self._drag(context, place)
        elif event.type == "LEFTMOUSE" and event.value == "RELEASE" and _session.dragged:
            self._drop(context)
        elif event.type == "LEFTMOUSE" and event.value == "PRESS" and not running.is_running():
            return self._press(context, region, place)
        else:
            return {"PASS_THROUGH"}
        return {"RUNNING_MODAL"}

    def _press(self, context: Context, region: Region, place: FloatArray) -> Result:
        """Take a keypoint of the chosen person, or choose who is there."""
        assert _session and context.area and context.preferences
        picture, scene = picture_in(context, context.area), scene_of(context)
        if picture is None or not (0 <= place[0] < region.width and 0 <= place[1] < region.height):
            return {"PASS_THROUGH"}
        try:
            take = take_of(scene)
        except MocapError as error:
            self.reports.fail(error)
            return {"PASS_THROUGH"}
        frame, point = mending.video_frame(scene, take, scene.frame_current), picture.in_picture(place)
        points = points_at(take.person(settings_of(scene).chosen_person().track_id), frame)
        grip = GRIP * context.preferences.system.ui_scale / picture.scale
        if points is not None and (joint := keypoint_at(points, point, grip)) is not None:
            _session.dragged = _Dragged(frame, joint, points[joint])
        elif (person := person_at(take, frame, point)) is not None:
            choose(scene, person.track_id)
        else:
            return {"PASS_THROUGH"}
        context.area.tag_redraw()
        return {"RUNNING_MODAL"}

    def _drag(self, context: Context, place: FloatArray) -> None:
        assert _session and _session.dragged and context.area
        if (picture := picture_in(context, context.area)) is not None:
            _session.dragged.place, _session.dragged.has_moved = picture.in_picture(place), True
        context.area.tag_redraw()

    def _drop(self, context: Context) -> None:
        """Let the worker lift the person again with the keypoint where it is now."""
        assert _session and _session.dragged
        dropped, _session.dragged = _session.dragged, None
        if dropped.has_moved:
            move(scene_of(context), dropped.frame, dropped.joint, dropped.place)

    def _end(self, context: Context) -> Result:
        forget()
        if context.area:
            context.area.header_text_set(None)
            context.area.tag_redraw()
        return {"FINISHED"}


def move(scene: Scene, frame: int, joint: int, place: FloatArray) -> None:
    """Put a keypoint of the chosen person at ``place`` (2,) px; what is wrong is said in the panel."""
    settings = settings_of(scene)
    reports.of_mending.clear()
    try:
        take, (x, y) = take_of(scene), np.round(place).astype(int).tolist()
        track_id = settings.chosen_person().track_id
        edit = Move(track_id, frame, COCO17.joints[joint], x, y, settings.reach)
        mending.start(scene, take, (*take.edits, edit), "Move Keypoint").watch()
    except MocapError as error:
        reports.of_mending.fail(error)


def choose(scene: Scene, track_id: int) -> None:
    """Make somebody the chosen person."""
    settings = settings_of(scene)
    settings.person_index = next(i for i, row in enumerate(settings.people) if row.track_id == track_id)
    bpy.ops.ed.undo_push(message="Choose Person")


def picture_in(context: Context, area: Area) -> PictureInRegion | None:
    """Where the video's picture lies in a 3D view that looks through its camera; None in other views."""
    scene, space = scene_of(context), area.spaces.active
    camera = scene.camera
    if not isinstance(space, SpaceView3D) or space.region_3d is None or camera is None or not is_ours(camera):
        return None
    if space.region_3d.view_perspective != "CAMERA":
        return None
    assert isinstance(camera.data, bpy.types.Camera)
    region, placed = window_region(area), camera.matrix_world.normalized()
    corners = [
        location_3d_to_region_2d(region, space.region_3d, placed @ corner)
        for corner in camera.data.view_frame(scene=scene)
    ]
    if any(corner is None for corner in corners):
        return None
    seen = np.array([corner[:] for corner in corners])
    left, right, top = seen[:, 0].min(), seen[:, 0].max(), seen[:, 1].max()
    return PictureInRegion(np.array([left, top]), float(right - left) / scene.render.resolution_x)


def window_region(area: Area) -> Region:
    return next(region for region in area.regions if region.type == "WINDOW")


def register() -> None:
    global _handler
    if not bpy.app.background:
        _handler = SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL")


def unregister() -> None:
    global _handler
    if _handler is not None:
        SpaceView3D.draw_handler_remove(_handler, "WINDOW")
    _handler = None


def forget() -> None:
    """Let nothing be in the hand; Blender itself ends the operator with the file."""
    global _session
    _session = None


def _draw() -> None:
    context = bpy.context
    if _session is None or context.area is None or context.area.as_pointer() != _session.area:
        return
    picture, scene = picture_in(context, context.area), scene_of(context)
    if picture is None or settings_of(scene).person() is None:
        return
    try:
        take = take_of(scene)
    except MocapError:
        return  # whatever is done next says why
    _draw_people(scene, take, picture)


def _draw_people(scene: Scene, take: Take, picture: PictureInRegion) -> None:
    """Everybody in grey, the chosen person in the colours of confidence, with a mark at each keypoint."""
    assert _session
    frame, chosen = mending.video_frame(scene, take, scene.frame_current), settings_of(scene).chosen_person()
    for person in take.people:
        points = points_at(person, frame)
        if points is None:
            continue
        if person.track_id != chosen.track_id:
            draw_lines(_flat(picture.in_region(points)[BONES]), np.full((2 * len(BONES), 4), OTHERS), LINE_WIDTH)
            continue
        if (dragged := _session.dragged) and dragged.frame == frame:
            points = np.where(np.arange(len(points))[:, None] == dragged.joint, dragged.place, points)
        seen = picture.in_region(points)
        colours = score_colours(person.keypoints.scores[person.keypoints.frames == frame][0])
        draw_lines(_flat(seen[BONES]), colours[BONES].reshape(-1, 4), LINE_WIDTH)
        crosses = seen[:, None] + MARK * np.array([[-1, -1], [1, 1], [-1, 1], [1, -1]])
        draw_lines(_flat(crosses), np.repeat(colours, 4, axis=0), LINE_WIDTH)


def _flat(points: FloatArray) -> FloatArray:
    """(n, 3) with z = 0 of (..., 2)."""
    return np.pad(points.reshape(-1, 2), ((0, 0), (0, 1)))
