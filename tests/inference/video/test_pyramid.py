"""Small pictures of parts of a frame show what is there, where it is."""

import numpy as np
import pytest

from gast_mocap.inference.video.pyramid import Pyramid, rotation


def blob(x: float, y: float, width: int = 800, height: int = 600) -> np.ndarray:
    """(height, width, 3) a soft white spot around the point (x, y), where pixel i covers i to i + 1."""
    rows, columns = np.mgrid[:height, :width] + 0.5
    white = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 25**2))
    return np.repeat(white[..., None], 3, axis=-1).round().astype(np.uint8)


@pytest.mark.parametrize("size", [40, 90, 200, 600])
@pytest.mark.parametrize("box", [(0, 0, 800, 600), (101.3, 77.7, 501.3, 377.7), (150, 60, 550, 460)])
def test_things_stand_where_the_box_says_on_every_level(size, box):
    box = np.array(box, float)
    picture = Pyramid.of(blob(300.4, 250.7)).picture(box, size, size)[..., 0].astype(float)
    middles = (np.arange(size) + 0.5) / size
    shares = np.array([picture.sum(axis=0) @ middles, picture.sum(axis=1) @ middles]) / picture.sum()
    np.testing.assert_allclose(box[:2] + shares * (box[2:] - box[:2]), [300.4, 250.7], atol=0.35)


def test_beyond_the_frame_is_black():
    picture = Pyramid.of(np.full((400, 600, 3), 200, np.uint8)).picture(np.array([-60.0, -60, 60, 60]), 100, 100)
    assert picture[:48, :48].max() == 0
    assert picture[52:, 52:].min() == 200


def test_fine_stripes_turn_grey_and_not_into_coarse_ones():
    stripes = np.zeros((480, 640, 3), np.uint8)
    stripes[:, ::2] = 255
    picture = Pyramid.of(stripes).picture(np.array([0.0, 0, 640, 480]), 90, 68)[2:-2, 2:-2]
    assert 120 < picture.min() <= picture.max() < 135


def test_frames_of_odd_sides_and_of_one_pixel():
    picture = Pyramid.of(blob(300, 200, 801, 333)).picture(np.array([0.0, 0, 801, 333]), 100, 42)
    assert picture.shape == (42, 100, 3)
    assert Pyramid.of(np.full((1, 1, 3), 9, np.uint8)).picture(np.array([0.0, 0, 1, 1]), 3, 3)[1, 1].tolist() == [9] * 3


@pytest.mark.parametrize(("degrees", "spot"), [(0, (210, 110)), (90, (289, 110)), (180, (289, 189)), (270, (210, 189))])
def test_a_turned_part_shows_upright_what_was_turned_clockwise(degrees: int, spot: tuple[int, int]) -> None:
    """A spot at the top left of something that was turned is seen there again."""
    turned = np.zeros((300, 400, 3), np.uint8)
    x, y = spot
    turned[y - 3 : y + 3, x - 3 : x + 3] = 255
    part = Pyramid.of(turned).part(np.array([200.0, 100, 300, 200]), np.radians(degrees))
    picture = part.picture(np.array([0.0, 0, 100, 100]), 100, 100)
    rows, columns = np.nonzero(picture[:, :, 0] > 100)
    assert (columns.mean(), rows.mean()) == pytest.approx((10, 10), abs=1.5)


def test_points_of_a_part_of_a_part_come_back() -> None:
    frame = Pyramid.of(np.zeros((300, 400, 3), np.uint8))
    part = frame.part(np.array([100.0, 50, 200, 250]), 0.4).part(np.array([-20.0, 10, 60, 90]), -1.1)
    assert part.size == (80, 80)
    there = frame.points_from_part(part, np.array([[40.0, 40], [0, 0]]))
    middle = np.array([150, 150]) + rotation(0.4) @ (np.array([20, 50]) - np.array([50, 100]))
    np.testing.assert_allclose(there, [middle, middle - rotation(-0.7) @ [40, 40]], atol=1e-9)
