"""What the panels have in common: their place, their layout, and how they show reports."""

import textwrap
from typing import Literal

from bpy.types import Context, Panel, UILayout

from ..properties import GAST_MOCAP_PG_scene, scene_of, settings_of
from ..reports import Reports
from ..translation import said

POINTS_PER_LETTER = 7.0  # of the interface font: wide letters in a row must not be clipped either
LETTERS_OF_FRAME = 8  # that box, icon and margins take from a line


class MocapPanel(Panel):
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Mocap"

    def draw(self, context: Context) -> None:
        assert self.layout
        self.show(self.layout, context, settings_of(scene_of(context)))

    def show(self, layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene) -> None:
        """Lay the panel out."""
        raise NotImplementedError


def split(layout: UILayout) -> None:
    """Labels on the left, values on the right, as in Blender's own editors of properties."""
    layout.use_property_split = True
    layout.use_property_decorate = False


def draw_reports(layout: UILayout, context: Context, reports: Reports) -> None:
    if reports.error:
        draw_text(layout, context, reports.error, "ERROR")
    for done in reports.done:
        draw_text(layout, context, done, "CHECKMARK")
    for notice in reports.notices:
        draw_text(layout, context, notice, "INFO")


def draw_text(
    layout: UILayout,
    context: Context,
    text: str,
    icon: Literal["ERROR", "INFO", "CHECKMARK", "COLORSET_02_VEC"],
    width: float | None = None,
) -> None:
    """``text`` in a box, with an icon, as in ``wrapped``."""
    column = layout.box().column(align=True)
    for line_number, line in enumerate(wrapped(context, said(text), width)):
        column.label(text=line, icon="BLANK1" if line_number else icon)


def wrapped(context: Context, text: str, width: float | None = None) -> list[str]:
    """``text`` on as many lines as the sidebar is narrow, or a dialog of ``width`` points: labels do not wrap by
    themselves."""
    if width is None:
        assert context.preferences and context.region
        width = context.region.width / context.preferences.system.ui_scale
    letters = int(width / POINTS_PER_LETTER) - LETTERS_OF_FRAME
    return textwrap.wrap(text, max(letters, 12))
