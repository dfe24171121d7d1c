"""Who, and which keypoint, is at a point of the picture."""

import numpy as np

from .records import FloatArray, Person, Take


def points_at(person: Person, frame: int) -> FloatArray | None:
    """(17, 2) px of the person's keypoints in a frame; None where the person is not seen."""
    (rows,) = np.nonzero(person.keypoints.frames == frame)
    return person.keypoints.points[rows[0]] if len(rows) else None


def person_at(take: Take, frame: int, point: FloatArray) -> Person | None:
    """Whose keypoints enclose ``point`` (2,) px in a frame; of several people the one with the nearest keypoint."""
    enclosing: list[tuple[float, int]] = []
    for person in take.people:
        points = points_at(person, frame)
        if points is not None and np.all((points.min(axis=0) <= point) & (point <= points.max(axis=0))):
            enclosing.append((float(np.linalg.norm(points - point, axis=1).min()), person.track_id))
    return take.person(min(enclosing)[1]) if enclosing else None


def keypoint_at(points: FloatArray, point: FloatArray, within: float) -> int | None:
    """The keypoint of ``points`` (17, 2) that is nearest to ``point`` (2,), if nearer than ``within``."""
    away = np.linalg.norm(points - point, axis=1)
    return int(np.argmin(away)) if away.min() < within else None
