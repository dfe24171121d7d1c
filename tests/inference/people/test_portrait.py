"""Which picture of a person is kept."""

import cv2
import numpy as np
import pytest

from gast_mocap.inference.people.observe import Observations
from gast_mocap.inference.people.portrait import frontality, sharpness, worth_of
from gast_mocap.inference.people.pose import Pose
from gast_mocap.inference.video.pyramid import Pyramid

# COCO-17, px: somebody 200 px high who faces the camera
FACING = np.array(
    [
        [200, 120], [206, 114], [194, 114], [214, 117], [186, 117],
        [228, 150], [172, 150], [240, 185], [160, 185], [245, 220], [155, 220],
        [216, 225], [184, 225], [218, 270], [182, 270], [218, 310], [182, 310],
    ],
    float,
)  # fmt: skip
BACK = (FACING - [200, 0]) * [-1, 1] + [200, 0]
"""The same body's joints where they are seen from behind: left and right have changed places."""
SCORES = np.full(17, 0.9)
BOX = np.array([140.0, 100, 260, 320])
SHARP = cv2.resize(
    np.random.default_rng(7).integers(0, 255, (60, 50, 3), np.uint8), (400, 480), interpolation=cv2.INTER_NEAREST
)


def seen(*frames: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """The thumbnail after these frames, each a picture and the points read in it."""
    observed = Observations()
    for index, (picture, points) in enumerate(frames):
        observed.see(index, Pyramid.of(picture), Pose(points, SCORES, BOX))
    return observed.thumbnail


def test_a_body_is_frontal_whichever_way_it_lies() -> None:
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    assert frontality(FACING) == frontality(FACING @ turn) == frontality(FACING @ turn @ turn) == 1.0
    assert frontality(BACK) == frontality(BACK @ turn) == 0.0
    narrow = (FACING - [200, 0]) * [0.3, 1] + [200, 0]
    assert 0 < frontality(narrow) < 0.8


def test_the_surer_and_larger_picture_is_better() -> None:
    good = worth_of(BOX, FACING, SCORES)
    assert worth_of(BOX, FACING, SCORES * 0.6) < good
    assert worth_of(BOX * 0.5, FACING * 0.5, SCORES) < good
    no_face = SCORES.copy()
    no_face[:3] = 0.1
    assert worth_of(BOX, FACING, no_face) < 0.8 * good


@pytest.mark.parametrize("size", [(5, 5), (1, 9), (9, 1)])
def test_the_sharper_picture_is_better(size: tuple[int, int]) -> None:
    assert sharpness(cv2.blur(SHARP, size)) < 0.9 * sharpness(SHARP)
    assert sharpness(np.full((9, 9, 3), 80, np.uint8)) == 0.5


@pytest.mark.parametrize("order", [1, -1])
def test_the_best_picture_is_kept_whenever_it_comes(order: int) -> None:
    blurred = cv2.GaussianBlur(SHARP, (31, 31), 8)
    kept = seen((SHARP, FACING))
    assert (seen(*[(SHARP, FACING), (blurred, FACING)][::order]) == kept).all()
    assert (seen(*[(SHARP, FACING), (SHARP[::-1].copy(), BACK)][::order]) == kept).all()
