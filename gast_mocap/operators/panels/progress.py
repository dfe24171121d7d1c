"""How far the worker is, with the cross that stops it."""

from bpy.types import UILayout

from ...inference.protocol.messages import STAGE_LABELS, Progress
from .. import running


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
