"""Draws the tracked skeleton of the chosen person in the 3D views, coloured by how sure the tracking is."""

from dataclasses import dataclass
from typing import Any

import bpy
import gpu
import numpy as np
from bpy.types import Scene, SpaceView3D
from gpu_extras.batch import batch_for_shader

from ..retarget.solve.placing import Stage
from ..take.errors import MocapError
from ..take.records import FloatArray, Motion
from ..take.skeletons import H36M17
from ..take.visibility import score_colours
from .match import stage_of_target
from .performances import motion_of
from .properties import fps_of, scene_of, settings_of

LINE_WIDTH = 4.0
BONES = np.array(H36M17.bones())
FARTHEST = 0.1
"""Seconds from the frame to the nearest moment in which the person is seen, at most; else nothing is drawn."""

_handler: object | None = None


@dataclass(frozen=True)
class _Skeleton:
    motion: Motion
    stage: Stage

    def at(self, seconds: float) -> tuple[FloatArray, FloatArray] | None:
        """Joints (17, 3) in Blender's world and their scores (17,), if the person is seen then."""
        nearest = int(np.argmin(np.abs(self.motion.times - seconds)))
        if abs(self.motion.times[nearest] - seconds) > FARTHEST:
            return None
        return self.stage.place(self.motion.joints[nearest]), self.motion.scores[nearest]


def register() -> None:
    global _handler
    if not bpy.app.background:
        _handler = SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_VIEW")


def unregister() -> None:
    global _handler
    if _handler is not None:
        SpaceView3D.draw_handler_remove(_handler, "WINDOW")
    _handler = None


def _draw() -> None:
    scene = scene_of(bpy.context)
    settings = settings_of(scene)
    if not settings.show_skeleton or settings.person() is None:
        return
    skeleton = skeleton_of(scene)
    seconds = (scene.frame_current_final - settings.start_frame) / fps_of(scene)
    if skeleton is None or (seen := skeleton.at(seconds)) is None:
        return
    joints, scores = seen
    draw_lines(joints[BONES].reshape(-1, 3), score_colours(scores)[BONES].reshape(-1, 4), LINE_WIDTH)


def draw_lines(ends: FloatArray, colours: FloatArray, width: float) -> None:
    """Lines between each two of ``ends`` (2 n, 3), before all else, in ``colours`` (2 n, 4)."""
    shader = gpu.shader.from_builtin("POLYLINE_SMOOTH_COLOR")
    content: dict[str, Any] = {"pos": ends.astype(np.float32), "color": colours.astype(np.float32)}
    batch = batch_for_shader(shader, "LINES", content)
    assert bpy.context.region
    shader.uniform_float("viewportSize", (bpy.context.region.width, bpy.context.region.height))
    shader.uniform_float("lineWidth", width)
    gpu.state.blend_set("ALPHA")
    gpu.state.depth_test_set("NONE")
    batch.draw(shader)
    gpu.state.blend_set("NONE")


def skeleton_of(scene: Scene) -> _Skeleton | None:
    """The chosen person's motion as it is set now; None where there is none."""
    settings = settings_of(scene)
    try:
        motion = motion_of(scene, settings.chosen_person().track_id, lambda _notice: None)
        return _Skeleton(motion, stage_of_target(settings, motion))
    except MocapError:
        return None  # the bake says why
