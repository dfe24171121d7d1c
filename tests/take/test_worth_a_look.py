"""Which frames somebody who mends is shown: mistakes are put into a person who walks across the picture."""

from dataclasses import replace

import numpy as np
import pytest

from gast_mocap.take.edits import PLACED
from gast_mocap.take.records import FloatArray, IntArray, Keypoints2D
from gast_mocap.take.skeletons import COCO17
from gast_mocap.take.worth_a_look import MOST, worth_a_look

FRAMES = 200
SHAPE = np.array(
    [[0, 0], [3, -3], [-3, -3], [6, 0], [-6, 0], [18, 30], [-18, 30], [24, 60], [-24, 60], [26, 90], [-26, 90],
     [10, 100], [-10, 100], [11, 150], [-11, 150], [12, 195], [-12, 195]], float,
)  # fmt: skip
"""A person of 200 px who faces the camera."""


@pytest.fixture
def walking() -> Keypoints2D:
    """Two pixels a frame to the right, knees and wrists swing by 20 px a second and a half."""
    points = SHAPE + np.arange(FRAMES)[:, None, None] * [2.0, 0.0]
    swing = 20 * np.sin(np.arange(FRAMES) / 45 * 2 * np.pi)
    points[:, COCO17.indices("left_wrist", "right_knee"), 0] += swing[:, None]
    return Keypoints2D(1, np.arange(FRAMES), points, np.full((FRAMES, 17), 0.8))


def said(keypoints: Keypoints2D) -> list[tuple[int, str]]:
    return [(doubt.frame, doubt.why) for doubt in worth_a_look(keypoints)]


def with_points(keypoints: Keypoints2D, points: FloatArray) -> Keypoints2D:
    return replace(keypoints, points=points)


def test_a_clean_walk_is_not_worth_a_look(walking: Keypoints2D) -> None:
    assert said(walking) == []


def test_an_unsure_arm_is_told_once_at_its_worst(walking: Keypoints2D) -> None:
    arm = COCO17.indices("right_elbow", "right_wrist")
    walking.scores[50:60, arm] = 0.2
    walking.scores[56, arm] = 0.05
    assert said(walking) == [(56, "right arm unsure")]


def test_a_leap_is_told_and_no_longer_once_it_was_placed(walking: Keypoints2D) -> None:
    wrist = COCO17.index("left_wrist")
    walking.points[120, wrist] += [0, -60]  # 0.3 of the size
    assert said(walking) == [(120, "left wrist leaps")]
    walking.scores[120, wrist] = PLACED
    assert said(walking) == []


def test_sides_that_change_places_are_told_where_they_do(walking: Keypoints2D) -> None:
    points = walking.points.copy()
    points[80:110] = points[80:110][:, COCO17.mirrored_order()]
    told = said(with_points(walking, points))
    assert (80, "left and right change places") in told
    assert (110, "left and right change places") in told


def test_a_gap_is_no_change_of_sides(walking: Keypoints2D) -> None:
    points = walking.points.copy()
    points[100:] = points[100:][:, COCO17.mirrored_order()]
    frames: IntArray = np.arange(FRAMES) + 30 * (np.arange(FRAMES) >= 100)
    told = said(replace(walking, points=points, frames=frames))
    assert not [why for _, why in told if "change places" in why]


def test_no_more_than_can_be_looked_at_in_the_order_of_time(walking: Keypoints2D) -> None:
    wrist = COCO17.index("left_wrist")
    for number, frame in enumerate(range(5, 195, 17)):
        walking.points[frame, wrist, 1] -= 40 + 5 * number
    told = said(walking)
    assert len(told) == MOST
    assert told == sorted(told)
    assert told[-1][0] == 192, "the worst is among them"
