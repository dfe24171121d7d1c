"""A take as one file, ``NAME.take.npz``, readable with numpy alone.

The file is a zip of plain arrays (no pickle) and one JSON text, ``header``::

    {"format": "gast_mocap take", "version": 1,
     "video": {"path": ..., "width": ..., "height": ..., "field_of_view": 0.0,
               "turn": 0, "playback": {"speed": 1.0, "mirrored": false, "frame_rate": null}},
     "camera_shift": 0.0, "camera": "stands",
     "settings": {"quality": ..., "start": ..., "end": ..., "low_memory": ..., "models": {...}, "networks": {...}},
     "cleaning": {"smooth_body": ..., ...},
     "people": [{"track_id": 1, "name": "", "contacts": [["left", 0.2, 0.9], ...], "body_height": 1.8}, ...],
     "edits": [{"kind": "join", "person": 1, "other": 3}, ...], "tracked": [{"track_id": 1, ...}, ...]}

``contacts`` and ``body_height`` are null unless somebody gave them. ``people`` are what ``edits`` made of ``tracked``,
whose arrays are ``tracked_1/...``; both lists are empty until somebody mends who was tracked. ``times`` (n,) are the
seconds of the video's frames, ``cuts`` the first frame of each shot but the first, ``camera_path`` (k, 3) how
the background moves; the arrays of person 1 are
``person_1/track/frames``, ``person_1/track/boxes`` and so on, named and shaped as in ``records``. Readers
ignore what they do not know, so optional facts need no new version; ``VERSION`` rises only when old readers would
misread a file.
"""

import errno
import json
import math
import stat
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from .edits import LARGEST_ID, LAST_FRAME, MOST_EDITS, Edit, edit_fields, edit_from, replayed
from .errors import MocapError
from .packing import write_arrays
from .records import (
    LONGEST_VIDEO,
    CameraMove,
    FloatArray,
    FootContact,
    ImageArray,
    IntArray,
    Keypoints2D,
    PartPoints,
    Person,
    Playback,
    Pose3D,
    Take,
    TakeSettings,
    Track,
    VideoInfo,
)
from .sentences import Sentence
from .settings import BODY_HEIGHT, CleanSettings, Quality, nearest
from .skeletons import PARTS, Side, dimensions
from .untrusted import DAMAGE, Arrays, items, number, parsed, switch, table, text, whole_number
from .whole_file import check_room, whole_file, why_not_saved

FORMAT = "gast_mocap take"
VERSION = 1
PEOPLE, TRACKED = "person", "tracked"
"""What the names of people's arrays begin with."""

# What a take may hold at most: far more than any video gives, and little enough to be worked with.
MOST_PIXELS = 1 << 20
MOST_SHIFT = 1e6  # widths of the picture
FARTHEST_JOINT = 100.0  # metres from the pelvis
WIDEST_VIEW = 179.0  # degrees
PLAYBACK_SPEEDS, FRAME_RATES = (1e-3, 1e3), (1e-2, 1e5)
LONGEST_NAME = 63  # characters of a person's name, as of Blender's own names
LARGEST_THUMBNAIL = 512  # pixels of the longer side; a larger one is shrunk


def save_take(take: Take, path: Path) -> None:
    """Write ``take`` to ``path`` whole or not at all: a take that is there already survives a failure.

    Raises:
        MocapError: the folder is missing or read-only, the disk is full, or ``take_not_saved``.
    """
    try:
        with whole_file(path) as part, part.open("wb") as file:
            _write(take, file)
    except OSError as error:
        raise _not_saved(path, error) from error


def check_saving(path: Path, size: int = 0) -> None:
    """Find out before the long work whether a take of ``size`` bytes can be saved at ``path``.

    Raises:
        MocapError: as ``save_take``.
    """
    try:
        check_room(path, size)
    except OSError as error:
        raise _not_saved(path, error) from error


def load_take(path: Path) -> Take:
    """Read a take. All of its values are checked: it may come from anybody, or from a failing disk.

    Raises:
        MocapError: ``take_missing``, ``take_forbidden``, ``take_unreadable`` for a file that is damaged or not a take,
            or ``take_newer`` for one from a newer version of the format.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise FileNotFoundError(errno.ENOENT, "not a plain file", str(path))
        file = path.open("rb")
    except PermissionError as error:
        raise MocapError(
            "take_forbidden",
            Sentence(
                "You have no permission to read {name}. Change the permissions of the file and its "
                "folder, or choose another file.",
                name=path.name,
            ),
            repr(error),
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise MocapError(
            "take_missing", Sentence("There is no take at {path}. Choose a .take.npz file.", path=path), repr(error)
        ) from error
    try:
        with file, Arrays(file) as arrays:
            header = parsed(arrays.text("header"))
            _check_header(header, path)
            return _take_from(header, arrays)
    except DAMAGE as error:
        raise MocapError(
            "take_unreadable",
            Sentence("{name} is damaged or not a take. Import the video again or choose another file.", name=path.name),
            repr(error),
        ) from error


def _write(take: Take, file: IO[bytes]) -> None:
    arrays: dict[str, NDArray[Any]] = {
        "header": np.array(json.dumps(_header(take))),
        "times": take.video.times,
        "cuts": take.video.cuts,
        "camera_path": take.camera_path,
    }
    for group, people in ((PEOPLE, take.people), (TRACKED, take.tracked)):
        for person in people:
            arrays |= {f"{group}_{person.track_id}/{name}": array for name, array in _person_arrays(person).items()}
    write_arrays(file, arrays)


def _header(take: Take) -> dict[str, Any]:
    video = take.video
    return {
        "format": FORMAT,
        "version": VERSION,
        "video": {
            "path": str(video.path),
            "width": video.width,
            "height": video.height,
            "field_of_view": video.field_of_view,
            "turn": video.turn,
            "playback": asdict(video.playback),
        },
        "camera_shift": take.camera_shift,
        "camera": take.camera,
        "settings": asdict(take.settings),
        "cleaning": asdict(take.cleaning),
        "people": [_person_header(person) for person in take.people],
        "edits": [edit_fields(edit) for edit in take.edits],
        "tracked": [_person_header(person) for person in take.tracked],
    }


def _person_header(person: Person) -> dict[str, Any]:
    contacts = None
    if person.contacts is not None:
        contacts = [(contact.foot, contact.start, contact.end) for contact in person.contacts]
    return {
        "track_id": person.track_id,
        "name": person.name,
        "contacts": contacts,
        "body_height": person.body_height,
    }


def _person_arrays(person: Person) -> dict[str, NDArray[Any]]:
    parts: dict[str, NDArray[Any]] = {}
    for name, part in person.keypoints.parts.items():
        parts |= {f"{name}/points": part.points, f"{name}/scores": part.scores}
    return parts | {
        "track/frames": person.track.frames,
        "track/boxes": person.track.boxes,
        "track/scores": person.track.scores,
        "keypoints/frames": person.keypoints.frames,
        "keypoints/points": person.keypoints.points,
        "keypoints/scores": person.keypoints.scores,
        "pose/frames": person.pose.frames,
        "pose/joints": person.pose.joints,
        "thumbnail": person.thumbnail,
    }


def _check_header(header: Mapping[str, Any], path: Path) -> None:
    if header["format"] != FORMAT:
        raise ValueError(f"format is {header['format']!r}")
    version = whole_number(header["version"], 1, 1 << 31)
    if version > VERSION:
        raise MocapError(
            "take_newer",
            Sentence(
                "{name} was made by a newer version of GAST Mocap. Update the extension to open it.", name=path.name
            ),
            f"version {version}, this one reads up to {VERSION}",
        )


def _take_from(header: Mapping[str, Any], arrays: Arrays) -> Take:
    video, settings = _video_from(table(header["video"]), arrays), table(header["settings"])
    people = _people_from(header["people"], PEOPLE, video, arrays)
    edits = tuple(edit_from(table(edit)) for edit in items(header.get("edits", []), MOST_EDITS))
    tracked = _people_from(header["tracked"], TRACKED, video, arrays) if edits else ()
    if edits:
        _check_edits(people, tracked, edits)
    start = whole_number(settings["start"], 0, LAST_FRAME)
    return Take(
        video,
        TakeSettings(
            Quality(settings["quality"]),
            start,
            whole_number(settings["end"], start, LAST_FRAME),
            switch(settings["low_memory"]),
            _texts(settings["models"]),
            _texts(settings.get("networks", {})),
        ),
        people,
        _cleaning_from(table(header.get("cleaning", {}))),
        number(header.get("camera_shift", 0.0), 0.0, MOST_SHIFT),
        CameraMove(text(header.get("camera", CameraMove.STANDS))),
        arrays.numbers("camera_path", (None, 3), -LONGEST_VIDEO, LONGEST_VIDEO)
        if "camera_path" in arrays
        else np.zeros((0, 3)),
        edits,
        tracked,
    )


def _people_from(stored: object, group: str, video: VideoInfo, arrays: Arrays) -> tuple[Person, ...]:
    people = tuple(_person_from(table(person), group, video, arrays) for person in items(stored, LARGEST_ID))
    if len({person.track_id for person in people}) < len(people):
        raise ValueError("two people have one id")
    return people


def _check_edits(people: Sequence[Person], tracked: Sequence[Person], edits: Sequence[Edit]) -> None:
    """Raise ValueError unless ``people`` are what ``edits`` make of ``tracked``."""
    try:
        made = {person.track_id: person.keypoints.frames for person in replayed(tracked, edits)}
    except MocapError as error:
        raise ValueError(error.text) from error
    found = {person.track_id: person.keypoints.frames for person in people}
    if made.keys() != found.keys() or any(not np.array_equal(made[i], found[i]) for i in made):
        raise ValueError("the edits do not lead to these people")


def _texts(stored: object) -> dict[str, str]:
    return {text(name): text(value) for name, value in table(stored).items()}


def _video_from(header: Mapping[str, Any], arrays: Arrays) -> VideoInfo:
    times = arrays.numbers("times", (None,), -LONGEST_VIDEO, LONGEST_VIDEO)
    video = VideoInfo(
        Path(text(header["path"])),
        whole_number(header["width"], 1, MOST_PIXELS),
        whole_number(header["height"], 1, MOST_PIXELS),
        times,
        number(header.get("field_of_view", 0.0), 0.0, WIDEST_VIEW),
        _playback_from(table(header.get("playback", {}))),
        arrays.whole_numbers("cuts", (None,), 0, len(times)) if "cuts" in arrays else np.zeros(0, int),
        whole_number(header.get("turn", 0), 0, 359),
    )
    if not video.has_plausible_times:
        raise ValueError("times are no video's")
    return video


def _playback_from(stored: Mapping[str, Any]) -> Playback:
    rate = stored.get("frame_rate")
    return Playback(
        number(stored.get("speed", 1.0), *PLAYBACK_SPEEDS),
        switch(stored.get("mirrored", False)),
        None if rate is None else number(rate, *FRAME_RATES),
    )


def _cleaning_from(stored: Mapping[str, Any]) -> CleanSettings:
    """What the controls can be set to; a number beyond a control's range becomes the nearest within."""
    known = {control.name: control for control in fields(CleanSettings)}
    read: dict[str, Any] = {}
    for name, value in stored.items():
        if name in known and isinstance(known[name].default, bool):
            read[name] = switch(value)
        elif name in known:
            read[name] = nearest(known[name], number(value, -math.inf, math.inf))
    return replace(CleanSettings(), **read)


def _person_from(header: Mapping[str, Any], group: str, video: VideoInfo, arrays: Arrays) -> Person:
    track_id = whole_number(header["track_id"], 1, LARGEST_ID)
    contacts, height = header.get("contacts"), header.get("body_height")

    def frames(of: str) -> IntArray:
        return arrays.whole_numbers(f"{group}_{track_id}/{of}/frames", (None,), 0, video.frame_count - 1)

    def numbers(name: str, shape: tuple[int | None, ...], low: float, high: float) -> FloatArray:
        return arrays.numbers(f"{group}_{track_id}/{name}", (None, *shape), low, high)

    parts = {
        name: PartPoints(
            numbers(f"{name}/points", (len(skeleton.joints), dimensions(name)), -MOST_PIXELS, MOST_PIXELS),
            numbers(f"{name}/scores", (len(skeleton.joints),), 0, 1),
        )
        for name, skeleton in PARTS.items()
        if f"{group}_{track_id}/{name}/points" in arrays
    }
    person = Person(
        Track(
            track_id,
            frames("track"),
            numbers("track/boxes", (4,), -MOST_PIXELS, MOST_PIXELS),
            numbers("track/scores", (), 0, 1),
        ),
        Keypoints2D(
            track_id,
            frames("keypoints"),
            numbers("keypoints/points", (17, 2), -MOST_PIXELS, MOST_PIXELS),
            numbers("keypoints/scores", (17,), 0, 1),
            parts,
        ),
        Pose3D(frames("pose"), numbers("pose/joints", (17, 3), -FARTHEST_JOINT, FARTHEST_JOINT)),
        _shrunk(arrays.whole_numbers(f"{group}_{track_id}/thumbnail", (None, None, 3), 0, 255)),
        None if contacts is None else tuple(map(_contact_from, items(contacts, LAST_FRAME))),
        nearest(BODY_HEIGHT, number(height, -math.inf, math.inf)) if height else None,
        text(header.get("name", ""))[:LONGEST_NAME],
    )
    if not (len(person.track.frames) and len(person.keypoints.frames)):
        raise ValueError(f"person {track_id} is in no frame")
    return person


def _contact_from(stored: object) -> FootContact:
    foot, start, end = items(stored, 3)
    begins = number(start, -LONGEST_VIDEO, LONGEST_VIDEO)
    return FootContact(Side(foot), begins, number(end, begins, LONGEST_VIDEO))


def _shrunk(thumbnail: IntArray) -> ImageArray:
    """Small enough for a panel, whose memory grows with the square of the longer side."""
    if not thumbnail.size:
        raise ValueError("a thumbnail is empty")
    step = -(-max(thumbnail.shape) // LARGEST_THUMBNAIL)
    return thumbnail[::step, ::step].astype(np.uint8)


def _not_saved(path: Path, error: OSError) -> MocapError:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            code = "disk_full"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            code = "folder_read_only"
        case errno.ENOENT | errno.ENOTDIR:
            code = "folder_missing"
        case _:
            code = "take_not_saved"
    return MocapError(code, why_not_saved(path, error), str(error))
