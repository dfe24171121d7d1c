from pathlib import Path

import cv2
import numpy as np
import pytest

from gast_mocap.inference.video.decode import Reading, probe_video
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.inference.video.stillness import Backdrop

TIMES = np.arange(60) / 10


def garden(seed: int = 0) -> np.ndarray:
    """(460, 1000, 3) blurred spots, full of corners."""
    spots = np.random.default_rng(seed).integers(0, 255, (46, 100, 3)).astype(np.uint8)
    return cv2.resize(spots, (1000, 460), interpolation=cv2.INTER_CUBIC)


def shift_of(path_px: np.ndarray, walker: bool) -> float:
    """What is found from pictures of the garden by a camera at ``path_px`` (60, 2), a patterned walker before it."""
    everything, coat = garden(), garden(1)
    backdrop = Backdrop()
    for t, (x, y) in enumerate(np.round(path_px).astype(int)):
        picture = everything[50 + y : 410 + y, 50 + x : 690 + x].copy()
        left = 40 + 6 * t
        if walker:
            picture[20:340, left : left + 200] = coat[:320, :200]
        people = np.array([[left, 20, left + 200, 340]], float) if walker else np.empty((0, 4))
        backdrop.look(TIMES[t], Pyramid.of(picture), people)
    return backdrop.shift


@pytest.mark.parametrize("walker", [False, True])
def test_a_pan_is_measured_and_a_person_who_walks_by_is_none(walker: bool) -> None:
    pan = np.stack([2.0 * np.arange(60), 0 * np.arange(60)], axis=1)
    assert shift_of(0 * pan, walker) < 0.005
    # the last picture that is looked at is that of frame 55
    assert shift_of(pan, walker) == pytest.approx(2.0 * 55 / 640, rel=0.1)


def test_a_camera_that_comes_back_has_moved() -> None:
    away = 40 * np.sin(np.pi * np.arange(60) / 59)
    assert shift_of(np.stack([away, 0 * away], axis=1), walker=False) == pytest.approx(40 / 640, rel=0.15)


def test_a_blank_wall_tells_of_no_movement() -> None:
    backdrop = Backdrop()
    for time in TIMES:
        backdrop.look(time, Pyramid.of(np.full((360, 640, 3), 128, np.uint8)), np.empty((0, 4)))
    assert backdrop.shift == 0.0


def test_a_real_camera_on_a_tripod_stands_still(videos: Path) -> None:
    video = probe_video(videos / "intel_one-by-one-person-detection.mp4", print)
    backdrop = Backdrop()
    for frame in Reading(video, 0, 200, Pyramid.of):
        backdrop.look(frame.time, frame.picture, np.empty((0, 4)))
    assert backdrop.shift < 0.01
