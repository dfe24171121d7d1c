"""How a 2D network errs where the truth is known: ``python -m benchmarks.noise POSE2SIM_FOLDER CACHE``.

Prints, for groups of joints and in thousandths of the person's size, what ``detector.py`` needs: the part that stays
through the clip, the part that changes slowly and how fast it is forgotten, the part that is new in every frame, and
how much of the error a group shares. Only such coarse figures were taken over: the recording is the test set too, its
faces are pixelated in two views, and its truth is itself a triangulation good to two or three centimetres.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.scenes import Scene, pose2sim_scenes
from gast_mocap.take.records import FloatArray

GROUPS = {
    "face": range(5),
    "shoulders": range(5, 7),
    "elbows, wrists": range(7, 11),
    "hips": range(11, 13),
    "knees, ankles": range(13, 17),
}


@dataclass(frozen=True)
class Noise:
    """Standard deviations a coordinate of a group's errors, as shares of the size; ``shared``: of the variance."""

    steady: float
    slow: float
    white: float
    slow_seconds: float
    shared: float


def measured(errors: FloatArray, fps: float) -> Noise:
    """The parts of ``errors`` (t, j, 2).

    The covariance over time of a slow and a white part is ``slow² exp(-lag / slow_seconds)``, at lag 0 plus
    ``white²``; lags of one and two frames tell what it would be at 0 without the white part.
    """
    middle = errors.mean(axis=0)
    moving = errors - middle

    def covariance(lag: int) -> float:
        return float((moving[lag:] * moving[: len(moving) - lag]).mean())

    slow = max(2 * covariance(1) - covariance(2), 1e-12)
    white = max(covariance(0) - slow, 0.0)
    lags = range(1, len(errors) // 2)
    forgotten = next((lag for lag in lags if covariance(lag) < slow / np.e), lags[-1])
    shared = float((errors.mean(axis=1) ** 2).mean() / (errors**2).mean())
    return Noise(float(np.sqrt((middle**2).mean())), slow**0.5, white**0.5, forgotten / fps, shared)


def errors_of(read: Scene, true: Scene) -> FloatArray:
    """(t, 17, 2) what was read less what is true, as shares of the person's size."""
    points = true.keypoints.points
    size = np.ptp(points, axis=1).max(axis=-1).mean()
    errors: FloatArray = (read.keypoints.points - points) / size
    return errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="pose2sim_single, with videos, calibration and markers")
    parser.add_argument("cache", type=Path, help="keeps the keypoints read from the videos")
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    scenes = pose2sim_scenes(arguments.folder, arguments.cache)
    print(f"{'':<24}{'steady':>8}{'slow':>8}{'white':>8}{'slow s':>8}{'shared':>8}{'score':>8}")
    for read, true in zip(scenes[::2], scenes[1::2], strict=True):
        errors = errors_of(read, true)
        for group, joints in GROUPS.items():
            noise = measured(errors[:, joints], read.video.fps)
            thousandths = "".join(f"{1000 * part:>8.1f}" for part in (noise.steady, noise.slow, noise.white))
            score = read.keypoints.scores[:, joints].mean()
            print(f"{read.name:<8}{group:<16}{thousandths}{noise.slow_seconds:>8.2f}{noise.shared:>8.2f}{score:>8.2f}")


if __name__ == "__main__":
    main()
