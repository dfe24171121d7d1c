from dataclasses import replace

import numpy as np
from test_edits import somebody
from test_files import make_take

from gast_mocap.take.proposals import came_back
from gast_mocap.take.records import Take


def clothed(track_id: int, frames: range, trousers: tuple[int, int, int], shirt: tuple[int, int, int]):
    picture = np.zeros((100, 50, 3), np.uint8)
    picture[:45], picture[45:] = shirt, trousers
    return replace(somebody(track_id, frames, 100.0), thumbnail=picture)


RED, BLUE, GREEN, BLACK = (200, 20, 20), (20, 20, 200), (20, 200, 20), (10, 10, 10)


def of(*people) -> Take:
    return replace(make_take(), people=people)


def test_who_comes_back_in_the_same_clothes_is_proposed_with_whom_they_resemble_most() -> None:
    people = (
        clothed(1, range(5), BLACK, RED), clothed(2, range(5), BLACK, BLUE), clothed(3, range(10, 20), BLACK, RED),
        clothed(4, range(25, 30), BLUE, BLUE),
    )  # fmt: skip
    assert came_back(of(*people)) == [(1, 3), (2, 4)]


def test_who_is_seen_at_once_or_looks_different_is_not() -> None:
    assert came_back(of(clothed(1, range(10), BLACK, RED), clothed(2, range(9, 20), BLACK, RED))) == []
    assert came_back(of(clothed(1, range(10), GREEN, GREEN), clothed(2, range(10, 20), RED, BLUE))) == []


def test_without_a_picture_nobody_is_proposed() -> None:
    bare = replace(clothed(1, range(5), BLACK, RED), thumbnail=np.zeros((1, 1, 3), np.uint8))
    assert came_back(of(bare, replace(bare, track=clothed(2, range(10, 20), RED, RED).track))) == []
