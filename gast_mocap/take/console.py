"""What both command lines do before they say anything."""

import sys
from io import TextIOWrapper


def take_any_name() -> None:
    """Let stdout and stderr print names that their encoding cannot spell, as those of a Windows pipe: escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
