"""Poses and cameras that motion capture of walks lacks: ``python -m benchmarks.stress [FILE.onnx ...]``.

Every motion of ``training.key_poses`` (star jumps, splits, handstands, ...), made anew with a seed that training never
sees, before every kind of camera of ``training.cameras``; keypoints are misread as the 2D network misreads them.
Prints for each lifter and group PA-MPJPE, the share of poses turned front to back, and by how many degrees knees and
elbows that are straight come out bent. Without files, the bundled lifter. Needs the training environment.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from gast_mocap.inference.networks.session import Session
from gast_mocap.inference.poses.lift import Lifter
from gast_mocap.models.catalog import bundled_model
from gast_mocap.take.records import FloatArray, Keypoints2D, VideoInfo
from gast_mocap.take.skeletons import H36M17
from training.cameras import CAMERA_KINDS
from training.key_poses import KEY_POSES, make_motion
from training.prepare import KEPT_OUT, VALIDATION_SUBJECTS, Motions
from training.synthesis import NETWORK_FPS, Synthesis

from .poses import scores

SEED, SECONDS, MOTIONS = 77, 6.0, 4
FRAMES = 90
SIDE = 1000
STRAIGHT_DEGREES = 12.0
"""A knee or elbow that is bent less is straight."""
HINGES = [
    H36M17.indices(*(f"{side}_{joint}" for joint in joints))
    for side in ("left", "right")
    for joints in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
]


@dataclass(frozen=True)
class Stressed:
    """``found`` and ``truth`` (t, 17, 3), camera axes, of one motion of ``pose`` before a camera of ``kind``."""

    pose: str
    kind: str
    found: FloatArray
    truth: FloatArray


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="lifters in ONNX")
    for file in parser.parse_args(arguments).files or [bundled_model("gast-27")[0]]:
        print(f"== {file.name}")
        results = list(stress(Lifter(Session(file))))
        for kind in CAMERA_KINDS:
            report(kind, [one for one in results if one.kind == kind])
        for pose in KEY_POSES:
            report(f"{pose} *" if pose in KEPT_OUT else pose, [one for one in results if one.pose == pose])
        report("never trained on (*)", [one for one in results if one.pose in KEPT_OUT])
        report("all", results)
    return 0


def stress(lifter: Lifter) -> Iterator[Stressed]:
    """Every set of key poses before every kind of camera, ``MOTIONS`` times."""
    for number, pose in enumerate(KEY_POSES):
        rng = np.random.default_rng([SEED, number])
        synthesis = Synthesis(motions_of(pose, rng), validation=True, device=torch.device("cpu"), seed=SEED + number)
        kinds = torch.arange(len(CAMERA_KINDS)).repeat(MOTIONS)
        examples = synthesis.examples(len(kinds), FRAMES, kinds)
        frames = np.arange(FRAMES)
        for i, kind in enumerate(kinds.tolist()):
            pixels = examples.read_points[i].double().numpy() * SIDE / 2 + SIDE / 2
            video = VideoInfo(Path("stress.mp4"), SIDE, SIDE, frames / NETWORK_FPS)
            keypoints = Keypoints2D(1, frames, pixels, np.ones((FRAMES, 17)))
            found = lifter.lift(keypoints, video, False, lambda _done, _total: None)
            yield Stressed(pose, list(CAMERA_KINDS)[kind], found.joints, examples.joints[i].double().numpy())


def motions_of(pose: str, rng: np.random.Generator) -> Motions:
    """New motions of one set of key poses, as those of a validation subject."""
    made = [make_motion(pose, SECONDS, rng) for _ in range(MOTIONS)]
    lengths = np.array([len(motion.pelvis) for motion in made])
    return Motions(
        tuple(motion.name for motion in made),
        len(made) * VALIDATION_SUBJECTS[:1],
        np.cumsum(lengths) - lengths,
        lengths,
        np.concatenate([motion.directions for motion in made]).astype(np.float16),
        np.concatenate([motion.pelvis for motion in made]).astype(np.float32),
    )


def report(group: str, results: Sequence[Stressed]) -> None:
    found, truth = (np.concatenate([getattr(one, name) for one in results]) for name in ("found", "truth"))
    judged = scores(found, truth, list(range(17)), NETWORK_FPS)
    knees, elbows = (bent_too_far(found, truth, HINGES[first::2]) for first in (0, 1))
    print(
        f"{group:<24} PA-MPJPE {judged['PA-MPJPE mm']:6.1f} mm  flips {judged['flips %']:5.2f} %  "
        f"straight knees {knees:5.1f} deg  straight elbows {elbows:5.1f} deg",
        flush=True,
    )


def bent_too_far(found: FloatArray, truth: FloatArray, hinges: Sequence[list[int]]) -> float:
    """Mean degrees by which straight hinges are off; NaN where none is straight."""
    bends = [np.stack([bend(poses, hinge) for hinge in hinges]) for poses in (found, truth)]
    straight = bends[1] < STRAIGHT_DEGREES
    return float(np.abs(bends[0] - bends[1])[straight].mean()) if straight.any() else float("nan")


def bend(poses: FloatArray, hinge: list[int]) -> FloatArray:
    """(t,) degrees by which a limb is bent, 0 where it is straight."""
    first, middle, last = (poses[:, joint] for joint in hinge)
    upper, lower = middle - first, last - middle
    cosine = (upper * lower).sum(1) / (np.linalg.norm(upper, axis=1) * np.linalg.norm(lower, axis=1))
    degrees: FloatArray = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return degrees


if __name__ == "__main__":
    raise SystemExit(main())
