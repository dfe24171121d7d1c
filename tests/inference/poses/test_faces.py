"""Faces that were read beside the keypoints take their place before people are lifted."""

import numpy as np

from gast_mocap.inference.poses.faces import with_face
from gast_mocap.take.edits import PLACED
from gast_mocap.take.records import Keypoints2D, PartPoints

COUNT = 40
TIMES = np.arange(COUNT) / 30


def walking(read: np.ndarray) -> Keypoints2D:
    """Everything goes 3 px a frame to the right; the face is 50 px higher than the 2D network says, where ``read``."""
    points = np.zeros((COUNT, 17, 2)) + np.arange(17)[:, None] * [0.0, 10.0]
    points[..., 0] += 3.0 * np.arange(COUNT)[:, None]
    face = PartPoints((points[:, :5] - [0.0, 50.0]) * read[:, None, None], np.tile(0.9 * read[:, None], (1, 5)))
    return Keypoints2D(1, np.arange(COUNT), points, np.full((COUNT, 17), 0.5), {"face": face})


def test_the_face_is_where_it_was_read_and_the_body_stays() -> None:
    seen = walking(np.ones(COUNT))
    found = with_face(seen, TIMES)
    np.testing.assert_allclose(found.points[:, :5], seen.points[:, :5] - [0.0, 50.0])
    np.testing.assert_array_equal(found.points[:, 5:], seen.points[:, 5:])
    np.testing.assert_array_equal(found.scores, seen.scores)


def test_between_frames_in_which_it_was_read_it_goes_along() -> None:
    seen = walking(1.0 - np.arange(COUNT) % 2)
    np.testing.assert_allclose(with_face(seen, TIMES).points[:, :5], seen.points[:, :5] - [0.0, 50.0])


def test_long_after_it_was_read_it_is_the_2d_networks_again() -> None:
    seen = walking((np.arange(COUNT) < 10).astype(float))
    moved = seen.points[:, :5, 1] - with_face(seen, TIMES).points[:, :5, 1]
    assert (moved[:10] == 50).all()
    assert (moved[TIMES[9] + 0.31 < TIMES] == 0).all()


def test_a_nose_that_somebody_placed_stays() -> None:
    seen = walking(np.ones(COUNT))
    seen.scores[7, 0] = PLACED
    found = with_face(seen, TIMES)
    np.testing.assert_array_equal(found.points[7, 0], seen.points[7, 0])
    assert (found.points[7, 1] != seen.points[7, 1]).any()


def test_whose_face_was_never_read_is_as_before() -> None:
    seen = walking(np.zeros(COUNT))
    np.testing.assert_array_equal(with_face(seen, TIMES).points, seen.points)
