"""The records that pass between the stages: frozen dataclasses of arrays, shapes checked on construction.

Frames are indices into the video (0 is its first frame). A frame in which a person is unseen is absent from the
person's ``frames``; it is never filled with zeros or NaN.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .film_camera import FilmCamera
from .settings import CleanSettings, Quality
from .skeletons import PARTS, Side, dimensions

if TYPE_CHECKING:
    from .edits import Edit

FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.integer[Any]]
BoolArray = NDArray[np.bool_]
ImageArray = NDArray[np.uint8]

GAP_INTERVALS = 4.0
"""Usual intervals between frames beyond which one is a gap; phones that save light leave out up to three frames."""
LONGEST_VIDEO = 7 * 86400.0
"""Seconds; time stamps beyond them are damaged. Raising it raises how long a damaged video can keep a program busy."""
SHORTEST_STEP = 1e-9
"""Seconds from one frame to the next; closer ones differ by rounding errors only, and speeds between them overflow."""
FASTEST_VIDEO = 10_000.0
"""Frames a second, by the median step; beyond any camera's the time stamps are damaged."""
SLOWEST_STEP = 5.0
"""Seconds of the median step; slower pictures are no film of a movement. Raising it lets damaged stamps ask for more
frames in between."""
EVEN_INTERVALS, MOSTLY_EVEN = 1.5, 0.9
"""Where this share of the intervals is no longer than so many usual ones, the rate is constant, and frames are lost in
the longer ones."""
STILL_CAMERA = 0.02
"""Widths of the picture by which the background of a camera on a tripod may move."""


def check_shape(name: str, array: NDArray[Any], shape: tuple[int | None, ...]) -> None:
    """Raise ValueError unless ``array`` has ``shape`` (None stands for any length)."""
    fits = array.ndim == len(shape) and all(
        want is None or have == want for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name} has shape {array.shape}, expected {shape}")


def check_rising(name: str, values: NDArray[Any]) -> None:
    """Raise ValueError unless ``values`` rise strictly."""
    if np.any(np.diff(values) <= 0):
        raise ValueError(f"{name} must rise strictly")


EVEN_SHARE, ROUNDING = 0.1, 0.0015
"""Share of a frame's duration, and seconds, by which the durations of a steady video may differ: containers that
count in milliseconds are off by up to one at each end."""


class CameraMove(StrEnum):
    """What the camera does. One that travels moves near things by more than far ones; UNKNOWN: too little to see."""

    STANDS = "stands"
    TURNS = "turns"
    TRAVELS = "travels"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Playback:
    """How a video is to be taken, where its file does not tell.

    ``speed``: how fast it plays, 0.25 where a second of life lasts four; ``mirrored``: left and right are to change
    places, as in many selfie videos; ``frame_rate``: frames a second of a sequence of pictures, or instead of a video's
    own times.
    """

    speed: float = 1.0
    mirrored: bool = False
    frame_rate: float | None = None


@dataclass(frozen=True)
class VideoInfo:
    """A video as it is watched.

    ``width`` and ``height`` in pixels as it is shown: turned upright, with square pixels; ``times[i]`` seconds of frame
    i, at the speed of life; ``field_of_view`` across the picture in degrees where the file tells of its lens, else 0;
    ``cuts`` the first frame of each shot but the first; ``turn`` degrees clockwise, 0, 90, 180 or 270, by which the
    stored pictures are turned to be upright.
    """

    path: Path
    width: int
    height: int
    times: FloatArray
    field_of_view: float = 0.0
    playback: Playback = Playback()
    cuts: IntArray = field(default_factory=lambda: np.zeros(0, int))
    turn: int = 0

    def __post_init__(self) -> None:
        check_shape("times", self.times, (None,))
        check_rising("times", self.times)
        check_shape("cuts", self.cuts, (None,))
        check_rising("cuts", self.cuts)

    @property
    def has_plausible_times(self) -> bool:
        """Whether its time stamps can be a video's. Sampling others at a steady rate would fill the memory."""
        steps = np.diff(self.times)
        usual = float(np.median(steps)) if len(steps) else 1.0
        return bool(
            len(self.times)
            and np.all(np.isfinite(self.times))
            and self.times[-1] - self.times[0] <= LONGEST_VIDEO
            and 1 / FASTEST_VIDEO <= usual <= SLOWEST_STEP
            and steps.min(initial=1.0) >= SHORTEST_STEP
        )

    @property
    def frame_count(self) -> int:
        return len(self.times)

    @property
    def fps(self) -> float:
        """Mean frames a second, gaps left out; 30 for a single frame."""
        if len(self.times) < 2:
            return 30.0
        steps = np.diff(self.times)
        even = steps <= EVEN_INTERVALS * np.median(steps)
        counted = even if even.mean() >= MOSTLY_EVEN else ~self.gaps[:-1]
        return float(1 / np.mean(steps[counted]))

    def frame_at(self, seconds: float) -> int:
        """The frame that is seen at a time; the first or the last one where the video has none."""
        shown = int(np.searchsorted(self.times, seconds + ROUNDING, side="right")) - 1
        return min(max(shown, 0), self.frame_count - 1)

    def shot_of(self, frames: IntArray) -> IntArray:
        """Which shot, from 0, each of ``frames`` is in."""
        return np.asarray(np.searchsorted(self.cuts, frames, side="right"))

    @property
    def is_variable(self) -> bool:
        """Whether frames last differently long, by more than containers round their times; gaps left out."""
        steps = np.diff(self.times)[~self.gaps[:-1]]
        if not len(steps):
            return False
        usual = np.median(steps)
        return bool(np.abs(steps - usual).max() > max(EVEN_SHARE * usual, ROUNDING))

    @property
    def gaps(self) -> BoolArray:
        """(n,) whether the video goes on only after a gap: a pause of the camera, or frames that are lost."""
        steps = np.diff(self.times)
        longest = GAP_INTERVALS * np.median(steps) if len(steps) else 0.0
        return np.append(steps > longest, False)

    @property
    def durations(self) -> FloatArray:
        """(n,) seconds for which each frame is seen: until the next one, or for a usual interval before a gap."""
        usual = 1 / self.fps
        return np.where(self.gaps, usual, np.diff(self.times, append=self.times[-1:] + usual))


@dataclass(frozen=True)
class Track:
    """One person through the video. ``frames`` (t,) rising; ``boxes`` (t, 4) px; ``scores`` (t,) 0..1."""

    track_id: int
    frames: IntArray
    boxes: FloatArray
    scores: FloatArray

    def __post_init__(self) -> None:
        check_shape("frames", self.frames, (None,))
        check_rising("frames", self.frames)
        check_shape("boxes", self.boxes, (len(self.frames), 4))
        check_shape("scores", self.scores, (len(self.frames),))


@dataclass(frozen=True)
class PartPoints:
    """What was read of a part of the body beside COCO-17: ``points`` (t, k, 2) px of the upright frame, of hands'
    shapes (t, k, 3) m; ``scores`` (t, k) 0..1, 0 where nothing was read."""

    points: FloatArray
    scores: FloatArray

    def __post_init__(self) -> None:
        check_shape("points", self.points, (None, None, None))
        check_shape("scores", self.scores, self.points.shape[:2])

    def at(self, rows: IntArray | BoolArray) -> "PartPoints":
        return PartPoints(self.points[rows], self.scores[rows])


@dataclass(frozen=True)
class Keypoints2D:
    """One person's COCO-17 keypoints: ``points`` (t, 17, 2) px of the upright frame, y down; ``scores`` (t, 17)
    0..1. ``parts``: by the names of the layouts in skeletons.PARTS, what else was read in the same frames."""

    track_id: int
    frames: IntArray
    points: FloatArray
    scores: FloatArray
    parts: Mapping[str, PartPoints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_shape("frames", self.frames, (None,))
        check_rising("frames", self.frames)
        check_shape("points", self.points, (len(self.frames), 17, 2))
        check_shape("scores", self.scores, (len(self.frames), 17))
        for name, part in self.parts.items():
            check_shape(name, part.points, (len(self.frames), len(PARTS[name].joints), dimensions(name)))

    def at(self, rows: IntArray | BoolArray) -> "Keypoints2D":
        """Those of some frames, by their places in ``frames``."""
        parts = {name: part.at(rows) for name, part in self.parts.items()}
        return Keypoints2D(self.track_id, self.frames[rows], self.points[rows], self.scores[rows], parts)

    def part(self, name: str) -> PartPoints:
        """The points of a part; of score 0 where it was not read."""
        shape = (len(self.frames), len(PARTS[name].joints))
        return self.parts.get(name) or PartPoints(np.zeros((*shape, dimensions(name))), np.zeros(shape))


@dataclass(frozen=True)
class Pose3D:
    """One person's Human3.6M-17 joints around the pelvis.

    ``joints`` (t, 17, 3) metres in camera axes: x right, y down, z away from the camera; joint 0 is the origin.
    """

    frames: IntArray
    joints: FloatArray

    def __post_init__(self) -> None:
        check_shape("frames", self.frames, (None,))
        check_rising("frames", self.frames)
        check_shape("joints", self.joints, (len(self.frames), 17, 3))


@dataclass(frozen=True)
class FootContact:
    """A contact phase: ``foot`` stands from ``start`` to ``end`` seconds of the video, both included."""

    foot: Side
    start: float
    end: float


@dataclass(frozen=True)
class Person:
    """All that a take knows of one tracked person.

    ``thumbnail`` (h, w, 3) uint8 RGB; ``contacts`` as somebody corrected them, None to find them; ``body_height``
    in metres, None for that of the clean-up settings; ``name`` as somebody gave it, "" for none.
    """

    track: Track
    keypoints: Keypoints2D
    pose: Pose3D
    thumbnail: ImageArray
    contacts: tuple[FootContact, ...] | None = None
    body_height: float | None = None
    name: str = ""

    def __post_init__(self) -> None:
        check_shape("thumbnail", self.thumbnail, (None, None, 3))

    @property
    def track_id(self) -> int:
        return self.track.track_id

    @property
    def confidence(self) -> float:
        """Mean score of the person's keypoints, 0..1."""
        return float(np.mean(self.keypoints.scores))

    @property
    def label(self) -> str:
        """How the person is called."""
        return self.name or f"Person {self.track_id}"

    def within(self, is_in: Callable[[IntArray], BoolArray]) -> "Person":
        """The person in the frames for which ``is_in`` is true."""
        track, keypoints, pose = self.track, self.keypoints, self.pose
        seen, read, lifted = is_in(track.frames), is_in(keypoints.frames), is_in(pose.frames)
        return replace(
            self,
            track=Track(track.track_id, track.frames[seen], track.boxes[seen], track.scores[seen]),
            keypoints=keypoints.at(read),
            pose=Pose3D(pose.frames[lifted], pose.joints[lifted]),
        )


@dataclass(frozen=True)
class TakeSettings:
    """What made a take: quality preset, frame range (end exclusive), model name -> sha256, and by its slot (detector,
    2D pose, lifter) each network's name with the kind of file that it is."""

    quality: Quality
    start: int
    end: int
    low_memory: bool
    models: Mapping[str, str] = field(default_factory=dict)
    networks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Take:
    """The result of one run over one video, and the clean-up settings it was last worked on with.

    ``camera_shift`` is how far the background moved at most, in widths of the picture; ``camera_path`` (k, 3): seconds,
    and how far it had moved by then, right and down, in each shot from its beginning. ``edits`` is what somebody mended
    in who was tracked: ``people`` are what became of ``tracked``, those before the first edit (empty without edits).
    """

    video: VideoInfo
    settings: TakeSettings
    people: tuple[Person, ...]
    cleaning: CleanSettings = field(default_factory=CleanSettings)
    camera_shift: float = 0.0
    camera: CameraMove = CameraMove.STANDS
    camera_path: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    edits: tuple["Edit", ...] = ()
    tracked: tuple[Person, ...] = ()

    def __post_init__(self) -> None:
        check_shape("camera_path", self.camera_path, (None, 3))

    @property
    def camera_moved(self) -> bool:
        """Whether the background moved by more than it does in the video of a camera on a tripod."""
        return self.camera_shift > STILL_CAMERA or self.camera is CameraMove.TRAVELS

    def person(self, track_id: int) -> Person:
        """Raises KeyError when the take has no such person."""
        for person in self.people:
            if person.track_id == track_id:
                return person
        raise KeyError(track_id)

    @property
    def is_corrected(self) -> bool:
        """Whether somebody mended its people, named them, or kept contacts, body heights or clean-up settings in it."""
        people = any(
            person.name or person.contacts is not None or person.body_height is not None for person in self.people
        )
        return people or bool(self.edits) or not self.cleaning.are_defaults

    def with_person(self, changed: Person) -> "Take":
        """This take with ``changed`` in the place of the person of the same id."""
        people = (changed if person.track_id == changed.track_id else person for person in self.people)
        return replace(self, people=tuple(people))

    def seconds_on_screen(self, person: Person) -> float:
        """How long the video shows ``person``: gaps of the video do not count."""
        return float(self.video.durations[person.track.frames].sum())


@dataclass(frozen=True)
class FoundHeight:
    """How tall somebody is by the floor that people share: ``metres``, give or take ``error`` metres."""

    metres: float
    error: float

    @property
    def words(self) -> str:
        return f"{self.metres:.2f} m (±{max(1, round(100 * self.error))} cm)"


@dataclass(frozen=True)
class Hands:
    """How hands are held: ``curls`` (t, 2, 5) degrees that the two knuckles of thumb, index, middle, ring and little
    finger nearest to the palm are bent by together, of the left and the right hand; ``sureness`` (t, 2) 0..1."""

    curls: FloatArray
    sureness: FloatArray

    def __post_init__(self) -> None:
        check_shape("curls", self.curls, (None, 2, 5))
        check_shape("sureness", self.sureness, (len(self.curls), 2))

    @property
    def swapped(self) -> "Hands":
        """With left and right in each other's place."""
        return Hands(self.curls[:, ::-1], self.sureness[:, ::-1])

    @classmethod
    def unseen(cls, count: int) -> "Hands":
        return cls(np.zeros((count, 2, 5)), np.zeros((count, 2)))


@dataclass(frozen=True)
class Motion:
    """A performance in Blender's axes.

    ``times`` (t,) seconds, rising; ``joints`` (t, 17, 3) metres, z up, -y towards the camera, floor at z = 0, with
    travel; ``scores`` (t, 17) 0..1; ``contacts`` when each foot stands; ``camera`` that saw it so, None where people
    stay in place; ``heights`` by track id, of everybody whose height was found; ``feet`` (t, 2, 3) which way the right
    and the left sole point from heel to toes, as long as that is sure, 0..1; None where feet were not read; ``hands``
    None where none was surely seen.
    """

    times: FloatArray
    joints: FloatArray
    scores: FloatArray
    contacts: tuple[FootContact, ...] = ()
    camera: FilmCamera | None = None
    heights: Mapping[int, FoundHeight] = field(default_factory=dict)
    feet: FloatArray | None = None
    hands: Hands | None = None

    def __post_init__(self) -> None:
        check_shape("times", self.times, (None,))
        check_rising("times", self.times)
        check_shape("joints", self.joints, (len(self.times), 17, 3))
        check_shape("scores", self.scores, (len(self.times), 17))
        if self.hands is not None:
            check_shape("sureness", self.hands.sureness, (len(self.times), 2))
        if self.feet is not None:
            check_shape("feet", self.feet, (len(self.times), 2, 3))
