"""Which way feet point, of people whose heels and toes were drawn where they are."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from walker import Camera, Performance, film, stand, walk

from gast_mocap.motion.clean import clean_motion
from gast_mocap.motion.feet import level_when_standing
from gast_mocap.motion.resample import resample
from gast_mocap.take.records import FloatArray, Motion, PartPoints, Take
from gast_mocap.take.settings import CleanSettings

TIMES = np.arange(60) / 30
LENS = CleanSettings(field_of_view=60.0, body_height=1.70)
CAMERA = Camera(tilt=8, distance=6)
LENGTH = 0.20  # m from heel to toes
HEEL_BACK = 0.05


def true_directions(performance: Performance, out: float, down: float) -> FloatArray:
    """(t, 2, 3) of the right and the left foot, turned outwards and toes down by so many degrees."""
    across = performance.joints[:, 4] - performance.joints[:, 1]
    heading = np.arctan2(-across[:, 0], across[:, 1])  # square to the hips, to the front
    feet = []
    for sign in (-1.0, 1.0):  # the right foot turns clockwise, seen from above
        angle = heading + sign * np.radians(out)
        level = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=-1)
        feet.append(np.cos(np.radians(down)) * level - np.sin(np.radians(down)) * np.array([0, 0, 1.0]))
    return np.stack(feet, axis=1)


def with_feet(take: Take, performance: Performance, camera: Camera, out: float, down: float = 15.0) -> Take:
    pointing = true_directions(performance, out, down)
    heels = performance.joints[:, [3, 6]] - HEEL_BACK * pointing
    toes = heels + LENGTH * pointing
    points = camera.project(camera.see(np.stack([heels[:, 1], toes[:, 1], heels[:, 0], toes[:, 0]], axis=1)))
    person = take.people[0]
    feet = PartPoints(points, np.full(points.shape[:2], 0.9))
    return take.with_person(replace(person, keypoints=replace(person.keypoints, parts={"feet": feet})))


def with_scores(take: Take, scores: FloatArray) -> Take:
    """``take`` whose feet were read where ``scores`` (t,) are 1."""
    person = take.people[0]
    feet = person.keypoints.part("feet")
    read = PartPoints(feet.points * scores[:, None, None], feet.scores * scores[:, None])
    return take.with_person(replace(person, keypoints=replace(person.keypoints, parts={"feet": read})))


def cleaned(take: Take, settings: CleanSettings = LENS) -> Motion:
    return clean_motion(take, 1, settings, lambda _: None)


def headings_off(motion: Motion, truth: FloatArray) -> FloatArray:
    """(t, 2) degrees between where feet point and should, seen from above."""
    assert motion.feet is not None
    found, wanted = (np.arctan2(feet[..., 1], feet[..., 0]) for feet in (motion.feet, truth))
    return np.abs((np.degrees(found - wanted) + 180) % 360 - 180)


@pytest.mark.parametrize("out", [-15.0, 0.0, 25.0, 45.0])
def test_whoever_faces_the_camera_shows_how_far_the_feet_turn_out(out: float) -> None:
    performance = stand(TIMES, 180.0)
    motion = cleaned(with_feet(film([performance], CAMERA), performance, CAMERA, out))
    assert headings_off(motion, true_directions(performance, out, 0)).max() < 0.3 * abs(out) + 3.0
    assert np.abs(np.linalg.norm(motion.feet, axis=-1) - 1).max() < 0.01


def test_from_the_side_toes_that_go_down_are_seen() -> None:
    performance = stand(TIMES, 90.0, jump=2.0)
    flying = ~performance.standing[:, 0]
    take = with_feet(film([performance], CAMERA), performance, CAMERA, 0.0)
    pointed = with_feet(take, performance, CAMERA, 0.0, down=55.0)
    points = np.where(flying[:, None, None], pointed.people[0].keypoints.part("feet").points,
                      take.people[0].keypoints.part("feet").points)  # fmt: skip
    person = take.people[0]
    feet = PartPoints(points, person.keypoints.part("feet").scores)
    take = take.with_person(replace(person, keypoints=replace(person.keypoints, parts={"feet": feet})))
    motion = cleaned(take, replace(LENS, smooth_body=0.0))
    pitch = np.degrees(np.arcsin(motion.feet[..., 2]))
    assert np.abs(pitch[~flying]).max() < 5.0
    assert np.abs(pitch[flying] + 40.0).max() < 8.0


@pytest.mark.parametrize("smooth", [0.0, 0.4])
def test_feet_that_are_read_in_every_second_frame_point_alike(smooth: float) -> None:
    performance = walk(TIMES, 150.0)
    take = with_feet(film([performance], CAMERA), performance, CAMERA, 20.0)
    settings = replace(LENS, smooth_body=smooth)
    every, second = cleaned(take, settings), cleaned(with_scores(take, 1.0 - np.arange(60) % 2), settings)
    assert np.linalg.norm(every.feet - second.feet, axis=-1)[1:-1].max() < 0.05


def test_far_from_where_they_were_seen_feet_are_unknown() -> None:
    performance = stand(TIMES, 180.0)
    seen = (TIMES < 0.5).astype(float)
    motion = cleaned(with_scores(with_feet(film([performance], CAMERA), performance, CAMERA, 20.0), seen))
    sureness = np.linalg.norm(motion.feet, axis=-1)
    assert (sureness[TIMES < 0.55] > 0.99).all()
    assert (sureness[TIMES > 0.8] == 0).all()
    assert (np.diff(sureness, axis=0) < 1e-6).all()


def test_a_take_without_feet_has_none() -> None:
    assert cleaned(film([stand(TIMES)], CAMERA)).feet is None


def test_a_foot_far_longer_than_feet_is_a_misreading() -> None:
    performance = stand(TIMES, 180.0)
    take = with_feet(film([performance], CAMERA), performance, CAMERA, 80.0)
    person = take.people[0]
    feet = person.keypoints.part("feet")
    longer = feet.points.copy()
    longer[:, 1] += 2 * (feet.points[:, 1] - feet.points[:, 0])
    parts = {"feet": PartPoints(longer, feet.scores)}
    motion = cleaned(take.with_person(replace(person, keypoints=replace(person.keypoints, parts=parts))))
    assert np.linalg.norm(motion.feet[:, 1], axis=-1).max() == 0
    assert np.linalg.norm(motion.feet[:, 0], axis=-1).min() > 0.9


def test_standing_feet_are_level_and_the_rest_keeps_its_angle_to_them() -> None:
    degrees = np.array([[-17.0, -30.0]] * 4 + [[-57.0, -30.0]] * 3)
    pitch = np.radians(degrees)
    directions = np.stack([np.cos(pitch) * np.cos(0.4), np.cos(pitch) * np.sin(0.4), np.sin(pitch)], axis=-1)
    phases = np.array([[0, -1]] * 4 + [[-1, -1]] * 3)
    levelled = level_when_standing(directions * 0.7, phases)
    found = np.degrees(np.arcsin(levelled[..., 2] / 0.7))
    np.testing.assert_allclose(found[:, 0], [0, 0, 0, 0, -40, -40, -40], atol=1e-6)
    np.testing.assert_allclose(found[:, 1], degrees[:, 1], atol=1e-6)  # it never stands: nothing tells
    np.testing.assert_allclose(np.arctan2(levelled[..., 1], levelled[..., 0]), 0.4)


def test_feet_turn_with_the_room_and_come_along_to_the_scenes_frames() -> None:
    performance = walk(TIMES, 150.0)
    take = with_feet(film([performance], CAMERA), performance, CAMERA, 10.0)
    motion, front = cleaned(take), cleaned(take, replace(LENS, face_front=True))
    angle = np.arctan2(*(front.joints[0, 4] - front.joints[0, 1])[[1, 0]])
    before = np.arctan2(*(motion.joints[0, 4] - motion.joints[0, 1])[[1, 0]])
    turn = Rotation.from_euler("z", angle - before).as_matrix()
    np.testing.assert_allclose(front.feet, motion.feet @ turn.T, atol=1e-6)
    _, sampled = resample(motion, 60.0, 1.0)
    np.testing.assert_allclose(sampled.feet[::2][: len(TIMES)], motion.feet, atol=1e-9)
