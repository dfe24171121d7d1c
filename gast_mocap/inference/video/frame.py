"""What comes out of the decoding pass, frame by frame."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Prepared = TypeVar("Prepared")


@dataclass(frozen=True)
class Frame(Generic[Prepared]):
    """One frame: its index in the video, seconds from the first, and the picture or what was made of it.

    ``is_cut``: it is the first of another shot, in which everybody and the camera begin anew.
    """

    index: int
    time: float
    picture: Prepared
    is_cut: bool = False
