"""What a run saw before it was ended is not watched again."""

import os
from array import array
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gast_mocap.inference import kept_stretches
from gast_mocap.inference.kept_stretches import KeptStretches, fingerprint, keep, place_of, read
from gast_mocap.inference.people.observe import ROW, Observations
from gast_mocap.inference.protocol.job import Job
from gast_mocap.inference.stretches import Part, Seen, Span, parts_of, watch_stretches
from gast_mocap.inference.video.stillness import Backdrop
from gast_mocap.take.records import Playback, VideoInfo

FPS, FRAMES, SEAMS = 30.0, 900, [300, 600]
TIMES = np.arange(FRAMES) / FPS


class Film:
    """A video of which nothing is decoded."""

    path, fps, frame_count, playback = Path("v.mp4"), FPS, FRAMES, Playback()

    def info(self, times: np.ndarray, cuts: np.ndarray) -> VideoInfo:
        return VideoInfo(self.path, 640, 360, times, 50.0, self.playback, cuts, 90)


def seen_in(part: Part) -> Seen:
    """One person, who walks to the right."""
    end = FRAMES if part[1] is None else part[1]
    frames = list(range(part[0], end))
    rows = np.zeros((len(frames), ROW), np.float32)
    rows[:, :4] = np.array([0, 0, 50, 100]) + np.array(frames)[:, None] / 10 * [1, 0, 1, 0]
    track = Observations(
        frames, array("f", rows.ravel()), np.arange(48.0), np.full((4, 3, 3), part[0] % 256, np.uint8), 0.1, True
    )
    backdrop = Backdrop.of_arrays({"backdrop": np.array([[0.0, 0.1, 0.2]]), "looks": np.array([7.0, 2.0, 1.0])})
    return Seen(part[0], {3: track}, backdrop, Film().info(TIMES[:end], np.array([20])), 2, None, 1.5)


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(kept_stretches, "kept_folder", lambda: tmp_path / "kept")
    video = tmp_path / "v.mp4"
    video.write_bytes(b"a video")
    return Job(video, tmp_path / "v.take.npz")


def are_same(one: Seen, other: Seen) -> bool:
    tracks = [(t.frames, t.rows, t.colours.tolist(), t.thumbnail.tolist()) for t in one.tracks.values()]
    others = [(t.frames, t.rows, t.colours.tolist(), t.thumbnail.tolist()) for t in other.tracks.values()]
    return tracks == others and (one.video.times == other.video.times).all()


def test_a_stretch_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    seen, place = seen_in((280, 608)), tmp_path / "folder" / "1.npz"
    keep(seen, place)
    back = read(place, Film())
    assert back and are_same(seen, back)
    assert (back.start, back.lost, back.missing, back.decoding) == (280, 2, None, 1.5)
    assert (back.tracks[3].thumbnail_worth, back.tracks[3].replaces) == (0.1, True)
    assert back.backdrop.path.tolist() == [[0.0, 0.1, 0.2]]
    assert back.backdrop.move == seen.backdrop.move
    assert (back.video.cuts.tolist(), back.video.turn, back.video.field_of_view) == ([20], 90, 50.0)
    if os.name == "posix":
        assert place.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", [b"", b"no zip", None])
def test_what_is_damaged_is_watched_again(tmp_path: Path, damage: bytes | None) -> None:
    place = tmp_path / "1.npz"
    keep(seen_in((0, 308)), place)
    place.write_bytes(place.read_bytes()[:-40] if damage is None else damage)
    assert read(place, Film()) is None


def test_a_run_that_was_ended_is_gone_on_with(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    span, watched = Span(Film()), []

    def watch(_footage: Film, part: Part, *_: object) -> Seen:
        watched.append(part[0])
        if part[0] > 500 and len(watched) < 4:
            raise KeyboardInterrupt
        return seen_in(part)

    def run() -> Seen:
        kept = KeptStretches.of(job, Film(), {}, parts_of(span, SEAMS))
        return watch_stretches(span, SEAMS, 1, SimpleNamespace(), lambda _: None, watch=kept.watch)

    monkeypatch.setattr(kept_stretches, "watch_part", watch)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert len(watched) == 3
    gone_on = run()
    assert watched[3:] == watched[2:3], "only the last stretch is watched again"
    kept = KeptStretches.of(job, Film(), {}, parts_of(span, SEAMS))
    assert len(kept.known) == 3
    kept.remove()
    assert are_same(gone_on, run()), "in one run"
    assert len(watched) == 7


def test_another_job_begins_anew(job: Job) -> None:
    same = fingerprint(job, {"a.onnx": "1"})
    assert fingerprint(replace(job, output=Path("other.take.npz")), {"a.onnx": "1"}) == same
    others = [
        replace(job, start=1),
        replace(job, mirrored=True),
        replace(job, feet=not job.feet),
        replace(job, speed=0.5),
    ]
    assert same not in [fingerprint(other, {"a.onnx": "1"}) for other in others]
    assert fingerprint(job, {"a.onnx": "2"}) != same
    job.video.write_bytes(b"another video")
    assert fingerprint(job, {"a.onnx": "1"}) != same


def test_what_nobody_goes_on_with_is_removed(job: Job, tmp_path: Path) -> None:
    old, new = (place_of(tmp_path / "kept" / name, (0, 300)) for name in ("old", "new"))
    for place in (old, new):
        keep(seen_in((0, 308)), place)
    os.utime(old.parent, (0, 0))
    KeptStretches.of(job, Film(), {}, [])
    assert (old.exists(), new.exists()) == (False, True)
