"""Joins what two stretches saw that were watched side by side: in the frames that both watched, who is who is plain."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from .boxes import paired_overlaps
from .observe import Observations

SAME_PERSON = 0.5
"""Overlap of two boxes, median of the frames that both stretches saw, from which on they hold one person. Raising it
leaves more people to be rejoined by their looks."""


def joined_tracks(
    before: dict[int, Observations], after: dict[int, Observations], seam: int
) -> dict[int, Observations]:
    """The tracks of both stretches: what was seen ``before`` frame ``seam``, and ``after`` from it on.

    Whom only the later stretch knows may begin earlier: people are followed back. Ids rise from the one to the other.
    """
    pairs = same_people(before, after)
    tracks = dict(before)
    for track in tracks.values():
        track.end_before(seam)
    next_id = max(before, default=0) + 1
    for track_id, track in after.items():
        if not track.frames or track.frames[-1] < seam:
            continue
        if track_id in pairs:
            tracks[pairs[track_id]].go_on_with(track, seam)
        else:
            tracks[next_id] = track
            next_id += 1
    return {track_id: track for track_id, track in tracks.items() if track.frames}


def same_people(before: dict[int, Observations], after: dict[int, Observations]) -> dict[int, int]:
    """Ids of the later tracks, and of the earlier ones that are the same people."""
    alike = np.array([[likeness(one, other) for other in after.values()] for one in before.values()])
    pairs = linear_sum_assignment(-alike.reshape(len(before), len(after)))
    ours, theirs = list(before), list(after)
    return {theirs[j]: ours[i] for i, j in zip(*pairs, strict=True) if alike[i, j] >= SAME_PERSON}


def likeness(one: Observations, other: Observations) -> float:
    """Median overlap of the boxes in the frames of both, 0..1."""
    _, own, theirs = np.intersect1d(one.frames, other.frames, return_indices=True)
    return float(np.median(paired_overlaps(one.boxes[own], other.boxes[theirs]))) if len(own) else 0.0
