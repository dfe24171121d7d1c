"""The stretches of a run that was ended before its time: the next run of the same job goes on behind them.

They lie in the system's folder for temporary files, each whole or not at all, and are removed once the take is saved.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from ..take.untrusted import DAMAGE
from ..take.whole_file import whole_file
from .people.observe import ROW, Observations
from .people.so_far import Stretch
from .people.watch import Eyes
from .protocol.job import Job
from .stretches import Part, Seen, watch_part
from .video.decode import Footage
from .video.stillness import Backdrop

FORMAT = 1
"""Raised whenever stretches are watched otherwise, so that what an older version saw is not gone on with."""
DAYS_KEPT = 7.0
"""Raising it keeps what was begun for longer, and needs more of the disk."""


@dataclass(frozen=True)
class KeptStretches:
    """What earlier runs of a job saw, ``known``; what this one sees is kept in ``folder``."""

    folder: Path
    known: Mapping[Part, Seen]

    @classmethod
    def of(cls, job: Job, footage: Footage, hashes: Mapping[str, str], parts: Sequence[Part]) -> Self:
        """Those of ``job``, whose networks have these ``hashes`` and whose stretches are ``parts``."""
        folder = kept_folder() / fingerprint(job, hashes)
        remove_old(folder.parent)
        found = {part: read(place_of(folder, part), footage) for part in parts}
        return cls(folder, {part: seen for part, seen in found.items() if seen})

    @property
    def frames(self) -> int:
        """How many need not be watched again."""
        return sum(seen.frames for seen in self.known.values())

    def watch(self, footage: Footage, part: Part, eyes: Eyes, sign: Callable[[int], None], found: Stretch) -> Seen:
        """As ``stretches.watch_part``, but what is known is not watched again."""
        if part in self.known:
            found.update(self.known[part].tracks)
            return self.known[part]
        seen = watch_part(footage, part, eyes, sign, found)
        with suppress(OSError):  # without room for it the work goes on, and only cannot be gone on with
            keep(seen, place_of(self.folder, part))
        return seen

    def remove(self) -> None:
        """Call when the take is saved."""
        shutil.rmtree(self.folder, ignore_errors=True)


def kept_folder() -> Path:
    """The user's own: pictures of people are nobody else's business."""
    return Path(tempfile.gettempdir(), f"gast_mocap-{getattr(os, 'getuid', int)()}")


def fingerprint(job: Job, hashes: Mapping[str, str]) -> str:
    """The same only where the same would be seen."""
    file = job.video.stat()
    facts = [FORMAT, os.path.realpath(job.video), file.st_size, file.st_mtime_ns, job.start, job.end, job.quality]
    facts += [job.speed, job.mirrored, job.frame_rate, job.feet, job.hands, sorted(hashes.items())]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def place_of(folder: Path, part: Part) -> Path:
    return folder / f"{part[0]}-{part[1]}.npz"


def remove_old(folder: Path) -> None:
    """What nobody went on with."""
    with suppress(OSError):
        for kept in folder.iterdir():
            if time.time() - kept.stat().st_mtime > DAYS_KEPT * 86400:
                shutil.rmtree(kept, ignore_errors=True)


def keep(seen: Seen, place: Path) -> None:
    """Raises OSError."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = {
        "start": seen.start, "lost": seen.lost, "missing": seen.missing, "decoding": seen.decoding,
        "tracks": {i: [track.thumbnail_worth, track.replaces] for i, track in seen.tracks.items()},
    }  # fmt: skip
    arrays: dict[str, Any] = {"times": seen.video.times, "cuts": seen.video.cuts, **seen.backdrop.to_arrays()}
    for i, track in seen.tracks.items():
        arrays |= {
            f"{i}/frames": np.array(track.frames, int),
            f"{i}/rows": np.array(track.rows, np.float32).reshape(-1, ROW),
            f"{i}/colours": track.colours,
            f"{i}/thumbnail": track.thumbnail,
        }
    with whole_file(place) as part, part.open("wb") as file:
        np.savez(file, facts=np.array(json.dumps(facts)), **arrays)


def read(place: Path, footage: Footage) -> Seen | None:
    """What was kept at ``place`` of ``footage``; None where that is nothing, or is damaged."""
    try:
        with np.load(place, allow_pickle=False) as file:
            arrays = dict(file)
        facts = json.loads(str(arrays["facts"]))
        tracks = {int(i): track_of(arrays, i, *words) for i, words in facts["tracks"].items()}
        video = footage.info(arrays["times"], arrays["cuts"])
        backdrop = Backdrop.of_arrays(arrays)
        return Seen(facts["start"], tracks, backdrop, video, facts["lost"], facts["missing"], facts["decoding"])
    except DAMAGE:
        return None


def track_of(arrays: Mapping[str, Any], track_id: str, worth: float, replaces: bool) -> Observations:
    frames, rows = arrays[f"{track_id}/frames"].tolist(), arrays[f"{track_id}/rows"]
    if rows.shape != (len(frames), ROW):
        raise ValueError("rows of another number")
    return Observations(
        frames, array("f", rows.ravel().tolist()), arrays[f"{track_id}/colours"], arrays[f"{track_id}/thumbnail"],
        worth, replaces,
    )  # fmt: skip
