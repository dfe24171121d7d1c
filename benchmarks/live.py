"""How fast a moved control changes what was baked: ``python -m benchmarks.live [FRAMES]``, in a Python that has bpy.

A walk as a take, baked onto a generated Rigify rig, a rig with Mixamo's names and the extension's own skeleton, while
*Live* is on. Processor time from the change until Blender has evaluated the scene at the current frame: what it takes
on a computer that does nothing else.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import bpy
import numpy as np

import gast_mocap
from gast_mocap.operators import live
from gast_mocap.operators.properties import settings_of
from gast_mocap.retarget.blender.access import view_layer
from gast_mocap.take.files import save_take
from gast_mocap.take.records import Keypoints2D, Person, Pose3D, Take, TakeSettings, Track, VideoInfo
from gast_mocap.take.settings import Quality
from trials.performances import walk
from trials.rigs import make_armature, make_bones

FRAMES, FPS = 500, 24.0
WIDTH, HEIGHT, FOCAL, DISTANCE, LEVEL = 1920, 1080, 3000.0, 30.0, 1.0
H36M_OF_COCO = (9, 10, 10, 10, 10, 11, 14, 12, 15, 13, 16, 4, 1, 5, 2, 6, 3)
CHANGES = (
    ("smooth_body", (0.2, 0.8)),
    ("smooth_travel", (0.2, 0.8)),
    ("lock_strength", (0.5, 1.0)),
    ("foot_lock", (False, True)),
    ("constant_lengths", (False, True)),
    ("body_height", (1.6, 1.8)),
)
"""Controls, each with two values that it is moved between."""
TIMES = 3


def main(argv: Sequence[str]) -> None:
    """Print a row a rig; ``argv`` may hold a number of frames in place of 500."""
    count = int(argv[0]) if argv else FRAMES
    print(f"Blender {bpy.app.version_string}, {count} frames; ms, median and worst of {2 * TIMES} changes a control")
    print(f"{'':<10}" + "".join(f"{name:>20}" for name, _ in CHANGES))
    with tempfile.TemporaryDirectory() as folder:
        take = save_walk(count, Path(folder))
        for name, make in (("Rigify", rigify), ("Mixamo", mixamo), ("own", lambda: "")):
            bpy.ops.wm.read_factory_settings(use_empty=True)
            target = make()
            gast_mocap.register()
            bake(take, target)
            cells = (tuned(control, values) for control, values in CHANGES)
            print(f"{name:<10}" + "".join(f"{median(spent):>13.0f} {max(spent):>6.0f}" for spent in cells), flush=True)
            gast_mocap.unregister()


def save_walk(count: int, folder: Path) -> Path:
    """A take of somebody who walks towards a level camera."""
    joints = walk(count, FPS).joints
    in_view = np.stack([joints[..., 0], LEVEL - joints[..., 2], DISTANCE + joints[..., 1]], axis=-1)
    seen = in_view[:, H36M_OF_COCO]
    points = seen[..., :2] / seen[..., 2:] * FOCAL + [WIDTH / 2, HEIGHT / 2]
    frames, scores = np.arange(count), np.full((count, 17), 0.9)
    person = Person(
        Track(1, frames, np.concatenate([points.min(1), points.max(1)], axis=1), scores.mean(axis=1)),
        Keypoints2D(1, frames, points, scores),
        Pose3D(frames, in_view - in_view[:, :1]),
        np.full((40, 30, 3), 100, np.uint8),
    )
    path = folder / "walk.take.npz"
    video = VideoInfo(folder / "walk.mp4", WIDTH, HEIGHT, frames / FPS)
    save_take(Take(video, TakeSettings(Quality.BALANCED, 0, count, False), (person,)), path)
    return path


def rigify() -> str:
    """The name of a rig with all of its controls and deforming bones."""
    bpy.ops.preferences.addon_enable(module="rigify")
    bpy.ops.object.armature_human_metarig_add()  # type: ignore[attr-defined] # Rigify's
    bpy.ops.pose.rigify_generate()  # type: ignore[attr-defined]
    return "rig"


def mixamo() -> str:
    return make_armature(make_bones("Mixamo")).name


def bake(take: Path, target: str) -> None:
    scene = bpy.context.scene
    assert scene
    scene.render.fps = round(FPS)
    bpy.ops.gast_mocap.open_take(filepath=str(take))  # type: ignore[attr-defined]
    settings_of(scene).target = bpy.data.objects.get(target)
    bpy.ops.gast_mocap.bake()  # type: ignore[attr-defined]
    settings_of(scene).live = True


def tuned(control: str, values: tuple[float, float]) -> list[float]:
    """Milliseconds of each change."""
    scene = bpy.context.scene
    assert scene
    spent = []
    for value in values * TIMES:
        setattr(settings_of(scene).clean, control, value)
        began = time.process_time()
        live.update(scene)  # what the timer does, which does not run in background mode
        view_layer().update()
        spent.append(1000 * (time.process_time() - began))
    return spent


if __name__ == "__main__":
    main(sys.argv[1:])
