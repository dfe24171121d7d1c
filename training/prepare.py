"""Pack a folder of CMU motion capture into one file: ``python -m training.prepare DATA OUT.npz``."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from .directions import DIRECTIONS, read_directions
from .key_poses import KEY_POSES, make_motion

VALIDATION_SUBJECTS = ("05", "13")
STORED_FPS = 60
MADE, MADE_SUBJECT, MADE_SECONDS, MADE_SEED = 12, "made", 6.0, 1
KEPT_OUT = ("side lunge", "headstand", "climb", "sit on a chair")
"""Key poses that are never trained on, so that the stress set tells what is learned from what is remembered."""


@dataclass(frozen=True)
class Motions:
    """All clips end to end at 60 fps. Clip i is ``starts[i]:starts[i] + lengths[i]``.

    ``directions`` (n, 24, 3) and ``pelvis`` (n, 3) as ``directions.py`` says.
    """

    names: tuple[str, ...]
    subjects: tuple[str, ...]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    directions: NDArray[np.float16]
    pelvis: NDArray[np.float32]

    def clips(self, validation: bool) -> NDArray[np.int64]:
        """Indices of the clips to train on, or of those kept out of it."""
        return np.flatnonzero([(subject in VALIDATION_SUBJECTS) == validation for subject in self.subjects])


def prepare(folder: Path, out: Path, made: int = MADE) -> None:
    """Read every BVH and AMC file under ``folder``, make ``made`` motions of each set of key poses; write ``out``."""
    out.parent.mkdir(parents=True, exist_ok=True)
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".bvh", ".amc"))
    directions, pelvis, subjects, names = [], [], [], []
    for path in tqdm(paths, desc="reading motions", unit="file"):
        clip_directions, clip_pelvis, fps = read_directions(path)
        if round(fps) != STORED_FPS:
            raise ValueError(f"{path} has {fps:.2f} frames a second, expected {STORED_FPS}")
        directions.append(clip_directions.astype(np.float16))
        pelvis.append(clip_pelvis.astype(np.float32))
        subjects.append(path.stem.split("_")[0])
        names.append(f"{path.parent.name}/{path.stem}")
    rng = np.random.default_rng(MADE_SEED)
    for name in made * [name for name in KEY_POSES if name not in KEPT_OUT]:
        motion = make_motion(name, MADE_SECONDS, rng)
        directions.append(motion.directions.astype(np.float16))
        pelvis.append(motion.pelvis.astype(np.float32))
        subjects.append(MADE_SUBJECT)
        names.append(f"{MADE_SUBJECT}/{name}")
    lengths = np.array([len(clip) for clip in pelvis])
    np.savez_compressed(
        out,
        names=np.array(names),
        subjects=np.array(subjects),
        starts=np.cumsum(lengths) - lengths,
        lengths=lengths,
        directions=np.concatenate(directions),
        pelvis=np.concatenate(pelvis),
    )


def load_motions(path: Path) -> Motions:
    """Read what ``prepare`` wrote."""
    if not path.exists():
        sys.exit(f"There is no {path}; make it with: python -m training.prepare DATA/cmu_mocap {path}")
    with np.load(path) as arrays:
        if arrays["directions"].shape[1] != len(DIRECTIONS):
            sys.exit(f"{path} was made by an older version of training.prepare; make it again.")
        return Motions(
            tuple(map(str, arrays["names"])),
            tuple(map(str, arrays["subjects"])),
            arrays["starts"],
            arrays["lengths"],
            arrays["directions"],
            arrays["pelvis"],
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with .bvh, .asf and .amc files, searched through")
    parser.add_argument("out", type=Path, help="the .npz to write")
    parser.add_argument(
        "--made", type=int, default=MADE, help=f"motions to make of each set of key poses (default: {MADE})"
    )
    arguments = parser.parse_args()
    prepare(arguments.data, arguments.out, arguments.made)
