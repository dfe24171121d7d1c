from pathlib import Path

import cv2
import numpy as np
import pytest

from gast_mocap.inference.video.decode import Reading, probe_video
from gast_mocap.inference.video.frame import Frame
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.inference.video.stillness import Backdrop
from gast_mocap.take.records import CameraMove

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
        backdrop.look(Frame(t, TIMES[t], Pyramid.of(picture)), people)
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
        backdrop.look(Frame(0, time, Pyramid.of(np.full((360, 640, 3), 128, np.uint8))), np.empty((0, 4)))
    assert backdrop.shift == 0.0
    assert backdrop.move is CameraMove.UNKNOWN


def test_a_real_camera_on_a_tripod_stands_still(videos: Path) -> None:
    video = probe_video(videos / "intel_one-by-one-person-detection.mp4", print)
    backdrop = Backdrop()
    for frame in Reading(video, 0, 200, Pyramid.of):
        backdrop.look(frame, np.empty((0, 4)))
    assert backdrop.shift < 0.01
    assert backdrop.move is CameraMove.STANDS


def seen_by(ways: np.ndarray, view: str) -> Backdrop:
    """A garden that is seen by a camera at ``ways`` (60,): radians of a ``turn``, or steps aside before a wall that is
    as near as it is high (``depth``), with a far half behind it."""
    garden_picture = cv2.resize(garden(), (1500, 690))
    focal, backdrop = 640.0, Backdrop()
    for t, way in enumerate(ways):
        if view == "turn":
            lens = np.array([[focal, 0, 750.0], [0, focal, 345.0], [0, 0, 1]])
            turn = cv2.Rodrigues(np.array([0.0, way, 0.0]))[0]
            moved = cv2.warpPerspective(garden_picture, lens @ turn @ np.linalg.inv(lens), (1500, 690))
            picture = moved[165:525, 430:1070]
        else:
            nearness = np.where(np.arange(690) < 345, 0.4, 1.0)
            rows = [np.roll(row, round(way * near), axis=0) for row, near in zip(garden_picture, nearness, strict=True)]
            picture = np.stack(rows)[165:525, 430:1070]
        backdrop.look(Frame(t, TIMES[t], Pyramid.of(np.ascontiguousarray(picture))), np.empty((0, 4)))
    return backdrop


def test_the_way_of_a_turning_camera_is_known() -> None:
    angles = np.linspace(0, 0.3, 60)
    backdrop = seen_by(angles, "turn")
    assert backdrop.move is CameraMove.TURNS
    seconds, across, _ = backdrop.path.T
    np.testing.assert_allclose(across * 640 / 640.0, np.interp(seconds, TIMES, angles), atol=0.012)
    assert len(seconds) > 45  # ten times a second while it moves
    np.testing.assert_allclose(backdrop.path[:, 2], 0, atol=0.004)


def test_a_camera_that_travels_is_told_from_one_that_turns() -> None:
    assert seen_by(np.linspace(0, 250, 60), "depth").move is CameraMove.TRAVELS


def test_at_a_cut_the_camera_begins_anew() -> None:
    backdrop = Backdrop()
    for t in range(20):
        place = garden(t // 10)[50:410, 50 + 4 * t : 690 + 4 * t]
        backdrop.look(Frame(t, TIMES[t], Pyramid.of(np.ascontiguousarray(place)), is_cut=t == 10), np.empty((0, 4)))
    assert [1.0, 0.0, 0.0] in backdrop.path.tolist()
    assert backdrop.shift == pytest.approx(36 / 640, rel=0.1)


@pytest.mark.parametrize("cut", [None, 45])
def test_a_way_that_two_stretches_saw_is_one(cut: int | None) -> None:
    """A pan by 2 px a frame, which a cut ends."""
    everything = garden()
    backdrops = Backdrop(), Backdrop()
    for backdrop, frames in zip(backdrops, (range(0, 34), range(20, 60)), strict=True):
        for t in frames:
            x = 0 if cut and t >= cut else 2 * t
            picture = everything[50:410, 50 + x : 690 + x].copy()
            backdrop.look(Frame(t, TIMES[t], Pyramid.of(picture), is_cut=t == cut), np.empty((0, 4)))
    first, second = backdrops
    first.go_on_with(second, TIMES[30], np.inf if cut is None else TIMES[cut])
    seconds, right, _ = first.path.T
    assert (np.diff(seconds) > 0).all()
    assert seconds[-1] > 5.5
    in_pan = seconds < (np.inf if cut is None else TIMES[cut])
    assert np.abs(right[in_pan] + 2 * seconds[in_pan] * 10 / 640).max() < 4 / 640
    assert np.abs(right[~in_pan]).max(initial=0) < 1 / 640
