"""What a video is, without watching it."""

from itertools import islice

import numpy as np

from ..take.records import VideoInfo
from .protocol.job import Look
from .protocol.messages import Looked
from .video.container import open_video
from .video.decode import Footage, probe_video
from .video.names import is_picture
from .video.packets import read_packets, stamp_of
from .video.upright import Turn

STAMPS = 600
"""Frames whose times are looked at; more tell of a rate that varies later, and take longer on a slow disk."""


def look(order: Look) -> Looked:
    """Raises MocapError when there is no such video, or it cannot be read."""
    footage = probe_video(order.look_at, lambda _notice: None)
    turn = Turn.of(footage.facts.first).degrees
    return Looked(footage.width, footage.height, footage.fps, footage.frame_count, is_variable(footage), turn)


def is_variable(footage: Footage) -> bool:
    """Whether its first frames last differently long."""
    if is_picture(footage.path):
        return False
    with open_video(footage.path) as video:
        stamps = [stamp_of(packet) for packet in islice(read_packets(video), STAMPS)]
    times = np.unique([stamp for stamp in stamps if stamp is not None])
    # decoding order is not that of showing: the last few lack their neighbours
    return len(times) > 2 and VideoInfo(footage.path, footage.width, footage.height, times[:-17]).is_variable
