"""Imports that ended with Blender, because it was quit or killed: they are told when it is started again.

While videos are imported, a file in the extension's own folder names them; it is called by Blender's process.
"""

import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import preferences

FOLDER = "unfinished"


def begin(names: Sequence[str]) -> None:
    """These videos are being imported now, or wait for it."""
    with suppress(OSError):  # then they are not told, and that is all
        _own_file().write_text("\n".join(names), encoding="utf-8")


def end() -> None:
    """No video is imported any more."""
    with suppress(OSError):
        _own_file().unlink(missing_ok=True)


def left_by_others() -> list[str]:
    """Names of the videos whose import ended with another Blender; they are named once."""
    names = []
    with suppress(OSError, ValueError):
        for file in sorted(_own_file().parent.glob("*.txt")):
            if file != _own_file() and not is_alive(int(file.stem)):
                names += file.read_text(encoding="utf-8").splitlines()
                file.unlink()
    return names


def is_alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        if sys.platform != "win32":
            os.kill(pid, 0)
            return True
        winapi: Any = importlib.import_module("_winapi")  # there os.kill would end it
        winapi.CloseHandle(winapi.OpenProcess(winapi.SYNCHRONIZE, False, pid))
    except PermissionError:
        pass  # somebody else's
    except (OSError, OverflowError):
        return False
    return True


def _own_file() -> Path:
    return preferences.own_folder(FOLDER) / f"{os.getpid()}.txt"
