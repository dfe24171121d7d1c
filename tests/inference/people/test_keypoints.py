"""Crops, masks and repetitions, with a network that is made of numbers."""

import numpy as np
import pytest

from gast_mocap.inference.people.keypoints import SinglePose, masked, repeated, square_around
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.take.skeletons import COCO17


class WhitestSpot:
    """Stands in for the network: every keypoint is the middle of the picture's bright pixels; left ones score 0.9."""

    input_names = ("picture",)
    input_size = 64

    def run(self, inputs):
        picture = inputs["picture"][0].mean(axis=2)
        rows, columns = np.nonzero(picture > 128)
        answer = np.full((1, 1, 17, 3), 0.5)
        answer[0, 0, :, 0], answer[0, 0, :, 1] = (rows.mean() + 0.5) / 64, (columns.mean() + 0.5) / 64
        answer[0, 0, list(COCO17.left), 2] = 0.9
        return [answer]


def spot(x: int, y: int) -> np.ndarray:
    image = np.zeros((400, 600, 3), np.uint8)
    image[y - 6 : y + 6, x - 6 : x + 6] = 255
    return image


@pytest.mark.parametrize("flips", [False, True])
@pytest.mark.parametrize("x, y", [(300, 200), (20, 30), (590, 390)])
def test_keypoints_come_back_in_frame_pixels(flips, x, y):
    """Also where the crop reaches beyond the frame."""
    box = np.array([[x - 50, y - 70, x + 30, y + 60]], float)
    poses = SinglePose(WhitestSpot(), flips).estimate(Pyramid.of(spot(x, y)), box)
    points, scores = poses.points, poses.scores
    seen = np.argwhere(spot(x, y)[:, :, 0] > 0).mean(axis=0)[::-1] + 0.5
    np.testing.assert_allclose(points[0], np.broadcast_to(seen, (17, 2)), atol=2.6)
    left, right = scores[0, list(COCO17.left)], scores[0, list(COCO17.right)]
    assert (left.mean(), right.mean()) == pytest.approx((0.7, 0.7) if flips else (0.9, 0.5))


def test_a_crop_is_a_square_a_quarter_larger_than_the_box():
    crop = square_around(np.array([100.0, 50.0, 180.0, 250.0]))
    assert crop.side == 250
    np.testing.assert_allclose(crop.frame_from_crop(np.array([[0.5, 0.5]])), [[140, 150]], atol=1)


def test_a_mask_hides_all_but_the_box():
    box = np.array([100.0, 100.0, 180.0, 300.0])
    picture = masked(np.full((128, 128, 3), 200, np.uint8), square_around(box), box)
    assert picture[64, 64].min() == 200
    assert picture[64, 10].max() == 0
    share = (picture[:, :, 0] > 0).mean()
    assert share == pytest.approx(80 * 200 / 250**2, abs=0.02)


def test_of_two_equal_poses_the_one_off_its_box_goes():
    rng = np.random.default_rng(1)
    pose = rng.uniform((100, 100), (180, 300), (17, 2))
    boxes = np.array([[150.0, 100, 260, 300], [95.0, 95, 185, 305]])
    scores = np.full((2, 17), 0.8)
    assert repeated(np.stack([pose + 1, pose]), scores, boxes) == [0]
    assert repeated(np.stack([pose + np.array([120, 0]), pose]), scores, boxes) == []
