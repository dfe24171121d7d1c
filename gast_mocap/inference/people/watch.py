"""Watches the whole video: who is in it, where, and with which keypoints."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

import numpy as np

from ...models.catalog import bundled_model
from ...take.records import FloatArray, ImageArray, Keypoints2D, PartPoints, Track, VideoInfo
from ..choice import BUNDLED, OwnNetworks
from ..networks.blazepose import BlazePose
from ..networks.hands import HandLandmarks
from ..networks.roles import Detector, Estimator
from ..networks.session import Session
from ..networks.slots import Used, own_detector, own_reader
from ..quality import Preset
from ..video.frame import Frame
from ..video.pyramid import Pyramid
from ..video.stillness import Backdrop
from .boxes import areas, overlaps
from .company import expect_company, is_found_again, with_held_bridged
from .detect import MultiPoseDetector
from .exposure import evened
from .follow import Sort, with_lost_legs
from .found_poses import FoundPoses
from .keypoints import SinglePose
from .observe import Observations, shares
from .parts import PartsReader
from .pose import Pose
from .read import BodyReader, is_same_body
from .rejoin import SAME, rejoin
from .replaced import is_replaced
from .search import Search, next_of

UNSURE = 0.4
"""Below this mean score people are looked for again after a third of the usual wait. Raising it costs time."""
MAX_UNSEEN_SECONDS = 0.5
"""Raising it lets more people keep their id while they are hidden, and more of them pass it on to somebody else."""
LOOK_BACK_SECONDS = 0.5
LOOK_BACK_BYTES = 100e6
"""Frames that are kept, in time and in memory, to follow somebody back who is found late. Raising them finds people's
first steps after a longer search."""
PATIENT_SECONDS = 0.3
"""So often people who are hard to read are read in four turns. Raising it saves time and misses a quick somersault."""
LARGER = 1.5
"""A body found twice is the larger box's when that is so many times as large."""


@dataclass(frozen=True)
class WatchedPerson:
    """One person of the video.

    ``thumbnail`` (h, w, 3) RGB shows them at their best; ``colours`` (n,) of the torso, as shares whose sum is 1;
    ``replaces``: they took somebody's place from one frame to the next.
    """

    track: Track
    keypoints: Keypoints2D
    thumbnail: ImageArray
    colours: FloatArray
    replaces: bool = False


@dataclass(frozen=True)
class Eyes:
    """The networks that watch, and how they are used; a bottom-up one finds and reads. ``blazepose``: None where feet
    and faces are not wanted; ``hands``: None where they are not."""

    detector: Detector
    estimator: Estimator
    preset: Preset
    used: tuple[Used, ...]
    blazepose: BlazePose | None = None
    hands: HandLandmarks | None = None

    @classmethod
    def load(
        cls, preset: Preset, own: OwnNetworks = BUNDLED, threads: int = 0, feet: bool = False, hands: bool = False
    ) -> Self:
        """The bundled networks, of so many ``threads`` (0: as many as cores), or in their places the user's ``own``;
        with ``feet`` also that which reads feet and faces, with ``hands`` that which reads hands.

        Raises:
            MocapError: a bundled model is missing or damaged, or an own one is of an unknown kind.
        """
        estimator: Estimator
        if own.pose:
            reader, read_by = own_reader(own.pose, preset.flips, own.refinement)
            estimator = reader if isinstance(reader, Estimator) else FoundPoses(reader)
        else:
            session = Session(bundled_model(preset.estimator)[0], threads)
            estimator, read_by = SinglePose(session, preset.flips), Used("2D pose", session)
        if own.detector:
            detector, found_by = own_detector(own.detector, own.detector_score, own.detector_overlap)
        elif isinstance(estimator, FoundPoses):
            # Such a network finds people wherever it reads them.
            detector, preset, found_by = estimator, replace(preset, detect_seconds=0.0), read_by
        else:
            session = Session(bundled_model("movenet-multipose")[0], threads)
            detector, found_by = MultiPoseDetector(session), Used("detector", session)
        used = tuple(dict.fromkeys((found_by, read_by)))
        eyes = cls(detector, estimator, preset, used)
        if feet:
            session = Session(bundled_model("blazepose")[0], threads)
            eyes = replace(eyes, used=(*eyes.used, Used("feet", session)), blazepose=BlazePose(session))
        if hands:
            session = Session(bundled_model("hands")[0], threads)
            eyes = replace(eyes, used=(*eyes.used, Used("hands", session)), hands=HandLandmarks(session))
        return eyes


def watch_people(
    frames: Iterable[Frame[Pyramid]],
    fps: float,
    eyes: Eyes,
    backdrop: Backdrop,
    progress: Callable[[int], None],
    tracks: dict[int, Observations] | None = None,
) -> dict[int, Observations]:
    """What is seen of everybody in ``frames``, which come ``fps`` a second, by the ids of their tracks.

    ``backdrop`` is shown what lies behind them. ``progress`` is called with the number of frames done; what it raises
    ends the work. Whoever looks into ``tracks`` meanwhile sees who was found so far.
    """
    watcher = Watcher(eyes, fps, tracks)
    for done, shown in enumerate(frames, start=1):
        boxes = watcher.watch(shown)
        backdrop.look(shown, boxes)
        progress(done)
    return watcher.tracks


class Watcher:
    """Finds, follows and reads people from frame to frame."""

    def __init__(self, eyes: Eyes, fps: float, tracks: dict[int, Observations] | None = None) -> None:
        self.tracks = {} if tracks is None else tracks
        self._fps = fps
        self._search = Search(eyes.detector, eyes.preset, fps)
        self._sort = Sort(max(1, round(MAX_UNSEEN_SECONDS * fps)), with_lost_legs)
        self._reader = BodyReader(eyes.estimator)
        self._parts = PartsReader(eyes.blazepose, eyes.hands, eyes.preset.parts_every)
        self._poses: dict[int, Pose] = {}
        self._last_seen: set[int] = set()
        self._patient_at, self._patient_every = 0, max(1, round(PATIENT_SECONDS * fps))
        self._past: deque[tuple[Frame[Pyramid], dict[int, Pose]]] = deque(maxlen=max(1, round(LOOK_BACK_SECONDS * fps)))

    def watch(self, shown: Frame[Pyramid]) -> FloatArray:
        """Take in the next frame; boxes (n, 4) px of who may be in it."""
        shown = replace(shown, picture=evened(shown.picture))
        if shown.is_cut:
            self._end_shot()
        boxes = self._sort.predict()
        self._parts.forget(*(i for i in self._poses if i not in boxes))
        self._poses = {i: pose for i, pose in self._poses.items() if i in boxes}
        if self._search.is_due(shown.index):
            boxes |= self._find(shown, boxes)
        patient = shown.index >= self._patient_at
        if patient:
            self._patient_at = next_of(shown.index, self._patient_every)
        company = expect_company(boxes, [poses for _, poses in self._past], self._fps)
        seen = self._reader.read(shown.picture, boxes, self._poses, patient, company)
        self._drop_doubles(seen)
        self._drop_mistaken(boxes, seen)
        self._renew_replaced(shown, seen)
        for track_id, pose in seen.items():
            self._sort.correct(track_id, pose.box)
            if track_id not in self.tracks:
                self.tracks[track_id] = self._begin(track_id, shown, seen)
            self.tracks[track_id].see(shown.index, shown.picture, pose, self._parts.read(shown, track_id, pose))
        self._poses |= seen
        self._last_seen = set(seen)
        if len(seen) < len(boxes) or any(pose.score < UNSURE for pose in seen.values()):
            self._search.hurry(shown.index)
        self._remember(shown, seen)
        return np.array(list(boxes.values())).reshape(-1, 4)

    def _end_shot(self) -> None:
        """Nobody is followed across a cut."""
        self._sort.forget()
        self._parts.forget(*self._poses)
        self._search.restart()
        self._poses.clear()
        self._last_seen.clear()
        self._past.clear()

    def _find(self, shown: Frame[Pyramid], expected: dict[int, FloatArray]) -> dict[int, FloatArray]:
        followed = np.array(list(expected.values())).reshape(-1, 4)
        well_seen = [i for i in expected if i in self._last_seen and self._poses[i].score >= UNSURE]
        found = self._search.look(shown.index, shown.picture, followed, len(well_seen))
        # Detectors hardly know people who lie or stand on their hands: those are where their poses say.
        turned = {i for i in well_seen if self._poses[i].turned}
        return {i: box for i, box in self._sort.match(found.boxes).items() if i not in turned}

    def _drop_doubles(self, seen: dict[int, Pose]) -> None:
        """Whoever is found twice stays who they are; a newcomer on the same body is forgotten."""
        for newcomer in [i for i in seen if i not in self.tracks]:
            for known in [i for i in seen if i != newcomer]:
                if is_found_again(seen[known], seen[newcomer]):
                    seen[known] = seen.pop(newcomer)
                    break
                if not is_same_body(seen[newcomer], seen[known]):
                    continue
                new, old = areas(np.stack([seen[newcomer].box, seen[known].box]))
                if new > LARGER * old and seen[newcomer].score > seen[known].score:
                    seen[known] = seen[newcomer]
                del seen[newcomer]
                break

    def _drop_mistaken(self, boxes: dict[int, FloatArray], seen: dict[int, Pose]) -> None:
        """Whoever is found and cannot be read at once is nobody, or somebody who is read already."""
        for newcomer in [i for i in boxes if i not in seen and i not in self.tracks]:
            del boxes[newcomer]
            self._sort.drop(newcomer)

    def _renew_replaced(self, shown: Frame[Pyramid], seen: dict[int, Pose]) -> None:
        """Whoever seems to stand where somebody else stood gets a new id; who is who is told when all is known."""
        for track_id in [i for i in seen if i in self.tracks and self._replaces(shown, seen[i], {i}, seen)]:
            seen[self._sort.renew(track_id)] = seen.pop(track_id)

    def _replaces(self, begin: Frame[Pyramid], pose: Pose, gone: set[int], seen: dict[int, Pose]) -> bool:
        """Whether ``pose`` in the frame ``begin`` is at the place of the one of those ``gone`` who was last there.

        Where others are near, as when people cross, nobody can say.
        """
        past = [entry for entry in self._past if entry[0].index < begin.index]
        last = {i: poses[i] for _, poses in past for i in poses}
        near = [i for i in last | seen if overlaps((last | seen)[i].box[None], pose.box[None]).any()]
        there = [i for i in near if i in last and i in gone]
        if len(there) != 1 or any(i in last and i not in there for i in near):
            return False
        last_at = max(place for place, (_, poses) in enumerate(past) if there[0] in poses)
        usual_from = max(0, last_at - 1)
        bodies = np.array([each.box for each in (pose, *last.values(), *seen.values())])
        pictures = [*(frame.picture for frame, _ in past[usual_from:]), begin.picture]
        return is_replaced(last[there[0]], pose, pictures, last_at - usual_from, bodies)

    def _begin(self, track_id: int, shown: Frame[Pyramid], seen: dict[int, Pose]) -> Observations:
        """Those of somebody new, with what the frames just before show of them."""
        earlier = self._look_back(seen[track_id])
        begin, first = earlier[-1] if earlier else (shown, seen[track_id])
        gone = {i for _, poses in self._past for i in poses} - seen.keys()
        observed = Observations(replaces=self._replaces(begin, first, gone, seen))
        for frame, pose in reversed(earlier):
            observed.see(frame.index, frame.picture, pose, self._parts.read(frame, track_id, pose))
        return observed

    def _look_back(self, pose: Pose) -> list[tuple[Frame[Pyramid], Pose]]:
        """The person of ``pose`` in the frames before this, the latest first, as far as they are seen without a gap."""
        found: list[tuple[Frame[Pyramid], Pose]] = []
        for frame, others in reversed(self._past):
            read = self._reader.read(frame.picture, {0: pose.box}, {0: pose}, patient=False, company={})
            if not read or any(is_same_body(read[0], other) for other in others.values()):
                break
            pose = read[0]
            found.append((frame, pose))
        return found

    def _remember(self, shown: Frame[Pyramid], seen: dict[int, Pose]) -> None:
        self._past.append((shown, seen))
        while len(self._past) > 1 and len(self._past) * shown.picture.memory > LOOK_BACK_BYTES:
            self._past.popleft()


def tell_people(
    tracks: dict[int, Observations], video: VideoInfo, go_on: Callable[[], None]
) -> tuple[WatchedPerson, ...]:
    """Everybody whose ``tracks`` those are, with ids from 1 in order of appearance.

    ``go_on`` is called again and again; what it raises ends the work.
    """
    for track in tracks.values():
        track.drop_weak_ends()
    pieces = [track.piece(track_id) for track_id, track in tracks.items()]
    groups = rejoin(pieces, video, go_on)
    return tuple(
        join(track_id, [tracks[i] for i in group], video.times) for track_id, group in enumerate(groups, start=1)
    )


def join(track_id: int, tracks: list[Observations], times: FloatArray) -> WatchedPerson:
    """One person of all the tracks that are theirs; where two meet, the later one counts. ``times``: s, of all frames
    of the video."""
    for earlier, later in pairwise(tracks):
        earlier.end_before(later.frames[0])
    frames = np.concatenate([track.frames for track in tracks])
    boxes, points, scores, held = (
        np.concatenate([getattr(track, name) for track in tracks]) for name in ("boxes", "points", "scores", "held")
    )
    points = with_held_bridged(times[frames], points, held)
    best = max(tracks, key=lambda track: track.thumbnail_worth)
    colours = np.sum([track.colours for track in tracks], axis=0)
    return WatchedPerson(
        Track(track_id, frames, boxes, scores.mean(axis=1)),
        Keypoints2D(track_id, frames, points, scores, joined_parts(tracks)),
        best.thumbnail,
        shares(colours),
        tracks[0].replaces,
    )


def joined_parts(tracks: Sequence[Observations]) -> dict[str, PartPoints]:
    """What was read of all ``tracks``, one after another; nothing of a part that was never read."""
    read = [track.parts for track in tracks]
    pieces = {name: np.concatenate([parts[name] for parts in read]) for name in read[0]}
    return {name: PartPoints(piece[..., :-1], piece[..., -1]) for name, piece in pieces.items() if piece[..., -1].any()}


def alike_across_cuts(watched: Sequence[WatchedPerson], video: VideoInfo) -> list[tuple[int, int]]:
    """Ids of an earlier and a later person of two shots who may be one, each later one with whom they resemble most.

    Nobody is joined across a cut: whoever looks at the pictures decides.
    """
    pairs = []
    for later in watched:
        shot = video.shot_of(later.track.frames)[0]
        before = [person for person in watched if video.shot_of(person.track.frames)[-1] < shot]
        if before:
            alike = [np.minimum(p.colours, later.colours).sum() for p in before]
            if max(alike) >= SAME.likeness:
                pairs.append((before[int(np.argmax(alike))].track.track_id, later.track.track_id))
    return pairs
