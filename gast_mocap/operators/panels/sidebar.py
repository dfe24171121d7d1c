"""The Mocap tab of the 3D viewport's sidebar."""

import textwrap

from bpy.types import Context, Panel, UILayout, UIList

from ...inference.protocol.messages import STAGE_LABELS, Progress
from .. import reports, running, thumbnails
from ..properties import GAST_MOCAP_PG_clean, GAST_MOCAP_PG_person, GAST_MOCAP_PG_scene

TAB = "Mocap"
POINTS_PER_LETTER = 6.2  # of the interface font, on average; a little wide so that nothing is clipped
CLEAN_UP_GROUPS = (
    ("Body", ("body_height", "constant_lengths", "symmetric", "remove_outliers", "smooth_body", "fill_gaps")),
    ("Travel", ("travel", "smooth_travel", "field_of_view")),
    ("Floor", ("find_floor", "camera_tilt", "camera_roll", "camera_height")),
    ("Place", ("own_origin", "face_front", "align_camera", "camera_x", "camera_y", "camera_heading")),
    ("Feet", ("foot_lock", "lock_strength", "contact_sensitivity", "lock_release")),
)
SWITCHES_NEEDED = {  # by a control for it to do anything, and how they must stand
    "smooth_travel": {"travel": True},
    "field_of_view": {"travel": True},
    "camera_tilt": {"find_floor": False},
    "camera_roll": {"find_floor": False},
    "camera_height": {"find_floor": False, "travel": True},
    "own_origin": {"align_camera": False},
    "face_front": {"align_camera": False},
    "camera_x": {"align_camera": True},
    "camera_y": {"align_camera": True},
    "camera_heading": {"align_camera": True},
    "foot_lock": {"travel": True},
    "lock_strength": {"travel": True, "foot_lock": True},
    "contact_sensitivity": {"travel": True},
    "lock_release": {"travel": True, "foot_lock": True},
}
CLEAN_UP_BUTTONS = {
    "Floor": (("use_scene_camera",),),
    "Feet": (("mark_contacts",), ("keep_contacts", "find_contacts")),
}


class MocapPanel:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB


class GAST_MOCAP_PT_video(MocapPanel, Panel):
    bl_label = "Video"

    def draw(self, context: Context) -> None:
        layout = self.layout
        settings = context.scene.gast_mocap
        column = layout.column()
        column.active = not running.is_running()
        column.prop(settings, "video", text="", placeholder="Video")
        row = column.row(align=True)
        row.prop(settings, "start")
        row.prop(settings, "end")
        column.row().prop(settings, "quality", expand=True)
        if running.is_running():
            draw_progress(layout, running.current)
        else:
            button = layout.row()
            button.scale_y = 1.5
            button.operator("gast_mocap.import_video", icon="IMPORT")
        draw_troubles(layout, context, reports.of_import)


def draw_progress(layout: UILayout, under_way: running.Import) -> None:
    progress = under_way.progress
    layout.label(text=stage_text(under_way))
    row = layout.row(align=True)
    row.progress(
        factor=progress.done / max(progress.total, 1) if progress else 0.0,
        text=f"{100 * progress.done // max(progress.total, 1)} %" if progress else "",
    )
    row.operator("gast_mocap.cancel_import", text="", icon="X")


def stage_text(under_way: running.Import) -> str:
    if under_way.is_cancelled:
        return "Cancelling"
    progress = under_way.progress
    if progress is None:
        return "Starting"
    return f"{STAGE_LABELS[progress.stage]}{time_left(progress)}"


def time_left(progress: Progress) -> str:
    if progress.seconds_left is None:
        return ""
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    return f", {minutes}:{seconds:02} left"


class GAST_MOCAP_UL_people(UIList):
    """Picture and id, seconds on screen, confidence."""

    def draw_item(
        self,
        _context: Context,
        layout: UILayout,
        settings: GAST_MOCAP_PG_scene,
        person: GAST_MOCAP_PG_person,
        _icon: int,
        _active: GAST_MOCAP_PG_scene,
        _active_property: str,
    ) -> None:
        row = layout.row()
        row.label(text=f"Person {person.track_id}", icon_value=thumbnails.icon(settings.take, person.track_id))
        figures = row.row()
        figures.alignment = "RIGHT"
        figures.label(text=f"{person.seconds:.1f} s")
        figures.label(text=f"{person.confidence:.0%}")


class GAST_MOCAP_PT_people(MocapPanel, Panel):
    bl_label = "People"

    def draw(self, context: Context) -> None:
        layout = self.layout
        settings = context.scene.gast_mocap
        if settings.people:
            layout.template_list("GAST_MOCAP_UL_people", "", settings, "people", settings, "person_index", rows=3)
            chosen = settings.person()
            if chosen:
                layout.template_icon(thumbnails.icon(settings.take, chosen.track_id), scale=5)
                layout.prop(chosen, "body_height")
        else:
            layout.label(text="Nobody yet", icon="COMMUNITY")
        layout.operator("gast_mocap.open_take", icon="FILE_FOLDER")


class GAST_MOCAP_PT_clean(MocapPanel, Panel):
    bl_label = "Clean-up"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.scene.gast_mocap
        layout.prop(settings, "raw")
        for title, names in CLEAN_UP_GROUPS:
            header, body = layout.panel(f"gast_mocap_{title}", default_closed=True)
            header.label(text=title)
            if body:
                body.active = not settings.raw
                for name in names:
                    control = body.row()
                    control.active = is_in_use(settings.clean, name)
                    control.prop(settings.clean, name)
                for row in CLEAN_UP_BUTTONS.get(title, ()):
                    buttons = body.row(align=True)
                    for operator in row:
                        buttons.operator(f"gast_mocap.{operator}")
        layout.operator("gast_mocap.keep_clean_up")
        draw_troubles(layout, context, reports.of_clean_up)


def is_in_use(clean: GAST_MOCAP_PG_clean, name: str) -> bool:
    """Whether the control does anything as the others stand."""
    return all(getattr(clean, switch) is wanted for switch, wanted in SWITCHES_NEEDED.get(name, {}).items())


def draw_troubles(layout: UILayout, context: Context, shown: reports.Troubles) -> None:
    if shown.error:
        draw_text(layout, context, shown.error, "ERROR")
    for notice in shown.notices:
        draw_text(layout, context, notice, "INFO")


def draw_text(layout: UILayout, context: Context, text: str, icon: str) -> None:
    """``text`` on as many lines as the sidebar is narrow: labels do not wrap by themselves."""
    scale = context.preferences.system.ui_scale
    letters = int(context.region.width / (POINTS_PER_LETTER * scale)) - 8
    column = layout.box().column(align=True)
    for line_number, line in enumerate(textwrap.wrap(text, max(letters, 12))):
        column.label(text=line, icon="BLANK1" if line_number else icon)
