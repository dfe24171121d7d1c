"""The panel that turns a video into a take."""

from bpy.types import Context, UILayout

from ...inference.protocol.messages import STAGE_LABELS, Progress
from .. import reports, running
from ..properties import GAST_MOCAP_PG_scene
from .panel import MocapPanel, draw_reports


class GAST_MOCAP_PT_video(MocapPanel):
    bl_label = "Video"

    def show(self, layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene) -> None:
        under_way = running.under_way()
        column = layout.column()
        column.active = under_way is None
        column.prop(settings, "video", text="", placeholder="Video")
        row = column.row(align=True)
        row.prop(settings, "start")
        row.prop(settings, "end")
        column.row().prop(settings, "quality", expand=True)
        if under_way:
            draw_progress(layout, under_way)
        else:
            button = layout.row()
            button.scale_y = 1.5
            button.operator("gast_mocap.import_video", icon="IMPORT")
        draw_reports(layout, context, reports.of_import)


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
