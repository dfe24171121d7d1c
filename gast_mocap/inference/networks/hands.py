"""Fingers by MediaPipe's hand landmarks: the network is shown each hand in a square that the arm tells, or the hand
itself as it was read in the frame before."""

from dataclasses import dataclass

import numpy as np

from ...take.records import FloatArray
from ...take.skeletons import COCO17, Side
from ..video.pyramid import Pyramid, rotation
from .session import Network

SURE = 0.3
"""Keypoints from this score on tell where a hand is and how large it is."""
FOREARM = {"trunk": 0.51, "thigh": 0.60, "shin": 0.59}
"""The forearm's length over that of other limbs, as in Drillis and Contini's table (1966). None looks longer than it
is, so the longest that any limb tells is nearest."""
HAND = 0.74
"""Of the forearm, from the wrist to the fingertips."""
SMALLEST = 20.0
"""Pixels of the hand. The network still reads sharper ones to 9 degrees at 17 pixels; lowering it reads noise."""
AHEAD, FIRST_SIDE = 0.45, 1.3
"""Of the forearm: how far beyond the wrist the first square's middle is, and its side."""
PALM = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18]
"""The landmarks by whose box the network was trained to be shown a hand; fingertips leave it alone."""
AROUND, SHIFT = 2.0, 0.1
"""The square's side over that box's longer side, and how far it is shifted towards the fingertips, of the box."""
ONE_HAND = 0.3
"""Of a hand's length: two that lie closer in the median are one. Raising it loses one of two hands that are folded."""
LANDMARKS = 21
FOLLOWED = 0.9
"""Presence from which the hand's own landmarks show where it is in the next frame."""
HOPELESS = 0.05
"""Presence below which a second look does not help."""
NEITHER: FloatArray = np.zeros((2 * LANDMARKS, 6))
"""What is known of two hands that were not read: x and y px of the frame, x, y and z metres in the hand's own square,
and score; the left hand's landmarks first."""
MIDDLE_OF_KNUCKLES = [5, 9, 9, 13]
WRISTS, ELBOWS, SHOULDERS, HIPS, KNEES, ANKLES = (
    COCO17.indices(*(f"{side}_{joint}" for side in Side))
    for joint in ("wrist", "elbow", "shoulder", "hip", "knee", "ankle")
)


@dataclass(frozen=True)
class Before:
    """What was read of the same person last: COCO keypoints ``points`` (17, 2) px and ``hands`` as ``NEITHER``."""

    points: FloatArray
    hands: FloatArray


@dataclass(frozen=True)
class _Square:
    middle: FloatArray
    side: float
    turn: float


class HandLandmarks:
    """Pictures (1, 224, 224, 3) RGB 0..1 -> 21 landmarks (1, 63) px, presence (1, 1), handedness (1, 1) and the
    landmarks in metres (1, 63).

    Which hand it is comes from the arm: the network's own word for it is wrong too often. Metres, not pixels with
    their depth, tell how fingers are bent: two views of one hand agree twice as well.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        port = network.signature.inputs[0]
        self._input, self._size = port.name, int(port.shape[1] or 0)

    def read(self, frame: Pyramid, points: FloatArray, scores: FloatArray, before: Before | None) -> FloatArray:
        """(42, 6) as ``NEITHER``, of the body in an RGB ``frame`` whose keypoints (17, 2) px and scores are known."""
        forearm = forearm_length(points, scores)
        if HAND * forearm < SMALLEST:
            return NEITHER
        hands = [self._hand(frame, points, scores, before, side, forearm) for side in range(2)]
        return np.concatenate(nearer_to_its_wrist(hands, points[WRISTS], HAND * forearm))

    def _hand(
        self,
        frame: Pyramid,
        points: FloatArray,
        scores: FloatArray,
        before: Before | None,
        side: int,
        forearm: float,
    ) -> FloatArray:
        wrist = WRISTS[side]
        if scores[[wrist, ELBOWS[side]]].min() < SURE:
            return NEITHER[:LANDMARKS]
        if before is not None:
            last = before.hands[LANDMARKS * side :][:LANDMARKS]
            if last[0, 5] >= FOLLOWED:
                moved = last[:, :2] + points[wrist] - before.points[wrist]
                found = self._in_square(frame, square_around(moved))
                if found[0, 5] >= FOLLOWED:
                    return found
        first = self._in_square(frame, first_square(points[ELBOWS[side]], points[wrist], forearm))
        if first[0, 5] < HOPELESS:
            return first
        return self._in_square(frame, square_around(first[:, :2]))

    def _in_square(self, frame: Pyramid, square: _Square) -> FloatArray:
        half = max(square.side / 2, 4.0)
        part = frame.part(np.concatenate([square.middle - half, square.middle + half]), square.turn)
        picture = part.picture(np.array([0.0, 0.0, 2 * half, 2 * half]), self._size, self._size)
        answer = self._network.run({self._input: picture[None].astype(np.float32) / 255})
        pixels, presence, _, metres = (np.nan_to_num(values.astype(np.float64)) for values in answer)
        places = pixels.reshape(LANDMARKS, 3)[:, :2] * (2 * half / self._size)
        score = np.full(LANDMARKS, np.clip(presence.ravel()[0], 0.0, 1.0))
        return np.column_stack([frame.points_from_part(part, places), metres.reshape(LANDMARKS, 3), score])


def nearer_to_its_wrist(hands: list[FloatArray], wrists: FloatArray, length: float) -> list[FloatArray]:
    """``hands`` (21, 6) each; where both are one hand of ``length`` px, it is that of the nearer of the ``wrists``."""
    left, right = hands
    if np.median(np.linalg.norm(left[:, :2] - right[:, :2], axis=1)) > ONE_HAND * length:
        return hands
    farther = int(np.argmax([np.linalg.norm(hand[0, :2] - wrist) for hand, wrist in zip(hands, wrists, strict=True)]))
    return [NEITHER[:LANDMARKS] if side == farther else hand for side, hand in enumerate(hands)]


def forearm_length(points: FloatArray, scores: FloatArray) -> float:
    """Pixels of a forearm that is not foreshortened, by the limbs (17, 2) that are seen; 0 where none is."""
    ends = {
        1.0: [(ELBOWS[side], WRISTS[side]) for side in range(2)],
        FOREARM["trunk"]: [(SHOULDERS[side], HIPS[side]) for side in range(2)],
        FOREARM["thigh"]: [(HIPS[side], KNEES[side]) for side in range(2)],
        FOREARM["shin"]: [(KNEES[side], ANKLES[side]) for side in range(2)],
    }
    lengths = [
        share * float(np.linalg.norm(points[start] - points[end]))
        for share, limbs in ends.items()
        for start, end in limbs
        if min(scores[start], scores[end]) >= SURE
    ]
    return max(lengths, default=0.0)


def first_square(elbow: FloatArray, wrist: FloatArray, forearm: float) -> _Square:
    """Where a hand is by its arm: beyond the wrist, less far as the forearm is foreshortened."""
    way = wrist - elbow
    return _Square(wrist + AHEAD * way, FIRST_SIDE * forearm, _turn(way))


def square_around(landmarks: FloatArray) -> _Square:
    """Where a hand is by its own landmarks (21, 2) px."""
    up = landmarks[MIDDLE_OF_KNUCKLES].mean(axis=0) - landmarks[0]
    turn = _turn(up)
    upright = landmarks[PALM] @ rotation(turn)
    low, high = upright.min(axis=0), upright.max(axis=0)
    middle = (low + high) / 2 - np.array([0.0, SHIFT * (high - low)[1]])
    return _Square(rotation(turn) @ middle, AROUND * float((high - low).max()), turn)


def _turn(up: FloatArray) -> float:
    """Radians clockwise by which a picture is turned in which ``up`` (2,) px points up."""
    return float(np.arctan2(up[0], -up[1]))
