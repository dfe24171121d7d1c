"""Pieces made of boxes: what belongs together is joined, and only that."""

from pathlib import Path

import numpy as np
import pytest

import gast_mocap.inference.people.rejoin as rejoin_module
from gast_mocap.inference.people.rejoin import Piece, rejoin
from gast_mocap.inference.protocol.progress import StoppedError
from gast_mocap.take.records import VideoInfo

VIDEO = VideoInfo(Path("made.mp4"), 1280, 720, np.arange(600) / 30)
RED, BLUE = np.array([1.0, 0.0]), np.array([0.0, 1.0])


def ignore() -> None:
    pass


def walker(track_id: int, begin: int, end: int, x: float, speed: float = 3.0, colours=RED, score=0.7) -> Piece:
    """A person 80 x 200 px who is at ``x`` in frame ``begin``."""
    frames = np.arange(begin, end)
    left = x + speed * (frames - begin)
    boxes = np.stack([left, np.full(len(left), 300.0), left + 80, np.full(len(left), 500.0)], axis=1)
    return Piece(track_id, frames, boxes, score, colours)


def test_a_walker_lost_for_a_second_is_one_person():
    assert rejoin([walker(1, 0, 60, 100), walker(2, 90, 150, 100 + 3 * 90)], VIDEO, (), ignore) == [[1, 2]]


def test_three_pieces_make_one_chain():
    pieces = [walker(1, 0, 40, 100), walker(2, 50, 90, 250), walker(3, 100, 140, 400)]
    assert rejoin(pieces, VIDEO, (), ignore) == [[1, 2, 3]]


def test_people_visible_at_once_are_never_joined():
    pieces = [walker(1, 0, 60, 100), walker(2, 59, 120, 340)]
    assert rejoin(pieces, VIDEO, (), ignore) == [[1], [2]]


def test_a_body_seen_twice_for_a_moment_is_one_person():
    assert rejoin([walker(1, 0, 62, 100), walker(2, 59, 120, 280)], VIDEO, (), ignore) == [[1, 2]]
    too_long = [walker(1, 0, 90, 100), walker(2, 59, 120, 280)]
    assert rejoin(too_long, VIDEO, (), ignore) == [[1], [2]]


def test_somebody_else_at_the_edge_is_not_the_one_who_left():
    left, entered = walker(1, 0, 60, 1020), walker(2, 90, 150, 1200, speed=-3, colours=BLUE)
    assert rejoin([left, entered], VIDEO, (), ignore) == [[1], [2]]
    back = walker(2, 90, 150, 1200, speed=-3, colours=RED)
    assert rejoin([left, back], VIDEO, (), ignore) == [[1, 2]]


def test_a_long_absence_makes_a_new_person():
    assert rejoin([walker(1, 0, 60, 100, speed=0), walker(2, 300, 360, 100, speed=0)], VIDEO, (), ignore) == [[1], [2]]


def test_each_of_two_goes_on_as_themselves():
    first, second = walker(1, 0, 60, 100), walker(2, 0, 60, 700, colours=BLUE)
    later = [walker(3, 75, 130, 700 + 3 * 75, colours=BLUE), walker(4, 75, 130, 100 + 3 * 75)]
    assert rejoin([first, second, *later], VIDEO, (), ignore) == [[1, 4], [2, 3]]


def test_ghosts_are_left_out():
    person, weak, brief = walker(1, 0, 90, 100), walker(2, 0, 90, 600, score=0.2), walker(3, 20, 26, 900)
    double = walker(4, 10, 80, 100 + 3 * 10 + 5)
    assert rejoin([person, weak, brief, double], VIDEO, (), ignore) == [[1]]


def test_a_leap_is_bridged_by_a_glimpse_of_a_curled_up_body():
    before, after = walker(1, 0, 60, 500, speed=0), walker(3, 136, 200, 560, speed=0)
    frames = np.arange(130, 135)
    curled = Piece(2, frames, np.repeat([[540.0, 380, 590, 440]], 5, axis=0), 0.4, BLUE)
    assert rejoin([before, curled, after], VIDEO, (), ignore) == [[1, 2, 3]]


def test_whoever_is_lost_above_the_picture_is_still_in_the_open():
    jumper, landed = walker(1, 0, 60, 500, speed=0), walker(2, 130, 190, 560, speed=0, colours=BLUE)
    jumper.boxes[:, [1, 3]] -= 310  # hands beyond the upper edge
    landed.boxes[:, [1, 3]] -= 100
    assert rejoin([jumper, landed], VIDEO, (), ignore) == [[1, 2]]


def test_who_appears_small_before_or_behind_somebody_at_the_end_is_somebody_else():
    person = walker(1, 0, 60, 500, speed=0)
    x1, y1, x2, y2 = person.boxes[-1]
    small = np.array([x1 + 0.8 * (x2 - x1), y1, x1 + 1.1 * (x2 - x1), y1 + 0.5 * (y2 - y1)])
    behind = Piece(2, np.arange(56, 60), np.repeat(small[None], 4, axis=0), 0.6, BLUE)
    assert rejoin([person, behind], VIDEO, (), ignore) == [[1]]


def many(count: int) -> list[Piece]:
    """People who cross a street for a second each, a new one every third of a second, half of them lost on the way."""
    walkers = [walker(n, 10 * n, 10 * n + 15, 100 + 37 * (n % 20)) for n in range(1, count + 1)]
    again = [walker(count + n, 10 * n + 20, 10 * n + 35, 160 + 37 * (n % 20)) for n in range(1, count + 1, 2)]
    return walkers + again


def test_joining_can_be_stopped_in_the_midst_of_many_pieces():
    calls = []

    def stop() -> None:
        calls.append(1)
        if len(calls) > 60:
            raise StoppedError

    video = VideoInfo(Path("long.mp4"), 1280, 720, np.arange(3000) / 30)
    with pytest.raises(StoppedError):
        rejoin(many(50), video, (), stop)


def test_most_pairs_of_many_pieces_are_told_apart_by_time_alone(monkeypatch):
    video = VideoInfo(Path("long.mp4"), 1280, 720, np.arange(3000) / 30)
    pieces = many(200)
    asked = []
    cost = rejoin_module._cost
    monkeypatch.setattr(rejoin_module, "_cost", lambda *pair: asked.append(1) or cost(*pair))
    groups = rejoin(pieces, video, (), ignore)
    assert any(len(group) > 1 for group in groups)
    assert len(asked) < 20 * len(pieces)


def test_who_comes_back_after_four_seconds_to_the_same_place_is_the_same():
    assert rejoin([walker(1, 0, 60, 100, speed=0), walker(2, 180, 240, 130, speed=0)], VIDEO, (), ignore) == [[1, 2]]


def test_who_comes_back_elsewhere_or_in_other_clothes_is_somebody_else():
    before = walker(1, 0, 60, 100, speed=0)
    assert rejoin([before, walker(2, 180, 240, 700, speed=0)], VIDEO, (), ignore) == [[1], [2]]
    assert rejoin([before, walker(2, 180, 240, 100, speed=0, colours=BLUE)], VIDEO, (), ignore) == [[1], [2]]


def test_two_alike_of_whom_either_may_have_come_back_are_left_apart():
    gone = [walker(1, 0, 60, 100, speed=0), walker(2, 0, 60, 250, speed=0)]
    assert rejoin([*gone, walker(3, 180, 240, 150, speed=0)], VIDEO, (), ignore) == [[1], [2], [3]]


def test_a_pause_of_the_camera_parts_nobody():
    """A minute passes between two frames."""
    times = np.arange(600) / 30 + 60 * (np.arange(600) >= 60)
    video = VideoInfo(Path("pause.mp4"), 1280, 720, times)
    assert rejoin([walker(1, 0, 60, 100), walker(2, 60, 120, 290)], video, (), ignore) == [[1, 2]]


def test_nobody_is_joined_across_a_cut():
    pieces = [walker(1, 0, 60, 100), walker(2, 60, 120, 280)]
    assert rejoin(pieces, VIDEO, (), ignore) == [[1, 2]]
    assert rejoin(pieces, VIDEO, (60,), ignore) == [[1], [2]]
