import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from walker import ANKLE, SHIN, THIGH, Camera, stand, walk

from gast_mocap.motion.body import _shape
from gast_mocap.motion.bones import bone_lengths, set_bone_lengths, standing_height
from gast_mocap.take.skeletons import H36M17

TIMES = np.arange(90) / 30


def spans(joints: np.ndarray) -> np.ndarray:
    return np.stack([np.linalg.norm(joints[:, c] - joints[:, p], axis=-1) for p, c in H36M17.bones()], axis=1)


@given(st.integers(0, 100))
def test_bones_get_one_length_and_keep_their_directions(seed: int) -> None:
    joints = np.random.default_rng(seed).normal(size=(5, 17, 3))
    lengths = np.arange(17) / 20
    fitted = set_bone_lengths(joints, lengths)
    assert np.allclose(spans(fitted), lengths[1:])
    for parent, child in H36M17.bones():
        before, after = joints[:, child] - joints[:, parent], fitted[:, child] - fitted[:, parent]
        assert np.allclose(np.cross(before, after), 0, atol=1e-9)
        assert np.all(np.sum(before * after, axis=-1) >= 0)


def test_lengths_survive_frames_that_the_video_was_unsure_of() -> None:
    joints, scores = walk(TIMES, 0.0).joints.copy(), np.ones((90, 17))
    joints[:40, 3] *= 3
    scores[:40, 3] = 0.05
    lengths = bone_lengths(joints, scores, symmetric=False)
    assert lengths[2] == pytest.approx(THIGH, abs=1e-3)
    assert lengths[3] == pytest.approx(SHIN, abs=1e-3)


def test_symmetric_bodies_have_equal_sides() -> None:
    joints = walk(TIMES, 0.0).joints.copy()
    joints[:, 13] = joints[:, 12] + 1.5 * (joints[:, 13] - joints[:, 12])
    lengths = bone_lengths(joints, np.ones((90, 17)), symmetric=True)
    assert np.array_equal(lengths[list(H36M17.left)], lengths[list(H36M17.right)])
    assert lengths[13] == pytest.approx(1.25 * bone_lengths(walk(TIMES, 0.0).joints, np.ones((90, 17)), True)[13])


def test_height_is_measured_as_a_standing_person_is() -> None:
    joints, scores = stand(TIMES).joints, np.ones((90, 17))
    tall = THIGH + SHIN + ANKLE + 0.775
    assert standing_height(joints, scores, bone_lengths(joints, scores, True)) == pytest.approx(tall, rel=0.01)


def test_camera_and_walker_agree_on_axes() -> None:
    seen = Camera(tilt=0).see(walk(TIMES, 90.0).joints)
    assert seen[-1, 0, 0] > seen[0, 0, 0] + 1, "a walk to +x goes right in the picture"
    assert seen[0, 10, 1] < seen[0, 0, 1] < seen[0, 3, 1], "heads are over hips over feet"


def test_a_body_without_size_is_no_trouble() -> None:
    """As a damaged take may have it."""
    joints = np.zeros((10, 17, 3))
    assert np.isfinite(_shape(joints, np.ones((10, 17)), symmetric=True, height=1.8)).all()
