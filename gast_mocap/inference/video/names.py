"""What files of films and of pictures are called. Blender's file dialog reads it too: nothing heavy is loaded."""

import re
from pathlib import Path

FILMS = (
    ".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".divx", ".wmv", ".asf", ".mpg", ".mpeg", ".m2v", ".vob",
    ".mts", ".m2ts", ".m2t", ".ts", ".mod", ".tod", ".3gp", ".3g2", ".flv", ".f4v", ".ogv", ".ogg", ".mxf", ".dv",
    ".gif", ".y4m", ".ivf", ".nut", ".rm", ".rmvb", ".h264", ".h265", ".hevc", ".264", ".265", ".mjpeg", ".mjpg",
    ".insv", ".lrv", ".dav",
)  # fmt: skip
"""What a file dialog offers; whatever a file is called, it is its content that tells whether it can be read."""
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".exr", ".dpx", ".tga", ".jp2", ".ppm")


def is_picture(path: Path) -> bool:
    """Whether it is one of a sequence by its name: film readers take single pictures for films of one frame."""
    return path.suffix.lower() in PICTURES


def sequence_name(path: Path) -> str:
    """The path without the number of the picture: alike for all pictures of a sequence, a film's own for a film."""
    return str(path.with_name(re.sub(r"\d+$", "", path.stem) + path.suffix)) if is_picture(path) else str(path)
