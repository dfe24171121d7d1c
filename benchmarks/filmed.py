"""Performances whose truth is known, as takes: CMU motion before virtual cameras, and ``pose2sim_single``."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from gast_mocap.inference.poses.lift import Lifter
from gast_mocap.motion.bones import ANKLE_HEIGHT
from gast_mocap.motion.gravity import world_from_camera_axes
from gast_mocap.take.records import BoolArray, FloatArray, Keypoints2D, Person, Take, TakeSettings, Track, VideoInfo
from gast_mocap.take.settings import Quality
from gast_mocap.take.skeletons import COCO17
from training.bodies import MEASURES, BodyModel
from training.clips import read_bvh
from training.detector import HIDDEN_IS_WORSE, SLOW, SLOW_SECONDS, STEADY, WHITE
from training.directions import DAZ, directions_of

from .pose2sim import JUDGED, h36m17_of, read_cameras, read_markers
from .scenes import pose2sim_scenes

FPS, BVH_STEP, REST_POSE_FRAMES = 30.0, 2, 2
WIDTH, HEIGHT = 1280, 720
LEG = 0.825  # metres, of a body 1.70 m tall
ANKLES = [3, 6]
ALL_JOINTS = list(range(17))

# A foot stands while its ankle is slow and its toes are low: on below the first, off above the second
ANKLE_SPEEDS, TOE_HEIGHTS = (0.3, 0.4), (0.14, 0.16)


@dataclass(frozen=True)
class Truth:
    """z up, floor at 0, metres. ``coco`` and ``h36m`` (t, 17, 3), ``toes`` (t, 2) height of the right and left toes;
    ``judged`` the joints of ``h36m`` that are known, ``body_height`` and ``ankle_height`` of the person standing."""

    name: str
    times: FloatArray
    coco: FloatArray
    h36m: FloatArray
    toes: FloatArray
    judged: list[int]
    body_height: float
    ankle_height: float

    def standing(self) -> BoolArray:
        """(t, 2) bool, with hysteresis on the ankle's speed and the toes' height."""
        speeds = np.linalg.norm(np.gradient(self.h36m[:, ANKLES], self.times, axis=0), axis=-1)
        standing = np.zeros(speeds.shape, dtype=bool)
        for foot in range(2):
            state = False
            for t, (speed, height) in enumerate(zip(speeds[:, foot], self.toes[:, foot], strict=True)):
                state = bool(speed < ANKLE_SPEEDS[int(state)] and height < TOE_HEIGHTS[int(state)])
                standing[t, foot] = state
        return standing

    def of_height(self, body_height: float) -> "Truth":
        """The same by somebody of another height: body, steps and place are scaled."""
        scale = body_height / self.body_height
        return replace(
            self,
            coco=scale * self.coco,
            h36m=scale * self.h36m,
            toes=scale * self.toes,
            body_height=body_height,
            ankle_height=scale * self.ankle_height,
        )

    def moved(self, shift: FloatArray, count: int) -> "Truth":
        """The first ``count`` frames of it, ``shift`` (3,) metres away."""
        return replace(
            self,
            times=self.times[:count],
            coco=self.coco[:count] + shift,
            h36m=self.h36m[:count] + shift,
            toes=self.toes[:count],
        )


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

    def ahead_is_y(self) -> FloatArray:
        """(3, 3) turn about z that makes this camera look along y, as clean-up does."""
        ahead = self.world_from_camera[:, 2]
        turn: FloatArray = Rotation.from_euler("z", np.arctan2(ahead[0], ahead[1])).as_matrix()
        return turn


@dataclass(frozen=True)
class Filmed:
    """Some people's ``truths``, person 1 first, and the ``take`` of them."""

    name: str
    truths: tuple[Truth, ...]
    view: View
    take: Take


def read_truth(path: Path) -> Truth:
    """One of the CMU clips on the DAZ figure, scaled to 1.70 m."""
    clip = read_bvh(path)
    directions, pelvis = directions_of(clip, DAZ)
    skipped = REST_POSE_FRAMES - DAZ.first_frame
    directions, pelvis = directions[skipped::BVH_STEP], pelvis[skipped::BVH_STEP] * LEG

    hip, knee, ankle, _ = (clip.position(name)[REST_POSE_FRAMES::BVH_STEP] for name in DAZ.right_leg)
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
        for rules in (bodies.seen, bodies.pose)
    )
    ends = (clip.position(leg[3])[REST_POSE_FRAMES::BVH_STEP, 1] * metres for leg in (DAZ.right_leg, DAZ.left_leg))
    times = np.arange(len(pelvis)) / FPS
    return Truth(path.stem, times, _z_up(coco), _z_up(h36m), np.stack(list(ends), axis=1), ALL_JOINTS, 1.70, 0.085)


def _z_up(points: FloatArray) -> FloatArray:
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def place_camera(truths: tuple[Truth, ...], rng: np.random.Generator) -> View:
    """A random camera as near as it can be with the whole performance in its picture."""
    everything = np.concatenate([truth.h36m for truth in truths], axis=1)
    places = everything[..., :2].reshape(-1, 2)
    middle = (places.min(0) + places.max(0)) / 2
    while True:
        level = world_from_camera_axes(rng.uniform(-5, 30), rng.normal(0, 1))
        rotation = Rotation.from_euler("z", rng.uniform(0, 360), degrees=True).as_matrix() @ level
        height, field_of_view = rng.uniform(0.5, 3), rng.uniform(40, 80)
        ahead = rotation[:2, 2] / np.linalg.norm(rotation[:2, 2])
        for distance in np.arange(2.0, 15.0, 0.25):
            view = View(rotation, np.array([*(middle - distance * ahead), height]), field_of_view)
            pixels = view.project(everything)
            if view.see(everything)[..., 2].min() > 1 and np.all((pixels > 10) & (pixels < [WIDTH - 10, HEIGHT - 10])):
                return view


def film(truths: tuple[Truth, ...], lifter: Lifter, seed: int) -> Filmed:
    """The take that the pipeline would make of what a random camera sees, from misread keypoints on."""
    view = place_camera(truths, np.random.default_rng(seed))
    rng = np.random.default_rng(seed)
    count = len(truths[0].times)
    video = VideoInfo(Path("filmed.mp4"), WIDTH, HEIGHT, truths[0].times)
    people = []
    for track_id, truth in enumerate(truths, start=1):
        points = misread(view.project(truth.coco), view.see(truth.coco)[..., 2], rng)
        keypoints = Keypoints2D(track_id, np.arange(count), points, np.full((count, 17), 0.7))
        people.append(_lifted(keypoints, video, lifter))
    take = Take(video, TakeSettings(Quality.BEST, 0, count, False), tuple(people))
    return Filmed(" and ".join(truth.name for truth in truths), truths, view, take)


def misread(points: FloatArray, depths: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Px ``points`` (t, 17, 2) as the 2D network would give them: the errors that the lifter was trained on, but no
    exchanged sides, no lost faces and nothing cut off by the frame. ``depths`` (t, 17): what is behind its mirror
    image is worse."""
    size = np.ptp(points, axis=1).max(axis=-1).mean()
    steady, slow, white = (np.array(errors[: points.shape[1]])[:, None] / 1000 for errors in (STEADY, SLOW, WHITE))
    keep = np.exp(-1 / (FPS * SLOW_SECONDS))
    slowly = rng.normal(size=points.shape)
    for t in range(1, len(points)):
        slowly[t] = keep * slowly[t - 1] + np.sqrt(1 - keep**2) * slowly[t]
    errors = steady * rng.normal(size=points.shape[1:]) + slow * slowly + white * rng.normal(size=points.shape)
    behind = depths - depths[:, COCO17.mirrored_order()] > 0.15
    read: FloatArray = points + size * errors * (1 + HIDDEN_IS_WORSE * behind[..., None])
    return read


def read_pose2sim(folder: Path, cache: Path, lifter: Lifter) -> list[Filmed]:
    """The real person before each real camera, with the keypoints that the pipeline reads of the video."""
    markers, cameras = read_markers(folder / "Balancing_for_IK.trc"), read_cameras(folder / "Calib.qca.txt")
    h36m = h36m17_of(markers)
    toes = np.stack([markers["RBigToe"][:, 2], markers["LBigToe"][:, 2]], axis=1)
    lowest = float(np.percentile(np.minimum(h36m[:, 3, 2], h36m[:, 6, 2]), 10))
    filmed = []
    for scene in pose2sim_scenes(folder, cache):
        if "MoveNet" not in scene.group:
            continue
        camera, keypoints = cameras[scene.name], scene.keypoints
        rows = keypoints.frames - 1
        truth = Truth(
            scene.name,
            scene.video.times[keypoints.frames],
            np.zeros((len(rows), 17, 3)),
            np.nan_to_num(h36m[rows]),
            toes[rows],
            [0, *JUDGED],
            _height(markers),
            lowest,
        )
        field_of_view = float(np.degrees(2 * np.arctan(scene.video.width / 2 / camera.intrinsics[0, 0])))
        take = Take(
            scene.video,
            TakeSettings(Quality.BEST, 0, scene.video.frame_count, False),
            (_lifted(keypoints, scene.video, lifter),),
        )
        view = View(camera.camera_from_world.T, camera.place, field_of_view)
        filmed.append(Filmed(scene.name, (truth,), view, take))
    return filmed


def _height(markers: dict[str, FloatArray]) -> float:
    """Metres of the person standing straight: the parts one by one, as nobody stands straight here."""
    hips = (markers["RHip"] + markers["LHip"]) / 2
    ways = (
        (markers["RAnkle"], markers["RKnee"]),
        (markers["RKnee"], markers["RHip"]),
        (hips, markers["Neck"]),
        (markers["Neck"], markers["Head"]),
    )
    return sum(float(np.median(np.linalg.norm(b - a, axis=-1))) for a, b in ways) / (1 - ANKLE_HEIGHT)


def _lifted(keypoints: Keypoints2D, video: VideoInfo, lifter: Lifter) -> Person:
    pose = lifter.lift(keypoints, video, False, _unheard)
    count = len(keypoints.frames)
    track = Track(keypoints.track_id, keypoints.frames, np.zeros((count, 4)), np.ones(count))
    return Person(track, keypoints, pose, np.zeros((1, 1, 3), np.uint8))


def _unheard(_done: int, _total: int) -> None:
    """Progress that nobody waits for."""
