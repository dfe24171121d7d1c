"""Watching real pictures whose truth is known: made of one frame of a clip, moved about."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

from gast_mocap.inference.networks.hands import Before, HandLandmarks
from gast_mocap.inference.networks.roles import Detections
from gast_mocap.inference.people.detect import MultiPoseDetector
from gast_mocap.inference.people.observe import Observations, colours_of_torso
from gast_mocap.inference.people.parts import PartsReader
from gast_mocap.inference.people.read import Pose, fills
from gast_mocap.inference.people.replaced import is_replaced
from gast_mocap.inference.people.watch import Eyes, WatchedPerson, alike_across_cuts, join, tell_people, watch_people
from gast_mocap.inference.quality import PRESETS
from gast_mocap.inference.video.decode import probe_video, read_frames
from gast_mocap.inference.video.frame import Frame
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.inference.video.stillness import Backdrop
from gast_mocap.take.records import FloatArray, ImageArray, VideoInfo

FRAMES, STEP = 40, 4  # pixels a frame
TIMES = np.arange(FRAMES) / 25


@pytest.fixture(scope="module")
def person(videos: Path) -> ImageArray:
    """A picture (h, w, 3) of the jumper alone."""
    video = probe_video(videos / "sports2d_demo.mp4", lambda text: None)
    return next(read_frames(video, 0, 1)).picture


def sliding(person: ImageArray, hidden: range = range(0)) -> list[tuple[int, ImageArray]]:
    """The picture as it moves to the right, and plain grey while ``hidden``."""
    pictures = [np.roll(person, STEP * frame, axis=1) for frame in range(FRAMES)]
    return [(f, np.full_like(p, 128) if f in hidden else p) for f, p in enumerate(pictures)]


def watch(frames: list[tuple[int, ImageArray]], quality: str = "fast", feet: bool = False) -> tuple[WatchedPerson, ...]:
    height, width = frames[0][1].shape[:2]
    video = VideoInfo(Path("made.mp4"), width, height, np.arange(FRAMES) / 30)
    reports: list[int] = []
    pyramids = (Frame(frame, video.times[frame], Pyramid.of(image)) for frame, image in frames)
    tracks = watch_people(pyramids, video.fps, Eyes.load(PRESETS[quality], feet=feet), Backdrop(), reports.append)
    watched = tell_people(tracks, video, lambda: None)
    assert reports == list(range(1, len(frames) + 1))
    return watched


@pytest.mark.parametrize("quality", PRESETS)
def test_joints_move_as_the_picture_does(person: ImageArray, quality: str) -> None:
    (seen,) = watch(sliding(person), quality)
    track, keypoints = seen.track, seen.keypoints
    assert track.track_id == 1
    assert track.frames.tolist() == list(range(FRAMES))
    moved = keypoints.points - keypoints.points[0]
    hips = moved[:, [11, 12]].mean(axis=1)
    height = np.ptp(track.boxes[0, [1, 3]])
    assert np.abs(hips - np.arange(FRAMES)[:, None] * [STEP, 0]).max() < 0.05 * height


def test_frames_without_the_person_are_gaps_and_not_zeros(person: ImageArray) -> None:
    hidden = range(15, 23)
    (seen,) = watch(sliding(person, hidden))
    track, keypoints = seen.track, seen.keypoints
    assert track.frames.tolist() == [f for f in range(FRAMES) if f not in hidden]
    assert (keypoints.points[:, 5:].min(axis=(1, 2)) > 0).all()


def test_an_empty_room_holds_nobody() -> None:
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 255, (10, 360, 640, 3), dtype=np.uint8)
    assert watch(list(enumerate(noise))) == ()


def test_ends_where_something_else_was_read_are_dropped() -> None:
    observed = Observations()
    for frame, score in enumerate([0.3, 0.3, 0.8, 0.8, 0.8, 0.3, 0.8, 0.2]):
        observed.add(frame, np.array([0.0, 0, 1, 1]), np.zeros((17, 2)), np.full(17, score))
    observed.drop_weak_ends()
    assert observed.frames == [2, 3, 4, 5, 6]


def test_where_pieces_meet_the_later_one_counts() -> None:
    def piece(frames: range, place: float) -> Observations:
        observed = Observations()
        for frame in frames:
            observed.add(frame, np.full(4, place), np.full((17, 2), place), np.ones(17))
        return observed

    joined = join(3, [piece(range(0, 6), 1.0), piece(range(5, 9), 2.0)], TIMES)
    track, keypoints = joined.track, joined.keypoints
    assert track.track_id == 3
    assert track.frames.tolist() == list(range(9))
    assert keypoints.points[:, 0, 0].tolist() == [1.0] * 5 + [2.0] * 4


def test_feet_and_faces_stay_with_the_frames_in_which_they_were_read() -> None:
    def piece(frames: range, place: float, read: bool) -> Observations:
        observed = Observations()
        for frame in frames:
            parts = {"feet": np.tile([place, frame, 0.5], (4, 1))} if read else {}
            observed.add(frame, np.full(4, place), np.full((17, 2), place), np.ones(17), parts=parts)
        return observed

    keypoints = join(1, [piece(range(0, 6), 1.0, True), piece(range(5, 9), 2.0, True)], TIMES).keypoints
    assert keypoints.parts.keys() == {"feet"}, "no face was read"
    feet = keypoints.part("feet")
    assert feet.points[:, 3].tolist() == [[1.0 if frame < 5 else 2.0, frame] for frame in range(9)]
    assert (feet.scores == 0.5).all()
    assert join(1, [piece(range(3), 1.0, False)], TIMES).keypoints.parts == {}


@pytest.mark.parametrize(("quality", "every"), [("fast", 2), ("balanced", 1)])
def test_heels_and_toes_move_as_the_picture_does(person: ImageArray, quality: str, every: int) -> None:
    (seen,) = watch(sliding(person), quality, feet=True)
    feet, ankles = seen.keypoints.part("feet"), seen.keypoints.points[:, [15, 15, 16, 16]]
    read = np.flatnonzero(feet.scores.all(axis=1))
    assert not (read % every).any()
    assert len(read) > 0.8 * FRAMES / every
    height = np.ptp(seen.track.boxes[0, [1, 3]])
    moved = feet.points[read] - feet.points[0]
    assert np.abs(moved - read[:, None, None] * [STEP, 0]).max() < 0.06 * height
    assert np.abs(feet.points - ankles)[read].max() < 0.2 * height


def test_a_pose_much_smaller_than_its_box_is_not_the_person() -> None:
    grid = np.stack(np.meshgrid(np.linspace(0, 1, 17), [0.0]), axis=-1)[0]
    box, scores = np.array([0.0, 0, 100, 200]), np.ones(17)
    assert fills(box, Pose(100 * grid, scores))
    assert not fills(box, Pose(20 * grid, scores))


def test_colours_of_a_torso_are_shares() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    image[:, :50] = (200, 0, 0)
    image[:, 50:] = (0, 0, 200)
    picture = Pyramid.of(image)
    points = np.zeros((17, 2))
    points[[5, 11]], points[[6, 12]] = [[30, 20], [30, 80]], [[70, 20], [70, 80]]
    colours = colours_of_torso(picture, points)
    assert colours.sum() == pytest.approx(1)
    assert sorted(colours)[-2:] == pytest.approx([0.5, 0.5], abs=0.1)
    assert not colours_of_torso(picture, points + 500).any()


def test_legs_that_the_detector_loses_for_a_moment_are_still_read(person, monkeypatch):
    detect, calls = MultiPoseDetector.detect, []

    def upper_half(detector: MultiPoseDetector, picture: Pyramid) -> Detections:
        found = detect(detector, picture)
        calls.append(len(found.boxes))
        if len(calls) > 8:
            found.boxes[:, 3] -= 0.5 * (found.boxes[:, 3] - found.boxes[:, 1])
        return found

    frames = sliding(person)[:14]
    (whole,) = watch(frames, "best")
    monkeypatch.setattr(MultiPoseDetector, "detect", upper_half)
    (read,) = watch(frames, "best")
    size = np.ptp(whole.keypoints.points[-1], axis=0).max()
    apart = np.linalg.norm(read.keypoints.points - whole.keypoints.points, axis=-1)
    assert apart[:, [15, 16]].max() < 0.1 * size
    assert read.keypoints.scores[:, [15, 16]].min() > 0.3


def found_from(first: int, monkeypatch: pytest.MonkeyPatch, extra: float = 0.0) -> None:
    """The detector finds nobody before its look number ``first``; with ``extra`` also that share of each body's top."""
    detect, looks = MultiPoseDetector.detect, []

    def late(detector: MultiPoseDetector, picture: Pyramid) -> Detections:
        looks.append(picture)
        found = detect(detector, picture)
        if len(looks) <= first:
            return Detections(found.boxes[:0], found.scores[:0])
        tops = found.boxes.copy()
        tops[:, 3] = tops[:, 1] + extra * (tops[:, 3] - tops[:, 1])
        both = np.concatenate([tops, found.boxes]) if extra else found.boxes
        return Detections(both, np.concatenate([found.scores] * (1 + bool(extra))))

    monkeypatch.setattr(MultiPoseDetector, "detect", late)


def test_who_is_found_late_is_followed_back_to_the_first_frame(person: ImageArray, monkeypatch) -> None:
    found_from(25, monkeypatch)
    (seen,) = watch(sliding(person)[:14])
    assert seen.track.frames.tolist() == list(range(14))


def test_a_body_and_a_part_of_it_are_one_person(person: ImageArray, monkeypatch) -> None:
    found_from(0, monkeypatch, extra=0.55)
    (seen,) = watch(sliding(person)[:20], "balanced")
    assert seen.track.frames.tolist() == list(range(20))
    assert np.ptp(seen.track.boxes[:, [1, 3]], axis=1).min() > 0.8 * np.ptp(seen.track.boxes[0, [1, 3]])


def test_nobody_is_followed_across_a_cut(person: ImageArray) -> None:
    """The same person at the same place: two tracks, which the pictures' owner may join."""
    pictures = [Frame(index, index / 30, Pyramid.of(person), is_cut=index == 8) for index in range(16)]
    tracks = watch_people(pictures, 30.0, Eyes.load(PRESETS["fast"]), Backdrop(), lambda _: None)
    assert [track.frames for track in tracks.values()] == [list(range(8)), list(range(8, 16))]
    video = VideoInfo(Path("made.mp4"), 1768, 994, np.arange(16) / 30, cuts=np.array([8]))
    people = tell_people(tracks, video, lambda: None)
    assert [p.track.frames[0] for p in people] == [0, 8]
    assert alike_across_cuts(people, video) == [(1, 2)]


@pytest.fixture(scope="module")
def visitors(videos: Path) -> dict[int, list[ImageArray]]:
    """Pictures of two people who stand at one table, one after the other, by the frames with which they begin."""
    video = probe_video(videos / "intel_one-by-one-person-detection.mp4", lambda text: None)
    return {first: [f.picture for f in read_frames(video, first, first + 16)] for first in (805, 830, 1060)}


def numbered(pictures: list[ImageArray]) -> list[tuple[int, ImageArray]]:
    return list(enumerate(pictures))


def test_another_person_at_the_same_place_is_another(visitors: dict[int, list[ImageArray]]) -> None:
    first, second = watch(numbered(visitors[805][:12] + visitors[1060] + visitors[830][:12]))
    assert first.track.frames.tolist() == [*range(12), *range(28, 40)]
    assert second.track.frames.tolist() == list(range(12, 28))
    assert (first.replaces, second.replaces) == (False, True)


def test_the_same_person_later_or_after_a_flash_is_the_same(visitors: dict[int, list[ImageArray]]) -> None:
    (one,) = watch(numbered(visitors[805] + visitors[830]))
    assert one.track.frames.tolist() == list(range(32))
    light = [np.full_like(visitors[805][0], 255)]
    (one,) = watch(numbered(visitors[805][:6] + light + visitors[805][6:] + visitors[830]))
    assert set(range(33)) - set(one.track.frames.tolist()) <= {6}


def test_only_well_seen_people_before_a_still_background_are_exchanged(visitors: dict[int, list[ImageArray]]) -> None:
    before, after = (Pyramid.of(visitors[first][0]) for first in (805, 1060))
    eyes = Eyes.load(PRESETS["fast"])
    box = np.array([[370.0, 0, 560, 390]])
    old, new = (
        Pose(read.points[0], read.scores[0]) for read in (eyes.estimator.estimate(p, box) for p in (before, after))
    )
    bodies = np.stack([old.box, new.box])
    assert is_replaced(old, new, [before, after], 0, bodies)
    assert not is_replaced(old, replace(new, scores=new.scores / 2), [before, after], 0, bodies)
    small = [replace(pose, points=pose.points * 0.2) for pose in (old, new)]
    tiny = [Pyramid.of(cv2.resize(visitors[first][0], None, fx=0.2, fy=0.2)) for first in (805, 1060)]
    assert not is_replaced(*small, tiny, 0, bodies * 0.2), "a few blocks of the coding"
    brighter = Pyramid.of(np.clip(visitors[1060][0] + 40.0, 0, 255).astype(np.uint8))
    assert not is_replaced(old, new, [before, brighter], 0, bodies)
    assert not is_replaced(old, new, [after, before, after], 1, bodies), "what always changes tells nothing"
    assert is_replaced(old, new, [before, after, after], 0, bodies), "found a frame late"
    assert not is_replaced(old, new, [before, after, before, after], 0, bodies), "new in every step, as in a fall"


def test_hands_are_looked_for_where_they_were_until_somebody_is_forgotten() -> None:
    class Asked:
        def __init__(self) -> None:
            self.before: list[Before | None] = []

        def read(self, _picture: object, _points: FloatArray, _scores: FloatArray, before: Before | None) -> FloatArray:
            self.before.append(before)
            return np.full((42, 6), float(len(self.before)))

    asked = Asked()
    reader = PartsReader(None, cast(HandLandmarks, asked), every=2)
    picture = Pyramid.of(np.zeros((8, 8, 3), np.uint8))
    for frame in range(5):
        parts = reader.read(Frame(frame, 0.0, picture), 7, Pose(np.full((17, 2), float(frame)), np.ones(17)))
        assert (parts == {}) == bool(frame % 2)
    assert asked.before[0] is None
    assert [(before.points[0, 0], before.hands[0, 0]) for before in asked.before[1:] if before] == [(0, 1), (2, 2)]
    assert parts["hands"].shape == (42, 3)
    assert parts["hand_shapes"].shape == (42, 4)
    reader.forget(7)
    reader.read(Frame(6, 0.0, picture), 7, Pose(np.zeros((17, 2)), np.ones(17)))
    assert asked.before[-1] is None
