"""When each foot stands.

A standing ankle stays at one place of the picture and of the room, low down. The odds of standing follow from
its speed in the picture (sharp, but blind along the ray), its speed in the room and its height; the most
likely run of standing and moving under a price for each change is Viterbi's (1967), hysteresis in its optimal
form.
"""

from collections.abc import Collection, Iterable
from itertools import zip_longest

import numpy as np

from ..take.errors import MocapError
from ..take.records import BoolArray, FloatArray, FootContact, IntArray
from ..take.sentences import Sentence
from .bones import FEET
from .smooth import smooth_curves
from .travel import FloorPlane, Sighting

# Fitted to CMU's subjects 02 to 14 without 05 and 13, dances and fights among them, by logistic regression
STILL_SPEED = 0.50
"""Metres a second, as smoothed here, at which a low ankle is as likely to stand as to move. Raising it finds more
contacts, and sliding ones."""
PICTURE_POWER, ROOM_POWER = 1.55, 1.3
"""How much the speed in the picture and the one in the room count. Raising one makes it decide more sharply."""
HIGH_LIFT = 0.16
"""Metres above standing height that cost one log odd, twice as many four. Raising it lets lifted feet stand."""
SPEED_SECONDS = 0.3
"""Smoothing before speeds are taken. Raising it hides jitter, and blurs when a foot goes down."""
CHANGE_PRICE = 1.0
"""Log odds that a change of state must earn. Raising it gives fewer and longer contacts."""
SENSITIVITY_ODDS = 6.0
"""Log odds between the slider's ends and its middle. Raising it gives the slider more reach."""
CHANGES = tuple(f"foot {foot} {change}" for foot in FEET for change in ("down", "up"))


def find_phases(
    seen: Sighting, pelvis: FloatArray, ankle_floor: FloorPlane | None, sensitivity: float, longest_gap: float
) -> IntArray:
    """(t, 2) number of the contact phase that the right and the left ankle are in, -1 for none.

    ``pelvis`` (t, 3) in camera axes, m; ``sensitivity`` 0..1; a gap of more than ``longest_gap`` s ends a
    phase.
    """
    ankles = seen.ankles + pelvis[:, None]
    picture_speed = ankle_speeds(seen.times, seen.ankle_rays) * np.maximum(ankles[..., 2], 0.1)
    lift = np.zeros(ankles.shape[:2])
    if ankle_floor is not None:
        lift = ankles @ ankle_floor.up - ankle_floor.height
    odds = standing_odds(picture_speed, ankle_speeds(seen.times, ankles), lift, sensitivity)
    standing = np.stack([likely_states(odds[:, foot]) for foot in range(2)], axis=1)
    return phases_of(standing, seen.times, longest_gap)


def ankle_speeds(times: FloatArray, positions: FloatArray) -> FloatArray:
    """(t, 2) speed of ``positions`` (t, 2, k) after a little smoothing, in their unit a second."""
    flat = positions.reshape(len(times), -1)
    smoothed = smooth_curves(times, flat, np.ones(len(times)), SPEED_SECONDS).reshape(positions.shape)
    speeds: FloatArray = np.linalg.norm(np.gradient(smoothed, times, axis=0), axis=-1)
    return speeds


def standing_odds(
    picture_speed: FloatArray, room_speed: FloatArray, lift: FloatArray, sensitivity: float
) -> FloatArray:
    """(t, 2) log odds that each ankle stands, from speeds in m/s and metres above standing height."""
    odds: FloatArray = (PICTURE_POWER + ROOM_POWER) * np.log(STILL_SPEED) - np.square(np.maximum(lift, 0) / HIGH_LIFT)
    odds = odds - PICTURE_POWER * np.log(picture_speed + 0.03) - ROOM_POWER * np.log(room_speed + 0.05)
    return odds + 2 * SENSITIVITY_ODDS * (sensitivity - 0.5)


def likely_states(odds: FloatArray) -> BoolArray:
    """(t,) bool: the run of states of the highest total odds (t,), each change costing ``CHANGE_PRICE``."""
    moving, standing = 0.0, float(odds[0])
    changed = []  # whether the best way into moving and into standing came from the other state
    for odd in odds[1:].tolist():
        changed.append((standing - CHANGE_PRICE > moving, moving - CHANGE_PRICE > standing))
        moving, standing = max(moving, standing - CHANGE_PRICE), max(standing, moving - CHANGE_PRICE) + odd
    states = np.zeros(len(odds), dtype=bool)
    state = standing > moving
    states[-1] = state
    for t in range(len(changed) - 1, -1, -1):
        state = state != changed[t][state]
        states[t] = state
    return states


def phases_of(standing: BoolArray, times: FloatArray, longest_gap: float) -> IntArray:
    """(t, 2) number of the phase that each foot of ``standing`` (t, 2) is in, -1 for none; a gap ends a
    phase."""
    broken = np.concatenate([[True], np.diff(times) > longest_gap])
    phases = np.full(standing.shape, -1)
    count = 0
    for foot in range(2):
        starts = standing[:, foot] & (broken | ~np.concatenate([[False], standing[:-1, foot]]))
        numbers = np.cumsum(starts) - 1 + count
        phases[:, foot] = np.where(standing[:, foot], numbers, -1)
        count += int(starts.sum())
    return phases


def contacts_of(phases: IntArray, times: FloatArray) -> tuple[FootContact, ...]:
    """The phases as intervals, in order of their start."""
    frames, feet = np.nonzero(phases >= 0)
    numbers = phases[frames, feet]
    starts = np.unique(numbers, return_index=True)[1]
    ends = len(numbers) - 1 - np.unique(numbers[::-1], return_index=True)[1]
    found = [
        FootContact(FEET[feet[start]], float(times[frames[start]]), float(times[frames[end]]))
        for start, end in zip(starts, ends, strict=True)
    ]
    return tuple(sorted(found, key=lambda contact: contact.start))


def standing_during(contacts: tuple[FootContact, ...], times: FloatArray) -> BoolArray:
    """(t, 2) bool: which foot stands at which time, by intervals that include both ends."""
    standing = np.zeros((len(times), 2), dtype=bool)
    for contact in contacts:
        inside = (times >= contact.start - 1e-6) & (times <= contact.end + 1e-6)
        standing[inside, FEET.index(contact.foot)] = True
    return standing


def changes_of(contacts: Iterable[FootContact]) -> list[tuple[float, str]]:
    """Seconds and label, one of ``CHANGES``, of each beginning and end, as somebody may edit them."""
    changes = []
    for contact in contacts:
        changes += [(contact.start, f"foot {contact.foot} down"), (contact.end, f"foot {contact.foot} up")]
    return sorted(changes)


def contacts_of_changes(changes: Collection[tuple[float, str]]) -> tuple[FootContact, ...]:
    """The intervals between changes that are labelled as in ``changes_of``, in order of their start.

    Raises:
        MocapError: a foot goes down twice, goes up without being down, or never goes up.
    """
    contacts = []
    for foot in FEET:
        own = [(time, label.endswith("down")) for time, label in changes if label.split()[1] == foot]
        downs, ups = (sorted(time for time, is_down in own if is_down is wanted) for wanted in (True, False))
        for down, up, next_down in zip_longest(downs, ups, downs[1:]):
            if down is None or up is None or not down <= up <= (up if next_down is None else next_down):
                raise _unpaired(foot, up if down is None else down)
            contacts.append(FootContact(foot, down, up))
    return tuple(sorted(contacts, key=lambda contact: contact.start))


def _unpaired(foot: str, time: float) -> MocapError:
    return MocapError(
        "contacts_unpaired",
        Sentence(
            "The {foot} foot's marker at {time:.2f} s has no partner. Each foot's markers must go down, up, down, up.",
            foot=foot,
            time=time,
        ),
    )
