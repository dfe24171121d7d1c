"""Who is shown while a video is watched."""

import numpy as np

from gast_mocap.inference.people.observe import Observations
from gast_mocap.inference.people.so_far import people_so_far
from gast_mocap.inference.protocol.messages import Found
from gast_mocap.inference.show_people import LARGEST_SIDE, SECONDS_BETWEEN_SHOWS, PeopleTeller, glimpse

RED, BLUE = np.eye(2)


def seen(colours: np.ndarray, frames: range, worth: float = 1.0) -> Observations:
    picture = np.full((128, 60, 3), 50 * worth, np.uint8)
    return Observations(frames=list(frames), colours=colours * len(frames), thumbnail=picture, thumbnail_worth=worth)


def frames_of(stretches: list[dict[int, Observations]], fewest: int = 1) -> list[int]:
    return [person.frames for person in people_so_far(stretches, fewest)]


def test_whoever_looks_alike_in_two_stretches_is_one_person() -> None:
    first, second = {1: seen(RED, range(30)), 2: seen(BLUE, range(30))}, {1: seen(BLUE, range(25, 60))}
    assert frames_of([first, second]) == [30, 65]


def test_nobody_is_in_two_places_at_once() -> None:
    assert frames_of([{1: seen(RED, range(30)), 2: seen(RED, range(20, 50))}]) == [30, 30]


def test_whoever_was_lost_and_found_again_is_one_person() -> None:
    assert frames_of([{1: seen(RED, range(30)), 2: seen(RED, range(40, 50))}]) == [40]


def test_a_moments_mistake_is_not_shown() -> None:
    assert frames_of([{1: seen(RED, range(30)), 2: seen(BLUE, range(14))}], 15) == [30]


def test_people_are_told_now_and_then_with_their_best_picture() -> None:
    told: list[Found] = []
    times = iter([0.0, 0.1, 1.0, 1.0 + SECONDS_BETWEEN_SHOWS / 2, 1.0 + SECONDS_BETWEEN_SHOWS])
    teller = PeopleTeller(told.append, lambda: next(times))
    stretches = [{1: seen(RED, range(30))}, {1: seen(RED, range(30, 60), worth=2.0)}]
    teller(stretches, 30.0)
    assert not told, "too early"
    for _ in range(3):
        teller(stretches, 30.0)
    assert [found.total for found in told] == [1, 1]
    (person,) = told[0].people
    assert person.seconds == 2.0
    assert (person.height, person.width) == (LARGEST_SIDE, LARGEST_SIDE * 60 // 128)
    assert set(person.rgb) == {100}


def test_a_picture_is_shown_upright() -> None:
    picture = np.zeros((40, 20, 3), np.uint8)
    picture[:20] = (255, 0, 0)
    shown = glimpse(1.0, picture)
    pixels = np.frombuffer(shown.rgb, np.uint8).reshape(shown.height, shown.width, 3)
    assert pixels[0, 0].tolist() == [255, 0, 0]
    assert pixels[-1, 0].tolist() == [0, 0, 0]
