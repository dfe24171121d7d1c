"""What a camera that turns saw, as one that stands would have seen it.

A turn moves everything in the picture alike, near and far, so how far the background moved tells the turn: its way
across the picture's middle over the focal length, in radians.
"""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from ..take.records import CameraMove, FloatArray, Take
from ..take.skeletons import COCO17
from .body import Body

BODY = len(COCO17.joints)
WIDEST = np.radians(75.0)
"""Angle off the axis of the camera that stands up to which it sees anybody."""


def turns_camera(take: Take) -> bool:
    """Whether the camera only turns, as far as the background tells, and how is known."""
    return take.camera is CameraMove.TURNS and len(take.camera_path) > 0


def turns_too_far(body: Body, take: Take, focal: float) -> bool:
    """Whether no camera that stands could have seen all that the one of ``take`` saw of ``body``; ``focal`` in px."""
    if not turns_camera(take) or not len(body.times):
        return False
    rays = rays_of(body, take, focal)[:, :BODY] @ room_from_camera(body, take, focal).transpose(0, 2, 1)
    return bool(np.any(rays[..., 2] < np.cos(WIDEST) * np.linalg.norm(rays, axis=-1)))


def as_seen_standing(body: Body, take: Take, focal: float) -> Body:
    """``body`` with joints and keypoints as a camera saw them that looks where the one of ``take`` looked on average.

    ``focal`` in px. Unchanged where the camera stands, or turns too far.
    """
    if not turns_camera(take) or not len(body.times) or turns_too_far(body, take, focal):
        return body
    back = room_from_camera(body, take, focal).transpose(0, 2, 1)
    rays = rays_of(body, take, focal) @ back
    points = rays[..., :2] / rays[..., 2:] * focal + middle_of(take)
    return replace(body, joints=body.joints @ back, points=points[:, :BODY], foot_points=points[:, BODY:])


def as_turned_back(body: Body, take: Take, focal: float) -> Body:
    """``body`` with joints as that camera saw them, and keypoints as they are: they tell no way through the room, and
    feet, which point by their keypoints, count as unseen."""
    back = room_from_camera(body, take, focal).transpose(0, 2, 1)
    return replace(body, joints=body.joints @ back, foot_scores=0 * body.foot_scores)


def rays_of(body: Body, take: Take, focal: float) -> FloatArray:
    """(t, 17 + 4, 3) towards the keypoints and those of the feet, in the axes of the camera that turns."""
    seen = np.concatenate([body.points, body.foot_points], axis=1)
    return np.concatenate([(seen - middle_of(take)) / focal, np.ones((*seen.shape[:2], 1))], axis=-1)


def middle_of(take: Take) -> FloatArray:
    return np.array([take.video.width / 2, take.video.height / 2])


def room_from_camera(body: Body, take: Take, focal: float) -> FloatArray:
    """(t, 3, 3) from the axes of the camera that turns to those of one that looks where it looked on average."""
    seconds, across, down = going_on(take.camera_path).T
    during = (seconds >= body.times[0]) & (seconds <= body.times[-1])
    angles = (
        np.stack([np.interp(body.times, seconds, way) for way in (across, down)], axis=1) * take.video.width / focal
    )
    shot = np.stack([across, down], axis=1)[during] * take.video.width / focal if during.any() else angles
    angles = angles - (shot.max(axis=0) + shot.min(axis=0)) / 2
    # The background moves right and down when the camera turns left and up.
    camera_from_room = Rotation.from_rotvec(np.column_stack([-angles[:, 1], angles[:, 0], np.zeros(len(angles))]))
    return np.asarray(camera_from_room.inv().as_matrix())


def going_on(path: FloatArray) -> FloatArray:
    """``path`` (k, 3) and a point behind its end, as frames come after the last look: it goes on as it went."""
    if len(path) < 2:
        return path
    return np.vstack([path, 2 * path[-1] - path[-2]])
