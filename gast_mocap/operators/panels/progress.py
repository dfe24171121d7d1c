"""How far the worker is, with the cross that stops it."""

from bpy.types import Context, Header, UILayout

from ...inference.protocol.messages import STAGE_LABELS, Found, Progress
from .. import glimpses, import_queue, running

STATUS_WIDTH = 18.0
FACES_A_ROW, FACE_SCALE = 4, 2.5


def draw_progress(layout: UILayout, under_way: running.Import) -> None:
    progress = under_way.progress
    place, total = import_queue.place_in_queue()
    if total > 1:
        layout.label(text=f"{place} of {total}: {under_way.subject}", icon="FILE_MOVIE")
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
    return f"{found.total} people so far" if found.total > 1 else "1 person so far"


def draw_in_status_bar(header: Header, _context: Context) -> None:
    """So that the progress is seen when the sidebar is closed."""
    assert header.layout
    if under_way := running.under_way():
        row = header.layout.row(align=True)
        row.ui_units_x = STATUS_WIDTH
        progress = under_way.progress
        factor = progress.done / max(progress.total, 1) if progress else 0.0
        row.progress(factor=factor, text=f"Mocap: {stage_text(under_way)}")
        row.operator("gast_mocap.cancel_import", text="", icon="X")


def stage_text(under_way: running.Import) -> str:
    if under_way.is_cancelled:
        return "Cancelling"
    progress = under_way.progress
    if progress is None:
        return "Starting"
    return f"{STAGE_LABELS[progress.stage]}{time_left(progress)}"


def rate_text(progress: Progress | None) -> str:
    """Such as "34 of 100, 12 a second"; shares of a stage that has one step are no news."""
    if progress is None or progress.total < 2:
        return ""
    rate = f", {progress.rate:.0f} a second" if progress.rate else ""
    return f"{progress.done} of {progress.total}{rate}"


def time_left(progress: Progress) -> str:
    if progress.seconds_left is None:
        return ""
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    return f", {minutes}:{seconds:02} left"
