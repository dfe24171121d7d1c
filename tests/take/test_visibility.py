"""Words for how well somebody was seen, on scores that say so."""

from pathlib import Path

import numpy as np
import pytest

from gast_mocap.take.records import Keypoints2D, Person, Pose3D, Track, VideoInfo
from gast_mocap.take.visibility import PARTS, person_words, score_colours, visibility_strip, visibility_words


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


def person_of(keypoints: Keypoints2D) -> Person:
    """Somebody with these keypoints, tracked in just these frames."""
    frames = keypoints.frames
    boxes, scores = np.tile([0.0, 0, 9, 9], (len(frames), 1)), np.ones(len(frames))
    pose = Pose3D(frames, np.zeros((len(frames), 17, 3)))
    return Person(Track(1, frames, boxes, scores), keypoints, pose, np.zeros((1, 1, 3), np.uint8))


@pytest.mark.parametrize(
    ("scores", "words"), [({"legs": 0.1}, "legs often hidden"), ({}, "clearly seen"), ({"legs": 0.4}, "clearly seen")]
)
def test_something_is_always_said_of_a_person(scores: dict[str, float], words: str) -> None:
    assert person_words(person_of(seen_with(**scores))) == words


def test_whose_keypoints_are_half_sure_is_fairly_seen() -> None:
    keypoints = seen_with()
    keypoints.scores[:] = 0.55
    assert person_words(person_of(keypoints)) == "fairly seen"


def test_the_strip_tells_when_somebody_is_seen_from_the_beginning_to_the_end_of_the_video() -> None:
    keypoints = Keypoints2D(1, np.arange(15, 60), np.zeros((45, 17, 2)), np.ones((45, 17)))
    video = VideoInfo(Path("a.mp4"), 640, 360, np.arange(170) / 30)  # seventeen cells of ten frames
    assert visibility_strip(person_of(keypoints), video) == "\u2581\u2584" + "\u2588" * 4 + "\u2581" * 11
    short = VideoInfo(Path("a.mp4"), 640, 360, np.arange(60) / 30)
    assert len(visibility_strip(person_of(keypoints), short)) == 17
    few = Keypoints2D(1, np.array([1, 2]), np.zeros((2, 17, 2)), np.ones((2, 17)))
    assert (
        visibility_strip(person_of(few), VideoInfo(Path("a.mp4"), 640, 360, np.arange(3) / 30)) == "\u2581\u2588\u2588"
    )


def test_colours_go_from_red_over_yellow_to_green() -> None:
    red, orange, yellow, green = score_colours(np.array([0.0, 0.25, 0.5, 1.0])).tolist()
    assert (red, orange, yellow, green) == ([1, 0, 0, 1], [1, 0.5, 0, 1], [1, 1, 0, 1], [0, 1, 0, 1])
