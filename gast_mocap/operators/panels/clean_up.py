"""The panel that makes a performance of what was lifted."""

from bpy.types import Context, UILayout

from ...take.clean_up_presets import preset_of
from .. import reports
from ..properties import GAST_MOCAP_PG_clean, GAST_MOCAP_PG_scene
from .panel import MocapPanel, draw_reports, split

USUAL_CONTROLS = (
    "body_height", "smooth_body", "smooth_travel", "travel", "foot_lock", "lock_strength", "contact_sensitivity",
    "own_origin", "face_front",
)  # fmt: skip
"""What most people touch."""
FURTHER_CONTROLS = (
    ("Body", ("constant_lengths", "symmetric", "remove_outliers", "fill_gaps")),
    ("Camera and Floor", ("field_of_view", "find_floor", "camera_tilt", "camera_roll", "find_height", "camera_height")),
    ("Place", ("align_camera", "camera_x", "camera_y", "camera_heading")),
    ("Feet", ("lock_release",)),
)
SWITCHES_NEEDED = {  # by a control to have an effect, and how they must be set
    "smooth_travel": {"travel": True},
    "field_of_view": {"travel": True},
    "camera_tilt": {"find_floor": False},
    "camera_roll": {"find_floor": False},
    "find_height": {"find_floor": False, "travel": True},
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
CONTACT_BUTTONS = (("mark_contacts",), ("keep_contacts", "find_contacts"))
CAMERA_BUTTONS = (("use_scene_camera",),)


class GAST_MOCAP_PT_clean(MocapPanel):
    bl_label = "Clean-up"
    bl_options = {"DEFAULT_CLOSED"}

    def show(self, layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene) -> None:
        draw_presets(layout, settings)
        split(layout)
        controls = layout.column()
        controls.active = not settings.raw
        draw_controls(controls, settings.clean, USUAL_CONTROLS)
        draw_buttons(controls, CONTACT_BUTTONS)
        header, body = layout.panel("gast_mocap_further", default_closed=True)
        header.label(text="More")
        if body:
            body.active = not settings.raw
            for title, names in FURTHER_CONTROLS:
                body.label(text=title)
                draw_controls(body, settings.clean, names)
                draw_buttons(body, CAMERA_BUTTONS if "find_floor" in names else ())
        layout.operator("gast_mocap.keep_clean_up")
        draw_reports(layout, context, reports.of_clean_up)


def draw_presets(layout: UILayout, settings: GAST_MOCAP_PG_scene) -> None:
    row = layout.row(align=True)
    row.menu("GAST_MOCAP_MT_clean_up_presets", text=preset_of(settings.clean.settings()))
    row.operator("gast_mocap.reset_clean_up", text="", icon="LOOP_BACK")
    switches = row.row(align=True)
    switches.prop(settings, "live", toggle=True)
    switches.prop(settings, "raw", toggle=True)


def draw_controls(layout: UILayout, clean: GAST_MOCAP_PG_clean, names: tuple[str, ...]) -> None:
    for name in names:
        control = layout.row()
        control.active = is_in_use(clean, name)
        control.prop(clean, name)


def draw_buttons(layout: UILayout, rows: tuple[tuple[str, ...], ...]) -> None:
    for operators in rows:
        buttons = layout.row(align=True)
        for operator in operators:
            buttons.operator(f"gast_mocap.{operator}")


def is_in_use(clean: GAST_MOCAP_PG_clean, name: str) -> bool:
    """Whether the control has an effect while the others are as they are."""
    return all(getattr(clean, switch) is wanted for switch, wanted in SWITCHES_NEEDED.get(name, {}).items())
