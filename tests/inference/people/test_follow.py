"""People made of boxes: steady ids through misses and crossings."""

import numpy as np

from gast_mocap.inference.people.follow import Sort


def box_at(x: float, y: float = 100.0, width: float = 40.0, height: float = 100.0) -> np.ndarray:
    return np.array([x, y, x + width, y + height])


def ids_of(frames: list[list[np.ndarray]], max_unseen: int = 10) -> list[list[int]]:
    sort = Sort(max_unseen)
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
    sort = Sort(max_unseen=10)
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
    sort = Sort(max_unseen=10)
    for _ in range(5):
        sort.predict()
        sort.match(box_at(0)[None])
    sort.predict()
    np.testing.assert_allclose(sort.match(box_at(0, height=50)[None])[1], box_at(0), atol=1)
    np.testing.assert_allclose(sort.predict()[1], box_at(0), atol=1)
