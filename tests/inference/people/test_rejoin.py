"""Pieces made of boxes: what belongs together is joined, and only that."""

from dataclasses import replace
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
    assert rejoin([walker(1, 0, 60, 100), walker(2, 90, 150, 100 + 3 * 90)], VIDEO, ignore) == [[1, 2]]


def test_three_pieces_make_one_chain():
    pieces = [walker(1, 0, 40, 100), walker(2, 50, 90, 250), walker(3, 100, 140, 400)]
    assert rejoin(pieces, VIDEO, ignore) == [[1, 2, 3]]


def test_people_visible_at_once_are_never_joined():
    pieces = [walker(1, 0, 60, 100), walker(2, 59, 120, 340)]
    assert rejoin(pieces, VIDEO, ignore) == [[1], [2]]


def test_a_body_seen_twice_for_a_moment_is_one_person():
    assert rejoin([walker(1, 0, 62, 100), walker(2, 59, 120, 280)], VIDEO, ignore) == [[1, 2]]
    too_long = [walker(1, 0, 90, 100), walker(2, 59, 120, 280)]
    assert rejoin(too_long, VIDEO, ignore) == [[1], [2]]


def test_somebody_else_at_the_edge_is_not_the_one_who_left():
    left, entered = walker(1, 0, 60, 1020), walker(2, 90, 150, 1200, speed=-3, colours=BLUE)
    assert rejoin([left, entered], VIDEO, ignore) == [[1], [2]]
    back = walker(2, 90, 150, 1200, speed=-3, colours=RED)
    assert rejoin([left, back], VIDEO, ignore) == [[1, 2]]


def test_a_long_absence_makes_a_new_person():
    assert rejoin([walker(1, 0, 60, 100, speed=0), walker(2, 300, 360, 100, speed=0)], VIDEO, ignore) == [[1], [2]]


def test_each_of_two_goes_on_as_themselves():
    first, second = walker(1, 0, 60, 100), walker(2, 0, 60, 700, colours=BLUE)
    later = [walker(3, 75, 130, 700 + 3 * 75, colours=BLUE), walker(4, 75, 130, 100 + 3 * 75)]
    assert rejoin([first, second, *later], VIDEO, ignore) == [[1, 4], [2, 3]]


def test_ghosts_are_left_out():
    person, weak, brief = walker(1, 0, 90, 100), walker(2, 0, 90, 600, score=0.2), walker(3, 20, 26, 900)
    double = walker(4, 10, 80, 100 + 3 * 10 + 5)
    assert rejoin([person, weak, brief, double], VIDEO, ignore) == [[1]]


def test_a_part_of_somebody_that_was_faintly_seen_once_more_is_left_out():
    person, faint, sure = (walker(i, 0, 90, 100, score=score) for i, score in ((1, 0.6), (2, 0.4), (3, 0.5)))
    for part in (faint, sure):
        part.boxes[:, 3] -= 120  # the upper half of the body
    assert rejoin([person, faint], VIDEO, ignore) == [[1]]
    assert rejoin([person, sure], VIDEO, ignore) == [[1], [3]], "a child before somebody is seen well"
    beside = walker(2, 0, 90, 130, score=0.4)
    beside.boxes[:, 3] -= 120
    assert rejoin([person, beside], VIDEO, ignore) == [[1], [2]], "more than a seventh of the box sticks out"


def test_a_leap_is_bridged_by_a_glimpse_of_a_curled_up_body():
    before, after = walker(1, 0, 60, 500, speed=0), walker(3, 136, 200, 560, speed=0)
    frames = np.arange(130, 135)
    curled = Piece(2, frames, np.repeat([[540.0, 380, 590, 440]], 5, axis=0), 0.4, BLUE)
    assert rejoin([before, curled, after], VIDEO, ignore) == [[1, 2, 3]]


def test_whoever_is_lost_above_the_picture_is_still_in_the_open():
    jumper, landed = walker(1, 0, 60, 500, speed=0), walker(2, 130, 190, 560, speed=0, colours=BLUE)
    jumper.boxes[:, [1, 3]] -= 310  # hands beyond the upper edge
    landed.boxes[:, [1, 3]] -= 100
    assert rejoin([jumper, landed], VIDEO, ignore) == [[1, 2]]


def test_who_appears_small_before_or_behind_somebody_at_the_end_is_somebody_else():
    person = walker(1, 0, 60, 500, speed=0)
    x1, y1, x2, y2 = person.boxes[-1]
    small = np.array([x1 + 0.8 * (x2 - x1), y1, x1 + 1.1 * (x2 - x1), y1 + 0.5 * (y2 - y1)])
    behind = Piece(2, np.arange(56, 60), np.repeat(small[None], 4, axis=0), 0.6, BLUE)
    assert rejoin([person, behind], VIDEO, ignore) == [[1]]


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
        rejoin(many(50), video, stop)


def test_most_pairs_of_many_pieces_are_told_apart_by_time_alone(monkeypatch):
    video = VideoInfo(Path("long.mp4"), 1280, 720, np.arange(3000) / 30)
    pieces = many(200)
    asked = []
    cost = rejoin_module._cost
    monkeypatch.setattr(rejoin_module, "_cost", lambda *pair: asked.append(1) or cost(*pair))
    groups = rejoin(pieces, video, ignore)
    assert any(len(group) > 1 for group in groups)
    assert len(asked) < 20 * len(pieces)


def test_who_comes_back_after_four_seconds_to_the_same_place_is_the_same():
    assert rejoin([walker(1, 0, 60, 100, speed=0), walker(2, 180, 240, 130, speed=0)], VIDEO, ignore) == [[1, 2]]


def test_who_comes_back_elsewhere_or_in_other_clothes_is_somebody_else():
    before = walker(1, 0, 60, 100, speed=0)
    assert rejoin([before, walker(2, 180, 240, 700, speed=0)], VIDEO, ignore) == [[1], [2]]
    assert rejoin([before, walker(2, 180, 240, 100, speed=0, colours=BLUE)], VIDEO, ignore) == [[1], [2]]


def test_two_alike_of_whom_either_may_have_come_back_are_left_apart():
    gone = [walker(1, 0, 60, 100, speed=0), walker(2, 0, 60, 250, speed=0)]
    assert rejoin([*gone, walker(3, 180, 240, 150, speed=0)], VIDEO, ignore) == [[1], [2], [3]]


def test_a_pause_of_the_camera_parts_nobody():
    """A minute passes between two frames."""
    times = np.arange(600) / 30 + 60 * (np.arange(600) >= 60)
    video = VideoInfo(Path("pause.mp4"), 1280, 720, times)
    assert rejoin([walker(1, 0, 60, 100), walker(2, 60, 120, 290)], video, ignore) == [[1, 2]]


def test_nobody_is_joined_across_a_cut():
    pieces = [walker(1, 0, 60, 100), walker(2, 60, 120, 280)]
    assert rejoin(pieces, VIDEO, ignore) == [[1, 2]]
    assert rejoin(pieces, replace(VIDEO, cuts=np.array([60])), ignore) == [[1], [2]]


RATHER_LIKE = np.array([0.6, 0.4])
"""What shares 0.6 with red: enough after a loss, too little after an absence."""


def lost_for(seconds: float, x: float, colours=RATHER_LIKE, to: float | None = None) -> list[list[int]]:
    """Who is seen at ``x`` for two seconds, lost for as many ``seconds`` and back there or at ``to``."""
    end = 60 + round(30 * seconds)
    back = walker(2, end, end + 60, x if to is None else to, speed=0, colours=colours)
    return rejoin([walker(1, 0, 61, x, speed=0), back], VIDEO, ignore)


def test_after_an_absence_of_six_seconds_whoever_is_the_same_is_the_same():
    for seconds, joined in ((5.9, True), (6.1, False)):
        assert (len(lost_for(seconds, 500, RED)) == 1) is joined
    for share, joined in ((0.72, True), (0.68, False)):
        assert (len(lost_for(4.0, 500, np.array([share, 1 - share]))) == 1) is joined
    for lengths, joined in ((0.95, True), (1.05, False)):
        assert (len(lost_for(4.0, 500, RED, to=500 + 200 * lengths)) == 1) is joined


def test_who_is_lost_in_the_open_is_given_longer_than_at_the_edge():
    assert lost_for(1.9, 0) == [[1, 2]]
    assert lost_for(2.1, 0) == [[1], [2]], "they may have left, and somebody rather like them come in"
    assert lost_for(3.4, 600) == [[1, 2]]
    assert lost_for(3.6, 600) == [[1], [2]]


def test_the_edge_is_a_fiftieth_of_the_picture():
    """0.02 of 1280 px are 25.6 px, on both sides."""
    for x, joined in ((20, False), (30, True), (1280 - 80 - 30, True), (1280 - 80 - 20, False)):
        assert (len(lost_for(3.0, x)) == 1) is joined, x


def test_at_the_edge_half_a_second_needs_no_likeness_and_longer_does():
    assert lost_for(0.4, 0, BLUE) == [[1, 2]]
    assert lost_for(0.7, 0, BLUE) == [[1], [2]]
    assert lost_for(0.7, 0, np.array([0.55, 0.45])) == [[1, 2]]
    assert lost_for(0.7, 0, np.array([0.45, 0.55])) == [[1], [2]]


@pytest.mark.parametrize(("seconds", "lengths"), [(0.1, 0.6 + 0.3), (0.5, 0.6 + 1.5), (1.0, 2.5)])
def test_who_is_lost_may_come_back_as_far_as_a_sprint_goes(seconds: float, lengths: float):
    """Bodies are 200 px long: 0.6 of that at once, 3 more every second, at most 2.5."""
    for share, joined in ((0.95, True), (1.05, False)):
        assert (len(lost_for(seconds, 300, to=300 + share * lengths * 200)) == 1) is joined, share


def test_a_walker_is_expected_further_on():
    """9 px a frame, back after 6 frames, a fifth of a second: up to 0.6 + 0.6 lengths of 200 px from 54 px on."""
    for off, joined in ((230, True), (250, False), (-230, True), (-250, False)):
        back = walker(2, 65, 125, 300 + 9 * 65 + off, speed=-9, colours=RATHER_LIKE)
        assert (len(rejoin([walker(1, 0, 60, 300, speed=9), back], VIDEO, ignore)) == 1) is joined, off


@pytest.mark.parametrize(("growth", "joined"), [(2.4, True), (2.6, False), (1 / 2.4, True), (1 / 2.6, False)])
def test_a_body_may_look_two_and_a_half_times_as_long(growth: float, joined: bool):
    after = walker(2, 75, 135, 500, speed=0)
    middle = (after.boxes[:, [0, 1]] + after.boxes[:, [2, 3]]) / 2
    half = np.array([40.0, 100.0]) * growth
    after = Piece(2, after.frames, np.concatenate([middle - half, middle + half], axis=1), 0.7, RED)
    video = VideoInfo(Path("tall.mp4"), 4000, 4000, VIDEO.times)
    assert (len(rejoin([walker(1, 0, 61, 500, speed=0), after], video, ignore)) == 1) is joined


def test_tracks_of_four_tenths_of_a_second_are_people():
    long = walker(1, 0, 90, 100)
    assert rejoin([long, walker(2, 0, 12, 900)], VIDEO, ignore) == [[1], [2]]
    assert rejoin([long, walker(2, 0, 11, 900)], VIDEO, ignore) == [[1]]
    assert rejoin([walker(2, 0, 11, 900)], VIDEO, ignore) == [[2]], "better a ghost than nobody"


def test_scores_of_three_tenths_are_people():
    for score, groups in ((0.3, [[1], [2]]), (0.29, [[1]])):
        assert rejoin([walker(1, 0, 90, 100), walker(2, 0, 90, 900, score=score)], VIDEO, ignore) == groups


def test_duplicates_overlap_by_half_for_most_of_their_frames():
    """Boxes 80 wide shifted by x share (80 - x) / (80 + x): 0.54 at 24 px, 0.45 at 30 px."""
    person = walker(1, 0, 90, 100)
    assert rejoin([person, walker(2, 10, 80, 100 + 3 * 10 + 24)], VIDEO, ignore) == [[1]]
    assert rejoin([person, walker(2, 10, 80, 100 + 3 * 10 + 30)], VIDEO, ignore) == [[1], [2]]
    late = walker(2, 70, 110, 100 + 3 * 70)  # 20 of 40 frames beside the other
    assert rejoin([person, late], VIDEO, ignore) == [[1], [2]]
    mostly = walker(2, 60, 100, 100 + 3 * 60)  # 30 of 40
    assert rejoin([person, mostly], VIDEO, ignore) == [[1]]


def test_people_of_two_shots_are_never_one():
    pieces = [walker(1, 0, 60, 500, speed=0), walker(2, 62, 120, 500, speed=0)]
    assert rejoin(pieces, VIDEO, ignore) == [[1, 2]]
    for cut, groups in ((61, [[1], [2]]), (62, [[1], [2]]), (63, [[1, 2]])):
        assert rejoin(pieces, replace(VIDEO, cuts=np.array([cut])), ignore) == groups


def test_who_walked_before_an_absence_comes_back_to_where_the_walk_ended():
    walked, stood = walker(1, 0, 60, 100, speed=6), walker(2, 66, 120, 480, speed=0)
    assert rejoin([walked, stood, walker(3, 240, 300, 480, speed=0)], VIDEO, ignore) == [[1, 2, 3]]
    assert rejoin([walked, stood, walker(3, 240, 300, 100, speed=0)], VIDEO, ignore) == [[1, 2], [3]]


def by_the_edge(x: float, back_x: float, colours=RED, lower: float = 0.0, others=()) -> list[list[int]]:
    """Somebody who stands at ``x`` goes for four seconds and is back at ``back_x``, ``lower`` px less tall."""
    back = walker(2, 181, 241, back_x, speed=0, colours=colours)
    back.boxes[:, 1] += lower
    return rejoin([walker(1, 0, 61, x, speed=0), back, *others], VIDEO, ignore)


def test_who_comes_back_by_the_edge_where_they_went_out_is_the_same():
    left, right = 5.0, 1280 - 85.0
    assert by_the_edge(left, left) == by_the_edge(right, right) == [[1, 2]]
    assert by_the_edge(left, right) == [[1], [2]]
    assert by_the_edge(left, 60) == [[1], [2]], "who appears in the open did not come in there"
    for share, groups in ((0.82, [[1, 2]]), (0.78, [[1], [2]])):
        assert by_the_edge(left, left, np.array([share, 1 - share])) == groups
    for lower, groups in ((24, [[1, 2]]), (28, [[1], [2]])):  # 200 px over 1.15 is 174 px
        assert by_the_edge(left, left, lower=lower) == groups
    other = walker(3, 30, 90, left, speed=0)
    other.boxes[:, [1, 3]] += 150
    assert by_the_edge(left, left, others=[other]) == [[1], [3], [2]], "either may be meant"


def test_who_takes_the_place_of_somebody_unlike_is_somebody_else():
    first = walker(1, 0, 60, 500, speed=0)
    for share, replaces, groups in ((0.5, False, [[1, 2]]), (0.58, True, [[1], [2]]), (0.62, True, [[1, 2]])):
        second = walker(2, 60, 120, 500, speed=0, colours=np.array([share, 1 - share]))
        assert rejoin([first, replace(second, replaces=replaces)], VIDEO, ignore) == groups
    back = replace(walker(3, 120, 180, 500, speed=0), replaces=True)
    between = replace(walker(2, 60, 120, 500, speed=0, colours=BLUE), replaces=True)
    assert rejoin([first, between, back], VIDEO, ignore) == [[1, 3], [2]]
