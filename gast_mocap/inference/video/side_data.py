"""What comes with a decoded frame beside its picture."""

from fractions import Fraction

from av.filter import Graph
from av.sidedata.sidedata import SideDataContainer
from av.video.frame import VideoFrame

UNNAMED = range(28, 32)
"""Kinds of side data that FFmpeg 8 knows and PyAV 18 does not: LCEVC, views, displays, EXIF."""


def side_data_of(frame: VideoFrame) -> SideDataContainer:
    """All of ``frame``'s side data that PyAV has a name for. While one without a name is there, such as a photograph's
    EXIF, it shows none: a filter takes those away."""
    graph = Graph()
    last = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1))
    for kind in UNNAMED:
        following = graph.add("sidedata", mode="delete", type=str(kind))
        last.link_to(following)
        last = following
    leave = graph.add("buffersink")
    last.link_to(leave)
    graph.configure()
    graph.vpush(frame)
    return graph.vpull().side_data
