"""What the worker says, one JSON line a message: ``{"type": "progress", "stage": "watch", ...}``.

``started`` comes first, then any number of ``progress``, ``found`` and ``notice``, and exactly one closing message
last.
"""

import base64
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ...take.errors import MocapError
from ...take.sentences import Sentence, printable, restored
from .lines import LARGEST, fields_of, record_from

CANCEL_LINE = '{"type": "cancel"}'


class Stage(StrEnum):
    """What a job goes through, in this order."""

    PROBE = "probe"
    WATCH = "watch"
    LIFT = "lift"
    SAVE = "save"
    PREVIEW = "preview"


STAGE_LABELS = {
    Stage.PROBE: "Reading the video",
    Stage.WATCH: "Finding and following people",
    Stage.LIFT: "Lifting to 3D",
    Stage.SAVE: "Saving the take",
    Stage.PREVIEW: "Drawing the preview",
}


@dataclass(frozen=True)
class Started:
    """The worker has read its job. ``version`` is the Python that it runs on, for bug reports."""

    version: str


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` steps of a stage; ``seconds_left`` in this stage, None if too early to tell."""

    stage: Stage
    done: int
    total: int
    seconds_left: float | None

    @property
    def rate(self) -> float | None:
        """Steps a second, None if too early to tell or done."""
        left = self.total - self.done
        return left / self.seconds_left if self.seconds_left and left else None


@dataclass(frozen=True)
class Glimpse:
    """Somebody who was found: for how many ``seconds`` so far, and how they look, as base64 of RGB bytes by rows."""

    seconds: float
    width: int
    height: int
    pixels: str

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 1 or len(self.rgb) != 3 * self.width * self.height:
            raise ValueError("a picture of another size")

    @property
    def rgb(self) -> bytes:
        """Row by row from the top. Raises ValueError when ``pixels`` are no base64."""
        return base64.b64decode(self.pixels, validate=True)


@dataclass(frozen=True)
class Found:
    """Who was found so far, ``total`` people, of whom the first are shown. Each such message replaces the last."""

    people: tuple[Glimpse, ...]
    total: int


@dataclass(frozen=True)
class Filled:
    """What stands under ``name`` in a sentence's template."""

    name: str
    value: str | int | float


@dataclass(frozen=True)
class Notice:
    """A small trouble that did not stop the work. ``template`` and ``values``: of a ``Sentence``, else empty."""

    text: str
    template: str = ""
    values: tuple[Filled, ...] = ()

    @classmethod
    def of(cls, text: str) -> "Notice":
        return cls(str(printable(text)), *_parts(text))

    @property
    def sentence(self) -> str:
        """The text, as the sentence that it was."""
        return _whole(self)


@dataclass(frozen=True)
class Finished:
    """``take`` is the path of the saved take."""

    take: str


@dataclass(frozen=True)
class Looked:
    """What a video is: its size upright, frames a second and about how many, whether they last differently long, and
    by how many degrees clockwise its pictures are turned."""

    width: int
    height: int
    fps: float
    frame_count: int
    is_variable: bool
    turn: int


@dataclass(frozen=True)
class Cancelled:
    """The work stopped as asked; no take was written."""


@dataclass(frozen=True)
class Failed:
    """Fields as in MocapError; ``template`` and ``values`` as in Notice."""

    code: str
    text: str
    detail: str = ""
    template: str = ""
    values: tuple[Filled, ...] = ()

    @classmethod
    def of(cls, error: MocapError) -> "Failed":
        return cls(error.code, str(error.text), error.detail, *_parts(error.text))

    @property
    def sentence(self) -> str:
        """The text, as the sentence that it was."""
        return _whole(self)


def _parts(text: str) -> tuple[str, tuple[Filled, ...]]:
    """Template and values of a sentence; none where the reader of lines would refuse a number and so lose the text."""
    if not isinstance(text, Sentence) or any(map(_is_refused, text.values.values())):
        return "", ()
    plain = {name: str(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return text.template, tuple(Filled(name, value) for name, value in plain.items())


def _is_refused(value: str | int | float) -> bool:
    return not isinstance(value, str) and not abs(value) <= LARGEST


def _whole(message: Notice | Failed) -> str:
    if not message.template:
        return message.text
    return restored(message.text, message.template, {filled.name: filled.value for filled in message.values})


Message = Started | Progress | Found | Notice | Finished | Looked | Cancelled | Failed
CLOSING = (Finished, Looked, Cancelled, Failed)
_KINDS: tuple[type[Any], ...] = (Started, Progress, Found, Notice, Finished, Looked, Cancelled, Failed)
_TYPES = {kind.__name__.lower(): kind for kind in _KINDS}


def to_line(message: Message) -> str:
    """One line of ASCII JSON without the line's end."""
    return json.dumps({"type": type(message).__name__.lower(), **asdict(message)})


def from_line(line: str) -> Message:
    """Raises ValueError when ``line`` is no message."""
    fields = fields_of(line)
    kind = fields.pop("type", None)
    if not isinstance(kind, str) or kind not in _TYPES:
        raise ValueError(f"no message is called {kind!r:.80}")
    message: Message = record_from(_TYPES[kind], fields)
    return message
