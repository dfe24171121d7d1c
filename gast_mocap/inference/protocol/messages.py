"""What the worker says, one JSON line a message: ``{"type": "progress", "stage": "watch", ...}``.

``started`` comes first, then any number of ``progress`` and ``notice``, and exactly one closing message last.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

CANCEL_LINE = '{"type": "cancel"}'

STAGE_LABELS = {
    "probe": "Reading the video",
    "watch": "Finding and following people",
    "lift": "Lifting to 3D",
    "save": "Saving the take",
    "preview": "Drawing the preview",
}


@dataclass(frozen=True)
class Started:
    """The worker has read its job. ``version`` is the Python that it runs on, for bug reports."""

    version: str


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` steps of a stage; ``seconds_left`` in this stage, None if too early to tell."""

    stage: str
    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True)
class Notice:
    """A small trouble that did not stop the work."""

    text: str


@dataclass(frozen=True)
class Finished:
    """``take`` is the path of the saved take."""

    take: str


@dataclass(frozen=True)
class Cancelled:
    """The work stopped as asked; no take was written."""


@dataclass(frozen=True)
class Failed:
    """Fields as in MocapError."""

    code: str
    text: str
    detail: str = ""


Message = Started | Progress | Notice | Finished | Cancelled | Failed
CLOSING = (Finished, Cancelled, Failed)
_TYPES: dict[str, Any] = {cls.__name__.lower(): cls for cls in (Started, Progress, Notice, Finished, Cancelled, Failed)}


def to_line(message: Message) -> str:
    """One line of ASCII JSON without the line's end."""
    return json.dumps({"type": type(message).__name__.lower(), **asdict(message)})


def from_line(line: str) -> Message:
    """Raises ValueError when ``line`` is no message."""
    try:
        fields = json.loads(line)
        message: Message = _TYPES[fields.pop("type")](**fields)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a message: {line!r}") from error
    return message
