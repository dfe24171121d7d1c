"""The second pass over the tracks: with the whole video at hand, a person's pieces become one track again."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from ...take.records import BoolArray, FloatArray, IntArray, VideoInfo
from .boxes import areas, paired_overlaps, shared_areas

LONGEST_LOSS = 2.0
LONGEST_LOSS_IN_OPEN = 3.5
"""Seconds after which a person who comes back counts as somebody new. Nobody vanishes or appears in the middle of the
picture, so who is lost and found in the open is given longer, and need not look alike. Raising either joins more
pieces, and more strangers."""
LONGEST_ABSENCE = 6.0
"""Seconds after which somebody who looks alike and comes back to the same place, while nobody else can be meant, counts
as somebody new. Raising it joins people in like clothes who take turns."""
EDGE = 0.02
"""A box this close to the frame's edge, as a share of its long side, is not in the open. Raising it asks more people to
look alike."""
FARTHEST = 0.6
FASTEST = 3.0
MOST_FAR = 2.5
"""How far from where they should be, in body lengths, a person may come back: FARTHEST and FASTEST for every second
unseen (a fall or a sprint), but never beyond MOST_FAR. Raising them joins more pieces, and more strangers."""
MOST_GROWTH = 2.5
"""How many times as long a body may look after a loss: crouching before it, stretched after it. Raising it takes
somebody in the background for somebody in front."""
LEAST_LIKENESS = 0.5
"""Shared colour of the torsos (histogram intersection), 0..1, without which nobody is recognised. Raising it splits
people who walk from light into shade."""
GLIMPSE = 0.5
"""Seconds. After so short a loss the place alone tells: light and background change a torso's colours in a leap.
Raising it joins strangers who pass each other at the edge."""
REPLACED_LIKENESS = 0.6
"""Shared colour without which somebody who seems to have taken another's place is somebody else, however soon. Raising
it splits people of whom a passer-by hides a part for a moment."""
SEEN_TWICE = 0.2
"""Seconds for which a body that is lost may still be seen as something smaller inside the box of its return. Raising it
joins people who stand before each other."""
INSIDE = 0.5
"""Share of the smaller thing's box that lies in that of the return then. Raising it joins less."""
SHORTEST_TRACK = 0.4
"""Seconds; shorter tracks are ghosts unless nothing else is there. Raising it drops people who only pass."""
LEAST_SCORE = 0.3
"""Mean keypoint score of a person, 0..1. Raising it drops people in the dark."""
DUPLICATE = 0.5
COVERED = 0.7
"""A track is a duplicate when its boxes overlap a longer one's by DUPLICATE (median) for the share COVERED of its
frames. Raising either keeps more doubles, lowering it drops somebody who stands close to somebody else."""
FAINT, WITHIN = 0.45, 0.85
"""Whoever scores less than FAINT, and the share WITHIN (median) of whose boxes lies in those of one who is surer, is a
part of that person, seen once more. Raising FAINT or lowering WITHIN drops people of whom others hide most."""
FRAMES_FOR_SPEED = 10
FRAMES_FOR_LENGTH = 30
"""Frames at a piece's end that tell how fast the person moves and how long the body is. Raising them smooths more."""
IMPOSSIBLE = 1e6
"""The cost of a pair that cannot be one person."""


@dataclass(frozen=True)
class Piece:
    """A track as it was followed: an unbroken stretch of one person.

    ``frames`` (t,) rising; ``boxes`` (t, 4) px; ``score`` mean of the keypoints, 0..1; ``colours`` (n,) of the
    torso, as shares whose sum is 1; ``replaces``: it seems to begin with somebody else than stood there before.
    """

    track_id: int
    frames: IntArray
    boxes: FloatArray
    score: float
    colours: FloatArray
    replaces: bool = False


def rejoin(pieces: list[Piece], video: VideoInfo, go_on: Callable[[], None]) -> list[list[int]]:
    """The track ids of the pieces that are one person's, in order of time, for each person in order of appearance.

    Two people who are visible at once are never joined, nor those of two shots. Weak, fleeting and duplicate
    tracks are left out. ``go_on`` is called once a piece; what it raises ends the work.
    """
    ordered = sorted(pieces, key=lambda piece: (piece.frames[0], piece.track_id))
    solid = [piece for piece in _without_duplicates(ordered, go_on) if piece.score >= LEAST_SCORE]
    groups = [group for shot in _shots(solid, video) for group in _returned(_chains(shot, video, go_on), video, go_on)]
    lasting = [group for group in groups if _seconds(group, video) >= SHORTEST_TRACK]
    return [[piece.track_id for piece in group] for group in lasting or groups]


def _shots(pieces: list[Piece], video: VideoInfo) -> list[list[Piece]]:
    """``pieces``, which begin one after another, apart by shots."""
    shots = video.shot_of(np.array([piece.frames[0] for piece in pieces], int))
    return [[piece for piece, own in zip(pieces, shots, strict=True) if own == shot] for shot in np.unique(shots)]


def _chains(pieces: list[Piece], video: VideoInfo, go_on: Callable[[], None]) -> list[list[Piece]]:
    """Each of ``pieces``, which begin one after another, with its best successor, where it has one."""
    costs = np.full((len(pieces), len(pieces)), IMPOSSIBLE)
    seconds = _film_seconds(video)
    begins = np.array([seconds[piece.frames[0]] for piece in pieces])
    for first, piece in enumerate(pieces):
        go_on()
        end = seconds[piece.frames[-1]]
        # Time alone rules nearly all of the pairs out.
        low, high = np.searchsorted(begins, (end - SEEN_TWICE, end + LONGEST_LOSS_IN_OPEN), side="right")
        for second in range(low, high):
            costs[first, second] = _cost(piece, pieces[second], video, seconds)
    successor = {
        int(first): int(second)
        for first, second in zip(*linear_sum_assignment(costs), strict=True)
        if costs[first, second] < IMPOSSIBLE
    }
    followers = set(successor.values())
    return [[pieces[i] for i in _chain(index, successor)] for index in range(len(pieces)) if index not in followers]


def _chain(index: int, successor: dict[int, int]) -> list[int]:
    chain = [index]
    while chain[-1] in successor:
        chain.append(successor[chain[-1]])
    return chain


def _film_seconds(video: VideoInfo) -> FloatArray:
    """(t,) seconds of film before each frame: while the camera pauses, nobody can be watched."""
    return np.concatenate([[0.0], np.cumsum(video.durations)[:-1]])


def _returned(groups: list[list[Piece]], video: VideoInfo, go_on: Callable[[], None]) -> list[list[Piece]]:
    """``groups`` with those joined who come back to where they were after a while, when nobody else can be meant."""
    film = _film_seconds(video)
    begins = film[[group[0].frames[0] for group in groups]]
    ends = film[[group[-1].frames[-1] for group in groups]]
    absences = begins[None, :] - ends[:, None]
    meant = (absences > 0) & (absences <= LONGEST_ABSENCE)
    for first, second in np.argwhere(meant):
        go_on()
        has_way = _needed(groups[first], groups[second], video) is not None
        meant[first, second] = has_way and _are_alike(groups[first], groups[second], POSSIBLE)
    joined = [list(group) for group in groups]
    for second in range(len(groups) - 1, 0, -1):
        possible = np.flatnonzero(meant[:, second])
        if len(possible) != 1 or meant[possible[0]].sum() != 1:
            continue
        needed = _needed(groups[possible[0]], groups[second], video)
        if needed and _are_alike(groups[possible[0]], groups[second], needed):
            joined[possible[0]] += joined[second]
            joined[second] = []
    return [group for group in joined if group]


@dataclass(frozen=True)
class Resemblance:
    """What two stretches of video must share to be of one person: ``likeness`` of the torsos' colours at least, at most
    ``distance`` in body lengths, at most ``growth`` times as long."""

    likeness: float
    distance: float
    growth: float


POSSIBLE = Resemblance(LEAST_LIKENESS, MOST_FAR, MOST_GROWTH)
SAME = Resemblance(0.7, 1.0, 1.5)
SAME_AT_EDGE = Resemblance(0.8, 0.5, 1.15)
"""Of those who come back in the open, and by the edge by which they went out, where somebody else may come in for them.
Raising likeness or lowering the others recognises fewer of them."""


def _needed(first: list[Piece], second: list[Piece], video: VideoInfo) -> Resemblance | None:
    """What the two must share to be one person; None where nobody can have come from the one place to the other."""
    left, entered = _edges(first[-1].boxes[-1], video), _edges(second[0].boxes[0], video)
    if not (left.any() or entered.any()):
        return SAME
    return SAME_AT_EDGE if (left & entered).any() else None


def _are_alike(first: list[Piece], second: list[Piece], wanted: Resemblance) -> bool:
    before, after = _length(first[-1].boxes[-FRAMES_FOR_LENGTH:]), _length(second[0].boxes[:FRAMES_FOR_LENGTH])
    distance = np.linalg.norm(_centre(second[0].boxes[0]) - _centre(first[-1].boxes[-1])) / max(before, after)
    is_near = distance <= wanted.distance and 1 / wanted.growth < after / before < wanted.growth
    return bool(is_near and np.minimum(_colours(first), _colours(second)).sum() >= wanted.likeness)


def _colours(group: list[Piece]) -> FloatArray:
    weights = [len(piece.frames) for piece in group]
    return np.asarray(np.average([piece.colours for piece in group], axis=0, weights=weights))


def _cost(first: Piece, second: Piece, video: VideoInfo, film: FloatArray) -> float:
    """How unlikely it is that ``second`` goes on where ``first`` ended; ``film`` (t,) seconds of every frame."""
    first = _until(first, second, film)
    unseen = second.frames[0] - first.frames[-1]
    seconds = film[second.frames[0]] - film[first.frames[-1]]
    in_open = _is_in_open(first.boxes[-1], video) and _is_in_open(second.boxes[0], video)
    if unseen <= 0 or seconds > (LONGEST_LOSS_IN_OPEN if in_open else LONGEST_LOSS):
        return IMPOSSIBLE
    before, after = _length(first.boxes[-FRAMES_FOR_LENGTH:]), _length(second.boxes[:FRAMES_FOR_LENGTH])
    expected = _centre(first.boxes[-1]) + _speed(first) * min(unseen, FRAMES_FOR_SPEED)
    distance = np.linalg.norm(_centre(second.boxes[0]) - expected) / max(before, after)
    likeness = np.minimum(first.colours, second.colours).sum()
    is_far = distance > min(FARTHEST + FASTEST * seconds, MOST_FAR)
    is_stranger = seconds > GLIMPSE and not in_open and likeness < LEAST_LIKENESS
    is_stranger |= second.replaces and likeness < REPLACED_LIKENESS
    # A glimpse of a person does not tell how long the body is.
    is_glimpse = min(_seconds([first], video), _seconds([second], video)) < SHORTEST_TRACK
    is_other_size = not is_glimpse and not 1 / MOST_GROWTH < after / before < MOST_GROWTH
    if is_far or is_stranger or is_other_size:
        return IMPOSSIBLE
    return float(distance + (1 - likeness) + seconds)


def _until(first: Piece, second: Piece, film: FloatArray) -> Piece:
    """``first`` up to where ``second`` takes over, if for a moment one body was seen twice; else as it is."""
    begin = int(np.searchsorted(first.frames, second.frames[0]))
    if begin in (0, len(first.frames)):
        return first
    _, own, theirs = np.intersect1d(first.frames, second.frames, return_indices=True)
    is_moment = film[first.frames[-1]] - film[second.frames[0]] <= SEEN_TWICE
    if not (is_moment and all(_is_part_of(first.boxes[i], second.boxes[j]) for i, j in zip(own, theirs, strict=True))):
        return first
    return replace(first, frames=first.frames[:begin], boxes=first.boxes[:begin])


def _is_part_of(part: FloatArray, whole: FloatArray) -> bool:
    part_area, whole_area = areas(np.stack([part, whole]))
    return bool(part_area <= whole_area and shared_areas(part[None], whole[None])[0] >= INSIDE * part_area)


def _speed(piece: Piece) -> FloatArray:
    """(2,) px a frame at the end of a piece."""
    last = slice(-FRAMES_FOR_SPEED, None)
    frames, boxes = piece.frames[last], piece.boxes[last]
    if len(frames) < 2:
        return np.zeros(2)
    return np.asarray((_centre(boxes[-1]) - _centre(boxes[0])) / (frames[-1] - frames[0]))


def _length(boxes: FloatArray) -> float:
    """Length in pixels of the body in boxes (t, 4): a person who bends or tumbles still has it at times."""
    return float(np.percentile((boxes[:, 2:] - boxes[:, :2]).max(axis=1), 80))


def _is_in_open(box: FloatArray, video: VideoInfo) -> bool:
    """Whether nobody could have left the picture from ``box``."""
    return not _edges(box, video).any()


def _edges(box: FloatArray, video: VideoInfo) -> BoolArray:
    """(3,) at which edges ``box`` is: left, right, lower. Through the upper one people do not walk."""
    edge = EDGE * max(video.width, video.height)
    return np.array([box[0] <= edge, box[2] >= video.width - edge, box[3] >= video.height - edge])


def _centre(box: FloatArray) -> FloatArray:
    return (box[:2] + box[2:]) / 2


def _seconds(group: list[Piece], video: VideoInfo) -> float:
    return sum(len(piece.frames) for piece in group) / video.fps


def _without_duplicates(pieces: list[Piece], go_on: Callable[[], None]) -> list[Piece]:
    """``pieces``, which begin one after another, without those that a longer or surer one nearly always covers."""
    begins = np.array([piece.frames[0] for piece in pieces])
    ends = np.array([piece.frames[-1] for piece in pieces])
    kept = []
    for piece in pieces:
        go_on()
        meeting = np.flatnonzero((begins <= piece.frames[-1]) & (ends >= piece.frames[0]))
        if not any(_covers(pieces[other], piece) for other in meeting):
            kept.append(piece)
    return kept


def _covers(other: Piece, piece: Piece) -> bool:
    is_longer = (len(other.frames), -other.track_id) > (len(piece.frames), -piece.track_id)
    may_be_part = piece.score < min(FAINT, other.score)
    if not (is_longer or may_be_part):
        return False
    _, own, theirs = np.intersect1d(piece.frames, other.frames, return_indices=True)
    if len(own) < COVERED * len(piece.frames):
        return False
    ours, others = piece.boxes[own], other.boxes[theirs]
    is_double = is_longer and np.median(paired_overlaps(ours, others)) > DUPLICATE
    return bool(is_double or (may_be_part and np.median(shared_areas(ours, others) / areas(ours)) >= WITHIN))
