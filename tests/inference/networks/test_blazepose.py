"""Heels, toes and faces: a stand-in for the network sees a body of known places in whatever square it is shown."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gast_mocap.inference.networks.blazepose import BlazePose
from gast_mocap.inference.networks.session import Port, Signature
from gast_mocap.inference.video.pyramid import Pyramid, rotation
from gast_mocap.take.skeletons import COCO17

BODY = {
    "nose": (0, -95), "left_eye": (3, -98), "right_eye": (-3, -98), "left_ear": (6, -96), "right_ear": (-6, -96),
    "left_shoulder": (18, -75), "right_shoulder": (-18, -75), "left_elbow": (24, -45), "right_elbow": (-24, -45),
    "left_wrist": (26, -15), "right_wrist": (-26, -15), "left_hip": (12, 0), "right_hip": (-12, 0),
    "left_knee": (13, 40), "right_knee": (-13, 40), "left_ankle": (14, 95), "right_ankle": (-14, 95),
}  # fmt: skip
"""Pixels around the middle of the hips, which is 98.05 px from the farthest, the eyes."""
HEELS_AND_TOES = {"left_heel": (16, 101), "left_toes": (24, 104), "right_heel": (-16, 101), "right_toes": (-30, 103)}
LANDMARKS = {
    "nose": 0, "left_eye": 2, "right_eye": 5, "left_ear": 7, "right_ear": 8, "left_shoulder": 11, "right_shoulder": 12,
    "left_elbow": 13, "right_elbow": 14, "left_wrist": 15, "right_wrist": 16, "left_hip": 23, "right_hip": 24,
    "left_knee": 25, "right_knee": 26, "left_ankle": 27, "right_ankle": 28, "left_heel": 29, "right_heel": 30,
    "left_toes": 31, "right_toes": 32,
}  # fmt: skip
"""As https://ai.google.dev/edge/mediapipe/solutions/vision/pose_landmarker lists them."""
FRAME = Pyramid.of(np.zeros((600, 600, 3), np.uint8))
MIDDLE = np.array([290.0, 310.0])
SIDE = 2.75 * float(np.hypot(3, 98))


class Seeing:
    """Answers with the upright body in the middle of a square of the side it wants, its points moved by ``off`` px of
    the frame and those in ``moved`` by more."""

    name = "stand-in"
    signature = Signature((Port("image", "float", (1, 256, 256, 3)),), ())
    seconds = 0.0

    def __init__(self, off: float = 0.0, moved: dict[str, tuple[float, float]] | None = None) -> None:
        self.hashes: dict[str, str] = {}
        self.off, self.moved = off, moved or {}

    def run(self, inputs: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        assert inputs["image"].shape == (1, 256, 256, 3)
        landmarks = np.zeros((39, 5), np.float32)
        landmarks[:, 3:] = 2.0
        for name, landmark in LANDMARKS.items():
            place = np.array({**BODY, **HEELS_AND_TOES}[name]) + self.off + self.moved.get(name, (0, 0))
            landmarks[landmark, :2] = 128 + place * 256 / SIDE
        return [landmarks.reshape(1, 195)]


def turned(places: dict[str, tuple[float, float]], degrees: float) -> np.ndarray:
    return np.array(list(places.values())) @ rotation(np.radians(degrees)).T + MIDDLE


def read(network: Seeing, degrees: float = 0.0, scores: np.ndarray | None = None) -> np.ndarray:
    """(9, 3) the points of the feet and of the face; none where nothing is read."""
    known = np.full(17, 0.8) if scores is None else scores
    return np.concatenate([np.zeros((0, 3)), *BlazePose(network).read(FRAME, turned(BODY, degrees), known).values()])


@pytest.mark.parametrize("degrees", [0, 35, 90, 180, -110])
def test_feet_and_face_come_back_to_where_they_are_in_the_frame(degrees: float) -> None:
    found = read(Seeing(), degrees)
    np.testing.assert_allclose(found[:4, :2], turned(HEELS_AND_TOES, degrees), atol=1e-3)
    np.testing.assert_allclose(found[4:, :2], turned(BODY, degrees)[:5], atol=1e-3)
    np.testing.assert_allclose(found[:, 2], 1 / (1 + np.exp(-2)), atol=1e-6)


def test_feet_hang_on_our_ankles() -> None:
    found = read(Seeing(off=6.0))
    np.testing.assert_allclose(found[:4, :2], turned(HEELS_AND_TOES, 0), atol=1e-3)
    np.testing.assert_allclose(found[4:, :2], turned(BODY, 0)[:5] + 6.0, atol=1e-3)


def test_where_our_ankle_is_unsure_the_foot_stays_where_it_was_seen() -> None:
    scores = np.full(17, 0.8)
    scores[COCO17.index("left_ankle")] = 0.1
    found = read(Seeing(off=6.0), scores=scores)
    np.testing.assert_allclose(found[:2, :2], turned(HEELS_AND_TOES, 0)[:2] + 6.0, atol=1e-3)
    np.testing.assert_allclose(found[2:4, :2], turned(HEELS_AND_TOES, 0)[2:], atol=1e-3)


@pytest.mark.parametrize(("off", "counts"), [(7.5, True), (9.5, False)])
def test_a_body_elsewhere_is_somebody_else(off: float, counts: bool) -> None:
    """Twice the farthest distance is 196 px, of which 6 % are 11.8: 8.3 px along both axes."""
    assert read(Seeing(off)).any() == counts


def test_a_few_limbs_that_are_elsewhere_are_only_misread() -> None:
    arms = ("left_elbow", "right_elbow", "left_wrist", "right_wrist")
    assert read(Seeing(moved=dict.fromkeys(arms, (60.0, 0.0)))).any()


@pytest.mark.parametrize("joint", ["left_hip", "right_shoulder"])
def test_without_a_sure_trunk_nothing_is_asked(joint: str) -> None:
    scores = np.full(17, 0.8)
    scores[COCO17.index(joint)] = 0.2
    assert not len(read(Seeing(), scores=scores))
