"""Who was found while the video is still being watched: a guess by looks, as long as nobody can know who is who."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .observe import Observations, shares
from .rejoin import SAME

Stretch = dict[int, Observations]
"""What a stretch of the video has shown of everybody so far, by the ids of their tracks."""


@dataclass
class Acquaintance:
    """Somebody who was seen: ``parts`` are pairs of a stretch's number and a track of theirs in it."""

    parts: list[tuple[int, Observations]] = field(default_factory=list)

    @property
    def frames(self) -> int:
        """In how many they were seen."""
        return sum(len(track.frames) for _, track in self.parts)

    @property
    def best(self) -> Observations:
        """The track with the best picture of them."""
        return max((track for _, track in self.parts), key=lambda track: track.thumbnail_worth)

    def may_be(self, stretch: int, track: Observations) -> bool:
        """Whether ``track`` of ``stretch`` may be theirs: it looks like them, and nobody is in two places at once."""
        here = [part for number, part in self.parts if number == stretch]
        alike = np.minimum(shares(self.best.colours), shares(track.colours)).sum() >= SAME.likeness
        return bool(alike) and all(part.frames[-1] < track.frames[0] for part in here)


def people_so_far(stretches: Sequence[Stretch], fewest: int) -> list[Acquaintance]:
    """Everybody who was seen in at least the ``fewest`` frames, in order of appearance.

    The stretches may be watched meanwhile, by other threads.
    """
    known: list[Acquaintance] = []
    for number, stretch in enumerate(stretches):
        for track in list(stretch.values()):
            same = next((person for person in known if person.may_be(number, track)), None)
            if same is None:
                known.append(same := Acquaintance())
            same.parts.append((number, track))
    return [person for person in known if person.frames >= fewest]
