"""There and back between frame and picture, beside OpenCV's own affine transforms."""

import cv2
import numpy as np
import pytest

from gast_mocap.inference.networks.window import Window
from gast_mocap.inference.video.pyramid import Pyramid


def published_transform(box, width, height):
    """HRNet's: the box grown to the aspect and by 1.25, mapped by three points, in frame pixels whose middles are
    whole numbers, to a picture likewise."""
    centre, (w, h) = (box[:2] + box[2:]) / 2 - 0.5, box[2:] - box[:2]
    side = max(w, h * width / height) * 1.25
    seen = np.float32([centre, centre - [0, side / 2], centre - [side / 2, side / 2]])
    drawn = np.float32([[width / 2, height / 2], [width / 2, height / 2 - width / 2], [0, height / 2 - width / 2]])
    return cv2.getAffineTransform(drawn - 0.5, seen)


@pytest.mark.parametrize("box", [[100, 50, 180, 250], [-40, 10, 300, 90], [500, 300, 501, 640]])
@pytest.mark.parametrize("size", [(192, 256), (288, 384)])
def test_a_crop_is_where_the_published_affine_puts_it(box, size):
    box = np.array(box, float)
    window = Window.around(box, *size, 1.25)
    points = np.array([[0, 0], [size[0] - 1, 0], [17.25, 200.5], [size[0] - 1, size[1] - 1]])
    back = points @ published_transform(box, *size)[:, :2].T + published_transform(box, *size)[:, 2]
    np.testing.assert_allclose(window.frame_from_picture(points + 0.5), back + 0.5, atol=0.01)


def test_a_grey_border_is_around_the_frame_and_nowhere_else():
    frame = Pyramid.of(np.full((100, 200, 3), 9, np.uint8))
    picture = Window.letterboxed(frame, 80, 80).picture(frame, 128)
    np.testing.assert_array_equal(picture[:, :, 0], np.repeat([128, 9, 128], [20, 40, 20])[:, None].repeat(80, axis=1))
    cornered = Window.letterboxed(frame, 80, 80, centred=False).picture(frame, 114)
    np.testing.assert_array_equal(cornered[:, 5, 1], np.repeat([9, 114], [40, 40]))


def test_stretching_gives_the_aspect_up():
    frame = Pyramid.of(np.zeros((100, 200, 3), np.uint8))
    window = Window.stretched(frame, 64, 64)
    np.testing.assert_allclose(window.frame_from_picture_boxes(np.array([[16.0, 16, 32, 48]])), [[50, 25, 100, 75]])
