import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from walker import ANKLE, Camera, stand, walk

from gast_mocap.motion.gravity import (
    Feet,
    body_axes,
    find_ground,
    tilt_and_roll,
    tilt_roll_heading,
    upright_frames,
    world_from_camera_axes,
)

TIMES = np.arange(150) / 30
HEIGHT = 1.70


def angle(rotation: np.ndarray, camera: Camera) -> float:
    """Degrees between up as found and up as it is."""
    return float(np.degrees(np.arccos(np.clip(rotation[2] @ -camera.camera_from_world @ [0, 0, -1], -1, 1))))


@given(st.floats(-80, 80), st.floats(-80, 80))
def test_tilt_and_roll_are_read_back_from_up(tilt: float, roll: float) -> None:
    rotation = world_from_camera_axes(tilt, roll)
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert tilt_and_roll(rotation[2]) == pytest.approx((tilt, roll), abs=1e-6)


@given(st.floats(-60, 60), st.floats(-60, 60))
def test_a_tilted_and_rolled_camera_is_set_upright(tilt: float, roll: float) -> None:
    camera = Camera(tilt=tilt, roll=roll)
    world = camera.see(np.array([[0, 0, 0.0], [0, 0, 1.0]])) @ world_from_camera_axes(tilt, roll).T
    assert np.allclose(world[1] - world[0], [0, 0, 1], atol=1e-9)


@given(st.floats(-80, 80), st.floats(-80, 80), st.floats(-170, 170))
def test_a_scene_camera_is_read_as_tilt_roll_and_heading(tilt: float, roll: float, heading: float) -> None:
    turn = Rotation.from_euler("z", heading, degrees=True).as_matrix()
    assert tilt_roll_heading(turn @ world_from_camera_axes(tilt, roll)) == pytest.approx(
        (tilt, roll, heading), abs=1e-6
    )


@settings(max_examples=25, deadline=None)
@given(st.floats(-5, 30), st.floats(-4, 4), st.floats(0, 360))
def test_gravity_and_floor_of_a_walk(tilt: float, roll: float, heading: float) -> None:
    camera, performance = Camera(tilt=tilt, roll=roll, distance=9), walk(TIMES, heading)
    seen = camera.see(performance.joints)
    anchors = seen[:, [3, 6]][performance.standing][::10]
    ground = find_ground(body_axes(seen, HEIGHT), upright_frames(seen), [Feet(anchors, ANKLE, False)])
    assert angle(ground.world_from_camera, camera) < 3.0
    assert np.abs(anchors @ ground.world_from_camera[2] - ground.floor - ANKLE).max() < 0.03


def test_a_person_who_sits_and_a_foot_on_a_table_do_not_tip_the_floor() -> None:
    camera = Camera(tilt=15)
    walking = camera.see(walk(TIMES, 45.0).joints)
    sitting = walking.copy()
    lean = world_from_camera_axes(40, 0) @ world_from_camera_axes(0, 0).T
    sitting[:, 7:] = sitting[:, :1] + (sitting[:, 7:] - sitting[:, :1]) @ lean.T
    sitting[:, [3, 6]] = sitting[:, [1, 4]] + 0.5 * (sitting[:, [3, 6]] - sitting[:, [1, 4]])
    seen = np.concatenate([walking, sitting])
    on_table = camera.see(np.array([[0.5, 0.5, 0.75], [0.6, 0.5, 0.75]]))
    standing = walking[:, [3, 6]][walk(TIMES, 45.0).standing]
    anchors = np.concatenate([standing[::10], on_table])
    assert not upright_frames(sitting).any()
    ground = find_ground(body_axes(seen, HEIGHT), upright_frames(seen), [Feet(anchors, ANKLE, False)])
    assert angle(ground.world_from_camera, camera) < 3.0
    assert np.median(standing @ ground.world_from_camera[2]) - ground.floor == pytest.approx(ANKLE, abs=0.03)


def test_without_anchors_the_standing_body_is_upright() -> None:
    camera = Camera(tilt=20, roll=-3)
    seen = camera.see(stand(TIMES, heading=120.0).joints)
    ground = find_ground(body_axes(seen, HEIGHT), upright_frames(seen), [Feet(np.zeros((0, 3)), ANKLE, False)])
    assert angle(ground.world_from_camera, camera) < 3.0


def test_feet_on_a_roof_and_on_the_grass_below_it_make_no_steep_floor() -> None:
    camera = Camera(tilt=2)
    seen = camera.see(stand(TIMES).joints)
    across = np.linspace(-2, 2, 10)
    roof = camera.see(np.stack([across - 1, np.full(10, 0.3), np.full(10, 2.0 + ANKLE)], axis=1))
    grass = camera.see(np.stack([across, np.zeros(10), np.full(10, ANKLE)], axis=1))
    ground = find_ground(
        body_axes(seen, HEIGHT), upright_frames(seen), [Feet(np.concatenate([roof, grass]), ANKLE, False)]
    )
    assert angle(ground.world_from_camera, camera) < 3.0
    assert np.abs(grass @ ground.world_from_camera[2] - ground.floor - ANKLE).max() < 0.1


def test_upright_are_bodies_with_a_straight_leg_under_the_trunk() -> None:
    """A knee bent so that hip and ankle are 0.93 of the leg apart, and a trunk 35 degrees from the legs."""
    standing = stand(TIMES).joints[:1]

    def bent(share: float, legs: tuple[tuple[int, int, int], ...]) -> np.ndarray:
        joints = standing.copy()
        for hip, knee, ankle in legs:
            joints[:, ankle] = joints[:, hip] - [0, 0, 0.84 * share]
            joints[:, knee] = joints[:, hip] + [0, 0.42 * np.sqrt(1 - share**2), -0.42 * share]
        return joints

    both, one = ((1, 2, 3), (4, 5, 6)), ((1, 2, 3),)
    assert upright_frames(bent(0.94, both)).tolist() == [True]
    assert upright_frames(bent(0.92, both)).tolist() == [False]
    assert upright_frames(bent(0.92, one)).tolist() == [True], "one straight leg is enough"
    for degrees, upright in ((33.0, True), (37.0, False)):
        joints = bent(1.0, both)
        lean = Rotation.from_euler("x", degrees, degrees=True).as_matrix()
        joints[:, 7:] = joints[:, :1] + (joints[:, 7:] - joints[:, :1]) @ lean.T
        assert upright_frames(joints).tolist() == [upright]


def test_the_body_axis_goes_from_the_middle_of_the_feet_to_that_of_the_trunk() -> None:
    """Facing +y: ankles at 0.1 up, feet 0.04 of 1.8 m before them; the trunk's middle between 0.9 and 1.4 up."""
    joints = np.zeros((1, 17, 3))
    joints[0, 0], joints[0, 8] = [0, 0, 0.9], [0, 0.1, 1.4]
    joints[0, 1], joints[0, 4] = [0.1, 0, 0.9], [-0.1, 0, 0.9]
    joints[0, 3], joints[0, 6] = [0.1, 0, 0.1], [-0.1, 0, 0.1]
    forward = np.array([0, 0.5, -0.1]) / np.hypot(0.5, 0.1)
    axis = np.array([0, 0.05, 1.15]) - ([0, 0, 0.1] + 0.04 * 1.8 * forward)
    assert np.allclose(body_axes(joints, 1.8), axis / np.linalg.norm(axis))


def test_clues_are_weighed_by_their_errors() -> None:
    """Bodies that lean aside by 10 degrees: standing ones are off by 2, so the camera is rolled; slumped ones are off
    by 15, and cameras are seldom rolled by more than 2."""
    leaning = world_from_camera_axes(10.0, 10.0)[2]
    upright = np.ones(60, bool)
    firm = find_ground(np.tile(leaning, (60, 1)), upright, [Feet(np.zeros((0, 3)), ANKLE, False)])
    assert tilt_and_roll(firm.world_from_camera[2]) == pytest.approx((10.0, 10.0), abs=1.0)
    slumped = find_ground(np.tile(leaning, (60, 1)), ~upright, [Feet(np.zeros((0, 3)), ANKLE, False)])
    assert tilt_and_roll(slumped.world_from_camera[2])[1] < 2.0


def test_a_few_standing_frames_tell_more_than_many_others() -> None:
    """5 of 100 are enough, 4 are not: then all count, with an error of 15 degrees against the usual tilt of 10."""
    straight, bowed = world_from_camera_axes(20.0, 0.0)[2], world_from_camera_axes(50.0, 0.0)[2]
    for count, low, high in ((5, 19, 21), (4, 30, 50)):
        axes = np.concatenate([np.tile(straight, (count, 1)), np.tile(bowed, (100 - count, 1))])
        upright = np.arange(100) < count
        tilt = tilt_and_roll(find_ground(axes, upright, [Feet(np.zeros((0, 3)), ANKLE, False)]).world_from_camera[2])[0]
        assert low < tilt < high, count
