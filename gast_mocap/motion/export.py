"""Writes a performance to a file that other programs read: BVH (see bvh.py), CSV or NPZ. z is up, metres, seconds."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..take.errors import MocapError
from ..take.packing import write_arrays
from ..take.records import Motion
from ..take.skeletons import FINGERS, Side
from ..take.whole_file import whole_file, why_not_saved
from .bvh import write_bvh
from .feet import figure_of
from .rows import in_turn


class ExportFormat(StrEnum):
    """A file format, named by its suffix."""

    BVH = "bvh"
    CSV = "csv"
    NPZ = "npz"


def export_motion(motion: Motion, path: Path, file_format: ExportFormat) -> None:
    """Write ``motion`` to ``path`` whole or not at all.

    Raises:
        MocapError: the file cannot be written.
    """
    try:
        with whole_file(path) as part, part.open("wb") as file:
            WRITERS[file_format](motion, file)
    except OSError as error:
        raise MocapError("export_not_saved", why_not_saved(path, error), str(error)) from error


def write_npz(motion: Motion, file: IO[bytes]) -> None:
    """``times`` (t,), ``joints`` (t, j, 3), ``scores`` (t, j), ``joint_names`` (j,), ``parents`` (j,), the contacts as
    ``contact_feet``, ``contact_starts``, ``contact_ends``, and where hands were seen ``curls`` (t, 2, 5) in degrees and
    ``hand_sureness`` (t, 2) as in records.Hands."""
    skeleton, joints, scores = figure_of(motion)
    arrays: dict[str, NDArray[Any]] = {
        "times": motion.times,
        "joints": joints,
        "scores": scores,
        "joint_names": np.array(skeleton.joints),
        "parents": np.array(skeleton.parents),
        "contact_feet": np.array([contact.foot for contact in motion.contacts], dtype=str),
        "contact_starts": np.array([contact.start for contact in motion.contacts]),
        "contact_ends": np.array([contact.end for contact in motion.contacts]),
    }
    if motion.hands:
        arrays |= {"curls": motion.hands.curls, "hand_sureness": motion.hands.sureness}
    write_arrays(file, arrays)


def write_csv(motion: Motion, file: IO[bytes]) -> None:
    """One line a frame: seconds, then x, y, z and score of every joint, and where hands were seen how sure that is and
    the curls of their fingers in degrees."""
    skeleton, joints, scores = figure_of(motion)
    header = ["seconds", *(f"{joint}_{part}" for joint in skeleton.joints for part in ("x", "y", "z", "score"))]
    hands = np.zeros((len(motion.times), 0))
    if motion.hands:
        parts = ("hand_score", *(f"{finger}_curl" for finger in FINGERS))
        header += [f"{side}_{part}" for side in Side for part in parts]
        both = np.concatenate([motion.hands.sureness[..., None], motion.hands.curls], axis=-1)
        hands = both.reshape(len(both), -1)
    file.write((",".join(header) + "\n").encode())
    for part in in_turn(len(motion.times)):
        columns = np.concatenate([joints[part], scores[part, :, None]], axis=-1)
        rows = np.column_stack([motion.times[part], columns.reshape(len(columns), -1), hands[part]])
        np.savetxt(file, rows, fmt=["%.6f", *["%.5f"] * (len(header) - 1)], delimiter=",")


WRITERS: dict[ExportFormat, Callable[[Motion, IO[bytes]], None]] = {
    ExportFormat.BVH: write_bvh,
    ExportFormat.CSV: write_csv,
    ExportFormat.NPZ: write_npz,
}
