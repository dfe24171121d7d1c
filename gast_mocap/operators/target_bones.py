"""The bone map of the panel's target: found, corrected by hand, saved and loaded."""

from pathlib import Path

import bpy
from bpy.props import StringProperty
from bpy.types import Context, Event, Menu, Object, Operator, OperatorProperties

from ..retarget.blender.armature import read_rest_pose
from ..retarget.rig.bone_map import BoneMap, described_map
from ..retarget.rig.recognition import map_bones
from ..retarget.rig.roles import ROLES, about
from ..retarget.rig.saved_maps import fitting_map, load_map, map_path, remove_map, save_map, saved_names
from ..take.errors import MocapError
from . import preferences, reports


def found_map(armature_object: Object, reference: str = "REST") -> BoneMap:
    """A saved map that fits, or else what the names and the hierarchy say. Raises MocapError."""
    rest = read_rest_pose(armature_object, reference)
    return fitting_map(saved_maps_folder(), rest) or map_bones(rest)


def shown_map(settings: bpy.types.PropertyGroup) -> BoneMap:
    bones = {row.name: row.bone for row in settings.bone_roles if row.bone}
    return described_map(bones, settings.family)


def show_map(settings: bpy.types.PropertyGroup, bone_map: BoneMap) -> None:
    settings.family = bone_map.family
    settings.bone_roles.clear()
    for role in ROLES:
        row = settings.bone_roles.add()
        row.name = role
        row.bone = bone_map.bones.get(role, "")


def find_bones(settings: bpy.types.PropertyGroup, _context: Context | None = None) -> None:
    """Map the target's bones; an armature without a known body gets an empty map and a word why."""
    reports.of_bone_map.clear()
    settings.bone_roles.clear()
    if settings.target is None:
        return
    try:
        show_map(settings, found_map(settings.target, settings.bake.reference))
    except MocapError as error:
        reports.of_bone_map.fail(error)
        show_map(settings, BoneMap({}))


def saved_maps_folder() -> Path:
    return preferences.own_folder("bone maps")


class BoneMapOperator(Operator):
    """One that works on the panel's bone map and tells its reports there."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        cls.poll_message_set("Choose a target first")
        return context.scene.gast_mocap.target is not None

    def execute(self, context: Context) -> set[str]:
        reports.of_bone_map.clear()
        try:
            self.act(context)
        except MocapError as error:
            reports.of_bone_map.fail(error)
            self.report({"ERROR"}, error.text)
            return {"CANCELLED"}
        return {"FINISHED"}


class GAST_MOCAP_OT_find_bones(BoneMapOperator):
    bl_idname = "gast_mocap.find_bones"
    bl_label = "Find Bones"
    bl_description = "Map the target's bones anew, from their names and the rig's build; saved maps are left aside"

    def act(self, context: Context) -> None:
        settings = context.scene.gast_mocap
        show_map(settings, map_bones(read_rest_pose(settings.target, settings.bake.reference)))


class GAST_MOCAP_OT_pick_bone(BoneMapOperator):
    bl_idname = "gast_mocap.pick_bone"
    bl_label = "Use Active Bone"
    bl_description = "Give this part of the body the active bone of the target"

    role: StringProperty(options={"SKIP_SAVE"})

    @classmethod
    def description(cls, _context: Context, properties: OperatorProperties) -> str:
        return f"{cls.bl_description}.\n{about(properties.role)}"

    def act(self, context: Context) -> None:
        settings = context.scene.gast_mocap
        active = settings.target.data.bones.active
        if active is None:
            text = f"{settings.target.name} has no active bone. Click the bone in Pose Mode, then press this again."
            raise MocapError("no_active_bone", text)
        settings.bone_roles[self.role].bone = active.name


class GAST_MOCAP_OT_save_bone_map(BoneMapOperator):
    bl_idname = "gast_mocap.save_bone_map"
    bl_label = "Save Bone Map"
    bl_description = "Keep this map under a name; rigs with the same bones get it by themselves from then on"

    name: StringProperty(name="Name", options={"SKIP_SAVE"})

    def invoke(self, context: Context, _event: Event) -> set[str]:
        self.name = context.scene.gast_mocap.target.name
        return context.window_manager.invoke_props_dialog(self)

    def act(self, context: Context) -> None:
        save_map(shown_map(context.scene.gast_mocap), map_path(saved_maps_folder(), self.name))


class GAST_MOCAP_OT_load_bone_map(BoneMapOperator):
    bl_idname = "gast_mocap.load_bone_map"
    bl_label = "Load Bone Map"
    bl_description = "Use this saved map for the target"

    name: StringProperty(name="Name", options={"SKIP_SAVE"})

    def act(self, context: Context) -> None:
        show_map(context.scene.gast_mocap, load_map(map_path(saved_maps_folder(), self.name)))


class GAST_MOCAP_OT_remove_bone_map(BoneMapOperator):
    bl_idname = "gast_mocap.remove_bone_map"
    bl_label = "Remove Bone Map"
    bl_description = "Delete this saved map for good"
    bl_options = {"REGISTER"}

    name: StringProperty(name="Name", options={"SKIP_SAVE"})

    def invoke(self, context: Context, event: Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)

    def act(self, _context: Context) -> None:
        remove_map(map_path(saved_maps_folder(), self.name))


class GAST_MOCAP_MT_bone_maps(Menu):
    bl_label = "Saved Bone Maps"

    def draw(self, _context: Context) -> None:
        names = saved_names(saved_maps_folder())
        for name in names:
            self.layout.operator("gast_mocap.load_bone_map", text=name).name = name
        if not names:
            self.layout.label(text="None saved yet")
        self.layout.separator()
        for name in names:
            self.layout.operator("gast_mocap.remove_bone_map", text=f"Remove {name}", icon="TRASH").name = name
