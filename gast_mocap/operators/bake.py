"""From a person of a take to an action on an armature."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import bpy
from bpy.props import IntProperty, StringProperty
from bpy.types import Armature, Context, Object, Scene

from ..motion.clean import clean_motion
from ..motion.resample import rate_note, resample
from ..retarget.blender.armature import read_rest_pose
from ..retarget.blender.library_overrides import animatable
from ..retarget.blender.new_skeleton import make_h36m_armature, remove_armature
from ..retarget.blender.write import Written, write_action
from ..retarget.rig.bone_map import BoneMap, check_map
from ..retarget.solve.confidence import bone_confidence
from ..retarget.solve.solve import as_the_rig_sees_it, keyed_bones, solve
from ..take.errors import MocapError
from ..take.records import IntArray, Motion
from . import reports
from .operator import MocapOperator
from .panel_map import found_map, show_map, shown_map
from .properties import GAST_MOCAP_PG_bake, GAST_MOCAP_PG_scene, fps_of, scene_of, settings_of
from .scene_take import shown_take

NAMED_AT_MOST = 4
"""Bones, constraints or drivers that a notice names; with more, it grows longer than anybody reads."""


class GAST_MOCAP_OT_bake(MocapOperator):
    """Write one person's motion as keys.

    Properties that are not given are taken from the panel. ``target`` names an armature; "" makes a new one.
    The panel's bone map goes with the panel's target; another target's bones are found.
    """

    bl_idname = "gast_mocap.bake"
    bl_label = "Bake Animation"
    bl_description = "Key the chosen person's motion on the target as a new action. Without a target, create a skeleton"
    bl_options = {"REGISTER", "UNDO"}
    reports = reports.of_bake

    track_id: Annotated[int, IntProperty(name="Person", min=1, options={"SKIP_SAVE"})]
    target: Annotated[str, StringProperty(name="Target", options={"SKIP_SAVE"})]

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set("Import a video or open a take first")
        return len(settings_of(scene_of(context)).people) > 0

    def work(self, scene: Scene) -> str:
        settings = settings_of(scene)
        self._fill_in(settings)
        performance = self._performance(scene, settings)
        target = self._bake(settings, performance)
        self._extend(scene, int(performance.frames[-1]))
        return f"Baked person {self.track_id} onto {target.name}"

    def _fill_in(self, settings: GAST_MOCAP_PG_scene) -> None:
        """Take what was not given from the panel."""
        if not self.properties.is_property_set("track_id"):
            self.track_id = settings.chosen_person().track_id
        if not self.properties.is_property_set("target"):
            self.target = settings.target.name if settings.target else ""

    def _performance(self, scene: Scene, settings: GAST_MOCAP_PG_scene) -> "_Performance":
        take = shown_take(scene)
        cleaning = settings.clean_settings()
        motion = clean_motion(take, self.track_id, cleaning, self.reports.notify)
        frames, motion = resample(motion, fps_of(scene), cleaning.fill_gaps)
        if note := rate_note(take.video.fps, fps_of(scene)):
            self.reports.notify(note)
        return _Performance(f"{take.video.path.stem} person {self.track_id}", motion, frames + settings.start_frame)

    def _bake(self, settings: GAST_MOCAP_PG_scene, performance: "_Performance") -> Object:
        if self.target:
            target = self._chosen(settings)
            return self._write(settings, target, self._bone_map(settings, target), performance)
        made = make_h36m_armature(performance.name, performance.motion)
        try:
            return self._write(settings, made, found_map(settings, made), performance)
        except Exception:
            remove_armature(made)
            raise

    def _extend(self, scene: Scene, last: int) -> None:
        """Move the scene's end where it would cut the motion off."""
        if last > scene.frame_end:
            told = f"The scene now ends at frame {last} instead of {scene.frame_end}, so that all of the motion plays."
            self.reports.notify(told)
            scene.frame_end = last

    def _chosen(self, settings: GAST_MOCAP_PG_scene) -> Object:
        chosen = settings.target if self._is_the_panels(settings) else bpy.data.objects.get(self.target)
        if chosen is None:
            raise MocapError("target_missing", f"There is no object named {self.target}. Choose a target armature.")
        if chosen.type != "ARMATURE":
            raise MocapError("not_an_armature", f"{chosen.name} is not an armature. Choose an armature as target.")
        return chosen

    def _bone_map(self, settings: GAST_MOCAP_PG_scene, target: Object) -> BoneMap:
        if self._is_the_panels(settings) and any(shown_map(settings).bones):
            return shown_map(settings)
        return found_map(settings, target)

    def _is_the_panels(self, settings: GAST_MOCAP_PG_scene) -> bool:
        return settings.target is not None and settings.target.name == self.target

    def _write(
        self, settings: GAST_MOCAP_PG_scene, chosen: Object, bone_map: BoneMap, performance: "_Performance"
    ) -> Object:
        """Solve, then key; the armature that has the keys: of a linked one, the override in its place."""
        bake, motion = settings.bake, performance.motion
        rest = read_rest_pose(chosen)
        check_map(bone_map, rest)
        keyed = keyed_bones(rest, bone_map, bake.travel)
        rest = read_rest_pose(chosen, bake.reference, keyed, bone_map.switches)
        curves = solve(motion, rest, bone_map, bake.solve_options())
        confidence = bone_confidence(as_the_rig_sees_it(motion, rest), bone_map) if bake.confidence else None
        target = animatable(chosen)  # after all that may fail: an override would stay behind
        if target != chosen and self._is_the_panels(settings):
            settings.target = target
            show_map(settings, bone_map)
        options = bake.write_options()
        written = write_action(target, curves, performance.frames, performance.name, options, confidence)
        for notice in _notices(target, written, bake):
            self.reports.notify(notice)
        return target


@dataclass(frozen=True)
class _Performance:
    """What is written: ``frames`` (t,) of the scene."""

    name: str
    motion: Motion
    frames: IntArray


def _notices(target: Object, written: Written, bake: GAST_MOCAP_PG_bake) -> list[str]:
    """What the animator should know of what was written, or of why it cannot be seen."""
    notices = []
    if bake.keys != "ALL":
        notices.append(f"{written.keys} keys; no bone deviates by more than {written.error:.2f} degrees between them.")
    if written.silenced:
        names = _listed([f"{constraint} of {bone}" for bone, constraint in written.silenced])
        notices.append(f"These constraints would override the keys, so the action sets their influence to 0: {names}.")
    if written.muted:
        notices.append(f"These drivers would override the keys, so they are muted: {_listed(written.muted)}.")
    if written.laid_aside:
        notices.append(
            f"The action {written.laid_aside} was taken off {target.name} because it would override the new NLA track. "
            "It stays in the file."
        )
    if written.copied_from:
        notices.append(
            f"Other objects play the action {written.copied_from} too, so {target.name} got a copy of it and they keep "
            "theirs."
        )
    if written.drowned_by:
        notices.append(
            f"{target.name} does not show the bake because its NLA track {_listed(written.drowned_by)} plays solo. "
            "Turn the track's star off in the NLA editor."
        )
    if bake.confidence and target.override_library:
        notices.append("The bones of a library override lose mocap_confidence when the file is saved.")
    if isinstance(target.data, Armature) and target.data.pose_position == "REST":
        notices.append(f"{target.name} shows its rest position. Switch it to Pose Position to see the motion.")
    return notices


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED_AT_MOST])
    return shown if len(names) <= NAMED_AT_MOST else f"{shown} and {len(names) - NAMED_AT_MOST} more"
