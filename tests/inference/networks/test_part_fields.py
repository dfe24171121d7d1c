"""Bottom-up: whose joint is whose when two people cross, and where the joints come out in the frame."""

import numpy as np
import pytest

from gast_mocap.inference.networks.poses.part_fields import PartFields, peaks_of_all, people_of, stood_in
from gast_mocap.inference.networks.roles import Detections, Poses
from gast_mocap.inference.networks.session import Port, Signature
from gast_mocap.inference.people.found_poses import FoundPoses
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.take.skeletons import COCO17

NAMES = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
    "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle",
    "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip
FIELDS = {
    ("neck", "right_shoulder"): 12, ("neck", "left_shoulder"): 20, ("right_shoulder", "right_elbow"): 14,
    ("right_elbow", "right_wrist"): 16, ("left_shoulder", "left_elbow"): 22, ("left_elbow", "left_wrist"): 24,
    ("neck", "right_hip"): 0, ("right_hip", "right_knee"): 2, ("right_knee", "right_ankle"): 4,
    ("neck", "left_hip"): 6, ("left_hip", "left_knee"): 8, ("left_knee", "left_ankle"): 10, ("neck", "nose"): 28,
    ("nose", "right_eye"): 30, ("right_eye", "right_ear"): 34, ("nose", "left_eye"): 32, ("left_eye", "left_ear"): 36,
    ("right_shoulder", "right_ear"): 18, ("left_shoulder", "left_ear"): 26,
}  # fmt: skip
"""The published pairs and the first of each one's two channels."""
UPRIGHT = {  # of a person who faces the camera, in heights from the neck
    "nose": (0, -0.12), "neck": (0, 0), "right_shoulder": (-0.11, 0.01), "right_elbow": (-0.15, 0.17),
    "right_wrist": (-0.17, 0.33), "right_hip": (-0.06, 0.32), "right_knee": (-0.07, 0.55), "right_ankle": (-0.07, 0.78),
    "right_eye": (-0.03, -0.15), "right_ear": (-0.06, -0.14),
}  # fmt: skip


def person(x: float, y: float, height: float, **moved: tuple[float, float]) -> dict[str, np.ndarray]:
    """Places of the 18 keypoints of somebody whose neck is at x, y; ``moved`` ones in heights from it."""
    both = {name.replace("right", "left"): (-dx, dy) for name, (dx, dy) in UPRIGHT.items()} | UPRIGHT | moved
    return {name: np.array([x, y]) + height * np.array(offset) for name, offset in both.items()}


def painted(people: list[dict[str, np.ndarray]], width: int, height: int, size: float):
    """Heatmaps (18, h, w) with a Gaussian at each keypoint, fields (38, h, w) of unit vectors along the limbs."""
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    grid = np.stack([columns, rows], axis=-1).astype(float)
    heatmaps, fields = np.zeros((18, height, width)), np.zeros((38, height, width))
    for places in people:
        for joint, name in enumerate(NAMES):
            if name in places:
                light = np.exp(-((grid - places[name]) ** 2).sum(axis=2) / (2 * size**2))
                heatmaps[joint] = np.maximum(heatmaps[joint], light)
        for (start, end), channel in FIELDS.items():
            if start in places and end in places:
                along = places[end] - places[start]
                length = np.linalg.norm(along)
                along = along / length
                reach = (grid - places[start]) @ along
                aside = np.abs((grid - places[start]) @ np.array([-along[1], along[0]]))
                on_it = (reach >= -size) & (reach <= length + size) & (aside <= size)
                fields[channel : channel + 2, on_it] = along[:, None]
    return heatmaps, fields


def matched(bodies, people, tolerance):
    """For each of ``people`` the one body that has all of their keypoints in their places."""
    for places in people:
        wanted = {NAMES.index(name): place for name, place in places.items()}
        near = [
            body
            for body in bodies
            if body.peaks.keys() == wanted.keys()
            and all(np.linalg.norm(body.peaks[j].place - place) <= tolerance for j, place in wanted.items())
        ]
        assert len(near) == 1


def test_two_people_who_cross_keep_their_own_joints():
    """The arms of the left one reach across the right one's body, whose legs are astride the left one's."""
    left = person(70, 40, 110, left_elbow=(0.3, 0.12), left_wrist=(0.5, 0.2))
    right = person(108, 44, 110, right_knee=(-0.3, 0.55), right_ankle=(-0.52, 0.78))
    heatmaps, fields = painted([left, right], 180, 140, 2.0)
    bodies = people_of(peaks_of_all(heatmaps), fields)
    assert len(bodies) == 2
    matched(bodies, [left, right], 1.0)


def test_a_leg_apart_from_its_body_is_not_joined_to_a_neighbours():
    whole, legless = person(50, 30, 110), person(140, 30, 110)
    for name in ("right_knee", "left_knee"):
        del legless[name]
    del legless["left_ankle"], legless["right_ankle"]
    bodies = people_of(
        peaks_of_all(painted([whole, legless], 190, 140, 2.0)[0]), painted([whole, legless], 190, 140, 2.0)[1]
    )
    matched(bodies, [whole, legless], 1.0)


def test_two_joints_are_nobody():
    scrap = {name: place for name, place in person(50, 40, 110).items() if name in ("neck", "nose")}
    heatmaps, fields = painted([scrap], 120, 140, 2.0)
    assert people_of(peaks_of_all(heatmaps), fields) == []


class Painted:
    """Stands in for a network at stride 8: answers with what was painted, to a picture of one kind of pixels."""

    def __init__(self, people, width: int, height: int, takes=lambda pixels: True) -> None:
        heatmaps, fields = painted(people, width // 8, height // 8, 0.9)
        self.maps = np.concatenate([heatmaps, 1 - heatmaps.max(axis=0, keepdims=True)]), fields
        self.takes, self.calls = takes, 0
        self.signature = Signature(
            (Port("image", "float", (1, 3, height, width)),),
            (
                Port("heat", "float", (1, 19, height // 8, width // 8)),
                Port("paf", "float", (1, 38, height // 8, width // 8)),
            ),
        )

    def run(self, inputs):
        self.calls += 1
        seen = float(self.takes(inputs["image"]))
        return [seen * maps[None].astype(np.float32) for maps in self.maps]


def test_joints_of_maps_at_stride_8_come_out_in_frame_pixels():
    """A 640 x 320 frame lies in the upper part of a 320 x 240 picture: twice as large."""
    cells = person(20, 5, 14)
    network = Painted([cells], 320, 240)
    assert PartFields.fits(network.signature)
    found = PartFields(network).detect(Pyramid.of(np.zeros((320, 640, 3), np.uint8)))
    assert len(found.boxes) == 1
    for joint, name in enumerate(COCO17.joints):
        np.testing.assert_allclose(found.poses.points[0, joint], (cells[name] + 0.5) * 8 * 2, atol=4.5)
    assert found.poses.scores.min() > 0.3
    np.testing.assert_allclose(
        found.boxes[0], np.concatenate([found.poses.points[0].min(axis=0), found.poses.points[0].max(axis=0)])
    )


@pytest.mark.parametrize(
    "takes",
    [
        lambda image: image.max() <= 0.5 and image[0, 0].max() < image[0, 2].max(),
        lambda image: image.max() <= 0.5 and image[0, 0].max() > image[0, 2].max(),
        lambda image: image.max() > 100 and image[0, 0].max() < image[0, 2].max(),
    ],
    ids=["BGR -0.5..0.5", "RGB -0.5..0.5", "BGR 0..255"],
)
def test_the_kind_of_pixels_is_found_out_and_kept(takes):
    red = np.zeros((240, 320, 3), np.uint8)
    red[:, :, 0] = 250
    network = Painted([person(20, 5, 14)], 320, 240, takes)
    detector = PartFields(network)
    assert len(detector.detect(Pyramid.of(red)).boxes) == 1
    first = network.calls
    assert len(detector.detect(Pyramid.of(red)).boxes) == 1
    assert network.calls == first + 1


def test_what_is_not_seen_scores_nothing_and_lies_on_a_neighbour():
    places = person(20, 5, 14)
    for name in ("left_wrist", "left_elbow", "right_ear"):
        del places[name]
    network = Painted([places], 320, 240)
    found = PartFields(network).detect(Pyramid.of(np.zeros((240, 320, 3), np.uint8)))
    joint = COCO17.index
    assert found.poses.scores[0, [joint("left_wrist"), joint("left_elbow"), joint("right_ear")]].tolist() == [0, 0, 0]
    points = found.poses.points[0]
    assert points[joint("left_wrist")].tolist() == points[joint("left_shoulder")].tolist()
    assert points[joint("right_ear")].tolist() == points[joint("right_eye")].tolist()


def test_stand_ins_spread_through_the_body():
    points = np.full((1, 17, 2), np.nan)
    points[0, COCO17.index("right_ankle")] = [3, 4]
    assert (stood_in(points) == [3, 4]).all()


def test_poses_go_to_the_boxes_they_overlap_most_and_frames_are_looked_at_once():
    class Two:
        calls = 0

        def detect(self, frame):
            self.calls += 1
            points = np.stack([np.full((17, 2), 10.0), np.full((17, 2), 50.0)])
            boxes = np.array([[0.0, 0, 20, 20], [40, 40, 60, 60]])
            return Detections(boxes, np.ones(2), Poses(points, np.full((2, 17), 0.9)))

    two, frame = Two(), Pyramid.of(np.zeros((100, 100, 3), np.uint8))
    reader = FoundPoses(two)
    reader.detect(frame)
    reader.detect(frame.part(np.array([0.0, 0, 50, 50])))
    poses = reader.estimate(frame, np.array([[42.0, 41, 62, 61], [80, 80, 90, 90], [1, 0, 21, 20]]))
    assert two.calls == 2
    assert poses.points[[0, 2], 0].tolist() == [[50, 50], [10, 10]]
    assert poses.scores[:, 0].tolist() == [0.9, 0, 0.9]
