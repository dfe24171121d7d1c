"""What somebody mends in who was tracked: edits, which are replayed on the untouched tracking.

An edit that changes a person's keypoints leaves them without a pose, and one after which the picture may show somebody
else without a picture: ``inference.mend`` makes both anew. All raise MocapError, with a sentence that says why, where
they are impossible.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from .errors import MocapError
from .records import BoolArray, FloatArray, IntArray, Keypoints2D, PartPoints, Person, Pose3D, Take, Track
from .sentences import Sentence
from .skeletons import COCO17, PARTS, Skeleton
from .untrusted import DAMAGE, items, table, text, whole_number

MOST_EDITS = 1000
"""In a take; each is replayed at every change. Raising it makes a take that is built to do harm slower to open."""
LARGEST_ID, LAST_FRAME = 1_000_000, 10_000_000
FARTHEST_PIXEL, LONGEST_REACH = 100_000, 1000
"""From the picture's corner, and frames: a correction does not reach farther."""
PLACED = 1.0
"""Score of a keypoint that somebody placed: nobody is surer."""
NO_PICTURE = np.zeros((1, 1, 3), np.uint8)
NO_POSE = Pose3D(np.zeros(0, int), np.zeros((0, 17, 3)))

People = Mapping[int, Person]


@dataclass(frozen=True)
class Edit(ABC):
    """One correction. ``person`` is a track id; frames are the video's, and an ``end`` is not one of them."""

    person: int

    @property
    @abstractmethod
    def words(self) -> str:
        """What it does, for a list of edits."""

    @abstractmethod
    def change(self, people: People) -> People:
        """The people whom it changes: by their ids, with those who are new. Raises MocapError."""

    def apply(self, people: People) -> People:
        """All ``people`` after it. Raises MocapError."""
        changed = {**people, **self.change(people)}
        for track_id, person in changed.items():
            if not (len(person.keypoints.frames) and len(person.track.frames)):
                raise _impossible(
                    "Person {person} would be in no frame any more. Delete or join the person instead.",
                    person=track_id,
                )
        return changed


@dataclass(frozen=True)
class Join(Edit):
    """``other`` is ``person``, too."""

    other: int

    @property
    def words(self) -> str:
        return Sentence("Join person {other} to person {person}", other=self.other, person=self.person)

    def change(self, people: People) -> People:
        first, second = _two(people, self.person, self.other)
        if len(both := np.intersect1d(first.keypoints.frames, second.keypoints.frames)):
            raise _impossible(
                "Person {person} and person {other} are seen at once in {count} frames, the first of which is {first}, "
                "so they cannot be one person. Cut those frames out of one of them first.",
                person=self.person,
                other=self.other,
                count=len(both),
                first=both[0],
            )
        worse = first.confidence < second.confidence
        return {self.person: _changed(first, _merged(first, second), second.thumbnail if worse else first.thumbnail)}

    def apply(self, people: People) -> People:
        return {i: person for i, person in super().apply(people).items() if i != self.other}


@dataclass(frozen=True)
class Split(Edit):
    """From ``frame`` on the person is somebody else, ``other``, an id that is free."""

    frame: int
    other: int

    @property
    def words(self) -> str:
        return Sentence("Split person {person} at frame {frame}", person=self.person, frame=self.frame)

    def change(self, people: People) -> People:
        whole = _one(people, self.person)
        if self.other in people or self.other == self.person:
            raise _impossible("There is a person {person} already. Choose another number.", person=self.other)
        before, after = _apart(whole, self.frame)
        if not (len(before.keypoints.frames) and len(after.keypoints.frames)):
            raise _impossible(
                "Person {person} is not seen on both sides of frame {frame}. Choose a frame between the first and the "
                "last one in which the person is seen.",
                person=self.person,
                frame=self.frame,
            )
        somebody = Person(after.track, after.keypoints, NO_POSE, NO_PICTURE)
        return {self.person: _changed(whole, before), self.other: _named(somebody, self.other)}


@dataclass(frozen=True)
class Swap(Edit):
    """From ``frame`` on ``person`` and ``other`` are each other."""

    other: int
    frame: int

    @property
    def words(self) -> str:
        return Sentence(
            "Swap persons {person} and {other} from frame {frame} on",
            person=self.person,
            other=self.other,
            frame=self.frame,
        )

    def change(self, people: People) -> People:
        first, second = _two(people, self.person, self.other)
        (first_before, first_after), (second_before, second_after) = (
            _apart(person, self.frame) for person in (first, second)
        )
        if not (len(first_after.keypoints.frames) or len(second_after.keypoints.frames)):
            raise _impossible(
                "Neither person is seen from frame {frame} on. Choose an earlier frame.", frame=self.frame
            )
        return {
            self.person: _changed(first, _merged(first_before, second_after)),
            self.other: _changed(second, _merged(second_before, first_after)),
        }


@dataclass(frozen=True)
class Delete(Edit):
    """The person is nobody."""

    @property
    def words(self) -> str:
        return Sentence("Delete person {person}", person=self.person)

    def change(self, people: People) -> People:
        _one(people, self.person)
        if len(people) == 1:
            raise _impossible("The last person of a take cannot be deleted. Import the video again instead.")
        return {}

    def apply(self, people: People) -> People:
        return {i: person for i, person in super().apply(people).items() if i != self.person}


@dataclass(frozen=True)
class Cut(Edit):
    """The person is not seen from ``start`` to ``end``."""

    start: int
    end: int

    @property
    def words(self) -> str:
        return Sentence(
            "Cut frames {start} to {last} of person {person}",
            start=self.start,
            last=self.end - 1,
            person=self.person,
        )

    def change(self, people: People) -> People:
        whole = _one(people, self.person)
        _check_seen(whole, self.start, self.end)
        return {self.person: _changed(whole, whole.within(lambda frames: ~_from_to(frames, self.start, self.end)))}


@dataclass(frozen=True)
class SwapSides(Edit):
    """The person's left is the right from ``start`` to ``end``."""

    start: int
    end: int

    @property
    def words(self) -> str:
        return Sentence(
            "Swap left and right of person {person} in frames {start} to {last}",
            person=self.person,
            start=self.start,
            last=self.end - 1,
        )

    def change(self, people: People) -> People:
        whole = _one(people, self.person)
        _check_seen(whole, self.start, self.end)
        keypoints = whole.keypoints
        mistaken = _from_to(keypoints.frames, self.start, self.end)
        body = _mirrored(COCO17, keypoints, mistaken)
        parts = {name: _mirrored(PARTS[name], part, mistaken) for name, part in keypoints.parts.items()}
        swapped = replace(keypoints, points=body.points, scores=body.scores, parts=parts)
        return {self.person: _changed(whole, replace(whole, keypoints=swapped), whole.thumbnail)}


@dataclass(frozen=True)
class Move(Edit):
    """At ``frame`` a keypoint, ``joint`` of COCO-17, is at ``x``, ``y`` pixels of the upright picture.

    It carries those of ``reach`` frames on both sides along, less and less, up to frames in which it was placed, too.
    """

    frame: int
    joint: str
    x: int
    y: int
    reach: int

    @property
    def words(self) -> str:
        return Sentence(
            "Move the {joint} of person {person} at frame {frame}",
            joint=self.joint.replace("_", " "),
            person=self.person,
            frame=self.frame,
        )

    def change(self, people: People) -> People:
        whole = _one(people, self.person)
        _check_seen(whole, self.frame, self.frame + 1)
        keypoints, joint = whole.keypoints, COCO17.index(self.joint)
        points, scores = keypoints.points.copy(), keypoints.scores.copy()
        pull = self._pull(keypoints.frames, scores[:, joint] == PLACED)
        way = np.array([self.x, self.y]) - points[pull == 1, joint]
        points[:, joint] += pull[:, None] * way
        points[pull == 1, joint] = self.x, self.y  # without the rounding of the sum
        scores[:, joint] += pull * (PLACED - scores[:, joint])
        moved = replace(keypoints, points=points, scores=scores)
        return {self.person: _changed(whole, replace(whole, keypoints=moved), whole.thumbnail)}

    def _pull(self, frames: IntArray, placed: BoolArray) -> FloatArray:
        """(t,) 1 at the frame, less beside it, 0 beyond the reach and from the next frame on that was placed."""
        away = np.abs(frames - self.frame)
        pull = np.maximum(0.0, 1 - away / (self.reach + 1))
        for side in (frames < self.frame, frames > self.frame):
            pull[side & (away >= away[side & placed].min(initial=LAST_FRAME))] = 0.0
        return np.asarray(pull)


def _joint(value: object) -> str:
    if value not in COCO17.joints:
        raise ValueError(f"{value!r:.80} is no joint")
    return text(value)


def _from(low: int, high: int) -> Callable[[object], int]:
    return lambda value: whole_number(value, low, high)


FIELDS: Mapping[str, Callable[[object], Any]] = (
    dict.fromkeys(("person", "other"), _from(1, LARGEST_ID))
    | dict.fromkeys(("frame", "start", "end"), _from(0, LAST_FRAME))
    | dict.fromkeys(("x", "y"), _from(-FARTHEST_PIXEL, FARTHEST_PIXEL))
    | {"joint": _joint, "reach": _from(0, LONGEST_REACH)}
)
"""Each field of an edit as a file has it; they raise ValueError."""
KINDS: Mapping[str, type[Edit]] = {
    "join": Join,
    "split": Split,
    "swap": Swap,
    "delete": Delete,
    "cut": Cut,
    "swap_sides": SwapSides,
    "move": Move,
}


def replayed(tracked: Sequence[Person], edits: Sequence[Edit]) -> tuple[Person, ...]:
    """What ``edits`` make of ``tracked``, by their ids; whoever is changed has no pose. Raises MocapError."""
    people: People = {person.track_id: person for person in tracked}
    for edit in edits:
        people = edit.apply(people)
    return tuple(people[i] for i in sorted(people)) if edits else tuple(tracked)


def mended(take: Take, edits: Sequence[Edit]) -> Take:
    """``take`` with ``edits`` in the place of its own.

    Whoever has keypoints that the take knew before keeps their pose. Names and heights stay with their ids.

    Raises:
        MocapError: an edit is impossible.
    """
    tracked = take.tracked or take.people
    known = (*take.people, *tracked)
    people = tuple(_as_known(person, known) for person in replayed(tracked, edits))
    return replace(take, people=people, edits=tuple(edits), tracked=tracked if edits else ())


def free_id(take: Take) -> int:
    """An id that nobody of the take has, or had before an edit."""
    had = {person.track_id for person in (*take.people, *take.tracked)}
    return max(had | {edit.other for edit in take.edits if isinstance(edit, Split)}) + 1


def edit_fields(edit: Edit) -> dict[str, Any]:
    """What a JSON file keeps of an edit."""
    return {"kind": next(name for name, kind in KINDS.items() if kind is type(edit)), **asdict(edit)}


def edit_from(stored: Mapping[str, Any]) -> Edit:
    """Raises ValueError, LookupError or TypeError where ``stored`` is no edit."""
    fields = dict(stored)
    kind = KINDS[text(fields.pop("kind"))]
    return kind(**{name: FIELDS[name](value) for name, value in fields.items()})


def to_json(edits: Sequence[Edit]) -> str:
    return json.dumps([edit_fields(edit) for edit in edits])


def from_json(line: str) -> tuple[Edit, ...]:
    """Raises MocapError where ``line`` holds no edits."""
    try:
        return tuple(edit_from(table(edit)) for edit in items(json.loads(line), MOST_EDITS))
    except DAMAGE as error:
        text = "The changes to the people of the take cannot be read. Reset them."
        raise MocapError("edits_unreadable", text, str(error)) from error


def _impossible(template: str, **values: int) -> MocapError:
    """As in ``Sentence``."""
    return MocapError("edit_impossible", Sentence(template, **values))


def _one(people: People, track_id: int) -> Person:
    if track_id not in people:
        raise _impossible("The take has no person {person}. Choose one from the list of people.", person=track_id)
    return people[track_id]


def _two(people: People, first: int, second: int) -> tuple[Person, Person]:
    if first == second:
        raise _impossible("Person {person} was chosen twice. Choose two people.", person=first)
    return _one(people, first), _one(people, second)


def _from_to(frames: IntArray, start: int, end: int) -> BoolArray:
    return (frames >= start) & (frames < end)


def _check_seen(person: Person, start: int, end: int) -> None:
    if not _from_to(person.keypoints.frames, start, end).any():
        raise _impossible(
            "Person {person} is not seen from frame {start} to frame {last}. Choose other frames.",
            person=person.track_id,
            start=start,
            last=end - 1,
        )


def _apart(person: Person, frame: int) -> tuple[Person, Person]:
    """The person before ``frame``, and from it on."""
    return person.within(lambda frames: frames < frame), person.within(lambda frames: frames >= frame)


def _merged(first: Person, second: Person) -> Person:
    """``first`` with all that was seen of ``second``, who is in other frames."""
    track, keypoints = first.track, first.keypoints
    frames = np.concatenate([track.frames, second.track.frames])
    read = np.concatenate([keypoints.frames, second.keypoints.frames])
    by_track, by_read = np.argsort(frames, kind="stable"), np.argsort(read, kind="stable")
    body = _one_after_another(keypoints, second.keypoints, by_read)
    parts = {
        name: _one_after_another(keypoints.part(name), second.keypoints.part(name), by_read)
        for name in PARTS
        if name in keypoints.parts or name in second.keypoints.parts
    }
    return replace(
        first,
        track=Track(
            track.track_id,
            frames[by_track],
            np.concatenate([track.boxes, second.track.boxes])[by_track],
            np.concatenate([track.scores, second.track.scores])[by_track],
        ),
        keypoints=Keypoints2D(track.track_id, read[by_read], body.points, body.scores, parts),
    )


def _one_after_another(
    first: Keypoints2D | PartPoints, second: Keypoints2D | PartPoints, order: IntArray
) -> PartPoints:
    points = np.concatenate([first.points, second.points])
    return PartPoints(points, np.concatenate([first.scores, second.scores])).at(order)


def _mirrored(skeleton: Skeleton, seen: Keypoints2D | PartPoints, mistaken: BoolArray) -> PartPoints:
    """Points and scores whose left and right have changed places in the ``mistaken`` (t,) frames."""
    order = np.where(mistaken[:, None], skeleton.mirrored_order(), np.arange(len(skeleton.joints)))
    rows = np.arange(len(order))[:, None]
    return PartPoints(seen.points[rows, order], seen.scores[rows, order])


def _changed(before: Person, after: Person, thumbnail: Any = NO_PICTURE) -> Person:
    """``before`` with the keypoints of ``after``: without a pose, and with contacts to be found again."""
    return replace(
        before, track=after.track, keypoints=after.keypoints, pose=NO_POSE, contacts=None, thumbnail=thumbnail
    )


def _named(person: Person, track_id: int) -> Person:
    return replace(
        person, track=replace(person.track, track_id=track_id), keypoints=replace(person.keypoints, track_id=track_id)
    )


def _as_known(person: Person, known: Sequence[Person]) -> Person:
    """``person`` with what ``known`` people tell: pose, contacts and picture of whoever has the same keypoints; name
    and height of whoever has the same id."""
    same = [other for other in known if _have_same_keypoints(person.keypoints, other.keypoints)]
    same.sort(key=lambda other: other.track_id != person.track_id)
    if same:
        person = replace(person, pose=same[0].pose, contacts=same[0].contacts, thumbnail=same[0].thumbnail)
    namesake = next((other for other in known if other.track_id == person.track_id), person)
    return replace(person, name=namesake.name, body_height=namesake.body_height)


def _have_same_keypoints(first: Keypoints2D, second: Keypoints2D) -> bool:
    pairs: list[tuple[Any, Any]] = [(getattr(first, name), getattr(second, name)) for name in _COMPARED]
    return all(np.array_equal(one, other) for one, other in pairs)


_COMPARED: tuple[Literal["frames", "points", "scores"], ...] = ("frames", "points", "scores")
