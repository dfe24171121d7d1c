"""How well lifters lift: ``python -m benchmarks.lifter [FILE.onnx ...]``; without files, the bundled one.

One table for all on the same inputs: (a) CMU subjects that training never saw, before made-up cameras, with exact
and with misread keypoints; (b) the four real cameras of ``pose2sim_single``, with the keypoints that our own
pipeline reads in preset best and with the truth's projection. Beside them the nearest pose of the training motions
and, where ``--mediapipe`` names a Python with mediapipe 0.10.14 and its heavy model, BlazePose's world landmarks.
Needs the training environment.
"""

import argparse
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from gast_mocap.inference.networks.session import Session
from gast_mocap.inference.poses.contract import Contract
from gast_mocap.inference.poses.layouts import h36m17_from_coco17, with_cut_off_legs_folded
from gast_mocap.inference.poses.lift import Lifter, Progress
from gast_mocap.inference.poses.views import PersonView
from gast_mocap.models.catalog import bundled_model
from gast_mocap.take.records import FloatArray, Keypoints2D, Pose3D, VideoInfo
from gast_mocap.take.skeletons import COCO17, H36M17
from training.normalise import ASSUMED_FOCAL
from training.prepare import Motions, load_motions, prepare
from training.synthesis import Synthesis

from .lifter_plots import Case, draw_joints, draw_scores, draw_worst
from .pipeline import data_folder, in_data
from .poses import scores
from .scenes import READ_BY_PIPELINE, SEED, TRUE_PROJECTION, Scene, pose2sim_scenes, validation_scenes

FEW = 4
LIBRARY, PART = 20_000, 1000
BLAZEPOSE_FROM_COCO = [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]


class Lifts(Protocol):
    def lift(self, keypoints: Keypoints2D, video: VideoInfo, low_memory: bool, progress: Progress) -> Pose3D: ...


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


def ablations(file: Path) -> dict[str, Lifts]:
    """The lifter of ``file`` without one thing each, or with another lens in mind."""
    variants: dict[str, Lifts] = {"without flips": Lifter(Session(file), flips=False)}
    changed: dict[str, dict[str, Any]] = {
        "at the video's own rate": {"fps": 0.0},
        "size of one frame": {"size_window": 1},
        "focal length 1.2": {"focal": 1.2},
        "focal length 2.2": {"focal": 2.2},
    }
    for name, changes in changed.items():
        lifter = Lifter(Session(file))
        lifter.contract = replace(lifter.contract, **changes)
        variants[name] = lifter
    return variants


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


def thinned(scene: Scene, step: int) -> tuple[Keypoints2D, VideoInfo]:
    """The scene as a camera with a ``step`` times lower frame rate would have it."""
    video = replace(scene.video, times=scene.video.times[::step])
    kept = scene.keypoints.frames % step == 0
    seen = scene.keypoints
    return Keypoints2D(1, seen.frames[kept] // step, seen.points[kept], seen.scores[kept]), video


def print_rates(lifter: Lifts, scenes: Sequence[Scene]) -> None:
    """How far poses at half and a quarter of a video's frame rate are from those at its own."""
    for step in (2, 4):
        apart = []
        for scene in scenes:
            whole = lifter.lift(scene.keypoints, scene.video, False, lambda *_: None)
            fewer = lifter.lift(*thinned(scene, step), False, lambda *_: None)
            same = np.isin(whole.frames, fewer.frames * step)
            apart.append(1000 * np.linalg.norm(whole.joints[same] - fewer.joints, axis=-1).mean())
        print(f"{scenes[0].video.fps / step:.0f} fps: {np.mean(apart):.1f} mm, at most {max(apart):.1f} mm in a scene")


@dataclass(frozen=True)
class Verdict:
    """What one lifter did in the scenes of one group: its poses, their scores, and milliseconds a frame.

    No time is given for BlazePose, whose time includes reading the pictures.
    """

    poses: list[FloatArray]
    rows: list[dict[str, float]]
    milliseconds: float | None

    def mean(self) -> dict[str, float]:
        return {key: float(np.mean([row[key] for row in self.rows])) for key in self.rows[0]}


def judge(lifter: Lifts, scenes: Sequence[Scene]) -> Verdict:
    """Lift every scene and score it."""
    poses, rows, seconds = [], [], 0.0
    for scene in scenes:
        began = time.perf_counter()
        pose = lifter.lift(scene.keypoints, scene.video, False, lambda *_: None)
        seconds += time.perf_counter() - began
        poses.append(pose.joints)
        rows.append(scores(pose.joints, scene.truth, scene.judged, scene.video.fps))
    return Verdict(poses, rows, None if isinstance(lifter, BlazePose) else 1000 * seconds / sum(map(len, poses)))


def print_group(group: str, scenes: Sequence[Scene], verdicts: dict[str, Verdict]) -> None:
    """A Markdown table: the mean of every lifter; scenes one by one where they are few."""
    columns = list(next(iter(verdicts.values())).rows[0])
    print(f"\n### {group}\n\n| lifter | scene | {' | '.join(columns)} | ms a frame |")
    print("|---|---|" + "---:|" * (len(columns) + 1))
    for name, verdict in verdicts.items():
        single = list(zip(scenes, verdict.rows, strict=True)) if len(scenes) <= FEW else []
        for scene, row in single:
            print(f"| {name} | {scene.name} | " + " | ".join(f"{value:.1f}" for value in row.values()) + " | |")
        means = " | ".join(f"{value:.1f}" for value in verdict.mean().values())
        time_taken = "" if verdict.milliseconds is None else f"{verdict.milliseconds:.1f}"
        print(f"| **{name}** | **mean** | {means} | {time_taken} |", flush=True)


def draw(folder: Path, scenes: Sequence[Scene], exact: Sequence[Scene], verdicts: dict[str, Verdict]) -> None:
    """``lifter_views.png``, of the first lifter ``lifter_worst.png``, and the joints' places, ``lifter_joints.png``.

    ``exact`` are the same ``scenes`` with the true keypoints.
    """
    folder.mkdir(parents=True, exist_ok=True)
    measures = ("PA-MPJPE mm", "N-MPJPE mm", "bones deg")
    table = {
        measure: {name: [row[measure] for row in verdict.rows] for name, verdict in verdicts.items()}
        for measure in measures
    }
    draw_scores(folder / "lifter_views.png", [scene.name for scene in scenes], table)
    cases = []
    for read, true, pose in zip(scenes, exact, next(iter(verdicts.values())).poses, strict=True):
        truth = read.truth - read.truth[:, :1]
        error = 1000 * np.linalg.norm((pose - truth)[:, read.judged], axis=-1).mean(axis=1)
        seen = read.keypoints
        cases.append(Case(read.name, seen.frames, seen.points, true.keypoints.points, pose, truth, error))
    draw_worst(folder / "lifter_worst.png", cases)
    draw_joints(folder / "lifter_joints.png")


def packed_motions(path: Path, data: Path) -> Motions:
    """What ``training.prepare`` wrote to ``path``; written now, in about a minute, if it is not there."""
    if not path.exists():
        prepare(in_data(data, "cmu_mocap"), path)
    return load_motions(path)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lifters", nargs="*", type=Path, help="ONNX files to compare; default: the bundled one")
    parser.add_argument(
        "--motions", type=Path, default=Path(".train/motions.npz"), help="what training.prepare writes; made if missing"
    )
    parser.add_argument(
        "--data", type=Path, default=data_folder(), help="the folder that holds cmu_mocap/ and pose2sim_single/"
    )
    parser.add_argument(
        "--cache", type=Path, default=Path(".train/cache"), help="keeps the keypoints read from the videos"
    )
    parser.add_argument("--mediapipe", type=Path, help="the Python of an environment with mediapipe 0.10.14")
    parser.add_argument(
        "--ablate",
        action="store_true",
        help="also measure without flips, at the video's own rate, and with other lenses",
    )
    parser.add_argument("--plots", type=Path, help="draw plots into this folder")
    parser.add_argument("--no-baseline", action="store_true", help="leave out the nearest training pose")
    options = parser.parse_args(arguments)

    files = options.lifters or [bundled_model("gast-27")[0]]
    if missing := [str(file) for file in files if not file.exists()]:
        parser.error(f"there is no file {', '.join(missing)}")

    recording = in_data(options.data, "pose2sim_single")
    motions = packed_motions(options.motions, options.data)
    options.cache.mkdir(parents=True, exist_ok=True)
    scenes = [*validation_scenes(motions), *pose2sim_scenes(recording, options.cache)]
    lifters: dict[str, Lifts] = {file.stem: Lifter(Session(file)) for file in files}
    if options.ablate:
        lifters |= ablations(files[0])
    if not options.no_baseline:
        lifters["nearest pose"] = NearestPose(motions)
    for group in dict.fromkeys(scene.group for scene in scenes):
        chosen = [scene for scene in scenes if scene.group == group]
        reading = {"BlazePose heavy": BlazePose(options.mediapipe, options.cache)} if options.mediapipe else {}
        taking_part = lifters | (reading if group == READ_BY_PIPELINE else {})
        verdicts = {name: judge(lifter, chosen) for name, lifter in taking_part.items()}
        print_group(group, chosen, verdicts)
        if group.startswith("pose2sim"):
            print(f"\n{files[0].stem} on the same video at lower rates, beside {chosen[0].video.fps:.0f} fps:")
            print_rates(lifters[files[0].stem], chosen)
        if options.plots and group == READ_BY_PIPELINE:
            exact = [scene for scene in scenes if scene.group == TRUE_PROJECTION]
            draw(options.plots, chosen, exact, verdicts)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
