"""From a person of a take to an action on an armature."""

from pathlib import Path

import bpy
from bpy.props import IntProperty, StringProperty
from bpy.types import Context, Object, Operator

from ..motion.clean import clean_motion
from ..motion.errors import MocapError
from ..motion.records import Motion
from ..motion.resample import resample
from ..motion.takes import load_take
from ..retarget.armature import make_h36m_armature, read_rest_pose
from ..retarget.bone_map import map_bones
from ..retarget.solve import solve
from ..retarget.write import write_action
from . import troubles


class GAST_MOCAP_OT_bake(Operator):
    """Write one person's motion as keys.

    Properties that are not given are taken from the panel. ``target`` names an armature; "" makes a new one.
    """

    bl_idname = "gast_mocap.bake"
    bl_label = "Bake Animation"
    bl_description = (
        "Key the chosen person's motion onto the target as a new action; without a target a skeleton is made"
    )
    bl_options = {"REGISTER", "UNDO"}

    track_id: IntProperty(name="Person", min=1, options={"SKIP_SAVE"})
    target: StringProperty(name="Target", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set("Import a video or open a take first")
        return len(context.scene.gast_mocap.people) > 0

    def execute(self, context: Context) -> set[str]:
        troubles.of_bake.clear()
        self._fill_in(context)
        try:
            target = self._bake(context)
        except MocapError as error:
            troubles.of_bake.fail(error)
            self.report({"ERROR"}, error.text)
            return {"CANCELLED"}
        for notice in troubles.of_bake.notices:
            self.report({"WARNING"}, notice)
        self.report({"INFO"}, f"Person {self.track_id} is baked onto {target.name}")
        return {"FINISHED"}

    def _fill_in(self, context: Context) -> None:
        """Take what was not given from the panel."""
        settings = context.scene.gast_mocap
        if not self.properties.is_property_set("track_id"):
            self.track_id = settings.person().track_id
        if not self.properties.is_property_set("target"):
            self.target = settings.target.name if settings.target else ""

    def _bake(self, context: Context) -> Object:
        settings = context.scene.gast_mocap
        take = load_take(Path(bpy.path.abspath(settings.take)))
        cleaning = settings.clean_settings()
        render = context.scene.render
        motion = clean_motion(take, self.track_id, cleaning, troubles.of_bake.notify)
        frames, motion = resample(motion, render.fps / render.fps_base, cleaning.fill_gaps, troubles.of_bake.notify)

        name = f"{take.video.path.stem} person {self.track_id}"
        target = self._target(name, motion)
        rest = read_rest_pose(target)
        curves = solve(motion, rest, map_bones(rest))
        write_action(target, curves, frames + settings.start_frame, name)
        return target

    def _target(self, name: str, motion: Motion) -> Object:
        if not self.target:
            return make_h36m_armature(name, motion)
        target = bpy.data.objects.get(self.target)
        if target is None:
            raise MocapError("target_missing", f"There is no object named {self.target}. Choose a target armature.")
        return target
