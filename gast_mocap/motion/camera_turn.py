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


def as_seen_standing(body: Body, take: Take, focal: float) -> Body:
    """``body`` with joints and keypoints as a camera saw them that looks where the one of ``take`` looked on average.

    ``focal`` in px. Unchanged where the camera stands, or turns farther than a picture can show.
    """
    if not turns_camera(take) or not len(body.times):
        return body
    seconds, across, down = going_on(take.camera_path).T
    during = (seconds >= body.times[0]) & (seconds <= body.times[-1])
    angles = (
        np.stack([np.interp(body.times, seconds, way) for way in (across, down)], axis=1) * take.video.width / focal
    )
    shot = np.stack([across, down], axis=1)[during] * take.video.width / focal if during.any() else angles
    angles = angles - (shot.max(axis=0) + shot.min(axis=0)) / 2
    # The background moves right and down when the camera turns left and up.
    camera_from_room = Rotation.from_rotvec(np.column_stack([-angles[:, 1], angles[:, 0], np.zeros(len(angles))]))
    room_from_camera = camera_from_room.inv().as_matrix()
    middle = np.array([take.video.width / 2, take.video.height / 2])
    seen = np.concatenate([body.points, body.foot_points], axis=1)
    rays = np.concatenate([(seen - middle) / focal, np.ones((*seen.shape[:2], 1))], axis=-1)
    rays = rays @ room_from_camera.transpose(0, 2, 1)
    if np.any(rays[:, :BODY, 2] < np.cos(WIDEST) * np.linalg.norm(rays[:, :BODY], axis=-1)):
        return body
    points = rays[..., :2] / rays[..., 2:] * focal + middle
    return replace(
        body,
        joints=body.joints @ room_from_camera.transpose(0, 2, 1),
        points=points[:, :BODY],
        foot_points=points[:, BODY:],
    )


def going_on(path: FloatArray) -> FloatArray:
    """``path`` (k, 3) and a point behind its end, as frames come after the last look: it goes on as it went."""
    if len(path) < 2:
        return path
    return np.vstack([path, 2 * path[-1] - path[-2]])
