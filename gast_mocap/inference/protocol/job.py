"""What the worker is asked to do."""

from dataclasses import dataclass, replace
from pathlib import Path

from ...take.records import Playback
from ...take.settings import Quality
from ..choice import BUNDLED, OwnNetworks, PreviewView
from .lines import fields_of, record_from, to_json


@dataclass(frozen=True)
class Job:
    """One video to turn into one take.

    Frames count from 0; ``end`` is exclusive, None means the end of the video.
    ``speed``, ``mirrored`` and ``frame_rate`` are those of records.Playback: how the video is to be taken.
    ``own`` names files to work with instead of bundled networks. ``gentle``: one thread is enough, so that the computer
    stays free for other work. ``feet``: heels, toes and faces are read, too; ``hands``: fingers.
    """

    video: Path
    output: Path
    preview: Path | None = None
    start: int = 0
    end: int | None = None
    quality: Quality = Quality.BALANCED
    low_memory: bool = False
    own: OwnNetworks = BUNDLED
    preview_view: PreviewView = PreviewView.CAMERA
    speed: float = 1.0
    mirrored: bool = False
    frame_rate: float | None = None
    gentle: bool = False
    feet: bool = True
    hands: bool = False

    @property
    def playback(self) -> Playback:
        return Playback(self.speed, self.mirrored, self.frame_rate)

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The files that the job is to write."""
        return (self.output,) if self.preview is None else (self.output, self.preview)

    def absolute(self) -> "Job":
        """The job with full paths, in which nothing passes for a protocol and which hold in any folder.

        Raises OSError where a path is relative and the current folder is gone.
        """
        return replace(
            self,
            video=self.video.absolute(),
            output=self.output.absolute(),
            preview=self.preview and self.preview.absolute(),
        )

    def to_json(self) -> str:
        """One line of JSON."""
        return to_json(self)

    @classmethod
    def from_json(cls, line: str) -> "Job":
        """Raises ValueError when ``line`` is no job."""
        return record_from(cls, fields_of(line))


@dataclass(frozen=True)
class Mend:
    """A take whose people are to be what ``edits``, as ``take.edits.to_json`` writes them, make of those tracked.

    ``own`` names a lifter to work with instead of the bundled one.
    """

    take: Path
    edits: str
    low_memory: bool = False
    own: OwnNetworks = BUNDLED

    @property
    def output(self) -> Path:
        """The take itself: it is replaced whole, or not at all."""
        return self.take

    @property
    def outputs(self) -> tuple[Path, ...]:
        return (self.take,)

    def to_json(self) -> str:
        """One line of JSON."""
        return to_json(self)


@dataclass(frozen=True)
class Look:
    """A video of which only its size, rate and length are wanted."""

    look_at: Path

    @property
    def output(self) -> Path:
        """What the order is about: nothing is written."""
        return self.look_at

    @property
    def outputs(self) -> tuple[Path, ...]:
        return ()

    def to_json(self) -> str:
        """One line of JSON."""
        return to_json(self)


Order = Job | Mend | Look
"""What a worker can be asked to do."""


def order_from_json(line: str) -> Order:
    """Raises ValueError when ``line`` is none of them."""
    fields = fields_of(line)
    if "look_at" in fields:
        return record_from(Look, fields)
    return record_from(Mend, fields) if "edits" in fields else record_from(Job, fields)
