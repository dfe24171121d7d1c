"""Files that are written whole or not at all, whatever happens meanwhile."""

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from .sentences import Sentence

LONGEST_NAME = 255
"""Bytes of the longest name that common file systems allow."""
STALE = 3600.0
"""Seconds after which nobody is still writing a part. Less may take a part away from a writer that is paused."""
NAME_KEPT = 40
"""Characters of a file's name that its unfinished part carries as well. With more, a name near the file system's limit
of 255 bytes would have no room for a part beside it."""


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """The path of a new file to fill, which takes the place of ``path`` when the block ends without an error.

    The part lies beside ``path``, hidden, with the same suffix. A file that is there already survives a failure; a
    symbolic link stays one, and the file that it points to keeps its permissions.

    Raises:
        OSError: the file cannot be written; ``why_not_saved`` puts it in words.
    """
    place = _place(path)
    part = _new_part(place)
    try:
        yield part
        _settle(part, place)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def fitting_name(stem: str, suffix: str) -> str:
    """``stem`` and ``suffix`` as the name of a file; a stem that is too long ends in a hash of the whole."""
    if len(os.fsencode(stem + suffix)) <= LONGEST_NAME:
        return stem + suffix
    ending = f"~{hashlib.sha256(os.fsencode(stem)).hexdigest()[:8]}{suffix}"
    while stem and len(os.fsencode(stem + ending)) > LONGEST_NAME:
        stem = stem[:-1]
    return stem + ending


def check_room(path: Path, size: int) -> None:
    """Find out before long work whether a file of ``size`` bytes can be written to ``path``.

    Raises:
        OSError: it cannot.
    """
    place = _place(path)
    _new_part(place).unlink()
    if shutil.disk_usage(place.parent).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def remove_parts(folder: Path, pid: int | None = None) -> None:
    """Remove what a process that was killed left unfinished in ``folder``: that of process ``pid``, or of long ago."""
    with contextlib.suppress(OSError, ValueError):
        for part in folder.glob(f".*.{pid or '*'}.??????.part*"):
            if pid or time.time() - part.stat().st_mtime > STALE:
                part.unlink()


def why_not_saved(path: Path, error: OSError) -> str:
    """What happened to a file that could not be written, and what to do."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return Sentence("The disk is full: {name} was not saved. Make room and try again.", name=path.name)
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return Sentence("The folder {folder} cannot be written to. Choose another one.", folder=path.parent)
        case errno.ENOENT | errno.ENOTDIR:
            return Sentence("The folder {folder} does not exist. Choose another one.", folder=path.parent)
        case errno.ENAMETOOLONG:
            return Sentence("The name {name} is too long. Choose a shorter one.", name=path.name)
    return Sentence("{path} could not be saved. Choose another name or folder.", path=path)


def _place(path: Path) -> Path:
    """Where a file at ``path`` really lies. Raises OSError unless that is a plain file or none yet."""
    try:
        os.fsencode(path)
        place = Path(os.path.realpath(path))
        place.lstat()
    except FileNotFoundError:
        return place
    except ValueError as error:  # a null character or a lone surrogate, which no file's name can hold
        raise OSError(errno.EINVAL, str(error)) from error
    if not os.path.isfile(place):
        raise OSError(errno.EINVAL, "not a plain file", str(path))
    return place


def _new_part(place: Path) -> Path:
    part = place.with_name(f".{place.stem[:NAME_KEPT]}.{os.getpid()}.{secrets.token_hex(3)}.part{place.suffix[:8]}")
    part.touch(exist_ok=False)
    return part


def _settle(part: Path, place: Path) -> None:
    """``part`` safely onto the disk, then under its own name."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    with contextlib.suppress(FileNotFoundError):
        shutil.copymode(place, part)
    part.replace(place)
