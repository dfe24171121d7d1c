"""A fresh Blender file with the extension registered, and takes made of numbers."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import bpy
import numpy as np
import pytest
from bake_targets import MIXAMO_BONES, make_armature, mirrored

import gast_mocap
from gast_mocap.operators import preferences
from gast_mocap.take.files import save_take
from gast_mocap.take.records import Keypoints2D, Person, Pose3D, Take, TakeSettings, Track, VideoInfo

# Human3.6M joints in camera axes (x right, y down, z away), facing the camera
STANDING = np.array(
    [
        [0, 0, 0], [-0.1, 0, 0], [-0.1, 0.45, 0], [-0.1, 0.9, 0], [0.1, 0, 0], [0.1, 0.45, 0], [0.1, 0.9, 0],
        [0, -0.25, 0], [0, -0.5, 0], [0, -0.6, -0.05], [0, -0.75, 0],
        [0.17, -0.48, 0], [0.17, -0.2, 0], [0.17, 0.05, 0],
        [-0.17, -0.48, 0], [-0.17, -0.2, 0], [-0.17, 0.05, 0],
    ]
)  # fmt: skip
H36M_OF_COCO = (9, 10, 10, 10, 10, 11, 14, 12, 15, 13, 16, 4, 1, 5, 2, 6, 3)
LEFT_ARM = (12, 13)
FOCAL, DISTANCE, WIDTH, HEIGHT = 1000.0, 4.0, 1280, 720


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In place of the folder that an update of the extension leaves alone."""
    folder = tmp_path_factory.mktemp("own")
    monkeypatch.setattr(preferences, "own_folder", lambda _name: folder)
    return folder


@pytest.fixture
def scene() -> Iterator[bpy.types.Scene]:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    gast_mocap.register()
    bpy.context.scene.render.fps = 24
    yield bpy.context.scene
    gast_mocap.unregister()


def arm_raised(seconds: np.ndarray, raised_at: float) -> np.ndarray:
    """(t, 17, 3) a person who stands still and holds the left arm level from ``raised_at`` on."""
    joints = np.repeat(STANDING[None], len(seconds), axis=0)
    shoulder = STANDING[11]
    level = shoulder + np.array([[0.28, 0, 0], [0.53, 0, 0]])
    joints[np.ix_(seconds >= raised_at, LEFT_ARM)] = level
    return joints


def person(track_id: int, times: np.ndarray, frames: Sequence[int], raised_at: float) -> Person:
    """Seen in ``frames`` of a video with these ``times`` by a level camera, four metres away."""
    frames = np.asarray(frames)
    joints = arm_raised(times[frames], raised_at)
    in_view = joints[:, H36M_OF_COCO] + [0, 0, DISTANCE]
    points = in_view[..., :2] / in_view[..., 2:] * FOCAL + [WIDTH / 2, HEIGHT / 2]
    boxes = np.concatenate([points.min(1), points.max(1)], axis=1)
    scores = np.full(len(frames), 0.9)
    return Person(
        Track(track_id, frames, boxes, scores),
        Keypoints2D(track_id, frames, points, np.full((len(frames), 17), 0.9)),
        Pose3D(frames, joints),
        np.full((40, 30, 3), 100, np.uint8),
    )


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., str]:
    """Saves a take of people who all raise the left arm at ``raised_at`` and gives its path."""

    def save_people(times: np.ndarray, seen: dict[int, Sequence[int]], raised_at: float = 1.0) -> str:
        video = VideoInfo(tmp_path / "clip.mp4", WIDTH, HEIGHT, times)
        people = tuple(person(track_id, times, frames, raised_at) for track_id, frames in seen.items())
        path = tmp_path / "clip.take.npz"
        save_take(Take(video, TakeSettings("balanced", 0, len(times), False), people), path)
        return str(path)

    return save_people


@pytest.fixture
def take(save: Callable[..., str]) -> str:
    """Person 1 in all of two seconds at 30 frames a second, person 4 in the second of them."""
    return save(np.arange(60) / 30, {1: range(60), 4: range(30, 60)})


@pytest.fixture
def mixamo(scene: bpy.types.Scene) -> bpy.types.Object:
    """An armature with Mixamo's names in the scene."""
    return make_armature("Armature", mirrored({f"mixamorig:{name}": bone for name, bone in MIXAMO_BONES.items()}))
