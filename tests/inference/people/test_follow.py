"""People made of boxes: steady ids through misses and crossings."""

import numpy as np
import pytest
from scipy.linalg import solve_discrete_are

from gast_mocap.inference.people.follow import BoxFilter, Mend, Sort, with_lost_legs


def box_at(x: float, y: float = 100.0, width: float = 40.0, height: float = 100.0) -> np.ndarray:
    return np.array([x, y, x + width, y + height])


def ids_of(frames: list[list[np.ndarray]], max_unseen: int = 10, mend: Mend = with_lost_legs) -> list[list[int]]:
    sort = Sort(max_unseen, mend)
    ids = []
    for boxes in frames:
        sort.predict()
        ids.append(list(sort.match(np.array(boxes).reshape(-1, 4))))
    return ids


def test_ids_rise_from_one_in_order_of_appearance():
    frames = [[box_at(0)], [box_at(2), box_at(300)], [box_at(4), box_at(302), box_at(600)]]
    assert ids_of(frames) == [[1], [1, 2], [1, 2, 3]]


def test_a_walker_keeps_the_id_through_missed_frames():
    frames = [[box_at(6.0 * i)] if i % 7 else [] for i in range(60)]
    assert {i for ids in ids_of(frames) for i in ids} == {1}


def test_two_who_cross_at_different_depths_keep_their_ids():
    near = [box_at(5.0 * i, width=60, height=160) for i in range(60)]
    far = [box_at(300 - 5.0 * i, width=30, height=80) for i in range(60)]
    ids = ids_of([list(pair) for pair in zip(near, far, strict=True)])
    assert all(pair == [1, 2] for pair in ids)


def test_a_long_loss_makes_a_new_id():
    frames = [[box_at(0)]] * 5 + [[]] * 12 + [[box_at(0)]] * 3
    assert [ids for ids in ids_of(frames) if ids] == [[1]] * 5 + [[2]] * 3


def test_prediction_runs_ahead_with_the_walker():
    sort = Sort(10, with_lost_legs)
    for i in range(30):
        sort.predict()
        sort.match(box_at(4.0 * i)[None])
    for i in range(30, 35):
        predicted = sort.predict()[1]
        np.testing.assert_allclose(predicted, box_at(4.0 * i), atol=3)


def test_the_same_boxes_give_the_same_ids():
    rng = np.random.default_rng(3)
    frames = [[box_at(*rng.uniform(0, 400, 2)) for _ in range(rng.integers(0, 4))] for _ in range(40)]
    assert ids_of(frames) == ids_of(frames)


def test_half_a_person_for_a_moment_does_not_shrink_the_box():
    sort = Sort(10, with_lost_legs)
    for _ in range(5):
        sort.predict()
        sort.match(box_at(0)[None])
    sort.predict()
    np.testing.assert_allclose(sort.match(box_at(0, height=50)[None])[1], box_at(0), atol=1)
    np.testing.assert_allclose(sort.predict()[1], box_at(0), atol=1)


def test_a_person_is_given_up_in_the_first_frame_after_as_many_as_was_said():
    """Unseen in 10 frames and sought in the eleventh, a person is still followed; in the twelfth no more."""
    for missed, ids in ((10, [1]), (11, [2])):
        assert ids_of([[box_at(0)]] * 5 + [[]] * missed + [[box_at(0)]], max_unseen=10)[-1] == ids


def steady_gain(process: list[float], measured: float) -> float:
    """Share of an innovation that a settled filter of a place and its speed takes in, by Riccati's equation."""
    step, seen = np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[1.0, 0.0]])
    if len(process) == 1:
        step, seen = np.eye(1), np.eye(1)
    covariance = solve_discrete_are(step.T, seen.T, np.diag(process), np.array([[measured]]))
    return float(covariance[0, 0] / (covariance[0, 0] + measured))


def test_a_settled_filter_weighs_the_new_against_the_old_as_published():
    """Bewley's noise: 1 px of place and 0.01 of speed against 1 px of measurement; 1 and 1e-4 against 10 of area."""
    person = BoxFilter(box_at(0))
    for _ in range(300):
        person.predict()
        person.correct(box_at(0))
    person.predict()
    person.correct(box_at(10))
    assert person.box[0] == pytest.approx(10 * steady_gain([1.0, 0.01], 1.0), rel=1e-3)
    for _ in range(300):
        person.predict()
        person.correct(box_at(0))
    person.predict()
    person.correct(box_at(0, height=110))
    left, top, right, bottom = person.box
    area = 40 * 100 + steady_gain([1.0, 1e-4], 10.0) * 40 * 10
    aspect = 0.4 + steady_gain([1.0], 10.0) * (40 / 110 - 0.4)
    assert (right - left) * (bottom - top) == pytest.approx(area, rel=1e-4)
    assert (right - left) / (bottom - top) == pytest.approx(aspect, rel=1e-4)


def test_a_first_step_tells_the_speed():
    """Nothing is known of a new person's speed, so the second box decides on it: the third is expected as far on."""
    person = BoxFilter(box_at(0))
    person.predict()
    person.correct(box_at(8))
    person.predict()
    assert person.box[0] == pytest.approx(16, abs=0.5)


def test_the_second_box_of_a_person_counts_as_published():
    """At first 10 is unknown of each, with a speed 1e4 more, and a step adds 1; 1 px is read off a place and 10 off the
    rest. So a place is believed by 10011 / 10012, an area by 10011 / 10021, an aspect by 11 / 21."""
    person = BoxFilter(box_at(0))
    person.predict()
    person.correct(box_at(8, y=103, height=110))
    left, top, right, bottom = person.box
    assert (left + right) / 2 == pytest.approx(20 + 8 * 10011 / 10012, abs=1e-9)
    assert (top + bottom) / 2 == pytest.approx(150 + 8 * 10011 / 10012, abs=1e-9)
    assert (right - left) * (bottom - top) == pytest.approx(4000 + 400 * 10011 / 10021, abs=1e-6)
    assert (right - left) / (bottom - top) == pytest.approx(0.4 + (40 / 110 - 0.4) * 11 / 21, abs=1e-9)


def test_boxes_that_overlap_by_less_than_a_third_are_two_people():
    """Shifted by x, boxes 40 wide share (40 - x) / (40 + x): 0.33 at 20 px, 0.27 at 23 px."""
    assert ids_of([[box_at(0)], [box_at(20)]])[-1] == [1]
    assert ids_of([[box_at(0)], [box_at(23)]])[-1] == [2]


def test_four_fifths_of_a_person_are_a_person_and_less_is_a_part():
    for height, bottom in ((85, 185), (75, 200)):
        sort = Sort(10, with_lost_legs)
        for _ in range(5):
            sort.predict()
            sort.match(box_at(0)[None])
        sort.predict()
        assert sort.match(box_at(0, height=height)[None])[1][3] == pytest.approx(bottom, abs=1)


def test_an_area_never_shrinks_to_nothing():
    person = BoxFilter(box_at(0, width=100, height=100))
    for side in (80, 60, 40, 20):
        person.predict()
        person.correct(box_at(0, width=side, height=side))
    for _ in range(20):
        person.predict()
    left, top, right, bottom = person.box
    assert right - left >= 1
    assert bottom - top >= 1
    assert max(right - left, bottom - top) < 100


def as_found(found: np.ndarray, _expected: np.ndarray) -> np.ndarray:
    """The published algorithm takes boxes as they are."""
    return found


def test_published_ids_with_a_maximum_age_of_one():
    """Bewley's update gives up who is unmatched in a second frame running, and only after that frame was matched."""
    always, then = box_at(0), box_at(300)
    one_missed = [[always, then], [always], [always, then]]
    two_missed = [[always, then], [always], [always], [always, then]]
    assert ids_of(one_missed, 1, as_found) == [[1, 2], [1], [1, 2]]
    assert ids_of(two_missed, 1, as_found) == [[1, 2], [1], [1], [1, 3]]


def test_published_ids_of_a_box_that_halves():
    """Half the height is an overlap of 0.5: matched, and taken as it is.

    A new person's speeds are unknown, so the filter takes all of the loss of 2000 px^2 for speed, expects an area of
    next to nothing in the third frame and does not match the whole box. Made whole, it stays one person.
    """
    halves = [[box_at(0)], [box_at(0, height=50)], [box_at(0)], [box_at(0), box_at(200)], [box_at(200), box_at(0)]]
    assert ids_of(halves, 1, as_found) == [[1], [1], [2], [2, 3], [3, 2]]
    assert ids_of(halves, 1, with_lost_legs) == [[1], [1], [1], [1, 2], [2, 1]]


def test_who_crouches_is_not_made_whole():
    """The head comes down to half the height: nothing is missing below."""
    sort = Sort(10, with_lost_legs)
    for _ in range(5):
        sort.predict()
        sort.match(box_at(0)[None])
    sort.predict()
    np.testing.assert_allclose(sort.match(box_at(0, y=150, height=50)[None])[1], box_at(0, y=150, height=50))
