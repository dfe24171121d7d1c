"""The published GAST-Net demo's view of 3D poses: people stood up by one fixed rotation, on a floor, seen aslant."""

import numpy as np

from ..take.records import FloatArray, Person, Take

WORLD_FROM_CAMERA = (0.14070565, -0.15007018, -0.7552408, 0.62232804)
"""wxyz, of one camera of Human3.6M: right for a camera that is held as that one was."""
ELEVATION, AZIMUTH = np.radians(15.0), np.radians(70.0)
PIXELS_A_METRE = 500.0
"""By which the demo sets two people apart: it has no travel."""


class PublishedView:
    """The people of a take as the demo's plot shows them. World axes in metres, z up."""

    def __init__(self, take: Take) -> None:
        rotation = _matrix(np.array(WORLD_FROM_CAMERA))
        self._joints = {person.track_id: person.pose.joints @ rotation.T for person in take.people}
        self._floor = min((joints[..., 2].min() for joints in self._joints.values()), default=0.0)
        middles = {person.track_id: _middle(person) for person in take.people}
        centre = np.mean(list(middles.values())) if middles else 0.0
        # Across the picture: the camera's own x in the world.
        self._places = {of: (at - centre) / PIXELS_A_METRE * rotation[:, 0] * (1, 1, 0) for of, at in middles.items()}

    def world(self, person: Person) -> FloatArray:
        """Joints (t, 17, 3) of a person of the take; the lowest joint of all people in all frames is on the floor."""
        joints = self._joints[person.track_id] - (0, 0, self._floor)
        return np.asarray(joints + self._places[person.track_id])

    def seen(self, points: FloatArray) -> FloatArray:
        """Metres (..., 2) to the right and up in the plot, of world ``points`` (..., 3)."""
        right = np.array([-np.sin(AZIMUTH), np.cos(AZIMUTH), 0.0])
        up = np.array([-np.sin(ELEVATION) * np.cos(AZIMUTH), -np.sin(ELEVATION) * np.sin(AZIMUTH), np.cos(ELEVATION)])
        return np.asarray(points @ np.stack([right, up], axis=1))


def _middle(person: Person) -> float:
    """Where a person is across the picture, px."""
    return float(np.median(person.track.boxes[:, [0, 2]].mean(axis=1)))


def _matrix(quaternion: FloatArray) -> FloatArray:
    """(3, 3) of wxyz."""
    w, x, y, z = quaternion / np.linalg.norm(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
