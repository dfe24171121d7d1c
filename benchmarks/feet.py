"""How well heels and toes are read, where feet point, and what read faces are good for:
``python build.py bench feet [--quality Q] [--family F]``.

Truth: the person of ``pose2sim_single``, whose heels and big toes were triangulated from four views. Each view is
imported by itself, with feet and without, and baked onto a skeleton of ``family``. Markers are a frame behind the
videos. A sole is level where its marker line is as in the middle of what the foot does while it stands.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bpy
import numpy as np

from gast_mocap.inference.choice import BUNDLED
from gast_mocap.inference.pipeline import load_lifter, run
from gast_mocap.inference.protocol.job import Job
from gast_mocap.motion.clean import clean_motion
from gast_mocap.motion.contacts import standing_during
from gast_mocap.take.records import BoolArray, FloatArray, Keypoints2D, Motion, Take
from gast_mocap.take.settings import CleanSettings, Quality
from gast_mocap.take.skeletons import COCO17, H36M17
from trials.played import LIMITED, play
from trials.rigs import family_names, make_armature, make_bones

from .pipeline import data_folder, in_data
from .pose2sim import JUDGED, Camera, h36m17_of, read_cameras, read_markers
from .poses import scores

FEET = ("R", "L")
BODY_HEIGHT = 1.70
LIMBS = [joint for joint in H36M17.joints if joint in COCO17.joints]
SURE = 0.5


@dataclass(frozen=True)
class Truth:
    """``heels``, ``toes`` and ``ankles`` (t, 2, 3) of the right and the left foot, ``h36m`` (t, 17, 3), m."""

    heels: FloatArray
    toes: FloatArray
    ankles: FloatArray
    h36m: FloatArray

    @property
    def limbs(self) -> FloatArray:
        """(t, n, 3) the joints of LIMBS."""
        return self.h36m[:, H36M17.indices(*LIMBS)]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=data_folder(), help="the folder that holds pose2sim_single/")
    parser.add_argument("--quality", type=Quality, choices=list(Quality), default=Quality.BALANCED)
    parser.add_argument("--family", choices=family_names(), default="Mixamo")
    options = parser.parse_args(arguments)
    recording = in_data(options.data, "pose2sim_single")
    markers = read_markers(recording / "Balancing_for_IK.trc")
    heels, toes, ankles = (
        np.stack([markers[foot + part] for foot in FEET], axis=1) for part in ("Heel", "BigToe", "Ankle")
    )
    truth = Truth(heels, toes, ankles, h36m17_of(markers))
    rows = []
    for name, camera in read_cameras(recording / "Calib.qca.txt").items():
        rows.append(judge(recording / f"{name}.mp4", camera, truth, options.quality, options.family))
        print(name + "".join(f"  {what} {value:.2f}" for what, value in rows[-1].items()), flush=True)
    print("mean" + "".join(f"  {what} {np.mean([row[what] for row in rows]):.2f}" for what in rows[0]))
    return 0


def judge(video: Path, camera: Camera, truth: Truth, quality: Quality, family: str) -> dict[str, float]:
    """All figures of one view: pixels in % of the person's height, angles in degrees."""
    with tempfile.TemporaryDirectory() as folder:
        take = run(Job(video, Path(folder, "x.take.npz"), quality=quality), _unheard, _unheard).take
    keypoints = min((person.keypoints for person in take.people), key=lambda seen: _off_limbs(seen, camera, truth))
    read = _judge_pixels(keypoints, camera, truth)
    field_of_view = float(np.degrees(2 * np.arctan(take.video.width / 2 / camera.intrinsics[0, 0])))
    settings = CleanSettings(field_of_view=field_of_view, body_height=BODY_HEIGHT)
    motion = clean_motion(take, keypoints.track_id, settings, _unheard)
    faces = _judge_faces(keypoints, take, camera, truth)
    return read | _judge_directions(motion, take, camera, truth, family) | faces


def _judge_pixels(keypoints: Keypoints2D, camera: Camera, truth: Truth) -> dict[str, float]:
    rows, feet = keypoints.frames - 1, keypoints.part("feet")
    seen = feet.scores.min(axis=1) >= SURE
    heels, toes = (camera.project(points)[rows][seen] for points in (truth.heels, truth.toes))
    height = BODY_HEIGHT * camera.intrinsics[0, 0] / float(np.median(camera.see(truth.ankles)[..., 2]))
    found_heels, found_toes = (feet.points[seen][:, points] for points in ([2, 0], [3, 1]))
    ways = [_unit(found_toes - found_heels), _unit(toes - heels)]
    off = np.degrees(np.arccos(np.clip(np.sum(ways[0] * ways[1], axis=-1), -1, 1)))
    return {
        "read %": 100 * float(seen.mean()),
        "heel %": 100 * float(np.linalg.norm(found_heels - heels, axis=-1).mean()) / height,
        "toe %": 100 * float(np.linalg.norm(found_toes - toes, axis=-1).mean()) / height,
        "2D direction": float(off.mean()),
        "2D median": float(np.median(off)),
    }


def _judge_directions(motion: Motion, take: Take, camera: Camera, truth: Truth, family: str) -> dict[str, float]:
    assert motion.camera is not None and motion.feet is not None, "a video with feet was imported"
    rows = np.clip(np.searchsorted(take.video.times, motion.times - 1e-4) - 1, 0, None)
    world = motion.camera.world_from_camera @ camera.camera_from_world
    standing = standing_during(motion.contacts, motion.times)
    wanted = _levelled((truth.toes - truth.heels)[rows] @ world.T, standing)
    seen = np.linalg.norm(motion.feet, axis=-1) > SURE
    figures: dict[str, float] = {}
    for name, played in (("shin", replace(motion, feet=None)), ("seen", motion)):
        soles = _soles(played, family)
        figures |= {
            f"3D {name}": float(_angle(soles, wanted)[seen].mean()),
            f"heading {name}": float(_angle(soles * [1, 1, 0], wanted * [1, 1, 0])[seen].mean()),
            f"pitch {name}": float(np.degrees(np.abs(_pitch(soles) - _pitch(wanted)))[seen].mean()),
        }
    return figures


def _judge_faces(keypoints: Keypoints2D, take: Take, camera: Camera, truth: Truth) -> dict[str, float]:
    """mm of the joints that have a marker, and of the neck from the pelvis, lifted without the face and with it."""
    lifter, _ = load_lifter(take.settings.quality, BUNDLED)
    wanted = np.nan_to_num(camera.see(truth.h36m)[keypoints.frames - 1])
    figures: dict[str, float] = {}
    for name, seen in (("without", replace(keypoints, parts={})), ("with", keypoints)):
        found = lifter.lift(seen, take.video, False, _unheard).joints
        neck = (found - found[:, :1] - wanted + wanted[:, :1])[:, H36M17.index("neck")]
        figures |= {
            f"PA {name} face": scores(found, wanted, JUDGED, take.video.fps)["PA-MPJPE mm"],
            f"neck {name}": 1000 * float(np.linalg.norm(neck, axis=-1).mean()),
        }
    return figures


def _levelled(ways: FloatArray, standing: BoolArray) -> FloatArray:
    """Unit ``ways`` (t, 2, 3) whose pitch is 0 in the middle of what each foot does while it stands."""
    pitch = _pitch(ways)
    pitch = pitch - [np.median(pitch[standing[:, foot], foot]) for foot in range(2)]
    level = _unit(ways * [1, 1, 0])
    return np.asarray(np.cos(pitch)[..., None] * level + np.sin(pitch)[..., None] * [0.0, 0.0, 1.0])


def _soles(motion: Motion, family: str) -> FloatArray:
    """(t, 2, 3) where the soles of a baked rig point, which point ahead at rest."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    played = play(make_armature(make_bones(family, "T")), motion, LIMITED)
    return np.stack([played.turns[f"foot.{side}"].apply([0.0, -1.0, 0.0]) for side in FEET], axis=1)


def _off_limbs(keypoints: Keypoints2D, camera: Camera, truth: Truth) -> float:
    true = camera.project(truth.limbs)[keypoints.frames - 1]
    found = keypoints.points[:, COCO17.indices(*LIMBS)]
    return float(np.median(np.linalg.norm(found - true, axis=-1)))


def _angle(first: FloatArray, second: FloatArray) -> FloatArray:
    cosine = np.sum(_unit(first) * _unit(second), axis=-1)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def _pitch(ways: FloatArray) -> FloatArray:
    return np.asarray(np.arcsin(np.clip(_unit(ways)[..., 2], -1.0, 1.0)))


def _unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def _unheard(*_: object) -> None:
    pass


if __name__ == "__main__":
    raise SystemExit(main())
