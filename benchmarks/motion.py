"""How well clean-up turns lifted poses into a performance: ``python -m benchmarks.motion [--plots FOLDER]``.

Truth: CMU motion that the lifter never saw (subjects 05 and 13), with its feet where they were captured. Each clip is
seen by a virtual camera (0.5-3 m high, looking 5 degrees up to 30 down, 40-80 degrees wide), its keypoints are
misread as the 2D network misreads them, lifted by the bundled lifter and cleaned. Needs the training environment
(torch, matplotlib) and the CMU files.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from gast_mocap.inference.lift import Lifter
from gast_mocap.inference.sessions import Session
from gast_mocap.models.catalog import bundled_model
from gast_mocap.motion.clean import clean_motion
from gast_mocap.motion.contacts import standing_during
from gast_mocap.motion.gravity import world_from_camera_axes
from gast_mocap.motion.records import (
    BoolArray,
    FloatArray,
    Keypoints2D,
    Motion,
    Person,
    Take,
    TakeSettings,
    Track,
    VideoInfo,
)
from gast_mocap.motion.settings import CleanSettings
from gast_mocap.motion.skeletons import COCO17, H36M17
from training.bodies import MEASURES, BodyModel
from training.clips import read_bvh
from training.detector import SLOW, SLOW_SECONDS, STEADY, WHITE
from training.directions import DAZ, directions_of

from .pipeline import data_folder

WALKS_AND_STANDS = ("05_01", "13_08", "13_11", "13_14", "13_15", "13_26", "13_31", "13_32", "13_42")
DANCES_AND_DEEDS = ("05_02", "05_04", "05_07", "05_09", "05_16", "05_17", "13_01", "13_18")
FPS, BVH_STEP, REST_POSE_FRAMES = 30.0, 2, 2
WIDTH, HEIGHT = 1280, 720
LEG = 0.825  # metres, of a body 1.70 m tall
FOOT_END = np.array([0.0, -3.69964, 12.103])  # of the foot bone of the DAZ figure, in its own unit
ANKLES = [3, 6]

# A foot stands while its ankle is slow and its toes are low: on below the first, off above the second
ANKLE_SPEEDS, TOE_HEIGHTS = (0.3, 0.4), (0.14, 0.16)


@dataclass(frozen=True)
class Truth:
    """z up, floor at 0, metres. ``coco`` and ``h36m`` (t, 17, 3), ``toes`` (t, 2) height of the right and left toes."""

    name: str
    times: FloatArray
    coco: FloatArray
    h36m: FloatArray
    toes: FloatArray


@dataclass(frozen=True)
class View:
    """A camera at ``place``, and the ``field_of_view`` in degrees."""

    world_from_camera: FloatArray
    place: FloatArray
    field_of_view: float

    def see(self, points: FloatArray) -> FloatArray:
        seen: FloatArray = (points - self.place) @ self.world_from_camera
        return seen

    def project(self, points: FloatArray) -> FloatArray:
        seen = self.see(points)
        focal = WIDTH / 2 / np.tan(np.radians(self.field_of_view) / 2)
        pixels: FloatArray = focal * seen[..., :2] / seen[..., 2:] + [WIDTH / 2, HEIGHT / 2]
        return pixels

    def truth(self, points: FloatArray) -> FloatArray:
        """``points`` (t, n, 3) as the clean-up should place them: the camera looks along y, the start is the origin."""
        ahead = self.world_from_camera[:, 2]
        turn = Rotation.from_euler("z", np.arctan2(ahead[0], ahead[1])).as_matrix()
        turned: FloatArray = points @ turn.T
        return turned - turned[0, 0] * [1, 1, 0]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=data_folder(), help="the folder that holds cmu_mocap/")
    parser.add_argument("--clips", nargs="*", default=(*WALKS_AND_STANDS, *DANCES_AND_DEEDS))
    parser.add_argument("--cameras", type=int, default=2, help="virtual cameras a clip")
    parser.add_argument("--plots", type=Path, help="draw foot heights and paths into this folder")
    options = parser.parse_args(arguments)

    lifter = Lifter(Session(bundled_model("gast-27")[0]))
    rows: list[dict[str, float]] = []
    kinds: list[bool] = []
    for number, name in enumerate(options.clips):
        truth = read_truth(options.data / "cmu_mocap" / "daz" / f"{name}.bvh")
        for camera in range(options.cameras):
            seed = 100 * number + camera
            view = place_camera(truth, np.random.default_rng(seed))
            take = film(truth, view, lifter, seed)
            row = judge(truth, view, take)
            print_row(f"{name}/{camera}", row)
            rows.append(row)
            kinds.append(name in WALKS_AND_STANDS)
            if options.plots and camera == 0:
                draw(options.plots, truth, view, take)
    walking = np.array(kinds)
    print_summary("walks and stands", [row for row, walks in zip(rows, walking, strict=True) if walks])
    print_summary("dances and deeds", [row for row, walks in zip(rows, walking, strict=True) if not walks])
    print_summary("all", rows)
    return 0


def read_truth(path: Path) -> Truth:
    clip = read_bvh(path)
    directions, pelvis = directions_of(clip, DAZ)
    skipped = REST_POSE_FRAMES - DAZ.first_frame
    directions, pelvis = directions[skipped::BVH_STEP], pelvis[skipped::BVH_STEP] * LEG

    hip, knee, ankle = (clip.position(name)[REST_POSE_FRAMES::BVH_STEP] for name in DAZ.right_leg)
    thigh, shin = (float(np.linalg.norm(b - a, axis=-1).mean()) for a, b in ((hip, knee), (knee, ankle)))
    metres = LEG / (thigh + shin)
    left_hip = clip.position(DAZ.left_leg[0])[REST_POSE_FRAMES::BVH_STEP]
    own = {
        "thigh": thigh * metres,
        "shin": shin * metres,
        "half_hips": float(np.linalg.norm(hip - left_hip, axis=-1).mean()) / 2 * metres,
    }
    measures = np.array([own.get(name, mean) for name, (mean, _) in MEASURES.items()])
    bodies = BodyModel()
    coco, h36m = (
        np.einsum("jdm,m,tdx->tjx", rules.numpy(), measures, directions) + pelvis[:, None]
        for rules in (bodies.coco, bodies.h36m)
    )
    toes = []
    for leg in (DAZ.right_leg, DAZ.left_leg):
        ends = clip.position(leg[2]) + clip.rotation(leg[2]) @ FOOT_END
        toes.append(ends[REST_POSE_FRAMES::BVH_STEP, 1] * metres)
    times = np.arange(len(pelvis)) / FPS
    return Truth(path.stem, times, _z_up(coco), _z_up(h36m), np.stack(toes, axis=1))


def _z_up(points: FloatArray) -> FloatArray:
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def place_camera(truth: Truth, rng: np.random.Generator) -> View:
    """A random camera as near as it can be with the whole performance in its picture."""
    places = truth.h36m[..., :2].reshape(-1, 2)
    middle = (places.min(0) + places.max(0)) / 2
    while True:
        level = world_from_camera_axes(rng.uniform(-5, 30), rng.normal(0, 1))
        rotation = Rotation.from_euler("z", rng.uniform(0, 360), degrees=True).as_matrix() @ level
        height, field_of_view = rng.uniform(0.5, 3), rng.uniform(40, 80)
        ahead = rotation[:2, 2] / np.linalg.norm(rotation[:2, 2])
        for distance in np.arange(2.0, 15.0, 0.25):
            view = View(rotation, np.array([*(middle - distance * ahead), height]), field_of_view)
            pixels = view.project(truth.h36m)
            if view.see(truth.h36m)[..., 2].min() > 1 and np.all((pixels > 10) & (pixels < [WIDTH - 10, HEIGHT - 10])):
                return view


def film(truth: Truth, view: View, lifter: Lifter, seed: int) -> Take:
    """The take that the pipeline would make of the clip, from misread keypoints on."""
    rng = np.random.default_rng(seed)
    count = len(truth.times)
    frames = np.arange(count)
    video = VideoInfo(Path(f"{truth.name}.mp4"), WIDTH, HEIGHT, truth.times)
    points = misread(view.project(truth.coco), view.see(truth.coco)[..., 2], rng)
    keypoints = Keypoints2D(1, frames, points, np.full((count, 17), 0.7))
    pose = lifter.lift(keypoints, video, False, _unheard)
    track = Track(1, frames, np.zeros((count, 4)), np.ones(count))
    person = Person(track, keypoints, pose, np.zeros((1, 1, 3), np.uint8))
    return Take(video, TakeSettings("best", 0, count, False), (person,))


def _unheard(_done: int, _total: int) -> None:
    """Progress that nobody waits for."""


def misread(points: FloatArray, depths: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Px ``points`` (t, 17, 2) as the 2D network would give them: the errors that the lifter was trained on, but no
    exchanged sides and nothing cut off by the frame. ``depths`` (t, 17): what is behind its mirror image is worse."""
    size = np.ptp(points, axis=1).max(axis=-1).mean()
    steady, slow, white = (np.array(errors)[:, None] / 1000 for errors in (STEADY, SLOW, WHITE))
    keep = np.exp(-1 / (FPS * SLOW_SECONDS))
    slowly = rng.normal(size=points.shape)
    for t in range(1, len(points)):
        slowly[t] = keep * slowly[t - 1] + np.sqrt(1 - keep**2) * slowly[t]
    errors = steady * rng.normal(size=points.shape[1:]) + slow * slowly + white * rng.normal(size=points.shape)
    behind = depths - depths[:, COCO17.mirrored_order()] > 0.15
    return points + size * errors * (1 + behind[..., None])


def judge(truth: Truth, view: View, take: Take) -> dict[str, float]:
    """All figures of one clip; names end in ``raw`` for the lifter's own poses."""
    wanted = view.truth(truth.h36m)
    known_lens = CleanSettings(field_of_view=view.field_of_view)
    raw = clean_motion(take, 1, CleanSettings.raw(), print)
    started = time.perf_counter()
    guessed = clean_motion(take, 1, CleanSettings(), print)
    seconds = time.perf_counter() - started
    clean = clean_motion(take, 1, known_lens, print)
    unlocked = clean_motion(take, 1, replace(known_lens, foot_lock=False), print)
    standing = true_standing(truth)
    found = standing_during(clean.contacts, clean.times)
    path = float(np.linalg.norm(np.diff(wanted[:, 0], axis=0), axis=-1).sum())
    jitter, jitter_raw = (_jitter(_pose(motion.joints), _pose(wanted)) for motion in (clean, raw))
    level = (clean.joints - wanted)[:, ANKLES, 2]
    return {
        "F1": _f1(found, standing),
        "slide cm/s": _slide(clean.joints, standing & found),
        "slide all cm/s": _slide(clean.joints, standing),
        "slide unlocked cm/s": _slide(unlocked.joints, standing),
        "slide raw cm/s": _slide(raw.joints, standing),
        "slide truth cm/s": _slide(wanted, standing),
        "under floor cm": 100
        * max(0.0, float(wanted[:, ANKLES, 2][standing].min() - clean.joints[:, ANKLES, 2].min())),
        "gravity deg": _tilt(_pose(clean.joints), _pose(wanted)),
        "gravity raw deg": _tilt(_pose(raw.joints), _pose(wanted)),
        "floor cm": 100 * abs(float(np.median(level[standing]))),
        "end % known": 100 * _end_error(clean, wanted) / path,
        "end % guessed": 100 * _end_error(guessed, wanted) / path,
        "path m": path,
        "MPJPE mm": _mpjpe(clean, wanted),
        "MPJPE raw mm": _mpjpe(raw, _turned_upright(wanted, view)),
        "jitter cut %": 100 * (1 - jitter / jitter_raw),
        "lag frames": float(_lag(_pose(clean.joints), _pose(wanted))),
        "bones mm": 1000 * _bone_spread(clean.joints),
        "bones raw mm": 1000 * _bone_spread(raw.joints),
        "s a 1000 frames": seconds * 1000 / len(truth.times),
    }


def true_standing(truth: Truth) -> BoolArray:
    """(t, 2) bool, with hysteresis on the ankle's speed and the toes' height."""
    speeds = np.linalg.norm(np.gradient(truth.h36m[:, ANKLES], truth.times, axis=0), axis=-1)
    standing = np.zeros(speeds.shape, dtype=bool)
    for foot in range(2):
        state = False
        for t, (speed, height) in enumerate(zip(speeds[:, foot], truth.toes[:, foot], strict=True)):
            state = bool(speed < ANKLE_SPEEDS[int(state)] and height < TOE_HEIGHTS[int(state)])
            standing[t, foot] = state
    return standing


def _pose(joints: FloatArray) -> FloatArray:
    return joints - joints[:, :1]


def _turned_upright(wanted: FloatArray, view: View) -> FloatArray:
    """Truth in the axes of raw poses: the camera's own, renamed."""
    level = world_from_camera_axes(0, 0)
    ahead = view.world_from_camera[:, 2]
    turn = Rotation.from_euler("z", np.arctan2(ahead[0], ahead[1])).as_matrix()
    rotated: FloatArray = wanted @ (level @ (turn @ view.world_from_camera).T).T
    return rotated


def _f1(found: BoolArray, standing: BoolArray) -> float:
    return float(2 * (found & standing).sum() / max(1, found.sum() + standing.sum()))


def _slide(joints: FloatArray, standing: BoolArray) -> float:
    """cm/s along the floor of ankles that stand in a frame and the next."""
    steps = np.linalg.norm(np.diff(joints[:, ANKLES, :2], axis=0), axis=-1) * FPS
    return 100 * float(steps[standing[1:] & standing[:-1]].mean())


def _tilt(pose: FloatArray, wanted: FloatArray) -> float:
    """Degrees between up and up, of the rotation that lays all joints upon the true ones."""
    rotation, _ = Rotation.align_vectors(wanted.reshape(-1, 3), pose.reshape(-1, 3))
    return float(np.degrees(np.arccos(np.clip(rotation.as_matrix()[2, 2], -1, 1))))


def _end_error(motion: Motion, wanted: FloatArray) -> float:
    return float(np.linalg.norm(motion.joints[-1, 0] - motion.joints[0, 0] - wanted[-1, 0] + wanted[0, 0]))


def _mpjpe(motion: Motion, wanted: FloatArray) -> float:
    return 1000 * float(np.linalg.norm(_pose(motion.joints) - _pose(wanted), axis=-1).mean())


def _jitter(pose: FloatArray, wanted: FloatArray) -> float:
    return float(np.linalg.norm(np.diff(pose - wanted, 2, axis=0), axis=-1).mean()) * FPS**2


def _lag(pose: FloatArray, wanted: FloatArray) -> int:
    """Frames by which the wrists' and ankles' speeds come late: the peak of the cross-correlation."""
    limbs = [3, 6, 13, 16]
    speed, true_speed = (
        np.linalg.norm(np.diff(joints[:, limbs], axis=0), axis=-1).ravel(order="F") for joints in (pose, wanted)
    )
    lags = range(-5, 6)
    products = [np.corrcoef(np.roll(speed, -lag), true_speed)[0, 1] for lag in lags]
    return lags[int(np.argmax(products))]


def _bone_spread(joints: FloatArray) -> float:
    """The widest range of any bone's length."""
    return max(float(np.ptp(np.linalg.norm(joints[:, c] - joints[:, p], axis=-1))) for p, c in H36M17.bones())


def print_row(name: str, row: dict[str, float]) -> None:
    print(f"{name:<9}" + "  ".join(f"{key} {value:.2f}" for key, value in row.items()), flush=True)


def print_summary(title: str, rows: list[dict[str, float]]) -> None:
    if not rows:
        return
    print(f"\n{title}: {len(rows)} takes\n{'':<22}{'median':>9}{'mean':>9}{'worst':>9}")
    for key in rows[0]:
        values = np.array([row[key] for row in rows])
        worst = values.min() if key in ("F1", "jitter cut %") else values[np.argmax(np.abs(values))]
        print(f"{key:<22}{np.median(values):>9.2f}{values.mean():>9.2f}{worst:>9.2f}")


def draw(folder: Path, truth: Truth, view: View, take: Take) -> None:
    """``motion_NAME.png``: foot height and speed over time, and the hips' path from above."""
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    wanted = view.truth(truth.h36m)
    versions = {
        "truth": (truth.times, wanted, "0.6"),
        "no foot lock": _drawn(clean_motion(take, 1, CleanSettings(foot_lock=False), print), "tab:orange"),
        "clean": _drawn(clean_motion(take, 1, CleanSettings(), print), "tab:blue"),
    }
    figure = Figure(figsize=(11, 6), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=[2, 1])
    height, speed, above = (figure.add_subplot(place) for place in (grid[0, 0], grid[1, 0], grid[:, 1]))
    for label, (times, joints, colour) in versions.items():
        ankle = joints[:, ANKLES[0]]
        height.plot(times, ankle[:, 2], color=colour, label=label)
        speed.plot(times[1:], np.linalg.norm(np.diff(ankle, axis=0), axis=-1) / np.diff(times), color=colour)
        above.plot(*joints[:, 0, :2].T, color=colour)
    for t in truth.times[true_standing(truth)[:, 0]]:
        height.axvspan(t, t + 1 / FPS, color="0.92", zorder=0)
        speed.axvspan(t, t + 1 / FPS, color="0.92", zorder=0)
    height.set(ylabel="right ankle, m over the floor", title=f"CMU {truth.name}; grey: the foot truly stands")
    speed.set(xlabel="seconds", ylabel="right ankle, m/s")
    above.set(xlabel="m", ylabel="m away from the camera", title="hips from above", aspect="equal")
    height.legend()
    figure.savefig(folder / f"motion_{truth.name}.png", dpi=80)


def _drawn(motion: Motion, colour: str) -> tuple[FloatArray, FloatArray, str]:
    return motion.times, motion.joints, colour


if __name__ == "__main__":
    raise SystemExit(main())
