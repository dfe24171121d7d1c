"""What was set otherwise when a take was made."""

from dataclasses import dataclass

from .records import Playback, Take
from .sentences import Sentence
from .settings import Quality


@dataclass(frozen=True)
class Wished:
    """How a video is to be imported now; ``end`` None for all of it."""

    quality: Quality
    start: int
    end: int | None
    playback: Playback


def changed_since(take: Take, wished: Wished) -> list[str]:
    """Such as "Quality is Best, the take was made with Fast."; empty where a new import would give the same."""
    made = take.settings
    told: list[str] = []
    if made.quality != wished.quality:
        told.append(
            Sentence(
                "Quality is {wished}, the take was made with {made}.",
                wished=wished.quality.capitalize(),
                made=made.quality.capitalize(),
            )
        )
    end = take.video.frame_count if wished.end is None else min(wished.end, take.video.frame_count)
    if (made.start, made.end) != (wished.start, end):
        told.append(
            Sentence("The take has frames {start} to {last} of the video.", start=made.start, last=made.end - 1)
        )
    if take.video.playback != wished.playback:
        told.append("Speed, Mirrored or Frame Rate differ from those that the take was made with.")
    return told
