"""Pictures with numbers in their names, such as f_0001.png: a video whose frames are files."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ...take.errors import MocapError
from ...take.sentences import Sentence
from .film import FilmFacts, Shown, film_facts, read_picture

NUMBERED = re.compile(r"(.*?)(\d+)(\D*)", re.DOTALL)
"""What stands before the last number in a name, the number, and what stands after it."""


WEBP_ANIMATED = 0x02
"""In the byte of flags after the head of an extended WebP file."""
HEAD_BYTES = 1 << 16
"""In which a PNG tells that it is animated: before its picture, behind a profile of colours."""


class Sequence:
    """The pictures beside ``path`` whose names differ from its own in the last number only.

    A number that is left out is a frame that is missing. ``lost`` counts those and the files that cannot be read.
    """

    missing = 0

    def __init__(self, path: Path, frame_rate: float | None) -> None:
        """Raises MocapError when there is but one picture, or no ``frame_rate`` is given."""
        self._files = numbered_like(path)
        if len(self._files) < 2:
            raise MocapError(
                "video_is_picture",
                Sentence(
                    "{name} is a single picture. Choose a video, or the first of a sequence such as "
                    "f_0001.png, f_0002.png.",
                    name=path.name,
                ),
            )
        if frame_rate is None:
            raise MocapError(
                "frame_rate_unknown",
                Sentence(
                    "{name} is one of {count} pictures, which do not tell how fast they follow one another. "
                    "Give their frame rate.",
                    name=path.name,
                    count=len(self._files),
                ),
            )
        self._frame_rate = frame_rate
        self._unreadable = 0
        first, last = min(self._files), max(self._files)
        self._left_out = last - first + 1 - len(self._files)

    @property
    def lost(self) -> int:
        return self._left_out + self._unreadable

    def facts(self) -> FilmFacts:
        """Raises MocapError when the first picture cannot be read."""
        found = film_facts(self._files[min(self._files)])
        return FilmFacts(
            found.first, found.pixel, self._frame_rate, len(self._files), found.is_dolby_5, 1, True, False, False
        )

    def frames(self, start: int, stopped: Callable[[], bool]) -> Iterator[Shown]:
        """Each picture in order; those before ``start`` are passed by unread."""
        first = min(self._files)
        for index, number in enumerate(sorted(self._files)):
            if stopped():
                return
            stamp = (number - first) / self._frame_rate
            if index < start:
                yield stamp, None
                continue
            frame = read_picture(self._files[number])
            if frame is None:
                self._unreadable += 1
            else:
                yield stamp, frame


def is_animation(path: Path) -> bool:
    """Whether a file that is called like a picture holds many: an animated PNG or WebP."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head[:4] == b"RIFF":
        return head[12:16] == b"VP8X" and bool(head[20] & WEBP_ANIMATED)
    return head[:4] == b"\x89PNG" and b"acTL" in head.partition(b"IDAT")[0]


def numbered_like(path: Path) -> dict[int, Path]:
    """The files in the folder of ``path`` whose names differ from its own in the last number only, by that number."""
    name = NUMBERED.fullmatch(path.name[: -len(path.suffix)])
    if name is None:
        return {0: path}
    before, _, after = name.groups()
    alike = re.compile(re.escape(before) + r"(\d+)" + re.escape(after + path.suffix), re.IGNORECASE)
    found: dict[int, Path] = {}
    try:
        files = sorted(path.parent.iterdir())
    except OSError as error:
        text = Sentence("The folder {folder} cannot be listed. Check its permissions.", folder=path.parent)
        raise MocapError("folder_unreadable", text, str(error)) from error
    for file in files:
        if match := alike.fullmatch(file.name):
            found.setdefault(int(match.group(1)), file)
    return found
