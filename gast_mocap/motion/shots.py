"""A take whose video is cut, shot by shot."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..take.records import FloatArray, Hands, Motion, Person, Take
from ..take.skeletons import H36M17

FEWEST_FRAMES = 3
"""Frames of a person in a shot that are worth a motion, where another shot has more."""


def shots_of(take: Take, track_id: int) -> list[Take]:
    """The takes of single shots in which the person is seen, each with all who are seen in it.

    Empty where the take has no such person, or nothing of them.
    """
    if not len(take.video.cuts):
        return [take]
    own = [person for person in take.people if person.track_id == track_id]
    shots = [shot for person in own for shot in np.unique(take.video.shot_of(person.track.frames))]
    takes = [in_shot(take, int(shot)) for shot in shots]
    seen = [shot for shot in takes if any(_is_seen(person, track_id) for person in shot.people)]
    return seen or takes


def in_shot(take: Take, shot: int) -> Take:
    """``take`` with what its people do in one ``shot``."""
    people = [person.within(lambda frames: take.video.shot_of(frames) == shot) for person in take.people]
    return replace(take, people=tuple(person for person in people if len(person.track.frames)))


def _is_seen(person: Person, track_id: int) -> bool:
    return person.track_id == track_id and len(person.pose.frames) >= FEWEST_FRAMES


def one_after_another(motions: Sequence[Motion]) -> Motion:
    """The motions as one: each begins over the floor where the one before ended, by a body as large as the first, as
    each shot may have told another height."""
    placed = [motions[0]]
    for shot in motions[1:]:
        motion = replace(shot, joints=shot.joints * (_size(motions[0]) / _size(shot)))
        way = placed[-1].joints[-1, 0] - motion.joints[0, 0]
        placed.append(replace(motion, joints=motion.joints + np.array([way[0], way[1], 0.0])))
    return Motion(
        np.concatenate([motion.times for motion in placed]),
        np.concatenate([motion.joints for motion in placed]),
        np.concatenate([motion.scores for motion in placed]),
        tuple(contact for motion in placed for contact in motion.contacts),
        motions[0].camera,
        motions[0].heights,
        _feet_of(motions),
        _hands_of(motions),
    )


def _feet_of(motions: Sequence[Motion]) -> FloatArray | None:
    """Those of all motions, one after another; None where they were read in none."""
    if all(motion.feet is None for motion in motions):
        return None
    unread = (np.zeros((len(motion.times), 2, 3)) for motion in motions)
    return np.concatenate(
        [nothing if motion.feet is None else motion.feet for motion, nothing in zip(motions, unread, strict=True)]
    )


def _hands_of(motions: Sequence[Motion]) -> Hands | None:
    """Those of all motions, one after another; None where they were seen in none."""
    if all(motion.hands is None for motion in motions):
        return None
    hands = [motion.hands or Hands.unseen(len(motion.times)) for motion in motions]
    return Hands(*(np.concatenate([getattr(each, name) for each in hands]) for name in ("curls", "sureness")))


def _size(motion: Motion) -> float:
    """Metres of all bones together, the median over time."""
    parents, children = np.array(H36M17.bones()).T
    bones = np.linalg.norm(motion.joints[:, children] - motion.joints[:, parents], axis=-1)
    return float(np.median(bones.sum(axis=1)))
