"""Looks at pictures by a detector that finds red squares: where it looks, and how often."""

from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from gast_mocap.inference.networks.roles import Detections
from gast_mocap.inference.people.search import FILLS, Search, is_same_person, merged, tiles
from gast_mocap.inference.quality import PRESETS
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.take.settings import Quality

FPS = 30.0
NOBODY = np.zeros((0, 4))


@dataclass
class RedSquares:
    """Finds red squares of at least an eighth of the view, wholly in it and not up to its edge, up to ``most``."""

    most: int = 6
    score: float = 0.8
    views: list[tuple[int, int]] = field(default_factory=list)

    def detect(self, frame: Pyramid) -> Detections:
        self.views.append(frame.size)
        long = max(frame.size)
        width, height = (round(384 * side / long) for side in frame.size)
        picture = frame.picture(np.array([0.0, 0, *frame.size]), width, height)
        count, _, stats, _ = cv2.connectedComponentsWithStats((picture[..., 0] > 128).astype(np.uint8))
        boxes = [row[:4] for row in stats[1:count] if self.is_found(row, width, height)][: self.most]
        found = np.array(boxes, float).reshape(-1, 4) * long / 384
        found[:, 2:] += found[:, :2]
        return Detections(found, np.full(len(found), self.score))

    def is_found(self, row: np.ndarray, width: int, height: int) -> bool:
        x, y, across, along = row[:4]
        return min(across, along) >= 384 / 8 and x > 0 and y > 0 and x + across < width and y + along < height


def picture_of(*squares: tuple[int, int, int], size: tuple[int, int] = (1920, 1080)) -> Pyramid:
    """Red squares x, y, side px on black."""
    image = np.zeros((size[1], size[0], 3), np.uint8)
    for x, y, side in squares:
        image[y : y + side, x : x + side, 0] = 255
    return Pyramid.of(image)


def looking(detector: RedSquares, quality: Quality = Quality.FAST) -> Search:
    return Search(detector, PRESETS[quality], FPS)


def test_somebody_of_a_twelfth_of_the_height_is_found_where_nobody_else_is() -> None:
    found = looking(RedSquares()).look(0, picture_of((1500, 700, 90)), NOBODY, 0)
    np.testing.assert_allclose(found.boxes, [[1500, 700, 1590, 790]], atol=4)


def test_whoever_fills_the_picture_is_found_with_a_border_around_it() -> None:
    picture = picture_of((0, 0, 1080), size=(1080, 1080))
    found = looking(RedSquares()).look(0, picture, NOBODY, 0)
    np.testing.assert_allclose(found.boxes, [[0, 0, 1080, 1080]], atol=8)


def test_whoever_is_known_to_fill_it_is_looked_for_that_way_at_once() -> None:
    detector, picture = RedSquares(), picture_of((0, 0, 1080), size=(1080, 1080))
    known = np.array([[0.0, 0, 1080, 1080]]) * (FILLS + 0.1)
    looking(detector).look(0, picture, known, 1)
    assert detector.views[0][0] > 1080


def test_while_all_are_well_seen_one_look_is_enough() -> None:
    detector = RedSquares()
    search = looking(detector)
    for frame in range(0, 90, 9):
        search.look(frame, picture_of((300, 300, 400)), np.array([[300.0, 300, 700, 700]]), 1)
    assert len(detector.views) == 10 + 3, "turned once: somebody may lie beside"


class Lying(RedSquares):
    """Finds red bars that stand."""

    def is_found(self, row: np.ndarray, width: int, height: int) -> bool:
        return super().is_found(row, width, height) and row[3] > row[2]


def test_who_lies_beside_somebody_who_is_well_seen_is_found() -> None:
    image = np.zeros((1080, 1920, 3), np.uint8)
    image[300:900, 300:600, 0] = image[700:1000, 1000:1600, 0] = 255
    found = looking(Lying()).look(0, Pyramid.of(image), np.array([[300.0, 300, 600, 900]]), 1)
    np.testing.assert_allclose(found.boxes, [[300, 300, 600, 900], [1000, 700, 1600, 1000]], atol=8)
    unsure = looking(Lying(score=0.3)).look(0, Pyramid.of(image), np.array([[300.0, 300, 600, 900]]), 1)
    np.testing.assert_allclose(unsure.boxes, [[300, 300, 600, 900]], atol=8)


def test_twenty_people_are_found_by_a_detector_that_finds_six_in_a_look() -> None:
    squares = [(100 + 180 * column, 150 + 450 * row, 130) for row in range(2) for column in range(10)]
    detector, picture = RedSquares(), picture_of(*squares)
    search, followed = looking(detector), np.array([[100.0, 150, 230, 280]] * 5)
    found = search.look(0, picture, followed, 5)
    assert len(found.boxes) == 20
    assert sorted(found.boxes[:, 0].round(-1)) == sorted(float(x) for x, _, _ in squares)


def test_an_empty_room_is_looked_at_less_and_less_thoroughly() -> None:
    detector, empty = RedSquares(), picture_of()
    search = looking(detector)
    thorough = []
    for frame in range(600):
        if search.is_due(frame):
            before = len(detector.views)
            assert not len(search.look(frame, empty, NOBODY, 0).boxes)
            thorough += [frame] * (len(detector.views) - before > 2)
    steps = np.diff(thorough)
    assert thorough[0] == 0
    assert steps[-1] > 100
    assert (np.diff(steps) >= 0).all()


def test_a_miss_is_looked_for_again_at_the_next_frame() -> None:
    search = looking(RedSquares())
    search.look(0, picture_of((300, 300, 400)), NOBODY, 0)
    assert not search.is_due(1)
    search.look(9, picture_of(), NOBODY, 0)
    assert search.is_due(10)


@pytest.mark.parametrize("size", [(1920, 1080), (560, 992), (640, 640), (500, 4000)])
def test_tiles_cover_the_picture_and_overlap(size: tuple[int, int]) -> None:
    covered = np.zeros(size[::-1], int)
    for x1, y1, x2, y2 in np.round(tiles(picture_of(size=size))).astype(int):
        assert 0 <= x1 < x2 <= size[0]
        assert 0 <= y1 < y2 <= size[1]
        covered[y1:y2, x1:x2] += 1
    assert covered.min() >= 1
    assert covered.max() >= 2


def test_a_part_that_was_easier_to_see_gives_way_to_the_whole_body() -> None:
    whole, legs, other = [100.0, 100, 200, 400], [105.0, 240, 195, 398], [600.0, 100, 700, 400]
    found = merged(
        [Detections(np.array([legs, other]), np.array([0.7, 0.5])), Detections(np.array([whole]), np.array([0.6]))]
    )
    assert sorted(found.boxes.tolist()) == sorted([whole, other])


def test_a_child_in_front_of_somebody_is_somebody() -> None:
    assert not is_same_person(np.array([100.0, 100, 220, 400]), np.array([140.0, 260, 190, 395]))
