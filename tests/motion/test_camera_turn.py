"""A walk that a turning camera films lands where it does for one that stands."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from test_foot_directions import with_feet
from walker import Camera, film, walk

from gast_mocap.motion.clean import clean_motion
from gast_mocap.motion.travel import focal_length_px
from gast_mocap.take.records import CameraMove, Keypoints2D, PartPoints, Pose3D, Take
from gast_mocap.take.settings import CleanSettings

TIMES = np.arange(90) / 30
LENS = CleanSettings(field_of_view=60.0)


def panned(take: Take, left: np.ndarray) -> Take:
    """What a camera sees that turns to the left by ``left`` (t,) radians, and how the background moves for it."""
    focal, middle = focal_length_px(take.video.width, 60.0), np.array([take.video.width / 2, take.video.height / 2])
    turn = Rotation.from_rotvec(np.column_stack([0 * left, left, 0 * left])).as_matrix().transpose(0, 2, 1)
    people = []
    for person in take.people:
        own = turn[person.keypoints.frames]
        known = person.keypoints
        feet = known.part("feet")
        seen = np.concatenate([known.points, feet.points], axis=1)
        rays = np.concatenate([(seen - middle) / focal, np.ones((*seen.shape[:2], 1))], -1) @ own
        points = rays[..., :2] / rays[..., 2:] * focal + middle
        parts = {"feet": PartPoints(points[:, 17:], feet.scores)} if known.parts else {}
        keypoints = Keypoints2D(person.track_id, known.frames, points[:, :17], known.scores, parts)
        people.append(replace(person, keypoints=keypoints, pose=Pose3D(person.pose.frames, person.pose.joints @ own)))
    across = left * focal / take.video.width
    path = np.column_stack([take.video.times, across, 0 * across])[::3]
    moved = {"camera": CameraMove.TURNS, "camera_path": path, "camera_shift": float(np.ptp(across))}
    return replace(take, people=tuple(people), **moved)


def way(motion) -> np.ndarray:
    return motion.joints[:, 0, :2] - motion.joints[0, 0, :2]


@pytest.mark.parametrize("heading", [80.0, 30.0])
def test_a_pan_that_follows_somebody_does_not_stop_them(heading: float) -> None:
    take = film([walk(TIMES, heading)], Camera())
    follows = panned(take, np.linspace(0.1, -0.35, len(TIMES)))
    notices: list[str] = []
    still = clean_motion(take, 1, LENS, notices.append)
    found = clean_motion(follows, 1, LENS, notices.append)
    assert np.linalg.norm(way(still)[-1]) > 2.0
    # The world goes with the camera's heading in the middle of its pan, 0.125 to the right.
    turned = way(found) @ Rotation.from_euler("z", 0.125).as_matrix()[:2, :2]
    assert np.linalg.norm(turned - way(still), axis=1).max() < 0.1
    assert "only turns" in notices[0]
    unknown = replace(follows, camera_path=np.zeros((0, 3)))
    lost = clean_motion(unknown, 1, LENS, lambda _: None)
    assert np.linalg.norm(way(lost)[-1] - way(still)[-1]) > 0.5


def test_feet_point_as_they_would_for_a_camera_that_stands() -> None:
    performance = walk(TIMES, 150.0)
    take = with_feet(film([performance], Camera()), performance, Camera(), 15.0)
    still = clean_motion(take, 1, LENS, lambda _: None)
    found = clean_motion(panned(take, np.linspace(0.1, -0.35, len(TIMES))), 1, LENS, lambda _: None)
    turned = found.feet @ Rotation.from_euler("z", 0.125).as_matrix()
    assert np.linalg.norm(turned - still.feet, axis=-1).max() < 0.1


def facings(motion) -> np.ndarray:
    """Degrees of the hips' heading, from the first frame on."""
    across = motion.joints[:, 4] - motion.joints[:, 1]
    angles = np.unwrap(np.arctan2(across[:, 1], across[:, 0]))
    return np.degrees(angles - angles[0])


def test_of_a_camera_that_turns_round_no_travel_is_claimed_and_facings_are_right() -> None:
    """A walker goes by, and the camera turns on and on, by half a turn."""
    take = film([walk(TIMES, 30.0)], Camera())
    notices: list[str] = []
    turned = panned(take, np.linspace(np.pi / 2, -np.pi / 2, len(TIMES)))
    found = clean_motion(turned, 1, LENS, notices.append)
    assert np.abs(way(found)).max() < 0.05
    assert "turns too far" in notices[0]
    still = clean_motion(take, 1, replace(LENS, travel=False), lambda _: None)
    assert np.abs(facings(found) - facings(still)).max() < 10


def test_of_a_camera_that_travels_no_travel_is_claimed() -> None:
    take = replace(film([walk(TIMES, 80.0)], Camera()), camera=CameraMove.TRAVELS, camera_shift=0.6)
    notices: list[str] = []
    assert np.abs(way(clean_motion(take, 1, LENS, notices.append))).max() < 0.05
    assert "cannot be told" in notices[0]
