"""A synthetic walker whose feet stand still on the floor, and a known camera that films it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

from gast_mocap.take.records import (
    BoolArray,
    FloatArray,
    Keypoints2D,
    Person,
    Pose3D,
    Take,
    TakeSettings,
    Track,
    VideoInfo,
)

THIGH, SHIN, ANKLE = 0.42, 0.42, 0.085
HIP_WIDTH, HIP_HEIGHT = 0.10, 0.89
UPPER_BODY = {  # right, ahead, up of the pelvis
    7: (0, 0, 0.24), 8: (0, 0, 0.50), 9: (0, 0.08, 0.60), 10: (0, 0.02, 0.775),
    11: (-0.17, 0, 0.46), 12: (-0.20, -0.02, 0.19), 13: (-0.20, 0.05, -0.05),
    14: (0.17, 0, 0.46), 15: (0.20, -0.02, 0.19), 16: (0.20, 0.05, -0.05),
}  # fmt: skip
TRUNK_AHEAD = 0.065  # of the ankles: the middle of the feet carries the body
COCO_FROM_H36M = {5: 11, 6: 14, 7: 12, 8: 15, 9: 13, 10: 16, 11: 4, 12: 1, 13: 5, 14: 2, 15: 6, 16: 3}
STEP_SECONDS, SWING_SECONDS, SWING_LIFT = 0.55, 0.45, 0.12


@dataclass(frozen=True)
class Performance:
    """``times`` (t,) s; ``joints`` (t, 17, 3) m, z up, floor at 0; ``standing`` (t, 2) bool, right and
    left."""

    times: FloatArray
    joints: FloatArray
    standing: BoolArray


def walk(times: FloatArray, heading: float, speed: float = 0.9) -> Performance:
    """Walk straight on from the origin, ``heading`` in degrees from +y (away from the camera) towards +x."""
    pelvis = np.stack([0 * times, speed * times, HIP_HEIGHT + 0 * times], axis=1)
    feet, standing = [], []
    for phase, side in ((0.0, HIP_WIDTH), (STEP_SECONDS, -HIP_WIDTH)):
        along, lift, down = _foot(times + phase, speed)
        feet.append(np.stack([side + 0 * times, along - speed * phase - TRUNK_AHEAD, ANKLE + lift], axis=1))
        standing.append(down)
    return _pose(times, pelvis, feet, standing, heading)


def stand(times: FloatArray, heading: float = 180.0, jump: float = 0.0) -> Performance:
    """Stand at the origin; a ``jump`` of that many metres a second upwards is made at one second."""
    height = np.zeros_like(times)
    if jump:
        flight = times - 1.0
        height = np.where((flight > 0) & (flight < 2 * jump / 9.81), jump * flight - 9.81 / 2 * flight**2, 0.0)
    pelvis = np.stack([0 * times, 0 * times, HIP_HEIGHT + height], axis=1)
    feet = [np.stack([side + 0 * times, 0 * times - TRUNK_AHEAD, ANKLE + height], axis=1) for side in (0.13, -0.13)]
    return _pose(times, pelvis, feet, [height == 0, height == 0], heading)


def _foot(times: FloatArray, speed: float) -> tuple[FloatArray, FloatArray, BoolArray]:
    cycle = 2 * STEP_SECONDS
    count, within = np.divmod(times, cycle)
    share = np.clip((within - (cycle - SWING_SECONDS)) / SWING_SECONDS, 0, 1)
    stride = speed * cycle
    along = (count + 0.5 * (1 - np.cos(np.pi * share))) * stride + (cycle - SWING_SECONDS) / 2 * speed
    return along, SWING_LIFT * np.sin(np.pi * share) ** 2, share == 0


def _pose(
    times: FloatArray, pelvis: FloatArray, feet: list[FloatArray], standing: list[BoolArray], heading: float
) -> Performance:
    joints = np.zeros((len(times), 17, 3))
    joints[:, 0] = pelvis
    for joint, offset in UPPER_BODY.items():
        joints[:, joint] = pelvis + offset
    for (hip, knee, ankle), side, foot in zip(((1, 2, 3), (4, 5, 6)), (1, -1), feet, strict=True):
        joints[:, hip] = pelvis + np.array([side * HIP_WIDTH, 0, 0])
        joints[:, ankle] = foot
        line = foot - joints[:, hip]
        reach = np.linalg.norm(line, axis=-1, keepdims=True)
        out = np.sqrt(np.maximum(THIGH**2 - (reach / 2) ** 2, 0))
        ahead = np.cross([1.0, 0, 0], line)
        joints[:, knee] = joints[:, hip] + line / 2 - out * ahead / np.linalg.norm(ahead, axis=-1, keepdims=True)
    turn = Rotation.from_euler("z", -heading, degrees=True).as_matrix()
    return Performance(times, joints @ turn.T, np.stack(standing, axis=1))


@dataclass(frozen=True)
class Camera:
    """Looks along +y from ``distance`` m before the origin and ``height`` m over the floor; angles in
    degrees."""

    tilt: float = 10.0
    roll: float = 0.0
    height: float = 1.5
    distance: float = 5.0
    field_of_view: float = 60.0
    width: int = 1280
    frame_height: int = 720

    @property
    def camera_from_world(self) -> FloatArray:
        """Rows are the camera's right, down and viewing direction."""
        right = np.array([1.0, 0.0, 0.0])
        down = np.array([0.0, 0.0, -1.0])
        away = np.array([0.0, 1.0, 0.0])
        tilt, roll = np.radians(self.tilt), np.radians(self.roll)
        away, down = np.cos(tilt) * away + np.sin(tilt) * down, np.cos(tilt) * down - np.sin(tilt) * away
        right, down = np.cos(roll) * right + np.sin(roll) * down, np.cos(roll) * down - np.sin(roll) * right
        return np.stack([right, down, away])

    def see(self, joints: FloatArray) -> FloatArray:
        """World joints (..., 3) in camera axes."""
        seen: FloatArray = (joints - [0, -self.distance, self.height]) @ self.camera_from_world.T
        return seen

    def project(self, seen: FloatArray) -> FloatArray:
        """Px (..., 2) of points in camera axes."""
        focal = self.width / 2 / np.tan(np.radians(self.field_of_view) / 2)
        pixels: FloatArray = focal * seen[..., :2] / seen[..., 2:] + [self.width / 2, self.frame_height / 2]
        return pixels


def film(
    performances: list[Performance],
    camera: Camera,
    seed: int = 0,
    pixel_noise: float = 0.0,
    pose_noise: float = 0.0,
    unseen: tuple[int, ...] = (),
) -> Take:
    """A take of people 1, 2, ... without the ``unseen`` frames.

    ``pixel_noise`` px and ``pose_noise`` m are standard deviations; half is slow (0.2 s), half white.
    """
    rng = np.random.default_rng(seed)
    times = performances[0].times
    frames = np.setdiff1d(np.arange(len(times)), unseen)
    people = []
    for track_id, performance in enumerate(performances, start=1):
        seen = camera.see(performance.joints)
        pixels = camera.project(seen)
        points = np.repeat(pixels[:, 9:10], 17, axis=1)
        points[:, list(COCO_FROM_H36M)] = pixels[:, list(COCO_FROM_H36M.values())]
        points += pixel_noise * _noise(rng, points.shape, times)
        joints = seen - seen[:, :1] + pose_noise * _noise(rng, seen.shape, times)
        joints -= joints[:, :1]
        people.append(
            Person(
                Track(track_id, frames, np.zeros((len(frames), 4)), np.ones(len(frames))),
                Keypoints2D(track_id, frames, points[frames], np.full((len(frames), 17), 0.8)),
                Pose3D(frames, joints[frames]),
                np.zeros((2, 2, 3), np.uint8),
            )
        )
    video = VideoInfo(Path("walk.mp4"), camera.width, camera.frame_height, times)
    return Take(video, TakeSettings("best", 0, len(times), False), tuple(people))


def _noise(rng: np.random.Generator, shape: tuple[int, ...], times: FloatArray) -> FloatArray:
    slow = gaussian_filter1d(rng.normal(size=shape), 0.2 / np.mean(np.diff(times)), axis=0)
    noise: FloatArray = (slow / np.maximum(slow.std(), 1e-9) + rng.normal(size=shape)) / np.sqrt(2)
    return noise
