"""The published combination of COCO-17 keypoints, by hand."""

import numpy as np
import pytest

from gast_mocap.inference.poses.layouts import h36m17_from_coco17, with_cut_off_legs_folded, with_toes
from gast_mocap.take.records import PartPoints
from gast_mocap.take.skeletons import COCO17, H36M17

STANDING = {
    "nose": (104, 40), "left_eye": (110, 34), "right_eye": (98, 36), "left_ear": (118, 40), "right_ear": (90, 38),
    "left_shoulder": (130, 80), "right_shoulder": (70, 76), "left_elbow": (150, 130), "right_elbow": (50, 128),
    "left_wrist": (156, 180), "right_wrist": (44, 178), "left_hip": (116, 200), "right_hip": (84, 196),
    "left_knee": (118, 290), "right_knee": (82, 288), "left_ankle": (120, 380), "right_ankle": (80, 378),
}  # fmt: skip
POINTS = np.array([[STANDING[name] for name in COCO17.joints]], float)


def test_limbs_are_copied_by_name():
    joints = h36m17_from_coco17(POINTS)[0]
    for name in set(H36M17.joints) & set(COCO17.joints):
        np.testing.assert_allclose(joints[H36M17.joints.index(name)], STANDING[name])


def test_the_middle_of_the_body():
    """Shoulders' mean (100, 78), hips' mean (100, 198), eyes' mean y 35."""
    joints = dict(zip(H36M17.joints, h36m17_from_coco17(POINTS)[0], strict=True))
    np.testing.assert_allclose(joints["pelvis"], (100, 198))
    thorax_x, thorax_y = 100 + 4 / 3, 78 - 38 / 3
    np.testing.assert_allclose(joints["thorax"], (thorax_x, thorax_y - (35 - 40) * 2 / 3))
    np.testing.assert_allclose(joints["spine"], (100 + 2 * (100 - (100 + thorax_x) / 2), 138))
    np.testing.assert_allclose(joints["neck"], (104 - 1, 40 + 38 / 4))
    np.testing.assert_allclose(joints["head"], ((110 + 98 + 118 + 90) / 4, 34 + 36 - 40))


def test_legs_out_of_the_picture_fold_and_a_hidden_leg_stays():
    joint = COCO17.joints.index
    scores = np.ones((3, 17))
    scores[0, [joint("left_ankle"), joint("right_ankle")]] = 0.1
    scores[1, [joint(f"{side}_{part}") for side in ("left", "right") for part in ("knee", "ankle")]] = 0.1
    scores[2, [joint("left_knee"), joint("left_ankle")]] = 0.1
    folded = with_cut_off_legs_folded(np.repeat(POINTS, 3, axis=0), scores)
    np.testing.assert_allclose(folded[0, joint("left_ankle")], STANDING["left_knee"])
    np.testing.assert_allclose(folded[0, joint("left_knee")], STANDING["left_knee"])
    np.testing.assert_allclose(folded[1, joint("right_ankle")], STANDING["right_hip"])
    np.testing.assert_allclose(folded[1, joint("right_knee")], STANDING["right_hip"])
    np.testing.assert_allclose(folded[2], POINTS[0])


@pytest.mark.parametrize(
    ("unseen", "folded"),
    [
        ("RK RA LK LA", {"RK": "RH", "RA": "RH", "LK": "LH", "LA": "LH"}),
        ("RK RA LA", {"RK": "RH", "RA": "RH", "LA": "LK"}),
        ("RA LK LA", {"RA": "RK", "LK": "LH", "LA": "LH"}),
        ("RA LA", {"RA": "RK", "LA": "LK"}),
        ("RA", {"RA": "RK"}),
        ("LA", {"LA": "LK"}),
        ("RK RA", {}),
        ("RK LK", {}),
        ("LK RA", {}),
        ("RK", {}),
        ("", {}),
    ],
)
def test_the_half_body_rule_is_the_published_demos(unseen, folded):
    """Hip, knee and ankle of either side; every other set of unseen joints leaves all where it is."""

    def joint(letters):
        side, part = {"L": "left", "R": "right"}[letters[0]], {"H": "hip", "K": "knee", "A": "ankle"}[letters[1]]
        return COCO17.index(f"{side}_{part}")

    scores = np.ones((1, 17))
    scores[0, [joint(letters) for letters in unseen.split()]] = 0.29
    expected = POINTS[0].copy()
    for moved, target in folded.items():
        expected[joint(moved)] = POINTS[0, joint(target)]
    np.testing.assert_allclose(with_cut_off_legs_folded(POINTS, scores)[0], expected)


def test_toes_of_ankles_that_were_folded_away_lie_on_them():
    seen = np.repeat(POINTS, 3, axis=0)
    folded = seen.copy()
    folded[1, COCO17.index("left_ankle")] = STANDING["left_knee"]
    feet = PartPoints(np.full((3, 4, 2), 400.0), np.ones((3, 4)))
    points = with_toes(folded, seen, feet, np.arange(3))
    np.testing.assert_array_equal(points[:, :17], folded)
    assert points[:, 17].tolist() == [[400, 400], list(STANDING["left_knee"]), [400, 400]]
    assert points[:, 18].tolist() == [[400, 400]] * 3
