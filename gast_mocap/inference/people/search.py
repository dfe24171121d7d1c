"""Where to look for people: at the frame as it is, and harder where that shows nobody or nobody for sure."""

import numpy as np

from ...take.records import FloatArray
from ..networks.roles import Detections, Detector
from ..quality import Preset
from ..video.pyramid import Pyramid
from .boxes import areas, overlaps, shared_areas

SURE = 0.4
"""Score of a detection that needs no second look. Raising it costs time."""
FILLS = 0.75
BORDER = 0.25
"""Detectors split and miss whoever fills more than FILLS of the picture's width or height, and find them at once with a
black border of BORDER times the long side around the picture. Raising BORDER loses people who are small."""
TILE = 0.6
STRIDE = 0.75
"""Side of a tile over the picture's short side, and steps between tiles over that. Lowering them finds smaller people
and costs time: a person of an eighth of the tile's side is found."""
CROWD = 5
CROWD_SECONDS = 0.3
"""From so many people at once on the picture is looked at by tiles every CROWD_SECONDS; MoveNet finds six in a look.
Raising either saves time and finds fewer of them."""
QUARTERS = (np.pi / 2, np.pi, -np.pi / 2)
MISS_SECONDS = 0.3
PATIENCE = 4.0
"""Whoever is missed is looked for at every frame for MISS_SECONDS. Thorough looks begin so far apart, and at a picture
that stays empty they come twice as late each time, at most PATIENCE apart. So often a picture in which somebody is well
seen is turned, too: beside them somebody may lie. Raising it saves time and finds people later."""
SAME_PERSON = 0.7
"""Boxes that overlap more than this are one person found twice. Raising it keeps more doubles, lowering it loses one
of two people who stand close."""
INSIDE = 0.85
"""A box with so much of it in another that is less than NESTED times as large is a part of the same person."""
NESTED = 2.5
"""Raising it takes a child in front of somebody for a part of them."""


class Search:
    """Looks for people, at a pace that follows from what is known: rarely while all is well."""

    def __init__(self, detector: Detector, preset: Preset, fps: float) -> None:
        self._detector = detector
        self._every = max(1, round(preset.detect_seconds * fps))
        self._small_every = round(preset.small_seconds * fps)
        self._crowd_every, self._longest_wait = round(CROWD_SECONDS * fps), round(PATIENCE * fps)
        self._first_wait = max(1, round(MISS_SECONDS * fps))
        self.restart()

    def restart(self) -> None:
        """Something else is seen from now on."""
        self._due = self._thorough_due = self._small_due = self._turned_due = -1
        self._misses, self._wait = 0, self._first_wait

    def is_due(self, frame: int) -> bool:
        return frame >= self._due

    def hurry(self, frame: int) -> None:
        """Somebody was lost or hardly seen in ``frame``: look again after a third of the usual wait."""
        self._due = min(self._due, frame + max(1, self._every // 3))

    def look(self, frame: int, picture: Pyramid, followed: FloatArray, well_seen: int) -> Detections:
        """The people in ``picture``, where the boxes ``followed`` (n, 4) px are known, ``well_seen`` of them sure."""
        found = self._framed(picture, followed)
        if well_seen < max(1, len(followed)) and not _is_sure(found):
            found = merged([found, self._in_part(picture, bordered(picture))])
        if _is_sure(found) or well_seen:
            self._wait = self._first_wait
            if frame >= self._turned_due:
                found = merged([found, *map(surely, self._turned(picture))])
                self._turned_due = next_of(frame, self._longest_wait)
        elif frame >= self._thorough_due:
            found = self._thorough(picture, found)
            self._thorough_due = frame + self._wait
            self._wait = min(2 * self._wait, self._longest_wait)
        if self._wants_tiles(frame, max(len(followed), len(found.boxes))):
            found = self._tiled(picture, found)
        # A miss with nobody followed is mended at once, but an empty room is not looked at all the time.
        self._misses = 0 if len(found.boxes) or len(followed) else self._misses + 1
        # Usual looks are at frames that do not depend on where watching began: see stretches.py.
        self._due = frame + 1 if 0 < self._misses <= self._first_wait else next_of(frame, self._every)
        return found

    def _thorough(self, picture: Pyramid, found: Detections) -> Detections:
        """``found`` and what shows with the picture turned, and by tiles if that shows nobody for sure."""
        found = merged([found, *self._turned(picture)])
        return found if _is_sure(found) else self._tiled(picture, found)

    def _turned(self, picture: Pyramid) -> list[Detections]:
        return [self._in_part(picture, turned(picture, quarter)) for quarter in QUARTERS]

    def _wants_tiles(self, frame: int, people: int) -> bool:
        every = self._crowd_every if people >= CROWD else self._small_every
        if not every or frame < self._small_due:
            return False
        self._small_due = next_of(frame, every)
        return True

    def _framed(self, picture: Pyramid, followed: FloatArray) -> Detections:
        """A look at all of the picture, with a border where somebody is known to fill it."""
        width, height = picture.size
        if ((followed[:, 2:] - followed[:, :2]) > FILLS * np.array([width, height])).any():
            return self._in_part(picture, bordered(picture))
        return self._detector.detect(picture)

    def _tiled(self, picture: Pyramid, found: Detections) -> Detections:
        return merged([found, *(self._in_part(picture, picture.part(tile)) for tile in tiles(picture))])

    def _in_part(self, picture: Pyramid, part: Pyramid) -> Detections:
        """The people in a ``part`` of ``picture``, px of the latter."""
        found = self._detector.detect(part)
        corners = found.boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2)
        there = picture.points_from_part(part, corners).reshape(-1, 4, 2)
        return Detections(np.concatenate([there.min(axis=1), there.max(axis=1)], axis=1), found.scores)


def next_of(frame: int, every: int) -> int:
    """The first frame after ``frame`` whose index is a multiple of ``every``."""
    return frame + every - frame % every


def bordered(picture: Pyramid) -> Pyramid:
    """``picture`` with black around it."""
    border = BORDER * max(picture.size)
    return picture.part(np.array([-border, -border, *(side + border for side in picture.size)]))


def turned(picture: Pyramid, quarter: float) -> Pyramid:
    """All of ``picture`` turned by a ``quarter`` or two."""
    middle, half = np.array(picture.size) / 2, np.array(picture.size) / 2
    if abs(np.sin(quarter)) > 0.5:
        half = half[::-1]
    return picture.part(np.concatenate([middle - half, middle + half]), quarter)


def tiles(picture: Pyramid) -> list[FloatArray]:
    """Boxes (4,) px of overlapping squares that cover ``picture``."""
    side = TILE * min(picture.size)
    steps = [
        np.linspace(0, length - side, 1 + int(np.ceil((length - side) / side / STRIDE))) for length in picture.size
    ]
    return [np.array([x, y, x + side, y + side]) for y in steps[1] for x in steps[0]]


def merged(looks: list[Detections]) -> Detections:
    """What several looks found, everybody once, the surest first."""
    boxes, scores = np.concatenate([look.boxes for look in looks]), np.concatenate([look.scores for look in looks])
    order = np.argsort(-scores, kind="stable")
    boxes, scores = boxes[order], scores[order]
    kept: list[int] = []
    for row in range(len(boxes)):
        same = [known for known in kept if is_same_person(boxes[row], boxes[known])]
        if not same:
            kept.append(row)
        elif len(same) == 1 and areas(boxes[[row]])[0] > areas(boxes[same])[0] and scores[row] > scores[same[0]] / 2:
            kept[kept.index(same[0])] = row  # the whole body, not a part that was easier to see
    return Detections(boxes[kept], scores[kept])


def surely(found: Detections) -> Detections:
    """Those who need no second look: parts of somebody who stands are found in turned pictures, too."""
    return Detections(found.boxes[found.scores >= SURE], found.scores[found.scores >= SURE])


def is_same_person(first: FloatArray, second: FloatArray) -> bool:
    """Whether boxes (4,) hold one person: they are alike, or one lies in the other and is not much smaller."""
    if overlaps(first[None], second[None])[0, 0] >= SAME_PERSON:
        return True
    small, large = sorted(areas(np.stack([first, second])))
    shared = shared_areas(first[None], second[None])[0]
    return bool(shared >= INSIDE * small and large < NESTED * small)


def _is_sure(found: Detections) -> bool:
    return bool(len(found.scores) and found.scores[0] >= SURE)
