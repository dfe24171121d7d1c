"""Pictures of what ``benchmarks.lifter`` measures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure

from gast_mocap.take.records import FloatArray, IntArray
from gast_mocap.take.skeletons import COCO17, H36M17
from training.bodies import BodyModel, joints_from
from training.directions import DIRECTIONS

from .poses import HIPS, LIMBS, SHOULDERS

BONES = [*LIMBS, HIPS, SHOULDERS]
HIPS_COCO = [11, 12]
COCO_LIMBS = [(a, b) for a, b in COCO17.bones() if a >= 5] + [(5, 6), (11, 12)]
STANDING = {
    "left": (1.0, 0.0, 0.0),
    "up": (0.0, 1.0, 0.0),
    "ahead": (0.0, 0.0, 1.0),
    "down": (0.0, -1.0, 0.0),
    "shift": (0.0, 0.0, 0.0),
}


def draw_scores(path: Path, names: list[str], table: dict[str, dict[str, list[float]]]) -> None:
    """Bars for every camera: ``table[measure][lifter]`` lists its values in the order of ``names``."""
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    for axes, (measure, lifters) in zip(figure.subplots(1, len(table)), table.items(), strict=True):
        width = 0.8 / len(lifters)
        for i, (lifter, values) in enumerate(lifters.items()):
            axes.bar(np.arange(len(names)) + i * width, values, width, label=lifter)
        axes.set_xticks(np.arange(len(names)) + 0.4 - width / 2, names)
        axes.set_title(measure, fontsize=10)
    figure.axes[0].legend(fontsize=8)
    figure.savefig(path, dpi=80)


@dataclass(frozen=True)
class Case:
    """One camera: keypoints read and true (t, 17, 2) px, poses found and true (t, 17, 3) around the pelvis, metres.

    ``frames`` (t,) are the video's, ``error`` (t,) is the mean over the joints in mm.
    """

    name: str
    frames: IntArray
    read: FloatArray
    true: FloatArray
    found: FloatArray
    truth: FloatArray
    error: FloatArray


def draw_worst(path: Path, cases: list[Case]) -> None:
    """For every case the frame with the largest error: its keypoints, and the pose from two sides."""
    figure = Figure(figsize=(2.6 * len(cases), 8), layout="constrained")
    grid = figure.subplots(3, len(cases))
    for case, (flat, front, side) in zip(cases, grid.T, strict=True):
        worst = int(case.error.argmax())
        scale = 0.9 / np.ptp(case.true[worst], axis=0).max()
        middle = case.true[worst, HIPS_COCO].mean(axis=0)
        for colour, points, pose in (
            ("0.6", case.true[worst], case.truth[worst]),
            ("tab:blue", case.read[worst], case.found[worst]),
        ):
            points = (points - middle) * 2 * scale
            flat.scatter(*(points * (1, -1)).T, s=14, color=colour)
            for axes, joints, across, bones in (
                (flat, points, 0, COCO_LIMBS),
                (front, pose, 0, BONES),
                (side, -pose * (1, -1, 1), 2, BONES),
            ):
                for a, b in bones:
                    axes.plot(joints[[a, b], across], -joints[[a, b], 1], color=colour)
        flat.set_title(f"{case.name}, frame {case.frames[worst]}: {case.error[worst]:.0f} mm", fontsize=9)
        for axes in (flat, front, side):
            axes.set(xlim=(-1.1, 1.1), ylim=(-1.05, 1.05), aspect="equal", xticks=[], yticks=[])
    for axes, label in zip(grid[:, 0], ("keypoints", "pose, seen by the camera", "pose, from its right"), strict=True):
        axes.set_ylabel(label, fontsize=8)
    grid[0, 0].set_title(grid[0, 0].get_title() + "\ngrey: truth, blue: found", fontsize=9)
    figure.savefig(path, dpi=70)


def draw_joints(path: Path) -> None:
    """COCO-17 and Human3.6M-17 joints of the mean body that all training examples vary, standing."""
    bodies = BodyModel()
    directions = torch.tensor([STANDING[_kind(name)] for name in DIRECTIONS])[None, None]
    figure = Figure(figsize=(11, 5.5), layout="constrained")
    panels = figure.subplots(1, 4)
    for pair, skeleton, rules in ((panels[:2], COCO17, bodies.seen), (panels[2:], H36M17, bodies.pose)):
        joints = joints_from(rules, bodies.means[None], directions)[0, 0].numpy()
        for axes, across, view in zip(pair, (0, 2), ("from the front", "from the left"), strict=True):
            for a, b in skeleton.bones():
                axes.plot(joints[[a, b], across], joints[[a, b], 1], color="0.7", zorder=0)
            shown = [j for j in range(17) if j not in skeleton.right] if across else range(17)
            axes.scatter(joints[shown, across], joints[shown, 1], s=12, color="tab:blue")
            for j in shown:
                axes.annotate(f" {j} {skeleton.joints[j]}" if across else f" {j}", joints[j, [across, 1]], fontsize=7)
            axes.set(
                aspect="equal", xlim=(-0.45, 0.45), ylim=(-0.95, 0.95), title=f"{skeleton.name}, {view}", xticks=[]
            )
    panels[0].set_ylabel("metres above the pelvis")
    figure.savefig(path, dpi=70)


def _kind(direction: str) -> str:
    """What a direction does in a standing figure: left, up, ahead, down or nothing."""
    last = direction.rpartition("_")[2]
    return last if last in STANDING else {"trunk": "up", "neck": "up", "foot": "ahead"}.get(last, "down")
