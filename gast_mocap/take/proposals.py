"""Who may be one person: somebody who left, and somebody who came later and looks alike."""

import numpy as np

from .records import FloatArray, ImageArray, Person, Take

LEAST_LIKENESS = 0.5
"""Shared colours of two pictures (histogram intersection), 0..1, from which they are proposed as one person. Raising it
proposes fewer; a wrong proposal costs a look, a missing one only a search in the list."""
LEVELS = 4
"""Steps of red, green and blue that are told apart. More tell light from shade, which a person may walk through."""


def came_back(take: Take) -> list[tuple[int, int]]:
    """Ids of an earlier and a later person who may be one, the likeliest first; each later one once."""
    looks = {person.track_id: _colours(person.thumbnail) for person in take.people}
    pairs = []
    for later in take.people:
        alike = [
            (_likeness(looks[earlier.track_id], looks[later.track_id]), earlier.track_id)
            for earlier in take.people
            if _left_before(earlier, later)
        ]
        if alike and max(alike)[0] >= LEAST_LIKENESS:
            likeness, track_id = max(alike)
            pairs.append((likeness, track_id, later.track_id))
    return [(earlier, later) for _, earlier, later in sorted(pairs, reverse=True)]


def _left_before(earlier: Person, later: Person) -> bool:
    return bool(earlier.keypoints.frames[-1] < later.keypoints.frames[0])


def _likeness(first: FloatArray, second: FloatArray) -> float:
    return float(np.minimum(first, second).sum())


def _colours(picture: ImageArray) -> FloatArray:
    """(LEVELS^3,) shares of the colours in the middle of a picture, where the trunk is; all 0 without a picture."""
    height, width = picture.shape[:2]
    if min(height, width) < 4:
        return np.zeros(LEVELS**3)
    trunk = picture[height // 5 : 3 * height // 5, width // 4 : width - width // 4].reshape(-1, 3)
    red, green, blue = (trunk.astype(int) * LEVELS // 256).T
    counts = np.bincount((red * LEVELS + green) * LEVELS + blue, minlength=LEVELS**3)
    shares: FloatArray = counts / counts.sum()
    return shares
