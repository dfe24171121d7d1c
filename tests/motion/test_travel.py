import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from walker import Camera, film, stand, walk

from gast_mocap.motion.body import prepare_body
from gast_mocap.motion.contacts import phases_of
from gast_mocap.motion.travel import FloorPlane, focal_length_px, miss, solve_points, solve_travel, viewing_rays
from gast_mocap.take.records import FloatArray
from gast_mocap.take.settings import CleanSettings

TIMES = np.arange(120) / 30
NOWHERE = np.full((120, 2), -1)
CAMERA = Camera(tilt=15, roll=3, distance=8)
BODY_AS_FILMED = CleanSettings.raw()


def sighting_of(performance, camera, **noise):
    take = film([performance], camera, **noise)
    return prepare_body(take.people[0], take.video, BODY_AS_FILMED).sighting(
        take.video, focal_length_px(camera.width, camera.field_of_view)
    )


def test_rays_meet_the_points_that_they_were_drawn_through() -> None:
    seen = CAMERA.see(walk(TIMES, 30.0).joints)
    focal = focal_length_px(CAMERA.width, CAMERA.field_of_view)
    rays = viewing_rays(CAMERA.project(seen), CAMERA.width, CAMERA.frame_height, focal)
    assert np.abs(miss(seen, rays)).max() < 1e-9


@pytest.mark.parametrize("heading", [0.0, 90.0, 200.0])
def test_without_noise_the_pelvis_is_found_to_the_millimetre(heading: float) -> None:
    performance = walk(TIMES, heading)
    truth = CAMERA.see(performance.joints)[:, 0]
    found = solve_travel(sighting_of(performance, CAMERA), NOWHERE, None, 0.1).pelvis
    assert np.abs(found - truth).max() < 1e-3


def end_error(performance, seen, phases, ankle_floor) -> float:
    truth: FloatArray = CAMERA.see(performance.joints)[:, 0]
    found = solve_travel(seen, phases, ankle_floor, 0.3).pelvis
    return float(np.abs(np.linalg.norm(found - truth, axis=-1)).mean())


def test_standing_feet_and_the_floor_make_travel_better() -> None:
    performance = walk(TIMES, 20.0)
    seen = sighting_of(performance, CAMERA, seed=4, pixel_noise=3, pose_noise=0.05)
    phases = phases_of(performance.standing, TIMES, 0.5)
    up = -CAMERA.camera_from_world @ [0, 0, -1]
    ankle_floor = FloorPlane(up, performance.joints[:, [3, 6], 2].min() - CAMERA.height)
    free, pinned = (
        end_error(performance, seen, NOWHERE, None),
        end_error(performance, seen, phases, ankle_floor),
    )
    assert pinned < 0.6 * free


def test_anchors_are_where_the_feet_stood() -> None:
    performance = walk(TIMES, 45.0)
    phases = phases_of(performance.standing, TIMES, 0.5)
    anchors = solve_travel(sighting_of(performance, CAMERA), phases, None, 0.1).anchors
    ankles = CAMERA.see(performance.joints[:, [3, 6]])
    for number, anchor in enumerate(anchors):
        assert np.linalg.norm(anchor - ankles[phases == number].mean(0)) < 0.01


def test_points_are_those_of_a_dense_solve() -> None:
    rng = np.random.default_rng(2)
    roots = rng.normal(size=(30, 3, 3))
    blocks, right = roots @ np.swapaxes(roots, 1, 2) + 9 * np.eye(3), rng.normal(size=(30, 3))
    pairs, ties = np.stack([np.arange(1, 30), rng.integers(0, np.arange(1, 30))], axis=1), rng.normal(size=29)
    dense = np.zeros((30, 3, 30, 3))
    dense[np.arange(30), :, np.arange(30)] = blocks
    for (one, other), tie in zip(pairs, ties, strict=True):
        dense[one, :, other] = dense[other, :, one] = tie * np.eye(3)
    expected = np.linalg.solve(dense.reshape(90, 90), right.reshape(90)).reshape(30, 3)
    assert np.allclose(solve_points(blocks, right, pairs, ties, rng.permutation(30)), expected)


def test_a_long_take_needs_little_memory() -> None:
    times = np.arange(3600) / 30
    performance = walk(times, 90.0, speed=0.02)
    seen, phases = sighting_of(performance, CAMERA), phases_of(performance.standing, times, 0.5)
    tracemalloc.start()
    found = solve_travel(seen, phases, None, 0.3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.anchors) > 200
    assert peak < 50e6, "a table of frames by anchors takes three times as much"


def test_a_keypoint_far_off_hardly_moves_the_body() -> None:
    seen = sighting_of(stand(TIMES), CAMERA)
    truth = CAMERA.see(stand(TIMES).joints)[:, 0]
    seen.limb_rays[:, 10] += 0.2
    off = np.linalg.norm(solve_travel(seen, NOWHERE, None, 0.3).pelvis - truth, axis=-1).max()
    assert off < 0.25, "an elbow that is 1.6 m off"


def test_a_jump_is_kept() -> None:
    performance = stand(TIMES, jump=2.5)
    seen = sighting_of(performance, CAMERA, pixel_noise=1, pose_noise=0.01)
    found = solve_travel(seen, NOWHERE, None, 0.3).pelvis @ CAMERA.camera_from_world
    height = found[:, 2] - np.median(found[:, 2])
    assert height.max() == pytest.approx(2.5**2 / (2 * 9.81), rel=0.12)


def test_the_way_is_settled_only_when_all_of_it_is() -> None:
    """A quarter of the keypoints are off for a second: the first pass is off by decimetres, the settled way is not."""
    performance = stand(TIMES)
    seen = sighting_of(performance, CAMERA)
    truth = CAMERA.see(performance.joints)[:, 0]
    seen.limb_rays[60:90, :3] += 0.15
    off = np.linalg.norm(solve_travel(seen, NOWHERE, None, 0.3).pelvis - truth, axis=-1)
    assert off[:45].max() < 0.005
    assert off[60:90].max() < 0.05


def test_a_foot_on_a_step_is_not_drawn_down_to_the_floor() -> None:
    """The floor is believed where feet are near it; an anchor 30 cm above it stays there."""
    joints = stand(TIMES).joints.copy()
    joints[:, 3, 2] += 0.3
    seen = sighting_of(replace(stand(TIMES), joints=joints), CAMERA)
    up = CAMERA.camera_from_world @ [0, 0, 1.0]
    plane = FloorPlane(up, joints[0, 6, 2] - CAMERA.height)
    anchors = solve_travel(seen, np.tile([0, 1], (120, 1)), plane, 0.1).anchors
    assert anchors @ up + CAMERA.height == pytest.approx(joints[0, [3, 6], 2], abs=0.01)


def test_a_floor_a_little_too_high_carries_the_feet() -> None:
    performance = stand(TIMES)
    seen = sighting_of(performance, CAMERA)
    phases = np.tile([0, 1], (120, 1))
    up = CAMERA.camera_from_world @ [0, 0, 1.0]
    height = performance.joints[0, 3, 2] - CAMERA.height
    free, lifted = (solve_travel(seen, phases, floor, 0.1) for floor in (None, FloorPlane(up, height + 0.02)))
    moved = lifted.anchors @ up - free.anchors @ up
    assert np.all(moved > 0.012)
    assert np.all(moved < 0.02)


@pytest.mark.parametrize(("field_of_view", "focal"), [(90.0, 640.0), (60.0, 1108.5125), (36.8699, 1920.0)])
def test_focal_lengths_are_those_of_lens_tables(field_of_view: float, focal: float) -> None:
    """Half of 1280 px over the tangent of half the angle: 1, 1/sqrt(3), 1/3."""
    assert focal_length_px(1280, field_of_view) == pytest.approx(focal, rel=1e-5)


def test_the_cost_is_the_mean_of_squared_misses_that_count_less_the_larger_they_are() -> None:
    """Cauchy's weights: a miss of 10 cm counts half."""
    seen = sighting_of(walk(TIMES, 20.0), CAMERA, seed=4, pixel_noise=8, pose_noise=0.05)
    found = solve_travel(seen, NOWHERE, None, 0.1)
    off = np.linalg.norm(miss(seen.limbs + found.pelvis[:, None], seen.limb_rays), axis=-1)
    robust = 1 / (1 + (off / 0.10) ** 2)
    wanted = np.sum(seen.limb_weights * robust * off**2) / np.sum(seen.limb_weights)
    assert found.cost == pytest.approx(wanted, rel=1e-9)
