"""What is watched in stretches: as if it had been watched in one, whoever does it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gast_mocap.inference import stretches
from gast_mocap.inference.people.observe import Observations
from gast_mocap.inference.people.seams import joined_tracks
from gast_mocap.inference.people.watch import Eyes, tell_people
from gast_mocap.inference.protocol.progress import StoppedError
from gast_mocap.inference.quality import PRESETS
from gast_mocap.inference.stretches import (
    Seen,
    Span,
    agree,
    joined,
    parts_of,
    seams_of,
    stretches_at_once,
    watch_stretches,
)
from gast_mocap.inference.video.decode import Footage, probe_video
from gast_mocap.inference.video.stillness import Backdrop
from gast_mocap.take.records import FloatArray, Playback, VideoInfo

SPAN, SEAM = (790, 850), 824


def ignore(*_: object) -> None:
    pass


@pytest.fixture(scope="module")
def footage(videos: Path) -> Footage:
    """One visitor at a table, who turns to the camera."""
    return probe_video(videos / "intel_one-by-one-person-detection.mp4", ignore)


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes.load(PRESETS["fast"], threads=1)


@pytest.fixture(scope="module")
def seen(footage: Footage, eyes: Eyes) -> list[Seen]:
    """The same span watched in one stretch, in two one after the other, and in two at once."""
    ways: list[tuple[list[int], int]] = [([], 1), ([SEAM], 1), ([SEAM], 2)]
    return [watch_stretches(Span(footage, *SPAN), seams, at_once, eyes, ignore) for seams, at_once in ways]


def test_how_many_are_watched_at_once_changes_nothing(seen: list[Seen]) -> None:
    _, one, two = seen
    assert one.tracks.keys() == two.tracks.keys()
    for first, second in zip(one.tracks.values(), two.tracks.values(), strict=True):
        assert first.frames == second.frames
        assert first.rows == second.rows
        assert (first.thumbnail == second.thumbnail).all()
    assert (one.backdrop.path == two.backdrop.path).all()


def test_people_go_through_seams(seen: list[Seen]) -> None:
    whole, parts, _ = seen
    assert parts.frames == whole.frames == SPAN[1] - SPAN[0]
    assert (parts.video.times == whole.video.times).all()
    (alone,) = tell_people(whole.tracks, whole.video, ignore)
    (person,) = tell_people(parts.tracks, parts.video, ignore)
    assert (person.track.frames == alone.track.frames).all()
    apart = np.linalg.norm(person.keypoints.points - alone.keypoints.points, axis=-1).max(axis=1)
    assert apart[person.track.frames < SEAM].max() < 0.5
    assert np.median(apart[person.track.frames >= SEAM]) < 0.02 * np.ptp(alone.track.boxes[0, [1, 3]])


@pytest.mark.parametrize(("seconds", "expected"), [(19.5, 1), (20.0, 2), (45.0, 3), (225.0, 15), (3600.0, 16)])
def test_stretches_are_as_many_as_pay(footage: Footage, seconds: float, expected: int) -> None:
    span = Span(replace(footage, frame_count=10_000_000), 100, 100 + round(seconds * footage.fps) + 1)
    seams = seams_of(span)
    assert len(seams) == expected - 1
    lengths = np.diff([100, *seams, span.end])
    assert np.ptp(lengths) <= 1
    assert not seams_of(replace(span, footage=replace(footage, playback=Playback(frame_rate=25.0))))


@pytest.mark.parametrize(
    ("width", "height", "cores", "expected"),
    [
        (768, 432, 1, 2),
        (1920, 1080, 2, 2),
        (1920, 1080, 8, 4),
        (3840, 2160, 32, 2),
        (768, 432, 12, 6),
        (768, 432, 32, 8),
        (7680, 4320, 8, 1),
    ],
)
def test_half_the_cores_work_as_far_as_the_memory_allows(
    footage: Footage, monkeypatch, width: int, height: int, cores: int, expected: int
) -> None:
    monkeypatch.setattr(stretches, "usable_cores", lambda: cores)
    assert stretches_at_once(replace(footage, width=width, height=height)) == expected


def test_a_stretch_begins_early_and_ends_late(footage: Footage) -> None:
    (begin, _), (later, end) = parts_of(Span(footage, 10, 500), [200])
    assert (begin, end) == (10, 500)
    assert (200 - later) / footage.fps == pytest.approx(0.75, abs=0.5 / footage.fps + 1e-6)


def seen_with(times: FloatArray, start: int = 0, cuts: tuple[int, ...] = ()) -> Seen:
    return Seen(start, {}, Backdrop(), VideoInfo(Path("v.mp4"), 640, 360, times, cuts=np.array(cuts, int)), 0, 0)


def test_frames_that_two_stretches_count_otherwise_are_noticed() -> None:
    times = np.arange(100) / 30
    assert agree(seen_with(times[:60]), seen_with(times, 40), 60)
    assert agree(seen_with(times[:50]), seen_with(times[:50], 40), 60), "a video that ends early does so for both"
    assert not agree(seen_with(times[:59]), seen_with(times, 40), 60)
    assert not agree(seen_with(np.delete(times, 20)[:60]), seen_with(times, 40), 60)


def test_where_frames_are_counted_otherwise_all_is_watched_in_one(footage: Footage, eyes: Eyes, monkeypatch) -> None:
    asked = []

    def watched(_footage: Footage, part: stretches.Part, *_: object) -> Seen:
        asked.append(part)
        return seen_with(np.arange(part[1] or 100) / 30 + 0.01 * (part[0] == 40), part[0])

    monkeypatch.setattr(stretches, "watch_part", watched)
    monkeypatch.setattr(stretches, "parts_of", lambda *_: [(0, 60), (40, None)])
    assert watch_stretches(Span(footage), [50], 2, eyes, ignore).frames == 100
    assert asked[-1] == (0, None)


def test_a_stop_and_a_failure_end_all_stretches(footage: Footage, eyes: Eyes, monkeypatch) -> None:
    def stop(_frames: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        watch_stretches(Span(footage, *SPAN), [SEAM], 2, eyes, stop)

    def fail(_footage: Footage, part: stretches.Part, _eyes: Eyes, sign, _found: object) -> Seen:
        if part[0] > SPAN[0]:
            raise MemoryError
        while True:
            sign(1)

    monkeypatch.setattr(stretches, "watch_part", fail)
    with pytest.raises(MemoryError):
        watch_stretches(Span(footage, *SPAN), [SEAM], 2, eyes, ignore)


def test_cuts_are_those_of_the_stretch_that_counts() -> None:
    times = np.arange(100) / 30
    whole = joined(seen_with(times[:60], cuts=(10, 55)), seen_with(times, 20, cuts=(25, 52, 70)), 50)
    assert whole.video.cuts.tolist() == [10, 52, 70]
    assert whole.frames == 100


def track(frames: range, left: float) -> Observations:
    """Somebody 100 px wide who walks to the right by a pixel a frame."""
    observed = Observations()
    for frame in frames:
        box = np.array([left + frame, 0, left + frame + 100, 200])
        observed.add(frame, box, np.full((17, 2), left), np.ones(17))
    return observed


def test_tracks_are_joined_by_the_frames_that_both_saw() -> None:
    before = {1: track(range(0, 60), 0), 2: track(range(0, 30), 900), 4: track(range(55, 60), 700)}
    after = {1: track(range(35, 60), 500), 2: track(range(30, 100), 3), 3: track(range(30, 45), 300)}
    tracks = joined_tracks(before, after, 50)
    assert {i: (t.frames[0], t.frames[-1], len(t.frames)) for i, t in tracks.items()} == {
        1: (0, 99, 100),
        2: (0, 29, 30),
        5: (35, 59, 25),
    }
    assert tracks[1].points[:, 0, 0].tolist() == [0.0] * 50 + [3.0] * 50
    assert joined_tracks({}, {}, 50) == {}
