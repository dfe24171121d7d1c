"""Who is at a point of the picture: two people of 100 px, the second 60 px to the right of the first."""

from dataclasses import replace

import numpy as np
import pytest
from test_edits import somebody
from test_files import make_take

from gast_mocap.take.pick import keypoint_at, person_at, points_at
from gast_mocap.take.records import Keypoints2D, Take


def spread(track_id: int, left: float) -> np.ndarray:
    return np.stack([left + 100.0 * np.arange(17) / 16, 100.0 * np.arange(17) / 16], axis=-1)


@pytest.fixture
def take() -> Take:
    people = []
    for track_id, left in ((1, 0.0), (2, 60.0)):
        one = somebody(track_id, range(5, 10), left)
        points = np.tile(spread(track_id, left), (5, 1, 1))
        people.append(replace(one, keypoints=Keypoints2D(track_id, np.arange(5, 10), points, np.ones((5, 17)))))
    return replace(make_take(), people=tuple(people))


@pytest.mark.parametrize(
    ("point", "who"), [((10, 50), 1), ((150, 50), 2), ((80, 78), 1), ((80, 22), 2), ((170, 50), None), ((50, -1), None)]
)
def test_who_is_there(take: Take, point: tuple[float, float], who: int | None) -> None:
    found = person_at(take, 7, np.array(point))
    assert (found.track_id if found else None) == who


def test_nobody_is_where_nobody_is_seen(take: Take) -> None:
    assert person_at(take, 4, np.array([10.0, 50.0])) is None
    assert points_at(take.person(1), 4) is None


def test_the_nearest_keypoint_within_reach() -> None:
    points = spread(1, 0.0)
    assert keypoint_at(points, np.array([24.0, 26.0]), 5.0) == 4
    assert keypoint_at(points, np.array([50.0, 10.0]), 5.0) is None
