"""Pictures of what ``benchmarks.lifter`` measures."""

from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from gast_mocap.motion.records import FloatArray, ImageArray, Keypoints2D, VideoInfo
from gast_mocap.motion.skeletons import COCO17

from .poses import HIPS, LIMBS, SHOULDERS

BONES = [*LIMBS, HIPS, SHOULDERS]
MARGIN = 0.15


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


def draw_worst(path: Path, cases: list[tuple[str, Keypoints2D, VideoInfo, FloatArray, FloatArray, FloatArray]]) -> None:
    """For every case the frame with the largest error: the picture with its keypoints, and the pose from two sides.

    A case is a name, keypoints, video, found and true joints (t, 17, 3) around the pelvis, and an error (t,) in mm.
    """
    figure = Figure(figsize=(2.6 * len(cases), 8), layout="constrained")
    grid = figure.subplots(3, len(cases), height_ratios=[1.3, 1, 1])
    for column, (name, keypoints, video, found, truth, error) in enumerate(cases):
        worst = int(error.argmax())
        above, front, side = grid[:, column]
        above.imshow(_picture(video, keypoints, worst))
        above.set_title(f"{name}, frame {keypoints.frames[worst]}: {error[worst]:.0f} mm", fontsize=9)
        for pose, colour, label in ((truth, "0.6", "truth"), (found, "tab:blue", "found")):
            for axes, across, sign in ((front, 0, 1), (side, 2, -1)):
                for a, b in BONES:
                    ends = pose[worst, [a, b]]
                    axes.plot(sign * ends[:, across], -ends[:, 1], color=colour, label=label)
        front.set_ylabel("seen by the camera" if column == 0 else "", fontsize=8)
        side.set_ylabel("from the camera's right" if column == 0 else "", fontsize=8)
        for axes in (front, side):
            axes.set(xlim=(-1, 1), ylim=(-1.05, 0.85), aspect="equal", xticks=[], yticks=[])
        above.axis("off")
    handles, labels = grid[1, 0].get_legend_handles_labels()
    grid[1, 0].legend([handles[0], handles[-1]], [labels[0], labels[-1]], fontsize=7)
    figure.savefig(path, dpi=70)


def _picture(video: VideoInfo, keypoints: Keypoints2D, index: int) -> ImageArray:
    """The person's part of a frame, 400 px high, with the keypoints as dots: left red, right green, others white."""
    capture = cv2.VideoCapture(str(video.path))
    capture.set(cv2.CAP_PROP_POS_FRAMES, int(keypoints.frames[index]))
    image = cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB)
    points = keypoints.points[index]
    for joint, point in enumerate(points):
        colour = (255, 0, 0) if joint in COCO17.left else (0, 255, 0) if joint in COCO17.right else (255, 255, 255)
        cv2.circle(image, tuple(np.round(point).astype(int).tolist()), 9, colour, -1)
    margin = MARGIN * np.ptp(points, axis=0).max()
    (x1, y1), (x2, y2) = np.maximum(points.min(axis=0) - margin, 0).astype(int), points.max(axis=0) + margin
    part = image[y1 : int(y2), x1 : int(x2)]
    size = (round(part.shape[1] * 400 / part.shape[0]), 400)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
