"""Gives the people of successive frames stable ids: SORT (Bewley et al. 2016, arXiv 1602.00763).

A Kalman filter for each person holds the box's centre, area and aspect and the first three's speeds; predicted and
found boxes are matched by overlap with the Hungarian method.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from ...take.records import FloatArray
from .boxes import box_around, overlaps

LEAST_OVERLAP = 0.3
PARTIAL = 0.8
"""A box whose longer side is shorter than this share of what was expected holds a part of the person only. Raising it
keeps the boxes of people who crouch too large."""
SAME_HEAD = 0.2
"""Such a part is a person without legs when its upper edge is where it was expected, within this share of the height.
Raising it makes crouching people whole."""

TRANSITION = np.eye(7) + np.eye(7, k=4)
OBSERVATION = np.eye(4, 7)
MEASUREMENT_NOISE = np.diag([1.0, 1.0, 10.0, 10.0])
PROCESS_NOISE = np.diag([1.0, 1.0, 1.0, 1.0, 0.01, 0.01, 0.0001])
FIRST_COVARIANCE = np.diag([10.0, 10.0, 10.0, 10.0, 1e4, 1e4, 1e4])


Mend = Callable[[FloatArray, FloatArray], FloatArray]


class BoxFilter:
    """Kalman filter of one person's box, with the published noise."""

    def __init__(self, box: FloatArray) -> None:
        self._state = np.concatenate([_measured(box), np.zeros(3)])
        self._covariance = FIRST_COVARIANCE.copy()
        self.frames_unseen = 0

    @property
    def box(self) -> FloatArray:
        """(4,) the box as now believed."""
        x, y, area, aspect = self._state[:4]
        width = np.sqrt(max(area, 1.0) * max(aspect, 1e-3))
        half = np.array([width, max(area, 1.0) / width]) / 2
        centre = np.array([x, y])
        return np.concatenate([centre - half, centre + half])

    def predict(self) -> None:
        """Go one frame on."""
        if self._state[2] + self._state[6] <= 0:
            self._state[6] = 0.0
        self._state = TRANSITION @ self._state
        self._covariance = TRANSITION @ self._covariance @ TRANSITION.T + PROCESS_NOISE
        self.frames_unseen += 1

    def correct(self, box: FloatArray) -> None:
        """Take in the box that was found in this frame."""
        innovation = OBSERVATION @ self._covariance @ OBSERVATION.T + MEASUREMENT_NOISE
        gain = self._covariance @ OBSERVATION.T @ np.linalg.inv(innovation)
        self._state = self._state + gain @ (_measured(box) - self._state[:4])
        self._covariance = (np.eye(7) - gain @ OBSERVATION) @ self._covariance
        self.frames_unseen = 0


class Sort:
    """The people that are being followed, by id. Ids rise from 1 in the order of appearance."""

    def __init__(self, max_unseen: int, mend: Mend) -> None:
        """A person unseen for more than ``max_unseen`` frames is given up; coming back makes a new id.

        ``mend`` makes the box that counts of one found and the one expected; in the published algorithm the one found.
        """
        self._max_unseen, self._mend = max_unseen, mend
        self._filters: dict[int, BoxFilter] = {}
        self._next_id = 1

    def predict(self) -> dict[int, FloatArray]:
        """Go one frame on; where everybody should be now, id -> box (4,)."""
        self._filters = {
            track_id: person for track_id, person in self._filters.items() if person.frames_unseen <= self._max_unseen
        }
        for person in self._filters.values():
            person.predict()
        return {track_id: person.box for track_id, person in self._filters.items()}

    def match(self, boxes: FloatArray) -> dict[int, FloatArray]:
        """Everybody found in this frame, id -> box (4,), from the detector's ``boxes`` (n, 4).

        Who was not followed so far gets a new id.
        """
        followed, found = list(self._filters), {}
        expected = np.array([self._filters[track_id].box for track_id in followed]).reshape(-1, 4)
        overlap = overlaps(boxes, expected)
        pairs = dict(zip(*linear_sum_assignment(-overlap), strict=True))
        for n, box in enumerate(boxes):
            if n in pairs and overlap[n, pairs[n]] >= LEAST_OVERLAP:
                track_id = followed[pairs[n]]
                found[track_id] = self._mend(box, expected[pairs[n]])
                self._filters[track_id].correct(found[track_id])
            else:
                found[self._begin(box)] = box
        return found

    def correct(self, track_id: int, box: FloatArray) -> None:
        """Take in where ``track_id`` was seen in this frame by other means than a detection."""
        self._filters[track_id].correct(box)

    def drop(self, track_id: int) -> None:
        """Follow ``track_id`` no more."""
        del self._filters[track_id]

    def renew(self, track_id: int) -> int:
        """A new id for somebody who stands where ``track_id`` was followed, and is followed instead."""
        new_id = self._begin(self._filters[track_id].box)
        self.drop(track_id)
        return new_id

    def forget(self) -> None:
        """Follow nobody any more; ids go on rising."""
        self._filters.clear()

    def _begin(self, box: FloatArray) -> int:
        track_id = self._next_id
        self._next_id += 1
        self._filters[track_id] = BoxFilter(box)
        return track_id


def with_lost_legs(found: FloatArray, expected: FloatArray) -> FloatArray:
    """The box (4,) found, or that around it and the expected one when only the legs are missing from it."""
    height = expected[3] - expected[1]
    is_short = max(found[2:] - found[:2]) < PARTIAL * max(expected[2:] - expected[:2])
    has_head = abs(found[1] - expected[1]) < SAME_HEAD * height
    if not (is_short and has_head):
        return found
    return box_around(np.stack([found, expected]).reshape(-1, 2))


def _measured(box: FloatArray) -> FloatArray:
    """(4,) centre x, centre y, area and aspect of a box."""
    width, height = np.maximum(box[2:] - box[:2], 1.0)
    return np.array([*(box[:2] + box[2:]) / 2, width * height, width / height])
