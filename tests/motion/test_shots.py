"""Two shots of two walks, filmed by cameras of different heights: each is cleaned as if it were alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from walker import Camera, film, walk

from gast_mocap.motion.clean import clean_motion
from gast_mocap.motion.shots import one_after_another
from gast_mocap.take.records import Hands, Keypoints2D, Person, Pose3D, Take, Track, VideoInfo
from gast_mocap.take.settings import CleanSettings


def later(person: Person, frames: int, track_id: int) -> Person:
    return replace(
        person,
        track=Track(track_id, person.track.frames + frames, person.track.boxes, person.track.scores),
        keypoints=Keypoints2D(
            track_id, person.keypoints.frames + frames, person.keypoints.points, person.keypoints.scores
        ),
        pose=Pose3D(person.pose.frames + frames, person.pose.joints),
    )


def joined(first: Person, second: Person) -> Person:
    def both(name: str, record: str) -> np.ndarray:
        return np.concatenate([getattr(getattr(person, record), name) for person in (first, second)])

    return replace(
        first,
        track=Track(1, *(both(name, "track") for name in ("frames", "boxes", "scores"))),
        keypoints=Keypoints2D(1, *(both(name, "keypoints") for name in ("frames", "points", "scores"))),
        pose=Pose3D(*(both(name, "pose") for name in ("frames", "joints"))),
    )


@pytest.fixture(scope="module")
def takes() -> tuple[Take, Take]:
    times = np.arange(90) / 30
    return film([walk(times, 60.0)], Camera()), film([walk(times, -30.0)], Camera(tilt=20.0, height=2.2))


def cut_together(first: Take, second: Take, people: tuple[Person, ...]) -> Take:
    count = first.video.frame_count
    step = 1 / first.video.fps
    times = np.concatenate([first.video.times, first.video.times[-1] + step + second.video.times])
    video = VideoInfo(Path("cut.mp4"), first.video.width, first.video.height, times, cuts=np.array([count]))
    return replace(first, video=video, people=people)


def test_each_shot_has_its_own_camera_floor_and_gravity(takes: tuple[Take, Take]) -> None:
    first, second = takes
    people = (first.people[0], later(second.people[0], first.video.frame_count, 2))
    cut = cut_together(first, second, people)
    settings = CleanSettings()
    for track_id, take in ((1, first), (2, second)):
        alone = clean_motion(take, take.people[0].track_id, settings, lambda _: None)
        within = clean_motion(cut, track_id, settings, lambda _: None)
        np.testing.assert_allclose(within.joints, alone.joints, atol=1e-6)


def test_someone_joined_from_two_shots_goes_on_where_they_were(takes: tuple[Take, Take]) -> None:
    first, second = takes
    person = joined(first.people[0], later(second.people[0], first.video.frame_count, 1))
    motion = clean_motion(cut_together(first, second, (person,)), 1, CleanSettings(), lambda _: None)
    parts = [clean_motion(take, take.people[0].track_id, CleanSettings(), lambda _: None) for take in takes]
    assert len(motion.times) == sum(len(part.times) for part in parts)
    count = len(parts[0].times)
    np.testing.assert_allclose(motion.joints[:count], parts[0].joints, atol=1e-6)
    np.testing.assert_allclose(motion.joints[count, 0, :2], motion.joints[count - 1, 0, :2], atol=1e-6)
    np.testing.assert_allclose(motion.joints[count:, :, 2], parts[1].joints[:, :, 2], atol=1e-6)


def test_shots_that_tell_different_heights_give_one_body_on_the_floor(takes: tuple[Take, Take]) -> None:
    long, short = (clean_motion(take, 1, CleanSettings(), lambda _: None) for take in takes)
    short = replace(short, times=10 + short.times[:50], joints=1.2 * short.joints[:50], scores=short.scores[:50])
    together = one_after_another([long, short])
    thighs = np.linalg.norm(together.joints[:, 5] - together.joints[:, 4], axis=-1)
    np.testing.assert_allclose(thighs, thighs[0], rtol=1e-3)
    assert together.joints[-50:, [3, 6], 2].min() == pytest.approx(long.joints[:, [3, 6], 2].min(), abs=0.02)


def test_hands_that_only_one_shot_shows_are_unsure_in_the_other(takes: tuple[Take, Take]) -> None:
    first, second = (clean_motion(take, 1, CleanSettings(), lambda _: None) for take in takes)
    count = len(second.times)
    second = replace(second, times=second.times + 10.0, hands=Hands(np.full((count, 2, 5), 80.0), np.ones((count, 2))))
    assert one_after_another([first, replace(second, hands=None)]).hands is None
    hands = one_after_another([first, second]).hands
    assert hands is not None
    assert hands.sureness[:, 0].tolist() == [0.0] * len(first.times) + [1.0] * count
    assert (hands.curls[len(first.times) :] == 80.0).all()
