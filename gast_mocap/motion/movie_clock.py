"""Which frame of a movie belongs to a frame of the scene."""

from ..take.records import VideoInfo

NEARLY = 0.01
"""Movie frames by which a scene frame may come too early and still show the next one: rates are rounded."""


def movie_clock(video: VideoInfo, movie_fps: float, scene_fps: float, start_frame: int) -> str:
    """How many frames Blender has to skip, as an expression of ``frame`` for a driver.

    Blender shows one frame of a movie a frame of the scene, and finds them at an even rate of ``movie_fps``: this puts
    them at the video's own times, beginning with time 0 at ``start_frame``.
    """
    per_second = (video.playback.frame_rate or movie_fps) / video.playback.speed
    first = start_frame + float(video.times[0]) * scene_fps
    shown = f"floor((frame - {first:.6f}) * {per_second / scene_fps:.9f} + {NEARLY})"
    return f"{shown} - (frame - {start_frame})"
