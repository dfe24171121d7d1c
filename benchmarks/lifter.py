"""How well lifters lift: ``python -m benchmarks.lifter [FILE.onnx ...]``; without files, the bundled one.

One table for all on the same inputs: (a) CMU subjects that training never saw, before made-up cameras, with exact
and with misread keypoints; (b) the four real cameras of ``pose2sim_single``, with the keypoints that our own
pipeline reads in preset best and with the truth's projection. Beside them the nearest pose of the training motions
and, where ``--mediapipe`` names a Python with mediapipe 0.10.14 and its heavy model, BlazePose's world landmarks.
Needs the training environment, and what ``training.prepare`` wrote.
"""

import argparse
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from gast_mocap.inference.decode import probe_video
from gast_mocap.inference.layouts import h36m17_from_coco17, with_cut_off_legs_folded
from gast_mocap.inference.lift import Contract, Lifter, PersonView, Progress
from gast_mocap.inference.pipeline import Networks, watch_range
from gast_mocap.inference.sessions import Session
from gast_mocap.models.catalog import bundled_model
from gast_mocap.motion.records import FloatArray, Keypoints2D, Pose3D, VideoInfo
from gast_mocap.motion.skeletons import COCO17, H36M17
from training.normalise import ASSUMED_FOCAL
from training.prepare import Motions, load_motions
from training.synthesis import NETWORK_FPS, Synthesis

from .pipeline import data_folder
from .pose2sim import JUDGED, coco17_of, h36m17_of, read_cameras, read_markers
from .poses import scores

SEQUENCES, FRAMES = 64, 120
SEED = 20
SIDE = 1000
FEW = 4
LIBRARY, PART = 20_000, 1000
ALL_JOINTS = list(range(17))
BLAZEPOSE_FROM_COCO = [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]


class Lifts(Protocol):
    def lift(self, keypoints: Keypoints2D, video: VideoInfo, low_memory: bool, progress: Progress) -> Pose3D: ...


@dataclass(frozen=True)
class Scene:
    """One person's keypoints in one video and the ``truth`` (t, 17, 3) of the joints ``judged``, camera axes."""

    group: str
    name: str
    keypoints: Keypoints2D
    video: VideoInfo
    truth: FloatArray
    judged: list[int]


class NearestPose:
    """The baseline: of many training poses, the one whose single picture is the most alike."""

    def __init__(self, motions: Motions) -> None:
        examples = Synthesis(motions, validation=False, device=torch.device("cpu"), seed=SEED)
        drawn = [examples.batch(PART, 1, causal=False, misread=False) for _ in range(LIBRARY // PART)]
        inputs, self._joints = (torch.cat(parts).numpy() for parts in zip(*drawn, strict=True))
        self._library = inputs[:, 0, 1:].reshape(len(inputs), -1)
        self._contract = Contract(1, "person", focal=ASSUMED_FOCAL)

    def lift(self, keypoints: Keypoints2D, video: VideoInfo, low_memory: bool, progress: Progress) -> Pose3D:  # noqa: ARG002
        points = h36m17_from_coco17(with_cut_off_legs_folded(keypoints.points, keypoints.scores))
        view = PersonView(points, video.width, video.height, self._contract)
        wanted = view.inputs[:, 1:].reshape(len(points), -1)
        distances = (self._library**2).sum(axis=1) - 2 * wanted @ self._library.T
        return Pose3D(keypoints.frames, view.camera_from_network(self._joints[distances.argmin(axis=1)]))


class BlazePose:
    """World landmarks of MediaPipe's heavy model, which reads the video itself."""

    def __init__(self, python: Path, cache: Path) -> None:
        self._python, self._cache = python, cache

    def lift(self, keypoints: Keypoints2D, video: VideoInfo, low_memory: bool, progress: Progress) -> Pose3D:  # noqa: ARG002
        out = self._cache / f"blazepose_{video.path.stem}.npz"
        if not out.exists():
            script = Path(__file__).with_name("blazepose.py")
            subprocess.run([self._python, script, video.path, out], check=True, capture_output=True)
        with np.load(out) as arrays:
            coco = arrays["world"][keypoints.frames][:, BLAZEPOSE_FROM_COCO]
        return Pose3D(keypoints.frames, _h36m17_of_coco17(coco))


def _h36m17_of_coco17(coco: FloatArray) -> FloatArray:
    """3D joints (t, 17, 3) of those in ``JUDGED``, around the pelvis; the others stay there."""
    joints = np.zeros_like(coco)
    pelvis, shoulders = coco[:, 11:13].mean(axis=1), coco[:, 5:7].mean(axis=1)
    for joint, name in enumerate(H36M17.joints):
        if name in COCO17.joints:
            joints[:, joint] = coco[:, COCO17.joints.index(name)] - pelvis
    joints[:, 9] = shoulders + 0.75 * (coco[:, 0] - shoulders) - pelvis
    return joints


def validation_scenes(motions: Motions) -> list[Scene]:
    """Four seconds each of the people that training never saw."""
    synthesis = Synthesis(motions, validation=True, device=torch.device("cpu"), seed=SEED)
    examples = synthesis.examples(SEQUENCES, FRAMES)
    frames = np.arange(FRAMES)
    scenes = []
    for group, points in (
        ("validation, exact 2D", examples.true_points),
        ("validation, misread 2D", examples.read_points),
    ):
        for i in range(SEQUENCES):
            pixels = points[i].double().numpy() * SIDE / 2 + SIDE / 2
            video = VideoInfo(Path(f"sequence{i}.mp4"), SIDE, SIDE, frames / NETWORK_FPS)
            keypoints = Keypoints2D(1, frames, pixels, np.ones((FRAMES, 17)))
            scenes.append(Scene(group, str(i), keypoints, video, examples.joints[i].double().numpy(), ALL_JOINTS))
    return scenes


def pose2sim_scenes(folder: Path, cache: Path) -> list[Scene]:
    """Every camera twice: with the keypoints that the pipeline reads, and with the truth's own."""
    markers = read_markers(folder / "Balancing_for_IK.trc")
    coco, h36m = coco17_of(markers), h36m17_of(markers)
    scenes = []
    for name, camera in read_cameras(folder / "Calib.qca.txt").items():
        video, read = _keypoints(folder / f"{name}.mp4", cache)
        # The first row of the markers is one frame's time after zero: row k belongs to frame k + 1.
        kept = (read.frames >= 1) & (read.frames <= len(coco))
        rows = read.frames[kept] - 1
        truth = camera.see(h36m)[rows]
        true_points = camera.project(coco)[rows]
        frames = read.frames[kept]
        for group, points, confidence in (
            ("pose2sim, MoveNet 2D", read.points[kept], read.scores[kept]),
            ("pose2sim, true 2D", true_points, np.ones(true_points.shape[:2])),
        ):
            scenes.append(Scene(group, name, Keypoints2D(1, frames, points, confidence), video, truth, JUDGED))
    return scenes


def _keypoints(path: Path, cache: Path) -> tuple[VideoInfo, Keypoints2D]:
    """What the pipeline's preset best reads of the person who is seen longest; kept in ``cache``."""
    video = probe_video(path, print)
    kept = cache / f"keypoints_{path.stem}.npz"
    if not kept.exists():
        watched = watch_range(video, 0, video.frame_count, "best", Networks.load("best"), lambda *_: None)
        _, keypoints, _ = max(watched, key=lambda seen: seen[1].scores.sum())
        np.savez(kept, frames=keypoints.frames, points=keypoints.points, scores=keypoints.scores)
    with np.load(kept) as arrays:
        return video, Keypoints2D(1, arrays["frames"], arrays["points"], arrays["scores"])


def judge(lifter: Lifts, scenes: Sequence[Scene]) -> tuple[list[dict[str, float]], float]:
    """The scores of every scene, and milliseconds a frame."""
    rows, seconds, frames = [], 0.0, 0
    for scene in scenes:
        began = time.perf_counter()
        pose = lifter.lift(scene.keypoints, scene.video, False, lambda *_: None)
        seconds += time.perf_counter() - began
        frames += len(pose.frames)
        rows.append(scores(pose.joints, scene.truth, scene.judged, scene.video.fps))
    return rows, 1000 * seconds / frames


def print_table(name: str, group: str, scenes: Sequence[Scene], rows: list[dict[str, float]], ms: float) -> None:
    """The mean of a group; its scenes one by one where they are few."""
    print(f"\n{group}: {name}, {ms:.1f} ms a frame")
    print(f"{'':<10}" + "".join(f"{key:>14}" for key in rows[0]))
    if len(rows) <= FEW:
        for scene, row in zip(scenes, rows, strict=True):
            print(f"{scene.name:<10}" + "".join(f"{value:>14.1f}" for value in row.values()))
    print(f"{'mean':<10}" + "".join(f"{np.mean([row[key] for row in rows]):>14.1f}" for key in rows[0]), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lifters", nargs="*", type=Path, help="ONNX files with the input inputs_2d")
    parser.add_argument("--motions", type=Path, default=Path(".train/motions.npz"), help="what training.prepare wrote")
    parser.add_argument("--data", type=Path, default=data_folder(), help="the folder that holds pose2sim_single/")
    parser.add_argument("--cache", type=Path, default=Path(".train/cache"), help="keeps what was read of the videos")
    parser.add_argument("--mediapipe", type=Path, help="Python of an environment with mediapipe 0.10.14")
    parser.add_argument("--no-baseline", action="store_true", help="leave the nearest pose out")
    options = parser.parse_args(arguments)

    options.cache.mkdir(parents=True, exist_ok=True)
    motions = load_motions(options.motions)
    scenes = [*validation_scenes(motions), *pose2sim_scenes(options.data / "pose2sim_single", options.cache)]
    files = options.lifters or [bundled_model("gast-27")[0]]
    lifters: dict[str, Lifts] = {file.stem: Lifter(Session(file)) for file in files}
    if not options.no_baseline:
        lifters["nearest pose"] = NearestPose(motions)
    for group in dict.fromkeys(scene.group for scene in scenes):
        chosen = [scene for scene in scenes if scene.group == group]
        for name, lifter in lifters.items():
            print_table(name, group, chosen, *judge(lifter, chosen))
        if options.mediapipe and group == "pose2sim, MoveNet 2D":
            print_table("BlazePose heavy", group, chosen, *judge(BlazePose(options.mediapipe, options.cache), chosen))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
