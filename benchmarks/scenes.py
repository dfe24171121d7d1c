"""What lifters are judged on: people whose keypoints and true joints are known."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from gast_mocap.inference.pipeline import Networks, watch_range
from gast_mocap.inference.stretches import Span
from gast_mocap.inference.video.decode import probe_video
from gast_mocap.take.records import FloatArray, Keypoints2D, VideoInfo
from gast_mocap.take.settings import Quality
from training.prepare import Motions
from training.synthesis import NETWORK_FPS, Synthesis

from .pose2sim import JUDGED, coco17_of, h36m17_of, read_cameras, read_markers

READ_BY_PIPELINE, TRUE_PROJECTION = "pose2sim, MoveNet 2D", "pose2sim, true 2D"
SEQUENCES, FRAMES = 64, 120
SEED = 20
SIDE = 1000
ALL_JOINTS = list(range(17))


@dataclass(frozen=True)
class Scene:
    """One person's keypoints in one video and the ``truth`` (t, 17, 3) of the joints ``judged``, camera axes."""

    group: str
    name: str
    keypoints: Keypoints2D
    video: VideoInfo
    truth: FloatArray
    judged: list[int]


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
            (READ_BY_PIPELINE, read.points[kept], read.scores[kept]),
            (TRUE_PROJECTION, true_points, np.ones(true_points.shape[:2])),
        ):
            scenes.append(Scene(group, name, Keypoints2D(1, frames, points, confidence), video, truth, JUDGED))
    return scenes


def _keypoints(path: Path, cache: Path) -> tuple[VideoInfo, Keypoints2D]:
    """What the pipeline's preset best reads of the person who is seen longest; kept in ``cache``."""
    footage = probe_video(path, print)
    kept = cache / f"keypoints_{path.stem}.npz"
    if not kept.exists():
        watched, seen = watch_range(Span(footage), Networks.load(Quality.BEST), lambda *_: None, print)
        keypoints = max((person.keypoints for person in watched), key=lambda seen: seen.scores.sum())
        np.savez(
            kept, frames=keypoints.frames, points=keypoints.points, scores=keypoints.scores, times=seen.video.times
        )
    with np.load(kept) as arrays:
        video = VideoInfo(path, footage.width, footage.height, arrays["times"], footage.field_of_view)
        return video, Keypoints2D(1, arrays["frames"], arrays["points"], arrays["scores"])
