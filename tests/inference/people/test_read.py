"""People whatever way up: a real person in a picture that is turned, and poses made of numbers."""

from pathlib import Path

import numpy as np
import pytest

from gast_mocap.inference.people.read import BodyReader, Pose, body_axis, is_same_body, settled, size_of_turned
from gast_mocap.inference.people.watch import Eyes
from gast_mocap.inference.quality import PRESETS
from gast_mocap.inference.video.decode import probe_video, read_frames
from gast_mocap.inference.video.pyramid import Pyramid, rotation
from gast_mocap.take.settings import Quality
from gast_mocap.take.skeletons import COCO17

STANDING = {
    "nose": (0, -95), "left_eye": (3, -98), "right_eye": (-3, -98), "left_ear": (6, -96), "right_ear": (-6, -96),
    "left_shoulder": (18, -75), "right_shoulder": (-18, -75), "left_elbow": (24, -45), "right_elbow": (-24, -45),
    "left_wrist": (26, -15), "right_wrist": (-26, -15), "left_hip": (12, -15), "right_hip": (-12, -15),
    "left_knee": (13, 40), "right_knee": (-13, 40), "left_ankle": (14, 95), "right_ankle": (-14, 95),
}  # fmt: skip


def standing(turn: float = 0.0) -> Pose:
    """Somebody 190 px tall, turned clockwise about (300, 300)."""
    points = np.array([STANDING[name] for name in COCO17.joints], float)
    return Pose(points @ rotation(turn).T + 300, np.full(17, 0.8))


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes.load(PRESETS[Quality.BALANCED])


@pytest.mark.parametrize("degrees", [90, 180, -90, 130])
def test_a_body_that_is_turned_is_read_as_its_upright_twin(eyes: Eyes, videos: Path, degrees: int) -> None:
    """The walker of a clip, in a part of the frame that is turned the other way, as if the room stood on its side."""
    whole = Pyramid.of(next(read_frames(probe_video(videos / "sports2d_demo.mp4", lambda _: None), 70, 71)).picture)
    boxes = eyes.detector.detect(whole).boxes
    box = boxes[np.argmax(boxes[:, 3] - boxes[:, 1])]
    reader = BodyReader(eyes.estimator)
    twin = reader.read(whole, {1: box}, {}, patient=False, company={})[1]
    middle, half = (box[:2] + box[2:]) / 2, 0.8 * (box[3] - box[1])
    room = whole.part(np.concatenate([middle - half, middle + half]), -np.radians(degrees))
    corners = np.array([[x, y] for x in box[[0, 2]] for y in box[[1, 3]]]) - middle
    lying = corners @ rotation(np.radians(degrees)).T + half
    pose = reader.read(
        room, {1: np.concatenate([lying.min(axis=0), lying.max(axis=0)])}, {}, patient=False, company={}
    )[1]
    for _ in range(2):  # the next frames look at the body along its own axis
        pose = reader.read(room, {1: pose.box}, {1: pose}, patient=False, company={})[1]
    there = whole.points_from_part(room, pose.points)
    sure = twin.scores > 0.4
    apart = np.linalg.norm(there - twin.points, axis=1)[sure] / (box[3] - box[1])
    assert apart.mean() < 0.03
    assert pose.score > twin.score - 0.08
    assert np.degrees(pose.turned) % 360 == pytest.approx(degrees % 360, abs=20)


def test_upright_and_bent_people_are_looked_at_as_they_are() -> None:
    assert settled(standing(0.3)).turned == 0
    bent = standing()
    upper = [joint for joint, name in enumerate(COCO17.joints) if "knee" not in name and "ankle" not in name]
    points = bent.points.copy()
    points[upper] = (points[upper] - [300, 285]) @ rotation(1.7).T + [300, 285]  # over the legs, head below the hips
    assert settled(Pose(points, bent.scores)).turned == 0


@pytest.mark.parametrize("degrees", [70, 120, 180, -100])
def test_the_turn_is_the_bodys_own(degrees: int) -> None:
    assert np.degrees(settled(standing(np.radians(degrees))).turned) % 360 == pytest.approx(degrees % 360, abs=1)


def test_without_a_trunk_the_turn_stays_what_it_was() -> None:
    pose = standing(np.pi / 2)
    pose.scores[COCO17.index("left_hip")] = 0.1
    assert body_axis(pose) is None
    assert settled(Pose(pose.points, pose.scores, 1.2)).turned == 1.2


@pytest.mark.parametrize("degrees", [0, 30, 90, 135, 180, 270])
def test_the_box_of_a_turned_body_gives_its_length(degrees: int) -> None:
    """A stick of 200 px, whatever way it lies."""
    along = 100 * np.array([np.sin(np.radians(degrees)), -np.cos(np.radians(degrees))])
    half = np.maximum(np.abs(along), 5)
    assert size_of_turned(np.concatenate([300 - half, 300 + half]), np.radians(degrees))[1] == pytest.approx(
        200, rel=0.01
    )


def test_a_body_and_its_upper_half_are_one_and_two_people_are_two() -> None:
    pose = standing()
    half = Pose(pose.points.copy(), pose.scores.copy())
    half.scores[11:] = 0.1
    half.points[11:] += 40
    assert is_same_body(pose, half)
    assert not is_same_body(pose, Pose(pose.points + np.array([40, 0]), pose.scores))
