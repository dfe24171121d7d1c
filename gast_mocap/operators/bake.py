"""From a person of a take to an action on an armature."""

from dataclasses import dataclass

import bpy
from bpy.props import IntProperty, StringProperty
from bpy.types import Context, Object, Operator

from ..motion.clean import clean_motion
from ..motion.resample import resample
from ..retarget.blender.armature import read_rest_pose
from ..retarget.blender.library_overrides import animatable
from ..retarget.blender.new_skeleton import make_h36m_armature, remove_armature
from ..retarget.blender.write import Written, write_action
from ..retarget.rig.bone_map import BoneMap, check_map
from ..retarget.solve.confidence import bone_confidence
from ..retarget.solve.solve import keyed_bones, solve
from ..take.errors import MocapError
from ..take.records import IntArray, Motion
from . import reports
from .clean_up import shown_take
from .target_bones import found_map, show_map, shown_map

NAMED_AT_MOST = 4


class GAST_MOCAP_OT_bake(Operator):
    """Write one person's motion as keys.

    Properties that are not given are taken from the panel. ``target`` names an armature; "" makes a new one.
    The panel's bone map goes with the panel's target; another target's bones are found.
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
        reports.of_bake.clear()
        self._fill_in(context)
        try:
            target = self._bake(context)
        except MocapError as error:
            reports.of_bake.fail(error)
            self.report({"ERROR"}, error.text)
            return {"CANCELLED"}
        for notice in reports.of_bake.notices:
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
        take = shown_take(context.scene)
        cleaning = settings.clean_settings()
        render = context.scene.render
        motion = clean_motion(take, self.track_id, cleaning, reports.of_bake.notify)
        frames, motion = resample(motion, render.fps / render.fps_base, cleaning.fill_gaps)

        name = f"{take.video.path.stem} person {self.track_id}"
        performance = _Performance(name, motion, frames + settings.start_frame)
        if self.target:
            target = self._chosen(settings)
            return self._write(settings, target, self._bone_map(settings, target), performance)
        made = make_h36m_armature(name, motion)
        try:
            return self._write(settings, made, found_map(made), performance)
        except Exception:
            remove_armature(made)
            raise

    def _chosen(self, settings: bpy.types.PropertyGroup) -> Object:
        chosen = settings.target if self._is_the_panels(settings) else bpy.data.objects.get(self.target)
        if chosen is None:
            raise MocapError("target_missing", f"There is no object named {self.target}. Choose a target armature.")
        if chosen.type != "ARMATURE":
            raise MocapError("not_an_armature", f"{chosen.name} is not an armature. Choose an armature as target.")
        return chosen

    def _bone_map(self, settings: bpy.types.PropertyGroup, target: Object) -> BoneMap:
        if self._is_the_panels(settings) and any(shown_map(settings).bones):
            return shown_map(settings)
        return found_map(target, settings.bake.reference)

    def _is_the_panels(self, settings: bpy.types.PropertyGroup) -> bool:
        return settings.target is not None and settings.target.name == self.target

    def _write(
        self, settings: bpy.types.PropertyGroup, chosen: Object, bone_map: BoneMap, performance: "_Performance"
    ) -> Object:
        """Solve, then key; the armature that has the keys: of a linked one, the override in its place."""
        bake, motion = settings.bake, performance.motion
        rest = read_rest_pose(chosen)
        check_map(bone_map, rest)
        rest = read_rest_pose(chosen, bake.reference, keyed_bones(rest, bone_map, bake.travel))
        curves = solve(motion, rest, bone_map, bake.solve_options())
        confidence = bone_confidence(motion, bone_map) if bake.confidence else None
        target = animatable(chosen)  # after all that may fail: an override would stay behind
        if target != chosen and self._is_the_panels(settings):
            settings.target = target
            show_map(settings, bone_map)
        options = bake.write_options()
        written = write_action(target, curves, performance.frames, performance.name, options, confidence)
        for notice in _notices(target, written, bake):
            reports.of_bake.notify(notice)
        return target


@dataclass(frozen=True)
class _Performance:
    """What is written: ``frames`` (t,) of the scene."""

    name: str
    motion: Motion
    frames: IntArray


def _notices(target: Object, written: Written, bake: bpy.types.PropertyGroup) -> list[str]:
    """What the animator should know of what was written, or of why it cannot be seen."""
    notices = []
    if bake.keys != "ALL":
        notices.append(f"{written.keys} keys; between them no bone is off by more than {written.error:.2f} degrees.")
    if written.silenced:
        names = _listed([f"{constraint} of {bone}" for bone, constraint in written.silenced])
        notices.append(f"These constraints would override the keys, so the action sets their influence to 0: {names}.")
    if written.muted:
        notices.append(f"These drivers are muted, they would overrule the keys: {_listed(written.muted)}.")
    if written.laid_aside:
        notices.append(
            f"The action {written.laid_aside} was taken off {target.name}, it would overrule the new NLA track. "
            "It stays in the file."
        )
    if bake.confidence and target.override_library:
        notices.append("Library overrides lose mocap_confidence of the bones when the file is saved.")
    if target.data.pose_position == "REST":
        notices.append(f"{target.name} shows its rest position. Switch it to Pose Position to see the motion.")
    return notices


def _listed(names: "list[str] | tuple[str, ...]") -> str:
    shown = ", ".join(names[:NAMED_AT_MOST])
    return shown if len(names) <= NAMED_AT_MOST else f"{shown} and {len(names) - NAMED_AT_MOST} more"
