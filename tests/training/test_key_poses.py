"""Motions made of key poses, judged by what their words say."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gast_mocap.take.skeletons import TOES19  # noqa: E402
from training.bodies import BodyModel, joints_from  # noqa: E402
from training.cameras import CAMERA_KINDS, sample_cameras  # noqa: E402
from training.directions import DIRECTIONS  # noqa: E402
from training.key_poses import KEY_POSES, STAND, directions_from, exchanged, make_motion  # noqa: E402
from training.synthesis import mirrored  # noqa: E402

LEG = 0.825


def joints_of(directions: np.ndarray) -> dict[str, np.ndarray]:
    """Name -> (t, 3) around the pelvis, of the mean body."""
    bodies = BodyModel(TOES19)
    joints = joints_from(bodies.pose, bodies.means[None], torch.tensor(directions, dtype=torch.float32)[None])[0]
    return {name: joints[:, j].numpy() for j, name in enumerate(TOES19.joints)}


def posed(name: str, number: int) -> dict[str, np.ndarray]:
    return {joint: places[0] for joint, places in joints_of(directions_from(KEY_POSES[name][number][None])).items()}


def test_who_stands_has_feet_below_and_the_left_hand_on_the_left() -> None:
    joints = {name: places[0] for name, places in joints_of(directions_from(STAND[None])).items()}
    assert joints["left_ankle"][1] == pytest.approx(-LEG, abs=0.01)
    assert joints["left_wrist"][0] > 0.15 > -0.15 > joints["right_wrist"][0]
    assert joints["left_toes"][2] > joints["left_ankle"][2] + 0.1


def test_a_star_has_straight_legs_apart_and_arms_over_the_head() -> None:
    joints = posed("star jump", 0)
    thigh, shin = joints["left_knee"] - joints["left_hip"], joints["left_ankle"] - joints["left_knee"]
    assert thigh @ shin == pytest.approx(np.linalg.norm(thigh) * np.linalg.norm(shin), rel=1e-6)
    assert joints["left_ankle"][0] - joints["right_ankle"][0] > 1.0
    assert min(joints["left_wrist"][1], joints["right_wrist"][1]) > joints["thorax"][1] + 0.2


def test_on_the_hands_feet_are_above_and_who_sits_has_feet_ahead() -> None:
    joints = posed("handstand", 0)
    assert joints["left_wrist"][1] < joints["head"][1] < joints["pelvis"][1] < joints["left_ankle"][1] - 0.7
    joints = posed("sit on a chair", 0)
    assert joints["left_knee"][2] > 0.35
    assert joints["left_ankle"][1] < joints["left_knee"][1] - 0.35


@pytest.mark.parametrize("name", KEY_POSES)
def test_a_motion_is_smooth_on_the_floor_and_made_of_unit_vectors(name: str) -> None:
    motion = make_motion(name, 6.0, np.random.default_rng(3))
    assert motion.directions.shape == (360, len(DIRECTIONS), 3)
    bones = [i for i, direction in enumerate(DIRECTIONS) if not direction.endswith("shift")]
    np.testing.assert_allclose(np.linalg.norm(motion.directions[:, bones], axis=-1), 1, atol=1e-6)
    joints = joints_of(motion.directions)
    heights = np.min([places[:, 1] for places in joints.values()], axis=0) + motion.pelvis[:, 1] * LEG
    assert heights.min() > -0.06
    assert np.abs(np.diff(motion.directions, axis=0)).max() < 0.4, "nothing leaps from one frame to the next"


def test_the_mirror_image_of_a_pose_is_the_mirrored_body() -> None:
    for poses in KEY_POSES.values():
        for pose in poses:
            wanted = mirrored(torch.tensor(directions_from(pose[None]))[None])[0]
            np.testing.assert_allclose(directions_from(exchanged(pose)[None]), wanted, atol=1e-9)


def test_every_kind_of_camera_stands_as_it_says() -> None:
    kinds = torch.arange(len(CAMERA_KINDS)).repeat(300)
    cameras = sample_cameras(
        torch.tensor([[0.0, 0.9, 0.0]]).expand(len(kinds), 3), torch.Generator().manual_seed(1), kinds
    )
    place = cameras.places - torch.tensor([0.0, 0.9, 0.0])
    down = torch.rad2deg(torch.asin(place[:, 1] / place.norm(dim=-1)))
    across = cameras.camera_from_world[:, 0]
    roll = torch.rad2deg(torch.asin(across[:, 1].abs()))
    at = {name: kinds == number for number, name in enumerate(CAMERA_KINDS)}
    assert down[at["from below"]].max() < -11
    assert down[at["from above"]].min() > 34
    assert place[at["near and wide"]].norm(dim=-1).min() < 1.5 < 1.79 < place[at["usual"]].norm(dim=-1).min()
    assert roll[at["rolled"]].median() > 20 > roll[at["usual"]].median()
