"""Curls by hands whose joints are placed by hand, at known angles."""

import numpy as np
import pytest

from gast_mocap.motion.hands import curls_of, finger_curls
from gast_mocap.take.records import FloatArray

TIMES = np.arange(120) / 30


def hand(first: float, second: float, turn: float = 0.0) -> FloatArray:
    """(21, 3) a hand whose fingers are bent at both knuckles by so many degrees, the thumb at its three likewise; all
    in one plane, which is turned about the wrist."""
    points = np.zeros((21, 3))
    for finger in range(5):
        place, angle = np.zeros(2), 0.3 * (finger - 2)
        for joint in range(4):
            place = place + np.array([np.cos(angle), np.sin(angle)])
            points[1 + 4 * finger + joint, :2] = place
            angle += np.radians((first, second, 0.0, 0.0)[joint])
    c, s = np.cos(turn), np.sin(turn)
    return points @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])


@pytest.mark.parametrize("turn", [0.0, 0.7, 1.5])
@pytest.mark.parametrize(("first", "second"), [(0, 0), (90, 60), (20, 100)])
def test_a_curl_is_what_two_knuckles_are_bent_by_however_the_hand_is_seen(first, second, turn) -> None:
    curls = curls_of(hand(first, second, turn))
    assert curls[1:] == pytest.approx(first + second, abs=1e-3)
    assert curls[0] == pytest.approx(second, abs=1e-3)  # the thumb's chain begins at its own first joint


def seen(curls: FloatArray, presence: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points and scores of a left hand that is so curled; the right one is never seen."""
    points, scores = np.zeros((len(curls), 42, 3)), np.zeros((len(curls), 42))
    points[:, :21] = [hand(curl / 2, curl / 2) for curl in curls]
    scores[:, :21] = presence[:, None]
    return points, scores


def test_a_slow_fist_is_followed_without_lag() -> None:
    curls = 70 - 60 * np.cos(2 * np.pi * TIMES / 2.0)
    hands = finger_curls(TIMES, *seen(curls, np.full(120, 0.95)))
    assert hands is not None
    assert np.abs(hands.curls[10:-10, 0, 1] - curls[10:-10]).max() < 3.0
    assert (hands.sureness == [1.0, 0.0]).all()


def test_a_pose_is_held_through_gaps_and_given_up_after_a_second() -> None:
    sure = (TIMES < 0.5) | (TIMES > 3.9)
    hands = finger_curls(TIMES, *seen(np.where(sure, 90.0, 10.0), np.where(sure, 0.95, 0.85)))
    assert hands is not None
    assert hands.curls[:, 0, 1] == pytest.approx(90.0, abs=1.0)
    assert hands.sureness[[20, 40], 0] == pytest.approx(1.0)  # 0.17 and 0.83 s after the last
    assert hands.sureness[66, 0] == pytest.approx(0.3, abs=0.05)  # 1.7 s from both


def test_a_hand_that_was_closing_does_not_go_on_closing_unseen() -> None:
    """Seen to close from 0 to 90 degrees within half a second, then not for a second, then still closed."""
    sure = (TIMES < 0.5) | (TIMES > 1.5)
    hands = finger_curls(TIMES, *seen(np.clip(180 * TIMES, 0, 90), np.where(sure, 0.95, 0.0)))
    assert hands is not None
    assert np.abs(hands.curls[15:45, 0, 1] - 90.0).max() < 12.0


def test_single_flashes_and_unsure_hands_are_no_hands() -> None:
    presence = np.where(np.arange(120) % 10 == 0, 0.99, 0.89)
    assert finger_curls(TIMES, *seen(np.full(120, 90.0), presence)) is None
    assert finger_curls(TIMES[:2], *seen(np.full(2, 90.0), np.full(2, 0.95))) is not None
