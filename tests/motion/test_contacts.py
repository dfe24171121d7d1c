import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from walker import Camera, film, stand, walk

from gast_mocap.motion.clean import clean_motion
from gast_mocap.motion.contacts import (
    CHANGE_PRICE,
    ankle_speeds,
    changes_of,
    contacts_of,
    contacts_of_changes,
    likely_states,
    phases_of,
    standing_during,
    standing_odds,
)
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import FootContact
from gast_mocap.take.settings import CleanSettings
from gast_mocap.take.skeletons import Side

TIMES = np.arange(150) / 30


def quiet(_: str) -> None:
    pass


def total_odds(states: np.ndarray, odds: np.ndarray) -> float:
    return float(odds[states].sum() - CHANGE_PRICE * np.count_nonzero(np.diff(states.astype(int))))


@settings(deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=9))
def test_no_other_run_of_states_is_likelier(values: list[float]) -> None:
    odds = np.array(values)
    best = total_odds(likely_states(odds), odds)
    runs = (np.array([k >> t & 1 for t in range(len(odds))], bool) for k in range(2 ** len(odds)))
    assert best >= max(total_odds(run, odds) for run in runs) - 1e-9


def test_intervals_and_spells_say_the_same() -> None:
    standing = walk(TIMES, 0.0).standing
    contacts = contacts_of(phases_of(standing, TIMES, 0.5), TIMES)
    assert np.array_equal(standing_during(contacts, TIMES), standing)
    assert {contact.foot for contact in contacts} == {"left", "right"}


def test_a_gap_ends_a_phase() -> None:
    times = np.array([0.0, 0.1, 5.0, 5.1])
    assert phases_of(np.ones((4, 2), bool), times, 0.5).tolist() == [[0, 2], [0, 2], [1, 3], [1, 3]]


@pytest.mark.parametrize("heading", [0.0, 60.0, 90.0, 180.0])
def test_contacts_of_a_walk(heading: float) -> None:
    performance = walk(TIMES, heading)
    take = film([performance], Camera(distance=9), seed=1, pixel_noise=2, pose_noise=0.03)
    found = standing_during(clean_motion(take, 1, CleanSettings(), quiet).contacts, TIMES)
    hits = (found & performance.standing).sum()
    assert 2 * hits / (found.sum() + performance.standing.sum()) > 0.9


def test_feet_in_the_air_do_not_stand() -> None:
    performance = stand(TIMES, jump=3.0)
    take = film([performance], Camera(), seed=1, pixel_noise=1, pose_noise=0.02)
    found = standing_during(clean_motion(take, 1, CleanSettings(), quiet).contacts, TIMES)
    assert not found[np.flatnonzero(~performance.standing[:, 0])[2:-2]].any()
    assert found[:25].all()
    assert found[60:].all()


def test_sensitivity_decides_how_readily_a_foot_stands() -> None:
    take = film([walk(TIMES, 60.0)], Camera(distance=9), seed=1, pixel_noise=3, pose_noise=0.04)

    def share(sensitivity: float) -> float:
        motion = clean_motion(take, 1, CleanSettings(contact_sensitivity=sensitivity), quiet)
        return float(standing_during(motion.contacts, TIMES).mean())

    assert share(0.2) < share(0.5) < share(0.8)


def test_markers_and_intervals_say_the_same() -> None:
    contacts = contacts_of(phases_of(walk(TIMES, 0.0).standing, TIMES, 0.5), TIMES)
    assert set(contacts_of_changes(changes_of(contacts)[::-1])) == set(contacts)
    assert contacts_of_changes([]) == ()


def test_contacts_may_touch_and_last_a_moment_on_coarse_frames() -> None:
    touching = (FootContact("left", 0.0, 1.0), FootContact("left", 1.0, 1.0), FootContact("left", 1.0, 2.0))
    assert contacts_of_changes(changes_of(touching)) == touching


@pytest.mark.parametrize("labels", [["down"], ["up"], ["down", "down", "up"], ["down", "up", "up"]])
def test_a_marker_without_its_partner_is_told(labels: list[str]) -> None:
    changes = [(0.5 * t, f"foot left {label}") for t, label in enumerate(labels)]
    with pytest.raises(MocapError, match="left foot's marker at") as told:
        contacts_of_changes([(0.1, "foot right down"), (0.9, "foot right up"), *changes])
    assert told.value.code == "contacts_unpaired"


def test_an_ankle_below_its_standing_height_stands_no_less() -> None:
    """Keypoints and floors are off by centimetres: only lift speaks against standing."""
    still = np.full((1, 2), 0.1)
    level, below, lifted = (standing_odds(still, still, np.full((1, 2), lift), 0.5) for lift in (0.0, -0.4, 0.16))
    assert np.array_equal(below, level)
    assert np.allclose(level - lifted, 1.0), "16 cm cost one log odd"
    assert np.allclose(level - standing_odds(still, still, np.full((1, 2), 0.32), 0.5), 4.0), "twice as much four"


def test_slow_feet_stand_and_fast_ones_move() -> None:
    """In the middle of the slider half a metre a second is as likely to stand as to move."""

    def odds(picture: float, room: float, sensitivity: float = 0.5) -> float:
        return float(standing_odds(*(np.full((1, 2), v) for v in (picture, room, 0.0)), sensitivity)[0, 0])

    assert odds(0.46, 0.44) > 0 > odds(0.48, 0.46)
    assert odds(0.47, 0.45, 1.0) - odds(0.47, 0.45, 0.0) == pytest.approx(12)
    assert odds(0.1, 0.5) > odds(0.2, 0.5)
    assert odds(0.5, 0.1) > odds(0.5, 0.2)
    assert odds(0.1, 0.5) > odds(0.5, 0.1), "the picture is the surer witness"


def test_speeds_are_those_of_the_way() -> None:
    times = np.arange(60) / 30
    way = np.zeros((60, 2, 3))
    way[:, 0, 0], way[:, 1, 1], way[:, 1, 2] = 1.5 * times, 0.3 * times, 0.4 * times
    assert np.allclose(ankle_speeds(times, way), [1.5, 0.5])


def test_a_moment_of_standing_must_earn_both_of_its_changes() -> None:
    """Each change of state costs one log odd."""
    quiet_feet = np.full(9, -3.0)
    for odd, stands in ((1.9, False), (2.1, True)):
        odds = quiet_feet.copy()
        odds[4] = odd
        assert likely_states(odds).tolist() == [t == 4 and stands for t in range(9)]


def test_contacts_include_both_of_their_ends() -> None:
    times = np.arange(5) / 10
    assert standing_during((FootContact(Side.LEFT, 0.1, 0.3),), times)[:, 1].tolist() == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert standing_during((FootContact(Side.RIGHT, 0.15, 0.29),), times)[:, 0].tolist() == [
        False, False, True, False, False,
    ]  # fmt: skip
