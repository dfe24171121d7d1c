"""The part of the Mocap tab that puts motion onto a rig."""

from collections.abc import Sequence
from typing import Final

from bpy.types import Context, Object, UILayout

from ...retarget.rig.roles import label, side_of
from .. import reports
from ..bake_options import draw_action, draw_further_options
from ..panel_map import shown_map
from ..properties import GAST_MOCAP_PG_bake, GAST_MOCAP_PG_bone_role, GAST_MOCAP_PG_person, GAST_MOCAP_PG_scene
from ..translation import iface_
from .panel import MocapPanel, draw_reports, draw_text, split

AMBER: Final = "COLORSET_02_VEC"  # an icon: layouts can draw a row in red, but in no other colour
TARGET_SHARE = 0.25
LABEL_SHARE = 0.38  # of the sidebar's width: bone names with a family's prefix are long


class GAST_MOCAP_PT_bake(MocapPanel):
    bl_label = "Bake"

    def show(self, layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene) -> None:
        split(layout)
        if ticked := settings.ticked():
            draw_targets(layout, ticked)
        else:
            draw_target(layout, settings)
        if settings.target and not ticked:
            draw_bones(layout, context, settings, settings.target)
            draw_reports(layout, context, reports.of_bone_map)
        layout.prop(settings, "start_frame")
        draw_options(layout, settings.bake)
        button = layout.row()
        button.scale_y = 1.5
        button.operator(
            "gast_mocap.bake",
            text=iface_("Bake {count} People").format(count=len(ticked)) if len(ticked) > 1 else "Bake Animation",
            icon="ACTION",
        )
        draw_match(layout, context, settings)
        draw_reports(layout, context, reports.of_bake)


def draw_match(layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene) -> None:
    """The video behind the character, and beside it."""
    row = layout.row(align=True)
    row.operator("gast_mocap.see_match", icon="CAMERA_DATA")
    row.operator("gast_mocap.reference_layout", text="", icon="SPLIT_VERTICAL")
    row.prop(settings, "show_skeleton", text="", icon="ARMATURE_DATA")
    draw_reports(layout, context, reports.of_match)


def draw_bones(layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene, target: Object) -> None:
    required = shown_map(settings).missing
    missing = len(required)
    doubtful = sum(bool(row.doubt) for row in settings.bone_roles)
    header, body = layout.panel("gast_mocap_bones", default_closed=True)
    header.alert = bool(missing)
    header.label(
        text=summary(settings, missing, doubtful), icon="ERROR" if missing else AMBER if doubtful else "CHECKMARK"
    )
    if body:
        if settings.family:
            body.label(text=settings.family, icon="ARMATURE_DATA")
        rows = body.column(align=True)
        rows.use_property_split = False
        for row in settings.bone_roles:
            draw_role(rows, context, row, target, row.name in required)
        buttons = body.row(align=True)
        buttons.operator("gast_mocap.find_bones", text="Find", icon="VIEWZOOM")
        buttons.operator("gast_mocap.save_bone_map", text="Save", icon="FILE_TICK")
        buttons.menu("GAST_MOCAP_MT_bone_maps", text="Load", icon="FILE_FOLDER")
    for notice in settings.body_notices.splitlines():
        draw_text(layout, context, notice, "INFO")
    if settings.sides_contradict:
        layout.operator("gast_mocap.swap_sides", icon="MOD_MIRROR")


def summary(settings: GAST_MOCAP_PG_scene, missing: int, doubtful: int) -> str:
    """Short enough for the sidebar as Blender opens it: ``21 of 24 bones, 1 doubtful``."""
    mapped = sum(bool(row.bone) for row in settings.bone_roles)
    parts = [iface_("{mapped} of {count} bones").format(mapped=mapped, count=len(settings.bone_roles))]
    if missing:
        parts.append(iface_("{count} missing").format(count=missing))
    if doubtful:
        parts.append(iface_("{count} doubtful").format(count=doubtful))
    return ", ".join(parts)


def short_label(role: str) -> str:
    """``Upper arm L``: the sidebar has no room for more."""
    part, side = label(role).partition(",")[0], side_of(role)
    return f"{part} {side.letter}" if side else part


def draw_role(layout: UILayout, context: Context, row: GAST_MOCAP_PG_bone_role, target: Object, missing: bool) -> None:
    line = layout.split(factor=LABEL_SHARE, align=True)
    line.alert = missing
    line.label(text=short_label(row.name), icon=AMBER if row.doubt else "NONE")
    field = line.row(align=True)
    field.prop_search(row, "bone", target.data, "bones", text="")
    field.operator("gast_mocap.pick_bone", text="", icon="RESTRICT_SELECT_OFF").role = row.name
    if row.doubt:
        draw_text(layout, context, row.doubt, AMBER)


def draw_options(layout: UILayout, bake: GAST_MOCAP_PG_bake) -> None:
    draw_action(layout, bake)
    header, body = layout.panel("gast_mocap_bake_options", default_closed=True)
    header.label(text="Options")
    if body:
        draw_further_options(body, bake)


def draw_target(layout: UILayout, settings: GAST_MOCAP_PG_scene) -> None:
    line = layout.split(factor=TARGET_SHARE)
    line.use_property_split = False
    line.label(text="Target")
    field = line.row(align=True)
    field.prop(settings, "target", text="", placeholder="New Skeleton")
    if settings.target is None:
        field.operator("gast_mocap.add_character", text="", icon="OUTLINER_OB_ARMATURE")


def draw_targets(layout: UILayout, ticked: Sequence[GAST_MOCAP_PG_person]) -> None:
    """One field for each of the people who are baked together."""
    for person in ticked:
        layout.prop(person, "target", text=person.label, placeholder="New Skeleton")
