"""Words for how well somebody was seen, on scores that say so."""

import numpy as np
import pytest

from gast_mocap.take.records import Keypoints2D
from gast_mocap.take.visibility import PARTS, visibility_words


def seen_with(**scores: float) -> Keypoints2D:
    """Ten frames: the parts in ``scores`` score that in the first half, all else 0.8."""
    table = np.full((10, 17), 0.8)
    for part, score in scores.items():
        table[:5, list(PARTS[part])] = score
    return Keypoints2D(1, np.arange(10), np.zeros((10, 17, 2)), table)


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ({}, ""),
        ({"arms": 0.1}, "arms often hidden"),
        ({"arms": 0.1, "legs": 0.2}, "arms and legs often hidden"),
        ({"head": 0.1, "arms": 0.1, "legs": 0.2}, "head, arms and legs often hidden"),
        ({"arms": 0.5}, ""),
    ],
)
def test_hidden_parts_are_named(scores: dict[str, float], words: str) -> None:
    assert visibility_words(seen_with(**scores)) == words


def test_a_few_hidden_frames_are_not_worth_a_word() -> None:
    keypoints = seen_with()
    keypoints.scores[:2, list(PARTS["legs"])] = 0.0
    assert visibility_words(keypoints) == ""


def test_who_is_faint_all_over_is_hard_to_see() -> None:
    keypoints = seen_with()
    keypoints.scores[:] = 0.35
    assert visibility_words(keypoints) == "hard to see"
