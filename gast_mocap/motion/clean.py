"""From a lifted person to a performance that stands on the floor."""

from collections.abc import Callable

import numpy as np

from . import bones, gravity, travel
from .errors import MocapError
from .records import FloatArray, IntArray, Motion, Person, Take, VideoInfo
from .settings import CleanSettings
from .smooth import smooth_joints

COCO_OF_H36M = (
    (11, 12), (12,), (14,), (16,), (11,), (13,), (15,), (5, 6, 11, 12), (5, 6), (0,), (1, 2, 3, 4),
    (5,), (7,), (9,), (6,), (8,), (10,),
)  # fmt: skip


def clean_motion(take: Take, track_id: int, settings: CleanSettings, notify: Callable[[str], None]) -> Motion:
    """The performance of one person of a take.

    Raises:
        MocapError: the take has no such person, or that person was never lifted.
    """
    try:
        person = take.person(track_id)
    except KeyError:
        raise MocapError(
            "person_missing", f"The take has no person {track_id}. Choose one from the list of people."
        ) from None
    frames, joints, points, keypoint_scores = _common_frames(person)
    if not len(frames):
        raise MocapError("person_unseen", f"Person {track_id} has no 3D pose. Choose another person.")
    times = take.video.times[frames]
    scores = joint_scores(keypoint_scores)

    joints = _shape_body(joints, scores, settings)
    joints = smooth_joints(times, joints, scores, settings.smooth_body)
    if settings.travel and len(times) > 2:
        joints = joints + _pelvis(times, joints, points, keypoint_scores, take.video, settings)[:, None]
    return Motion(times, _stand_on_floor(joints, settings), scores)


def joint_scores(keypoint_scores: FloatArray) -> FloatArray:
    """(t, 17) scores of the Human3.6M joints from those of the COCO keypoints that they were made of."""
    return np.stack([keypoint_scores[:, list(sources)].mean(1) for sources in COCO_OF_H36M], axis=1)


def _common_frames(person: Person) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Frames that have both a pose and keypoints, with their joints, points and scores."""
    frames, pose, seen = np.intersect1d(person.pose.frames, person.keypoints.frames, return_indices=True)
    return frames, person.pose.joints[pose], person.keypoints.points[seen], person.keypoints.scores[seen]


def _shape_body(joints: FloatArray, scores: FloatArray, settings: CleanSettings) -> FloatArray:
    if not settings.constant_lengths:
        return joints
    lengths = bones.bone_lengths(joints, scores, settings.symmetric)
    lengths *= settings.body_height / bones.standing_height(lengths)
    return bones.set_bone_lengths(joints, lengths)


def _pelvis(
    times: FloatArray,
    joints: FloatArray,
    points: FloatArray,
    scores: FloatArray,
    video: VideoInfo,
    settings: CleanSettings,
) -> FloatArray:
    focal = travel.focal_length_px(video, settings.field_of_view or travel.DEFAULT_FIELD_OF_VIEW)
    rays = travel.viewing_rays(points[:, travel.COCO_LIMBS], video, focal)
    weights = np.maximum(scores[:, travel.COCO_LIMBS], 1e-3)
    return travel.solve_travel(times, joints[:, travel.H36M_LIMBS], rays, weights, settings.smooth_travel)


def _stand_on_floor(joints: FloatArray, settings: CleanSettings) -> FloatArray:
    tilt, roll = settings.camera_tilt, settings.camera_roll
    if settings.find_floor:
        tilt, roll = gravity.tilt_and_roll_of_standing(joints)
    world = joints @ gravity.world_from_camera_axes(tilt, roll).T
    floor = -settings.camera_height
    if settings.find_floor or (settings.travel and not settings.camera_height):
        floor = gravity.floor_below(world, bones.ANKLE_HEIGHT * settings.body_height)
    standing: FloatArray = world - np.array([*world[0, 0, :2], floor])
    return standing
