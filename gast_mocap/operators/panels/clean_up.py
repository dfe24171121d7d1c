"""The panel that makes a performance of what was lifted."""

from bpy.types import Context, UILayout

from .. import reports
from ..properties import GAST_MOCAP_PG_clean, GAST_MOCAP_PG_scene
from .panel import MocapPanel, draw_reports, split

CLEAN_UP_GROUPS = (
    ("Body", ("body_height", "constant_lengths", "symmetric", "remove_outliers", "smooth_body", "fill_gaps")),
    ("Travel", ("travel", "smooth_travel", "field_of_view")),
    ("Floor", ("find_floor", "camera_tilt", "camera_roll", "find_height", "camera_height")),
    ("Place", ("own_origin", "face_front", "align_camera", "camera_x", "camera_y", "camera_heading")),
    ("Feet", ("foot_lock", "lock_strength", "contact_sensitivity", "lock_release")),
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
CLEAN_UP_BUTTONS = {
    "Floor": (("use_scene_camera",),),
    "Feet": (("mark_contacts",), ("keep_contacts", "find_contacts")),
}


class GAST_MOCAP_PT_clean(MocapPanel):
    bl_label = "Clean-up"
    bl_options = {"DEFAULT_CLOSED"}

    def show(self, layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene) -> None:
        split(layout)
        layout.prop(settings, "raw")
        for title, names in CLEAN_UP_GROUPS:
            header, body = layout.panel(f"gast_mocap_{title}", default_closed=True)
            header.label(text=title)
            if body:
                body.active = not settings.raw
                draw_controls(body, settings.clean, names)
                draw_buttons(body, title)
        layout.operator("gast_mocap.keep_clean_up")
        draw_reports(layout, context, reports.of_clean_up)


def draw_controls(layout: UILayout, clean: GAST_MOCAP_PG_clean, names: tuple[str, ...]) -> None:
    for name in names:
        control = layout.row()
        control.active = is_in_use(clean, name)
        control.prop(clean, name)


def draw_buttons(layout: UILayout, title: str) -> None:
    for operators in CLEAN_UP_BUTTONS.get(title, ()):
        buttons = layout.row(align=True)
        for operator in operators:
            buttons.operator(f"gast_mocap.{operator}")


def is_in_use(clean: GAST_MOCAP_PG_clean, name: str) -> bool:
    """Whether the control has an effect while the others are as they are."""
    return all(getattr(clean, switch) is wanted for switch, wanted in SWITCHES_NEEDED.get(name, {}).items())
