"""How far the worker is, with the cross that stops it."""

from bpy.types import Context, Header, UILayout

from ...inference.protocol.messages import STAGE_LABELS, Found, Progress
from .. import glimpses, import_queue, running
from ..translation import iface_

STATUS_WIDTH = 18.0
FACES_A_ROW, FACE_SCALE = 4, 2.5


def draw_progress(layout: UILayout, under_way: running.Import) -> None:
    progress = under_way.progress
    place, total = import_queue.place_in_queue()
    if total > 1:
        layout.label(
            text=iface_("{place} of {total}: {subject}").format(place=place, total=total, subject=under_way.subject),
            icon="FILE_MOVIE",
        )
    layout.label(text=stage_text(under_way))
    row = layout.row(align=True)
    row.progress(factor=progress.done / max(progress.total, 1) if progress else 0.0, text=rate_text(progress))
    row.operator("gast_mocap.cancel_import", text="", icon="X")
    if under_way.found:
        draw_found(layout, under_way.found)


def draw_found(layout: UILayout, found: Found) -> None:
    """Who was found so far, each with the seconds that they were seen for."""
    layout.label(text=found_text(found), icon="COMMUNITY")
    faces = layout.grid_flow(row_major=True, columns=FACES_A_ROW, even_columns=True, align=True)
    for number, person in enumerate(found.people):
        face = faces.column(align=True)
        face.template_icon(glimpses.icon(number, person), scale=FACE_SCALE)
        seconds = face.row()
        seconds.alignment = "CENTER"
        seconds.label(text=f"{person.seconds:.0f} s")


def found_text(found: Found) -> str:
    if not found.total:
        return "Nobody so far"
    return iface_("{total} people so far").format(total=found.total) if found.total > 1 else "1 person so far"


def draw_in_status_bar(header: Header, _context: Context) -> None:
    """So that the progress is seen when the sidebar is closed."""
    assert header.layout
    if under_way := running.under_way():
        row = header.layout.row(align=True)
        row.ui_units_x = STATUS_WIDTH
        progress = under_way.progress
        factor = progress.done / max(progress.total, 1) if progress else 0.0
        row.progress(factor=factor, text=iface_("Mocap: {stage}").format(stage=stage_text(under_way)))
        row.operator("gast_mocap.cancel_import", text="", icon="X")


def stage_text(under_way: running.Import) -> str:
    if under_way.is_cancelled:
        return iface_("Cancelling")
    progress = under_way.progress
    if progress is None:
        return iface_("Starting")
    stage = iface_(STAGE_LABELS[progress.stage])
    if progress.seconds_left is None:
        return stage
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    return iface_("{stage}, {minutes}:{seconds:02} left").format(stage=stage, minutes=minutes, seconds=seconds)


def rate_text(progress: Progress | None) -> str:
    """Such as "34 of 100, 12 a second"; shares of a stage that has one step are no news."""
    if progress is None or progress.total < 2:
        return ""
    template = iface_("{done} of {total}, {rate:.0f} a second" if progress.rate else "{done} of {total}")
    return template.format(done=progress.done, total=progress.total, rate=progress.rate)
