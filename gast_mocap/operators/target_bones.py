"""Operators on the bone map of the panel's target: corrected by hand, saved and loaded."""

from typing import Annotated

from bpy.props import StringProperty
from bpy.types import Armature, Context, Event, Menu, Object, OperatorProperties, Scene

from ..retarget.rig.bone_map import with_sides_swapped
from ..retarget.rig.roles import about
from ..retarget.rig.saved_maps import load_map, map_path, remove_map, save_map, saved_names
from ..take.errors import MocapError
from . import reports
from .operator import MocapOperator, Result
from .panel_map import recognised_map, saved_maps_folder, show_map, shown_map
from .properties import GAST_MOCAP_PG_scene, scene_of, settings_of
from .translation import iface_, rpt_, tip_


class BoneMapOperator(MocapOperator):
    """One that works on the panel's bone map."""

    bl_options = {"REGISTER", "UNDO"}
    reports = reports.of_bone_map

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set(tip_("Choose a target first"))
        return settings_of(scene_of(context)).target is not None

    def work(self, scene: Scene) -> str:
        settings = settings_of(scene)
        assert settings.target
        self.act(settings, settings.target)
        return ""

    def act(self, settings: GAST_MOCAP_PG_scene, target: Object) -> None:
        """Do it. Raises MocapError."""
        raise NotImplementedError


class GAST_MOCAP_OT_find_bones(BoneMapOperator):
    bl_idname = "gast_mocap.find_bones"
    bl_label = "Find Bones"
    bl_description = "Map the target's bones again from their names and the hierarchy, ignoring saved maps"

    def act(self, settings: GAST_MOCAP_PG_scene, target: Object) -> None:
        show_map(settings, recognised_map(settings, target))


class GAST_MOCAP_OT_pick_bone(BoneMapOperator):
    bl_idname = "gast_mocap.pick_bone"
    bl_label = "Use Active Bone"
    bl_description = "Use the target's active bone for this part of the body"

    role: Annotated[str, StringProperty(options={"SKIP_SAVE"})]

    @classmethod
    def description(cls, _context: Context, properties: OperatorProperties) -> str:
        return f"{cls.bl_description}.\n{about(properties.role)}"

    def act(self, settings: GAST_MOCAP_PG_scene, target: Object) -> None:
        assert isinstance(target.data, Armature)
        active = target.data.bones.active
        if active is None:
            text = rpt_(
                "{target} has no active bone. Click the bone in Pose Mode, then press this button again."
            ).format(target=target.name)
            raise MocapError("no_active_bone", text)
        settings.bone_roles[self.role].bone = active.name


class GAST_MOCAP_OT_swap_sides(BoneMapOperator):
    bl_idname = "gast_mocap.swap_sides"
    bl_label = "Swap Sides"
    bl_description = "Swap the bones of the left side with those of the right side"

    def act(self, settings: GAST_MOCAP_PG_scene, _target: Object) -> None:
        show_map(settings, with_sides_swapped(shown_map(settings)))


class GAST_MOCAP_OT_save_bone_map(BoneMapOperator):
    bl_idname = "gast_mocap.save_bone_map"
    bl_label = "Save Bone Map"
    bl_description = "Save this map under a name. Rigs with the same bones use it automatically from then on"

    name: Annotated[str, StringProperty(name="Name", options={"SKIP_SAVE"})]

    def invoke(self, context: Context, _event: Event) -> Result:
        target = settings_of(scene_of(context)).target
        assert target and context.window_manager
        self.name = target.name
        return context.window_manager.invoke_props_dialog(self)

    def act(self, settings: GAST_MOCAP_PG_scene, _target: Object) -> None:
        save_map(shown_map(settings), map_path(saved_maps_folder(), self.name))


class GAST_MOCAP_OT_load_bone_map(BoneMapOperator):
    bl_idname = "gast_mocap.load_bone_map"
    bl_label = "Load Bone Map"
    bl_description = "Use this saved map for the target"

    name: Annotated[str, StringProperty(name="Name", options={"SKIP_SAVE"})]

    def act(self, settings: GAST_MOCAP_PG_scene, _target: Object) -> None:
        show_map(settings, load_map(map_path(saved_maps_folder(), self.name)))


class GAST_MOCAP_OT_remove_bone_map(BoneMapOperator):
    bl_idname = "gast_mocap.remove_bone_map"
    bl_label = "Remove Bone Map"
    bl_description = "Delete this saved map from the disk"
    bl_options = {"REGISTER"}

    name: Annotated[str, StringProperty(name="Name", options={"SKIP_SAVE"})]

    def invoke(self, context: Context, event: Event) -> Result:
        assert context.window_manager
        return context.window_manager.invoke_confirm(self, event)

    def act(self, _settings: GAST_MOCAP_PG_scene, _target: Object) -> None:
        remove_map(map_path(saved_maps_folder(), self.name))


class GAST_MOCAP_MT_bone_maps(Menu):
    bl_label = "Saved Bone Maps"

    def draw(self, _context: Context) -> None:
        assert self.layout
        names = saved_names(saved_maps_folder())
        for name in names:
            self.layout.operator("gast_mocap.load_bone_map", text=name).name = name
        if not names:
            self.layout.label(text="No saved maps yet")
        self.layout.separator()
        for name in names:
            self.layout.operator(
                "gast_mocap.remove_bone_map", text=iface_("Remove {name}").format(name=name), icon="TRASH"
            ).name = name
