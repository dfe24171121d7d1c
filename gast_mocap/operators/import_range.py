"""Which part of the video is imported, in frames and in seconds."""

from typing import TYPE_CHECKING

from ..inference.protocol.messages import Looked
from .looking import known_of

if TYPE_CHECKING:
    from .properties import GAST_MOCAP_PG_scene

UNITS = (
    ("FRAMES", "Frames", "Start and End are frames of the video, counted from 0"),
    ("SECONDS", "Seconds", "Start and End are seconds of the video, as its usual frame rate tells them"),
)


def frames_a_second(settings: "GAST_MOCAP_PG_scene") -> float | None:
    """Of the panel's video as a player shows it; None where nobody knows."""
    known = known_of(settings.video)
    return settings.frame_rate or (known.fps if isinstance(known, Looked) else None)


def seconds_of(settings: "GAST_MOCAP_PG_scene", frame: int) -> float:
    return frame / (frames_a_second(settings) or 1.0)


def frame_at(settings: "GAST_MOCAP_PG_scene", seconds: float) -> int:
    return max(0, round(seconds * (frames_a_second(settings) or 1.0)))
