"""Mends who was tracked: an edit is added to the take's, and the worker does what follows from it."""

import math
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from bpy.props import BoolProperty, EnumProperty, IntProperty
from bpy.types import Context, Event, Scene

from ..inference.protocol.job import Mend
from ..take.edits import Cut, Delete, Edit, Join, Move, Split, Swap, SwapSides, free_id, from_json, mended, to_json
from ..take.errors import MocapError
from ..take.pick import points_at
from ..take.records import ROUNDING, Take
from ..take.skeletons import COCO17
from . import preferences, reports, running, thumbnails
from .operator import MocapOperator, Result
from .paths import chosen_path
from .properties import fps_of, scene_of, settings_of
from .scene_take import take_of
from .translation import tip_

_others: list[tuple[str, str, str, int, int]] = []
"""The last list of people that was offered: Blender keeps no copy of an enumeration's texts."""


KEYPOINTS = tuple((joint, joint.replace("_", " ").capitalize(), "") for joint in COCO17.joints)


class MendingOperator(MocapOperator):
    """An operator that changes the edits of the scene's take."""

    bl_options = {"REGISTER"}
    reports = reports.of_mending

    wait: Annotated[
        bool,
        BoolProperty(description="Return only when the take is saved; for scripts", options={"SKIP_SAVE", "HIDDEN"}),
    ]

    @classmethod
    def poll(cls, context: Context) -> bool:
        if running.is_running():
            cls.poll_message_set(tip_("Wait until the import or the last change is done"))
            return False
        cls.poll_message_set(tip_("Import a video or open a take first"))
        return settings_of(scene_of(context)).person() is not None

    def work(self, scene: Scene) -> str:
        take = take_of(scene)
        edits = self.edits(scene, take)
        under_way = start(scene, take, edits, self.bl_label)
        if self.wait:
            under_way.wait()
        else:
            under_way.watch()
        return ""

    def edits(self, scene: Scene, take: Take) -> Sequence[Edit]:
        """Those that the take is to have. Raises MocapError."""
        return (*take.edits, self.edit(scene, take, settings_of(scene).chosen_person().track_id))

    def edit(self, scene: Scene, take: Take, track_id: int) -> Edit:
        """What is done to the chosen person, ``track_id``. Raises MocapError."""
        raise NotImplementedError

    def ask(self, context: Context) -> Result:
        """Show the properties, then execute."""
        assert context.window_manager
        return context.window_manager.invoke_props_dialog(self)


def _offer_others(_operator: Any, context: Context | None) -> list[tuple[str, str, str, int, int]]:
    """Everybody with their pictures, the chosen person last: the first one is offered first."""
    assert context
    settings = settings_of(scene_of(context))
    rows = sorted(settings.people, key=lambda row: row == settings.person())
    _others[:] = [
        (str(row.track_id), row.label, "", thumbnails.icon(settings.take, row.track_id), place)
        for place, row in enumerate(rows)  # what is offered first has to have the number 0
    ]
    return _others


class PairOperator(MendingOperator):
    """An operator on the chosen person and another one."""

    other: Annotated[str, EnumProperty(name="Other Person", items=_offer_others, options={"SKIP_SAVE"})]


class GAST_MOCAP_OT_join_people(PairOperator):
    bl_idname = "gast_mocap.join_people"
    bl_label = "Join"
    bl_description = "Make another person of the list and the chosen one a single person, who left and came back"

    earlier: Annotated[int, IntProperty(description="Instead of the chosen person", options={"SKIP_SAVE", "HIDDEN"})]
    later: Annotated[int, IntProperty(description="Instead of the other person", options={"SKIP_SAVE", "HIDDEN"})]

    def invoke(self, context: Context, _event: Event) -> Result:
        return self.execute(context) if self.later else self.ask(context)

    def edit(self, _scene: Scene, _take: Take, track_id: int) -> Edit:
        return Join(self.earlier or track_id, self.later or int(self.other))


class GAST_MOCAP_OT_split_person(MendingOperator):
    bl_idname = "gast_mocap.split_person"
    bl_label = "Split Here"
    bl_description = "From the current frame on, make the chosen person somebody else"

    def edit(self, scene: Scene, take: Take, track_id: int) -> Edit:
        return Split(track_id, video_frame(scene, take, scene.frame_current), free_id(take))


class GAST_MOCAP_OT_swap_people(PairOperator):
    bl_idname = "gast_mocap.swap_people"
    bl_label = "Swap From Here"
    bl_description = "From the current frame on, let the chosen person and another one change places"

    def invoke(self, context: Context, _event: Event) -> Result:
        return self.ask(context)

    def edit(self, scene: Scene, take: Take, track_id: int) -> Edit:
        return Swap(track_id, int(self.other), video_frame(scene, take, scene.frame_current))


class GAST_MOCAP_OT_delete_person(MendingOperator):
    bl_idname = "gast_mocap.delete_person"
    bl_label = "Delete"
    bl_description = "Take the chosen person out of the take. Undo and Reset bring them back"

    def edit(self, _scene: Scene, _take: Take, track_id: int) -> Edit:
        return Delete(track_id)


class StretchOperator(MendingOperator):
    """An operator on a stretch of frames of the chosen person."""

    first: Annotated[int, IntProperty(name="First Frame", description="Of the scene's frames", options={"SKIP_SAVE"})]
    last: Annotated[int, IntProperty(name="Last Frame", description="Of the scene's frames", options={"SKIP_SAVE"})]

    def invoke(self, context: Context, _event: Event) -> Result:
        scene = scene_of(context)
        self.first = scene.frame_preview_start if scene.use_preview_range else scene.frame_current
        self.last = scene.frame_preview_end if scene.use_preview_range else scene.frame_current
        return self.ask(context)

    def stretch(self, scene: Scene, take: Take) -> tuple[int, int]:
        """The first frame of the video, and the one after the last."""
        return video_frame(scene, take, self.first), video_frame(scene, take, self.last) + 1


class GAST_MOCAP_OT_cut_stretch(StretchOperator):
    bl_idname = "gast_mocap.cut_stretch"
    bl_label = "Cut Out"
    bl_description = (
        "Forget where the chosen person was in a stretch of frames. A short one is bridged, a long one gets no keys"
    )

    def edit(self, scene: Scene, take: Take, track_id: int) -> Edit:
        return Cut(track_id, *self.stretch(scene, take))


class GAST_MOCAP_OT_swap_left_right(StretchOperator):
    bl_idname = "gast_mocap.swap_left_right"
    bl_label = "Swap Left and Right"
    bl_description = "Take the chosen person's left for the right in a stretch of frames"

    def edit(self, scene: Scene, take: Take, track_id: int) -> Edit:
        return SwapSides(track_id, *self.stretch(scene, take))


def _show_place(operator: "GAST_MOCAP_OT_move_keypoint", context: Context) -> None:
    """Begin with where the keypoint is now."""
    scene = scene_of(context)
    take = take_of(scene)
    person = take.person(settings_of(scene).chosen_person().track_id)
    points = points_at(person, video_frame(scene, take, scene.frame_current))
    if points is not None:
        operator.x, operator.y = np.round(points[COCO17.index(operator.joint)]).astype(int).tolist()


class GAST_MOCAP_OT_move_keypoint(MendingOperator):
    bl_idname = "gast_mocap.move_keypoint"
    bl_label = "Move Keypoint"
    bl_description = "Say where a keypoint of the chosen person is in the picture at the current frame"

    joint: Annotated[str, EnumProperty(name="Keypoint", items=KEYPOINTS, update=_show_place, options={"SKIP_SAVE"})]
    x: Annotated[
        int, IntProperty(name="X", description="Pixels from the left edge of the picture", options={"SKIP_SAVE"})
    ]
    y: Annotated[
        int, IntProperty(name="Y", description="Pixels from the upper edge of the picture", options={"SKIP_SAVE"})
    ]

    def invoke(self, context: Context, _event: Event) -> Result:
        _show_place(self, context)
        return self.ask(context)

    def edit(self, scene: Scene, take: Take, track_id: int) -> Edit:
        frame = video_frame(scene, take, scene.frame_current)
        return Move(track_id, frame, self.joint, self.x, self.y, settings_of(scene).reach)


class GAST_MOCAP_OT_jump(MocapOperator):
    bl_idname = "gast_mocap.jump"
    bl_label = "Jump"
    bl_description = "Go to this frame, which is worth a look"
    bl_options = {"REGISTER"}
    reports = reports.of_mending

    frame: Annotated[int, IntProperty(description="Of the scene", options={"SKIP_SAVE", "HIDDEN"})]

    def work(self, scene: Scene) -> str:
        scene.frame_set(self.frame)
        return ""


class GAST_MOCAP_OT_undo_edit(MendingOperator):
    bl_idname = "gast_mocap.undo_edit"
    bl_label = "Undo Last"
    bl_description = "Take the last change to the people back"

    def edits(self, _scene: Scene, take: Take) -> Sequence[Edit]:
        return take.edits[:-1]


class GAST_MOCAP_OT_reset_edits(MendingOperator):
    bl_idname = "gast_mocap.reset_edits"
    bl_label = "Reset"
    bl_description = "Take all changes to the people back: the people as they were found"

    def invoke(self, context: Context, event: Event) -> Result:
        assert context.window_manager
        return context.window_manager.invoke_confirm(self, event)

    def edits(self, _scene: Scene, _take: Take) -> Sequence[Edit]:
        return ()


def video_frame(scene: Scene, take: Take, frame: int) -> int:
    """The frame of the video that plays at a frame of the scene."""
    return take.video.frame_at((frame - settings_of(scene).start_frame) / fps_of(scene))


def scene_frame(scene: Scene, take: Take, frame: int) -> int:
    """The first frame of the scene at which a frame of the video plays, or the next one if it is skipped."""
    seconds = float(take.video.times[frame]) - ROUNDING
    return settings_of(scene).start_frame + math.ceil(seconds * fps_of(scene))


def start(scene: Scene, take: Take, edits: Sequence[Edit], step: str) -> running.Import:
    """Let the worker give the scene's take these ``edits``; ``step`` names it for undo, "" for no step.

    Raises:
        MocapError: an edit is impossible, or the worker cannot be started.
    """
    mended(take, edits)
    path = chosen_path(settings_of(scene).take)
    order = Mend(path, to_json(edits), preferences.low_memory(), preferences.own_networks())
    return running.start(order, scene, step, reports.of_mending)


def follow_undo(scene: Scene) -> None:
    """After an undo or redo in Blender: let the take have the edits that the scene shows."""
    settings = settings_of(scene)
    if not settings.take or running.is_running():
        return
    try:
        take = take_of(scene)
        if to_json(take.edits) != (settings.edits or "[]"):
            start(scene, take, from_json(settings.edits or "[]"), "").watch()
    except MocapError as error:
        reports.of_mending.fail(error)
