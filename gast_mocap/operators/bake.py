"""From a person of a take to an action on an armature."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty
from bpy.types import Armature, Context, Event, Object, OperatorProperties, Scene

from ..motion.resample import rate_note
from ..motion.summary import summary
from ..retarget.blender.armature import Reference, read_rest_pose
from ..retarget.blender.character import make_character
from ..retarget.blender.library_overrides import animatable
from ..retarget.blender.new_skeleton import make_h36m_armature, remove_armature
from ..retarget.blender.write import Written
from ..retarget.rig.bone_map import BoneMap, check_map
from ..retarget.rig.review import uneven_scales
from ..retarget.solve.solve import keyed_bones
from ..take.errors import MocapError
from . import live, reports
from .after_bake import show
from .bake_options import REFERENCES, BakeOptions, draw_action, draw_further_options
from .baking import Part, Solved, perform
from .operator import MocapOperator, Result
from .panel_map import found_map, show_map, shown_map
from .properties import FARTHEST_START, GAST_MOCAP_PG_scene, fps_of, scene_of, settings_of
from .scene_take import shown_take
from .translation import rpt_, said, tip_

OPTIONS = (*BakeOptions.__annotations__, "reference")
UNSAVED: set[Literal["SKIP_SAVE"]] = {"SKIP_SAVE"}
WHERE = {
    "NEW": "on the target as a new action",
    "REPLACE": "into the target's current action",
    "NLA": "on the target as a new NLA track",
}
NAMED_AT_MOST = 4
"""Bones, constraints or drivers that a notice names; with more, it grows longer than anybody reads."""


class GAST_MOCAP_OT_bake(BakeOptions, MocapOperator):  # type: ignore[misc] # as in properties
    """Write people's motion as keys.

    Properties that are not given are taken from the panel. ``target`` names an armature; "" makes a new one.
    The panel's bone map goes with the panel's target; another target's bones are found.
    """

    bl_idname = "gast_mocap.bake"
    bl_label = "Bake Animation"
    bl_description = "Key the chosen person's motion on the target as a new action. Without a target, create a skeleton"
    bl_options = {"REGISTER", "UNDO"}
    reports = reports.of_bake

    track_id: Annotated[int, IntProperty(name="Person", options={"SKIP_SAVE", "HIDDEN"})]
    target: Annotated[str, StringProperty(name="Target", options={"SKIP_SAVE", "HIDDEN"})]
    start_frame: Annotated[
        int, IntProperty(name="Start Frame", min=-FARTHEST_START, max=FARTHEST_START, options={"SKIP_SAVE"})
    ]
    reference: Annotated[Reference, EnumProperty(name="Reference", items=REFERENCES, options={"SKIP_SAVE"})]
    is_shown: Annotated[
        bool,
        BoolProperty(
            description="Select and frame what was baked, and go to its first key", options={"HIDDEN"} | UNSAVED
        ),
    ]

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set(tip_("Import a video or open a take first"))
        return len(settings_of(scene_of(context)).people) > 0

    @classmethod
    def description(cls, context: Context, _properties: OperatorProperties) -> str:
        settings = settings_of(scene_of(context))
        ticked = len(settings.ticked())
        who = (
            tip_("the {ticked} ticked people's").format(ticked=ticked)
            if ticked > 1
            else tip_("the ticked person's")
            if ticked
            else tip_("the chosen person's")
        )
        return tip_("Key {who} motion {where}. Where no target is given, a skeleton is created").format(
            who=who, where=tip_(WHERE[settings.bake.action])
        )

    def draw(self, _context: Context) -> None:
        """The panel at the bottom left, in which a bake is done again in another way."""
        assert self.layout
        self.layout.use_property_split = True
        self.layout.prop(self, "start_frame")
        draw_action(self.layout, self)
        draw_further_options(self.layout, self)

    def invoke(self, context: Context, _event: Event) -> Result:
        self.is_shown = True
        return self.execute(context)

    def work(self, scene: Scene) -> str:
        settings = settings_of(scene)
        cast = self._cast(settings)
        self._fill_in(settings)
        made: list[Object] = []
        try:
            parts = [self._part(scene, settings, track_id, target, made) for track_id, target in cast]
            solved = [part.solved(scene) for part in parts]
            targets = [self._write(settings, one) for one in solved]
        except Exception:
            for armature in made:
                remove_armature(armature)
            raise
        self._tell(scene, solved)
        live.remember(
            [replace(part, armature=target.name_full) for part, target in zip(parts, targets, strict=True)],
            self.write_options(),
        )
        if self.is_shown:
            show(bpy.context, targets, min(int(one.performance.frames[0]) for one in solved))
        names = ", ".join(target.name for target in targets)
        return (
            rpt_("Baked {count} people onto {names}").format(count=len(cast), names=names)
            if len(cast) > 1
            else rpt_("Baked person {number} onto {names}").format(number=cast[0][0], names=names)
        )

    def _cast(self, settings: GAST_MOCAP_PG_scene) -> list[tuple[int, Object | None]]:
        """Who is baked onto what: as given, or as the panel says. Raises MocapError."""
        given = self.properties.is_property_set
        ticked = settings.ticked()
        if ticked and not (given("track_id") or given("target")):
            targets = [row.target for row in ticked if row.target]
            if len(set(targets)) < len(targets):
                raise MocapError("target_twice", "Two people have one target. Choose another one for each of them.")
            return [(row.track_id, row.target) for row in ticked]
        track_id = self.track_id if given("track_id") else settings.chosen_person().track_id
        return [(track_id, self._chosen(settings) if given("target") else settings.target)]

    def _fill_in(self, settings: GAST_MOCAP_PG_scene) -> None:
        """Take the options that were not given from the panel."""
        for name in ("start_frame", *OPTIONS):
            if not self.properties.is_property_set(name):
                setattr(self, name, getattr(settings if name == "start_frame" else settings.bake, name))

    def _part(
        self, scene: Scene, settings: GAST_MOCAP_PG_scene, track_id: int, target: Object | None, made: list[Object]
    ) -> Part:
        """A person on ``target``, or on a new skeleton, which is added to ``made``. Raises MocapError."""
        performance = perform(scene, track_id, self.start_frame, self.reports.notify)
        if target is None:
            target = make_h36m_armature(performance.name, performance.motion)
            made.append(target)
            bone_map = found_map(settings, target)
        else:
            bone_map = self._bone_map(settings, _checked(target))
        rest = read_rest_pose(target)
        check_map(bone_map, rest)
        keyed = keyed_bones(rest, bone_map, self.travel)
        rest = read_rest_pose(target, self.reference, keyed, bone_map.switches)
        for notice in uneven_scales(rest, bone_map):
            self.reports.notify(notice)  # the panel judged the target when it was chosen
        part = Part(track_id, target.name_full, bone_map, rest, self.start_frame, self.solve_options(), self.confidence)
        if part.hangs_apart and performance.has_gaps:
            self.reports.notify("Parts of this rig hang apart: keys within the gaps hold them together.")
        return part

    def _chosen(self, settings: GAST_MOCAP_PG_scene) -> Object | None:
        """The object that ``target`` names; None for a new skeleton. Raises MocapError."""
        if not self.target or (settings.target and settings.target.name == self.target):
            return settings.target if self.target else None
        if (chosen := bpy.data.objects.get(self.target)) is None:
            raise MocapError(
                "target_missing",
                rpt_("There is no object named {target}. Choose a target armature.").format(target=self.target),
            )
        return chosen

    def _bone_map(self, settings: GAST_MOCAP_PG_scene, target: Object) -> BoneMap:
        if target == settings.target and any(shown_map(settings).bones):
            return shown_map(settings)
        return found_map(settings, target)

    def _write(self, settings: GAST_MOCAP_PG_scene, solved: Solved) -> Object:
        """Key it; the armature that has the keys: of a linked one, the override in its place."""
        armature = solved.part.target
        assert armature
        target = animatable(armature)  # after all that may fail: an override would stay behind
        if target != armature and armature == settings.target:
            settings.target = target
            show_map(settings, solved.part.bone_map)
        written = solved.write(target, self.write_options())
        for notice in _notices(target, written, self):
            self.reports.notify(notice)
        return target

    def _tell(self, scene: Scene, solved: Sequence[Solved]) -> None:
        """Say what was baked, and move the scene's end where it would cut the motion off."""
        for one in solved:
            self.reports.done.append(f"{one.performance.name}: {said(summary(one.performance.motion))}.")
        if note := rate_note(shown_take(scene).video.fps, fps_of(scene)):
            self.reports.notify(note)
        last = max(int(one.performance.frames[-1]) for one in solved)
        if last > scene.frame_end:
            told = rpt_(
                "The scene now ends at frame {last} instead of {frame_end}, so that all of the motion plays."
            ).format(last=last, frame_end=scene.frame_end)
            self.reports.notify(told)
            scene.frame_end = last


def _checked(target: Object) -> Object:
    """Raises MocapError when it is no armature."""
    if target.type != "ARMATURE":
        raise MocapError(
            "not_an_armature",
            rpt_("{target} is not an armature. Choose an armature as target.").format(target=target.name),
        )
    return target


class GAST_MOCAP_OT_add_character(MocapOperator):
    bl_idname = "gast_mocap.add_character"
    bl_label = "Add Character"
    bl_description = "Add a plain character to the scene as the target, to see somebody move"
    bl_options = {"REGISTER", "UNDO"}
    reports = reports.of_bone_map

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set(tip_("Switch to Object Mode first"))
        return context.mode == "OBJECT"

    def work(self, scene: Scene) -> str:
        settings_of(scene).target = make_character("Character")
        return ""


def _notices(target: Object, written: Written, bake: BakeOptions) -> list[str]:
    """What the animator should know of what was written, or of why it cannot be seen."""
    notices = []
    if bake.keys != "ALL":
        notices.append(
            rpt_("{keys} keys; no bone deviates by more than {error:.2f} degrees between them.").format(
                keys=written.keys, error=written.error
            )
        )
    if written.silenced:
        names = _listed(
            [
                rpt_("{constraint} of {bone}").format(constraint=constraint, bone=bone)
                for bone, constraint in written.silenced
            ]
        )
        notices.append(
            rpt_("These constraints would override the keys, so the action sets their influence to 0: {names}.").format(
                names=names
            )
        )
    if written.muted:
        notices.append(
            rpt_("These drivers would override the keys, so they are muted: {listed}.").format(
                listed=_listed(written.muted)
            )
        )
    if written.laid_aside:
        notices.append(
            rpt_(
                "The action {laid_aside} was taken off {target} because it would override the new NLA track. "
                "It stays in the file."
            ).format(laid_aside=written.laid_aside, target=target.name)
        )
    if written.copied_from:
        notices.append(
            rpt_(
                "Other objects play the action {copied_from} too, so {target} got a copy of it and they keep theirs."
            ).format(copied_from=written.copied_from, target=target.name)
        )
    if written.drowned_by:
        notices.append(
            rpt_(
                "{target} does not show the bake because its NLA track {listed} plays solo. Turn the track's "
                "star off in the NLA editor."
            ).format(target=target.name, listed=_listed(written.drowned_by))
        )
    if bake.confidence and target.override_library:
        notices.append("The bones of a library override lose mocap_confidence when the file is saved.")
    if isinstance(target.data, Armature) and target.data.pose_position == "REST":
        notices.append(
            rpt_("{target} shows its rest position. Switch it to Pose Position to see the motion.").format(
                target=target.name
            )
        )
    return notices


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED_AT_MOST])
    return (
        shown
        if len(names) <= NAMED_AT_MOST
        else rpt_("{shown} and {count} more").format(shown=shown, count=len(names) - NAMED_AT_MOST)
    )
