"""Hands: a stand-in for the network sees a hand of known places in whatever square it is shown."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gast_mocap.inference.networks.hands import (
    Before,
    HandLandmarks,
    forearm_length,
    nearer_to_its_wrist,
    square_around,
)
from gast_mocap.inference.networks.session import Port, Signature
from gast_mocap.inference.video.pyramid import Pyramid, rotation
from gast_mocap.take.records import FloatArray
from gast_mocap.take.skeletons import COCO17, HAND_JOINTS

FRAME = Pyramid.of(np.zeros((600, 600, 3), np.uint8))
BODY = {
    "left_shoulder": (330, 150), "right_shoulder": (270, 150), "left_elbow": (345, 210), "right_elbow": (255, 210),
    "left_wrist": (355, 268), "right_wrist": (245, 268), "left_hip": (320, 265), "right_hip": (280, 265),
    "left_knee": (320, 360), "right_knee": (280, 360), "left_ankle": (320, 460), "right_ankle": (280, 460),
}  # fmt: skip
FOREARM = float(np.hypot(12, 59))
"""The longest that is told: half the trunk's length, 0.51 * hypot(10, 115); thighs tell 57.0, shins 59.0."""
SCORES = np.full(17, 0.8)
METRES = np.linspace(-0.1, 0.1, 63).reshape(21, 3)
ACROSS = (-0.14, -0.05, 0.03, 0.11)


def shape() -> FloatArray:
    """(21, 2) an open hand around the middle of its square, whose side is 1, the wrist below."""
    places = [(0.0, 0.3), *((-0.1 - 0.04 * n, 0.2 - 0.07 * n) for n in range(4))]
    places += [(x * (1 + 0.1 * n), 0.02 - 0.09 * n) for x in ACROSS for n in range(4)]
    return np.array(places)


class Seeing:
    """Answers with the same upright hand in the middle of every square, of these presences one after the other."""

    name = "stand-in"
    signature = Signature((Port("image", "float", (1, 224, 224, 3)),), ())
    seconds = 0.0

    def __init__(self, *presences: float) -> None:
        self.hashes: dict[str, str] = {}
        self.presences, self.calls = presences, 0

    def run(self, inputs: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        assert inputs["image"].shape == (1, 224, 224, 3)
        landmarks = np.column_stack([224 * (shape() + 0.5), np.arange(21.0)]).astype(np.float32)
        presence = self.presences[min(self.calls, len(self.presences) - 1)]
        self.calls += 1
        return [landmarks.reshape(1, 63), np.array([[presence]], np.float32), np.zeros((1, 1)), METRES.reshape(1, 63)]


def body(degrees: float = 0.0) -> FloatArray:
    """(17, 2) px, turned about the middle of the frame."""
    points = np.zeros((17, 2))
    for joint, place in BODY.items():
        points[COCO17.index(joint)] = np.array(place) - 300.0
    return points @ rotation(np.radians(degrees)).T + 300.0


def test_the_forearm_is_as_long_as_the_limb_that_looks_longest_tells() -> None:
    limbs = {"forearm": np.hypot(10, 58), "trunk": 0.51 * np.hypot(10, 115), "thigh": 0.60 * 95, "shin": 0.59 * 100}
    assert forearm_length(body(), SCORES) == pytest.approx(max(limbs.values()))
    unsure = SCORES.copy()
    unsure[COCO17.indices("left_ankle", "right_ankle")] = 0.1
    assert forearm_length(body(), unsure) == pytest.approx(max(limbs["forearm"], limbs["trunk"], limbs["thigh"]))


@pytest.mark.parametrize("degrees", [0, 40, 90, -150])
def test_landmarks_come_back_to_where_they_are_in_the_frame(degrees: float) -> None:
    """The first square's middle is 0.45 of the arm beyond the wrist, and the second is around what was seen there."""
    points = body(degrees)
    read = HandLandmarks(Seeing(0.95)).read(FRAME, points, SCORES, None)
    assert read.shape == (42, 6)
    for hand, side in zip((read[:21], read[21:]), ("left", "right"), strict=True):
        elbow, wrist = (points[COCO17.index(f"{side}_{joint}")] for joint in ("elbow", "wrist"))
        turn = np.arctan2(wrist[0] - elbow[0], elbow[1] - wrist[1])
        forearm = forearm_length(points, SCORES)
        first = wrist + 0.45 * (wrist - elbow) + 1.3 * forearm * shape() @ rotation(turn).T
        square = square_around(first)
        second = square.middle + square.side * shape() @ rotation(square.turn).T
        np.testing.assert_allclose(hand[:, :2], second, atol=1e-3)
        np.testing.assert_allclose(hand[:, 2:5], METRES)
        np.testing.assert_allclose(hand[:, 5], 0.95, atol=1e-6)


def test_the_square_stands_on_the_palm_and_holds_the_fingers() -> None:
    """The palm is 90 px wide and 140 high: the square's side is 2 x 140, and its middle 0.1 x 140 above the palm's."""
    points = np.zeros((21, 2))
    points[[1, 2, 3, 4]] = [(-50, -30), (-50, -50), (-50, -60), (-90, -60)]
    for first, x in zip((5, 9, 13, 17), (-20, 0, 20, 40), strict=True):
        points[first : first + 4] = [(x, -100), (x, -140), (x, -260), (x, -290)]
    for degrees in (0, 70, 180):
        turn = rotation(np.radians(degrees))
        square = square_around(points @ turn.T + 300.0)
        np.testing.assert_allclose(square.middle, turn @ [-5, -84] + 300.0, atol=1e-9)
        assert square.side == pytest.approx(280.0)
        assert np.cos(square.turn - np.radians(degrees)) == pytest.approx(1.0)


def test_a_hand_is_followed_with_one_look_and_searched_for_by_the_arm_when_it_is_lost() -> None:
    seen = HandLandmarks(Seeing(0.95)).read(FRAME, body(), SCORES, None)
    for presences, calls in (((0.95,), 2), ((0.5, 0.5, 0.5), 6), ((0.0,), 4)):
        network = Seeing(*presences)
        HandLandmarks(network).read(FRAME, body(), SCORES, Before(body(), seen))
        assert network.calls == calls


def test_small_hands_and_arms_that_are_not_seen_are_left_alone() -> None:
    network = Seeing(0.95)
    assert not HandLandmarks(network).read(FRAME, 300 + (body() - 300) * 19.0 / (0.74 * 59.2), SCORES, None).any()
    assert network.calls == 0
    unseen = SCORES.copy()
    unseen[COCO17.index("left_elbow")] = 0.1
    read = HandLandmarks(network).read(FRAME, body(), unseen, None)
    assert not read[:21].any()
    assert (read[21:, 5] > 0.9).all()


def test_a_followed_hand_is_looked_for_where_its_wrist_took_it() -> None:
    way = np.array([14.0, -9.0])
    seen = HandLandmarks(Seeing(0.95)).read(FRAME, body(), SCORES, None)
    read = HandLandmarks(Seeing(0.95)).read(FRAME, body() + way, SCORES, Before(body(), seen))
    for hand, before in ((read[:21], seen[:21]), (read[21:], seen[21:])):
        square = square_around(before[:, :2] + way)
        there = square.middle + square.side * shape() @ rotation(square.turn).T
        np.testing.assert_allclose(hand[:, :2], there, atol=1e-3)


@pytest.mark.parametrize("nearer", [0, 1])
def test_one_hand_that_both_arms_claim_is_that_of_the_nearer_wrist(nearer: int) -> None:
    hand = np.column_stack([100.0 * shape() + 300.0, np.zeros((21, 3)), np.full(21, 0.95)])
    wrists = np.tile(hand[0, :2], (2, 1)) + np.array([[30.0, 0.0], [30.0, 0.0]]) * (np.arange(2) != nearer)[:, None]
    told = nearer_to_its_wrist([hand, hand + 1.0], wrists, 60.0)
    assert [bool(each.any()) for each in told] == [nearer == 0, nearer == 1]
    apart = nearer_to_its_wrist([hand, hand + np.array([40.0, 0, 0, 0, 0, 0])], wrists, 60.0)
    assert all(each.any() for each in apart)


def test_the_joints_are_those_of_the_network() -> None:
    """As https://ai.google.dev/edge/mediapipe/solutions/vision/hand_landmarker lists them."""
    assert [HAND_JOINTS.index(joint) for joint in ("wrist", "thumb_tip", "index_mcp", "middle_pip", "pinky_tip")] == [
        0, 4, 5, 10, 20,
    ]  # fmt: skip
