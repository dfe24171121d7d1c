"""A take as one file, ``NAME.take.npz``, readable with numpy alone.

The file is a zip of plain arrays (no pickle) and one JSON text, ``header``::

    {"format": "gast_mocap take", "version": 1,
     "video": {"path": ..., "width": ..., "height": ..., "field_of_view": 0.0,
               "playback": {"speed": 1.0, "mirrored": false, "frame_rate": null}},
     "camera_shift": 0.0,
     "settings": {"quality": ..., "start": ..., "end": ..., "low_memory": ..., "models": {...}, "networks": {...}},
     "cleaning": {"smooth_body": ..., ...},
     "people": [{"track_id": 1, "contacts": [["left", 0.2, 0.9], ...], "body_height": 1.8}, ...]}

``contacts`` and ``body_height`` are null unless somebody gave them. ``times`` (n,) are the seconds of the
video's frames, ``cuts`` the first frame of each shot but the first; the arrays of person 1 are
``person_1/track/frames``, ``person_1/track/boxes`` and so on, named and shaped as in ``records``. Readers
ignore what they do not know, so optional facts need no new version; ``VERSION`` rises only when old readers would
misread a file.
"""

import errno
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import MocapError
from .records import FootContact, Keypoints2D, Person, Playback, Pose3D, Take, TakeSettings, Track, VideoInfo
from .settings import CleanSettings, Quality
from .skeletons import Side
from .whole_file import check_room, whole_file, why_not_saved

FORMAT = "gast_mocap take"
VERSION = 1


def save_take(take: Take, path: Path) -> None:
    """Write ``take`` to ``path`` whole or not at all: a take that is there already survives a failure.

    Raises:
        MocapError: the folder is missing or read-only, the disk is full, or ``take_not_saved``.
    """
    try:
        with whole_file(path) as part:
            part.write_bytes(_serialised(take))
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
    """Read a take.

    Raises:
        MocapError: the file is missing, damaged, no take, or from a newer version of the format.
    """
    if not path.is_file():
        raise MocapError("take_missing", f"There is no take at {path}. Choose a .take.npz file.")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            header = json.loads(str(arrays["header"]))
            _check_header(header, path)
            return _take_from(header, arrays)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise MocapError(
            "take_unreadable",
            f"{path.name} is damaged or no take. Run the import again or choose another file.",
            repr(error),
        ) from error


def _serialised(take: Take) -> bytes:
    arrays: dict[str, NDArray[Any]] = {
        "header": np.array(json.dumps(_header(take))),
        "times": take.video.times,
        "cuts": take.video.cuts,
    }
    for person in take.people:
        arrays |= {f"person_{person.track_id}/{name}": array for name, array in _person_arrays(person).items()}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


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
            "playback": asdict(video.playback),
        },
        "camera_shift": take.camera_shift,
        "settings": asdict(take.settings),
        "cleaning": asdict(take.cleaning),
        "people": [_person_header(person) for person in take.people],
    }


def _person_header(person: Person) -> dict[str, Any]:
    contacts = None
    if person.contacts is not None:
        contacts = [(contact.foot, contact.start, contact.end) for contact in person.contacts]
    return {"track_id": person.track_id, "contacts": contacts, "body_height": person.body_height}


def _person_arrays(person: Person) -> dict[str, NDArray[Any]]:
    return {
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
    if header["version"] > VERSION:
        raise MocapError(
            "take_newer",
            f"{path.name} was made by a newer version of GAST Mocap. Update the extension to open it.",
            f"version {header['version']}, this one reads up to {VERSION}",
        )


def _take_from(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Take:
    video, settings = header["video"], header["settings"]
    return Take(
        VideoInfo(
            Path(video["path"]),
            video["width"],
            video["height"],
            arrays["times"],
            video.get("field_of_view", 0.0),
            _playback_from(video.get("playback", {})),
            arrays["cuts"] if "cuts" in arrays else np.zeros(0, int),
        ),
        TakeSettings(
            Quality(settings["quality"]),
            settings["start"],
            settings["end"],
            settings["low_memory"],
            settings["models"],
            settings.get("networks", {}),
        ),
        tuple(_person_from(person, arrays) for person in header["people"]),
        _cleaning_from(header.get("cleaning", {})),
        header.get("camera_shift", 0.0),
    )


def _playback_from(stored: Mapping[str, Any]) -> Playback:
    known = {control.name for control in fields(Playback)}
    return Playback(**{name: value for name, value in stored.items() if name in known})


def _cleaning_from(stored: Mapping[str, Any]) -> CleanSettings:
    known = {control.name for control in fields(CleanSettings)}
    return CleanSettings(**{name: value for name, value in stored.items() if name in known})


def _person_from(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Person:
    track_id, contacts = header["track_id"], header.get("contacts")

    def array(name: str) -> NDArray[Any]:
        return arrays[f"person_{track_id}/{name}"]

    return Person(
        Track(track_id, array("track/frames"), array("track/boxes"), array("track/scores")),
        Keypoints2D(track_id, array("keypoints/frames"), array("keypoints/points"), array("keypoints/scores")),
        Pose3D(array("pose/frames"), array("pose/joints")),
        array("thumbnail"),
        None if contacts is None else tuple(FootContact(Side(foot), start, end) for foot, start, end in contacts),
        header.get("body_height"),
    )


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
