"""How a video is imported, drawn alike in the panel, the file browser and the dialog after a drop."""

from bpy.types import Context, UILayout

from ..inference.protocol.messages import Failed, Looked
from . import looking
from .import_range import frames_a_second
from .panels.panel import draw_text
from .properties import GAST_MOCAP_PG_scene
from .translation import iface_


def draw_import_options(layout: UILayout, settings: GAST_MOCAP_PG_scene, is_sequence: bool) -> None:
    layout.row().prop(settings, "quality", expand=True)
    draw_range(layout, settings)
    column = layout.column()
    column.use_property_split, column.use_property_decorate = True, False
    column.prop(settings, "frame_rate")
    if not is_sequence:
        column.prop(settings, "speed")
    column.prop(settings, "mirrored")
    column.prop(settings, "feet")
    column.prop(settings, "hands")


def draw_range(layout: UILayout, settings: GAST_MOCAP_PG_scene) -> None:
    is_known = frames_a_second(settings) is not None
    units = layout.row()
    units.active = is_known
    units.prop(settings, "range_unit", expand=True)
    suffix = "_seconds" if is_known and settings.range_unit == "SECONDS" else ""
    row = layout.row(align=True)
    row.prop(settings, f"start{suffix}")
    row.prop(settings, f"end{suffix}")
    row.operator("gast_mocap.range_from_scene", text="", icon="PREVIEW_RANGE")


def draw_facts(layout: UILayout, context: Context, field: str, width: float | None = None) -> None:
    """One line of what the video is, or why it cannot be read; in a dialog, of ``width`` points."""
    known = looking.known_of(field)
    if isinstance(known, Looked):
        layout.label(text=looked_words(known), icon="INFO")
    elif isinstance(known, Failed):
        draw_text(layout, context, known.sentence, "ERROR", width)


def looked_words(known: Looked) -> str:
    """Such as "1080 x 1920, 29.97 fps, 1:05"."""
    minutes, seconds = divmod(round(known.frame_count / known.fps), 60)
    rate = (
        iface_("{fps:.0f} fps, variable").format(fps=known.fps)
        if known.is_variable
        else iface_("{fps:.4g} fps").format(fps=known.fps)
    )
    return f"{known.width} x {known.height}, {rate}, {minutes}:{seconds:02}"
