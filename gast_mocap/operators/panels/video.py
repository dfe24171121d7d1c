"""The panel that turns a video into a take."""

from pathlib import Path

from bpy.types import Context, UILayout

from ...inference.video.names import is_picture
from ...take.records import VideoInfo
from .. import import_queue, reports, running
from ..import_options import draw_facts, draw_import_options
from ..properties import GAST_MOCAP_PG_scene, scene_of
from ..scene_take import video_of
from ..translation import iface_
from .panel import MocapPanel, draw_reports
from .progress import draw_progress


class GAST_MOCAP_PT_video(MocapPanel):
    bl_label = "Video"

    def show(self, layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene) -> None:
        under_way = running.under_way()
        column = layout.column()
        column.enabled = under_way is None
        column.prop(settings, "video", text="", placeholder="Video")
        draw_facts(column, context, settings.video)
        header, body = column.panel("gast_mocap_import_options", default_closed=True)
        header.label(text="Options")
        if body:
            draw_import_options(body, settings, is_picture(Path(settings.video)))
        if under_way and not under_way.is_mending:
            draw_progress(layout, under_way)
            draw_queue(layout)
        else:
            button = layout.row()
            button.scale_y = 1.5
            button.operator("gast_mocap.import_video", icon="IMPORT")
        draw_reports(layout, context, reports.of_import)
        if video := video_of(scene_of(context)):
            layout.label(text=facts(video), icon="FILE_MOVIE")


def draw_queue(layout: UILayout) -> None:
    """The videos that wait for the one under way."""
    waiting = import_queue.names_waiting()
    listed = layout.column(align=True)
    for place, name in enumerate(waiting):
        row = listed.row(align=True)
        row.label(text=name, icon="SORTTIME")
        row.operator("gast_mocap.drop_from_queue", text="", icon="X").place = place
    buttons = layout.row(align=True)
    buttons.operator("gast_mocap.import_video", text="Add Videos", icon="ADD").choose = True
    if waiting:
        buttons.operator("gast_mocap.cancel_import", text="Cancel All", icon="X").is_for_all = True


def facts(video: VideoInfo) -> str:
    """What a take knows of its video, to check against what one knows oneself: ``1080 x 1920, 29.97 fps``."""
    rate = (
        iface_("about {fps:.0f} fps, variable").format(fps=video.fps)
        if video.is_variable
        else iface_("{fps:.4g} fps").format(fps=video.fps)
    )
    shots = iface_(", {count} shots").format(count=len(video.cuts) + 1) if len(video.cuts) else ""
    return f"{video.width} x {video.height}, {rate}{shots}"
