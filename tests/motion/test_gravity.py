import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from walker import ANKLE, Camera, stand, walk

from gast_mocap.motion.gravity import (
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
    footholds = seen[:, [3, 6]][performance.standing][::10]
    ground = find_ground(body_axes(seen, HEIGHT), upright_frames(seen), footholds, ANKLE)
    assert angle(ground.world_from_camera, camera) < 3.0
    assert np.abs(footholds @ ground.world_from_camera[2] - ground.floor - ANKLE).max() < 0.03


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
    footholds = np.concatenate([standing[::10], on_table])
    assert not upright_frames(sitting).any()
    ground = find_ground(body_axes(seen, HEIGHT), upright_frames(seen), footholds, ANKLE)
    assert angle(ground.world_from_camera, camera) < 3.0
    assert np.median(standing @ ground.world_from_camera[2]) - ground.floor == pytest.approx(ANKLE, abs=0.03)


def test_without_footholds_the_standing_body_is_upright() -> None:
    camera = Camera(tilt=20, roll=-3)
    seen = camera.see(stand(TIMES, heading=120.0).joints)
    ground = find_ground(body_axes(seen, HEIGHT), upright_frames(seen), np.zeros((0, 3)), ANKLE)
    assert angle(ground.world_from_camera, camera) < 3.0


def test_feet_on_a_roof_and_on_the_grass_below_it_make_no_steep_floor() -> None:
    camera = Camera(tilt=2)
    seen = camera.see(stand(TIMES).joints)
    across = np.linspace(-2, 2, 10)
    roof = camera.see(np.stack([across - 1, np.full(10, 0.3), np.full(10, 2.0 + ANKLE)], axis=1))
    grass = camera.see(np.stack([across, np.zeros(10), np.full(10, ANKLE)], axis=1))
    ground = find_ground(body_axes(seen, HEIGHT), upright_frames(seen), np.concatenate([roof, grass]), ANKLE)
    assert angle(ground.world_from_camera, camera) < 3.0
    assert np.abs(grass @ ground.world_from_camera[2] - ground.floor - ANKLE).max() < 0.1
