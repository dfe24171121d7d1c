"""How well clean-up turns lifted poses into a performance: ``python -m benchmarks.motion [--plots FOLDER]``.

Truth: CMU motion that the lifter never saw (subjects 05 and 13), with its feet where they were captured. Each clip is
seen by virtual cameras (0.5-3 m high, looking 5 degrees up to 30 down, 40-80 degrees wide), its keypoints are misread
as the 2D network misreads them, lifted by the bundled lifter and cleaned. Then two people in one world, and the real
person of ``pose2sim_single`` before each of its four cameras. Needs the training environment (torch, matplotlib).
"""

import argparse
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from gast_mocap.inference.networks.session import Session
from gast_mocap.inference.poses.lift import Lifter
from gast_mocap.models.catalog import bundled_model
from gast_mocap.motion.bones import bone_lengths, standing_height
from gast_mocap.motion.clean import clean_motion
from gast_mocap.motion.contacts import standing_during
from gast_mocap.motion.gravity import world_from_camera_axes
from gast_mocap.take.records import BoolArray, FloatArray, Motion
from gast_mocap.take.settings import CleanSettings
from gast_mocap.take.skeletons import H36M17

from .filmed import ANKLES, FPS, Filmed, Truth, View, film, read_pose2sim, read_truth
from .pipeline import data_folder, in_data

WALKS_AND_STANDS = ("05_01", "13_08", "13_11", "13_14", "13_15", "13_26", "13_31", "13_32", "13_42")
DANCES_AND_DEEDS = ("05_02", "05_04", "05_07", "05_09", "05_16", "05_17", "13_01", "13_18")
PAIRS = (("13_11", "13_32"), ("05_01", "13_42"), ("13_14", "13_15"), ("13_31", "05_09"), ("13_26", "13_01"))
WRISTS = [13, 16]
FLAT = 0.02  # metres over its standing height up to which an ankle belongs to a flat foot
BEST_IS_HIGH = ("contact F1", "jitter cut %", "order in depth %")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=data_folder(), help="the folder that holds cmu_mocap/ and pose2sim_single/"
    )
    parser.add_argument(
        "--cache", type=Path, default=Path(".train/cache"), help="keeps the keypoints read from the videos"
    )
    parser.add_argument("--cameras", type=int, default=2, help="virtual cameras for each clip")
    parser.add_argument("--plots", type=Path, help="draw plots of feet and paths into this folder")
    options = parser.parse_args(arguments)

    model, sha256 = bundled_model("gast-27")
    print(f"lifter {sha256[:12]}")
    lifter = Lifter(Session(model))
    clips, recording = in_data(options.data, "cmu_mocap/daz"), in_data(options.data, "pose2sim_single")
    for title, names in (("walks and stands", WALKS_AND_STANDS), ("dances and deeds", DANCES_AND_DEEDS)):
        takes = (filmed for name in names for filmed in film_clip(clips / f"{name}.bvh", lifter, options.cameras))
        report(title, takes, judge, options.plots)
    pairs = (filmed for pair in PAIRS for filmed in film_pairs(clips, pair, lifter, options.cameras))
    report("two people of unknown height", pairs, judge_pair, None)
    options.cache.mkdir(parents=True, exist_ok=True)
    report("pose2sim", read_pose2sim(recording, options.cache, lifter), judge, options.plots)
    return 0


def film_clip(path: Path, lifter: Lifter, cameras: int) -> list[Filmed]:
    truth = read_truth(path)
    first = sum(map(ord, path.stem))
    return [film((truth,), lifter, 1000 * camera + first) for camera in range(cameras)]


def film_pairs(clips: Path, names: tuple[str, str], lifter: Lifter, cameras: int) -> Iterator[Filmed]:
    """Two clips at once, of people 1.5 to 1.95 m tall; the second starts 1.5 to 3 m from where the first does."""
    one, other = (read_truth(clips / f"{name}.bvh") for name in names)
    count = min(len(one.times), len(other.times))
    for camera in range(cameras):
        rng = np.random.default_rng(len(one.times) + 1000 * camera)
        angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(1.5, 3.0)
        first, second = (truth.of_height(rng.uniform(1.5, 1.95)) for truth in (one, other))
        start = first.h36m[0, 0] - second.h36m[0, 0] + distance * np.array([np.cos(angle), np.sin(angle), 0])
        pair = first.moved(np.zeros(3), count), second.moved(start * [1, 1, 0], count)
        yield film(pair, lifter, count + 1000 * camera)


def report(
    title: str, takes: Iterable[Filmed], measure: Callable[[Filmed], dict[str, float]], plots: Path | None
) -> None:
    """One line a take, then a table of them all."""
    print(f"\n== {title}")
    rows = []
    for number, filmed in enumerate(takes):
        rows.append(measure(filmed))
        print(f"{filmed.name:<10}" + "  ".join(f"{key} {value:.2f}" for key, value in rows[-1].items()), flush=True)
        if plots and number % 2 == 0:
            draw(plots, filmed)
    print(f"\n{len(rows)} takes{'':<21}{'median':>9}{'mean':>9}{'worst':>9}")
    for key in rows[0]:
        values = np.array([row[key] for row in rows])
        worst = np.nanmin(values) if key in BEST_IS_HIGH else values[np.nanargmax(np.abs(values))]
        print(f"{key:<28}{np.nanmedian(values):>9.2f}{np.nanmean(values):>9.2f}{worst:>9.2f}")


def judge(filmed: Filmed) -> dict[str, float]:
    """All figures of one person's take, raw beside clean."""
    truth, view, take = filmed.truths[0], filmed.view, filmed.take
    judged, fps = truth.judged, take.video.fps
    known_lens = CleanSettings(field_of_view=view.field_of_view, body_height=truth.body_height)
    raw = clean_motion(take, 1, CleanSettings.raw(), _quiet)
    started = time.process_time()
    guessed = clean_motion(take, 1, replace(known_lens, field_of_view=0.0), _quiet)
    seconds = time.process_time() - started
    clean = clean_motion(take, 1, known_lens, _quiet)
    unlocked = clean_motion(take, 1, replace(known_lens, foot_lock=False), _quiet)

    wanted = placed(truth, view)
    standing = truth.standing()
    found = standing_during(clean.contacts, clean.times)
    flat = standing & (truth.h36m[:, ANKLES, 2] < truth.ankle_height + FLAT)
    path = float(np.linalg.norm(np.diff(wanted[:, 0], axis=0), axis=-1).sum())
    pose, raw_pose = _pose(clean.joints)[:, judged], _pose(raw.joints)[:, judged]
    true_pose, raw_truth = _pose(wanted)[:, judged], _pose(_as_raw(wanted, view))[:, judged]
    return {
        "contact F1": _f1(found, standing),
        "slide cm/s": _slide(clean.joints, standing & found, fps),
        "slide, all true contact phases": _slide(clean.joints, standing, fps),
        "slide unlocked cm/s": _slide(unlocked.joints, standing, fps),
        "slide raw cm/s": _slide(raw.joints, standing, fps),
        "slide truth cm/s": _slide(wanted, standing, fps),
        "under floor cm": 100 * max(0.0, 0.05 * truth.body_height - float(clean.joints[:, ANKLES, 2].min())),
        "under floor unlocked cm": 100
        * max(0.0, 0.05 * truth.body_height - float(unlocked.joints[:, ANKLES, 2].min())),
        "gravity deg": _tilt(pose, true_pose),
        "gravity raw deg": _tilt(raw_pose, true_pose),
        "floor cm": 100 * abs(float(np.median((clean.joints - wanted)[:, ANKLES, 2][flat]))) if flat.any() else np.nan,
        "end % known lens": 100 * _end_error(clean, wanted) / path,
        "end % guessed lens": 100 * _end_error(guessed, wanted) / path,
        "end % raw": 100 * _end_error(raw, wanted) / path,
        "place error cm": _place_error(clean, wanted),
        "place error raw cm": _place_error(raw, wanted),
        "path m": path,
        "MPJPE mm": _mpjpe(pose, true_pose),
        "MPJPE set upright mm": _mpjpe(_laid_upon(pose, true_pose), true_pose),
        "MPJPE raw upright mm": _mpjpe(_laid_upon(raw_pose, true_pose), true_pose),
        "jitter m/s2": _jitter(pose, true_pose, fps),
        "jitter raw m/s2": _jitter(raw_pose, raw_truth, fps),
        "jitter cut %": 100 * (1 - _jitter(pose, true_pose, fps) / _jitter(raw_pose, raw_truth, fps)),
        "wrist speed peak %": 100 * (_top_speed(clean.joints) / _top_speed(wanted) - 1),
        "lag frames": float(_lag(_pose(clean.joints), _pose(wanted))),
        "bones mm": 1000 * _bone_spread(clean.joints),
        "bones raw mm": 1000 * _bone_spread(raw.joints),
        "CPU s a 1000 frames": seconds * 1000 / len(truth.times),
    }


def judge_pair(filmed: Filmed) -> dict[str, float]:
    """How two people stand to each other and on the floor, nobody having told their heights; their distance is that
    of their hips. A person's feet are off the floor by what the lower ankle is off its height, the mean while one
    stands, and its worst mean over 0.3 s."""
    settings = CleanSettings(field_of_view=filmed.view.field_of_view)
    first, second = (clean_motion(filmed.take, track_id, settings, _quiet) for track_id in (1, 2))
    apart = second.joints[:, 0] - first.joints[:, 0]
    true_apart = (filmed.truths[1].h36m - filmed.truths[0].h36m)[:, 0] @ filmed.view.ahead_is_y().T
    distance = np.linalg.norm(true_apart, axis=-1)
    order = np.abs(true_apart[:, 1]) > 0.3
    off = [_off_floor(motion, truth) for motion, truth in zip((first, second), filmed.truths, strict=True)]
    heights = [_body_height(motion) for motion in (first, second)]
    taller = heights[1] / heights[0] / (filmed.truths[1].body_height / filmed.truths[0].body_height)
    return {
        "distance m": float(distance.mean()),
        "place error m": float(np.linalg.norm(apart - true_apart, axis=-1).mean()),
        "distance error %": 100 * float(np.mean(np.abs(np.linalg.norm(apart, axis=-1) - distance) / distance)),
        "order in depth %": 100 * float(np.mean((apart * true_apart > 0)[order, 1])) if order.any() else 100.0,
        "feet off the floor cm": 100 * max(float(np.abs(each).mean()) for each in off),
        "feet off the floor 0.3 s cm": 100 * max(_worst_spell(each) for each in off),
        "relative height %": 100 * abs(taller - 1),
    }


def _off_floor(motion: Motion, truth: Truth) -> FloatArray:
    """(n,) metres by which the lower ankle is off its height over the floor, in the frames with a standing foot."""
    ankle_height = truth.ankle_height / truth.body_height * _body_height(motion)
    off: FloatArray = motion.joints[:, ANKLES, 2].min(1)[truth.standing().any(1)] - ankle_height
    return off


def _worst_spell(off: FloatArray) -> float:
    """The largest mean over 0.3 s."""
    window = np.ones(round(0.3 * FPS))
    return float(np.abs(np.convolve(off, window / len(window), "valid")).max())


def _body_height(motion: Motion) -> float:
    """Metres of the body standing straight; all that is judged keep the length of every bone."""
    scores = np.ones(motion.joints.shape[:2])
    return standing_height(motion.joints, scores, bone_lengths(motion.joints, scores, False))


def placed(truth: Truth, view: View) -> FloatArray:
    """The joints as clean-up should place them: the camera looks along y, the start is the origin."""
    turned = truth.h36m @ view.ahead_is_y().T
    moved: FloatArray = turned - turned[0, 0] * [1, 1, 0]
    return moved


def _quiet(_notice: str) -> None:
    """Notices that nobody reads."""


def _pose(joints: FloatArray) -> FloatArray:
    return joints - joints[:, :1]


def _as_raw(wanted: FloatArray, view: View) -> FloatArray:
    """Truth in the axes of raw poses: the camera's own, renamed."""
    rotated: FloatArray = wanted @ (world_from_camera_axes(0, 0) @ (view.ahead_is_y() @ view.world_from_camera).T).T
    return rotated


def _f1(found: BoolArray, standing: BoolArray) -> float:
    return float(2 * (found & standing).sum() / max(1, found.sum() + standing.sum()))


def _slide(joints: FloatArray, standing: BoolArray, fps: float) -> float:
    """cm/s along the floor of ankles that stand in a frame and the next."""
    steps = np.linalg.norm(np.diff(joints[:, ANKLES, :2], axis=0), axis=-1) * fps
    return 100 * float(steps[standing[1:] & standing[:-1]].mean())


def _laid_upon(pose: FloatArray, wanted: FloatArray) -> FloatArray:
    """``pose`` in the one rotation of the whole take that brings it nearest to ``wanted``."""
    rotation, _ = Rotation.align_vectors(wanted.reshape(-1, 3), pose.reshape(-1, 3))
    laid: FloatArray = pose @ rotation.as_matrix().T
    return laid


def _tilt(pose: FloatArray, wanted: FloatArray) -> float:
    """Degrees between up and up, of the rotation that lays all joints upon the true ones."""
    rotation, _ = Rotation.align_vectors(wanted.reshape(-1, 3), pose.reshape(-1, 3))
    return float(np.degrees(np.arccos(np.clip(rotation.as_matrix()[2, 2], -1, 1))))


def _end_error(motion: Motion, wanted: FloatArray) -> float:
    return float(np.linalg.norm(motion.joints[-1, 0] - motion.joints[0, 0] - wanted[-1, 0] + wanted[0, 0]))


def _place_error(motion: Motion, wanted: FloatArray) -> float:
    """How far the hips are from where they were, cm, mean over the take."""
    return 100 * float(
        np.linalg.norm(motion.joints[:, 0] - motion.joints[0, 0] - wanted[:, 0] + wanted[0, 0], axis=-1).mean()
    )


def _mpjpe(pose: FloatArray, wanted: FloatArray) -> float:
    return 1000 * float(np.linalg.norm(pose - wanted, axis=-1).mean())


def _jitter(pose: FloatArray, wanted: FloatArray, fps: float) -> float:
    """Mean error of the joints' accelerations, m/s^2."""
    return float(np.linalg.norm(np.diff(pose - wanted, 2, axis=0), axis=-1).mean()) * fps**2


def _top_speed(joints: FloatArray) -> float:
    """Metres a frame that the wrists exceed in two frames of a hundred, around the pelvis."""
    return float(np.percentile(np.linalg.norm(np.diff(_pose(joints)[:, WRISTS], axis=0), axis=-1), 98))


def _lag(pose: FloatArray, wanted: FloatArray) -> int:
    """Frames by which the wrists' and ankles' speeds come late: the peak of the cross-correlation."""
    speed, true_speed = (
        np.linalg.norm(np.diff(joints[:, ANKLES + WRISTS], axis=0), axis=-1).ravel(order="F")
        for joints in (pose, wanted)
    )
    lags = range(-5, 6)
    products = [np.corrcoef(np.roll(speed, -lag), true_speed)[0, 1] for lag in lags]
    return lags[int(np.argmax(products))]


def _bone_spread(joints: FloatArray) -> float:
    """The widest range of any bone's length."""
    return max(float(np.ptp(np.linalg.norm(joints[:, c] - joints[:, p], axis=-1))) for p, c in H36M17.bones())


def draw(folder: Path, filmed: Filmed) -> None:
    """``quality_NAME.png``: foot height and speed over time, and the hips' path from above."""
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    truth, view, take = filmed.truths[0], filmed.view, filmed.take
    known_lens = CleanSettings(field_of_view=view.field_of_view, body_height=truth.body_height)
    unlocked, clean = (clean_motion(take, 1, replace(known_lens, foot_lock=lock), _quiet) for lock in (False, True))
    lines = (
        ("truth", truth.times, placed(truth, view), "0.55"),
        ("no foot lock", unlocked.times, unlocked.joints, "tab:orange"),
        ("clean", clean.times, clean.joints, "tab:blue"),
    )
    figure = Figure(figsize=(11, 6), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=[2, 1])
    height, speed, above = (figure.add_subplot(place) for place in (grid[0, 0], grid[1, 0], grid[:, 1]))
    for label, times, joints, colour in lines:
        ankle = joints[:, ANKLES[0]]
        height.plot(times, ankle[:, 2], color=colour, label=label)
        speed.plot(times[1:], np.linalg.norm(np.diff(ankle, axis=0), axis=-1) / np.diff(times), color=colour)
        above.plot(*joints[:, 0, :2].T, color=colour)
    for t in truth.times[truth.standing()[:, 0]]:
        for axes in (height, speed):
            axes.axvspan(t, t + 1 / take.video.fps, color="0.92", linewidth=0, zorder=0)
    height.set(ylabel="right ankle, m over the floor", title=f"{filmed.name}; grey: the foot truly stands")
    speed.set(xlabel="seconds", ylabel="right ankle, m/s")
    above.set(xlabel="m", ylabel="m away from the camera", title="hips from above")
    above.set_aspect("equal", adjustable="datalim")
    height.legend()
    figure.savefig(folder / f"quality_{filmed.name}.png", dpi=80)


if __name__ == "__main__":
    raise SystemExit(main())
