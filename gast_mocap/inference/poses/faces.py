"""Nose, eyes and ears as the network reads them that reads feet: it knows faces that the 2D network cannot read."""

from dataclasses import replace

from ...take.edits import PLACED
from ...take.interpolate import distance_to_nearest, interpolate
from ...take.records import FloatArray, Keypoints2D
from ...take.skeletons import COCO17, FACE5

READ = 0.5
"""Score from which a point of the face counts. Raising it leaves more faces to the 2D network."""
REACH = 0.3
"""Seconds to the next frame in which the face was read, up to which what it moved there is moved. Raising it bridges
longer spells with what may have passed."""
FACE = COCO17.indices(*FACE5.joints)
SHOULDERS = COCO17.indices("left_shoulder", "right_shoulder")


def with_face(keypoints: Keypoints2D, times: FloatArray) -> Keypoints2D:
    """``keypoints``, at ``times`` (t,) s, with nose, eyes and ears where the face was read.

    Between frames in which it was, they go with the shoulders. What somebody placed stays.
    """
    face = keypoints.part(FACE5.name)
    points, scores = keypoints.points.copy(), keypoints.scores
    shoulders = points[:, SHOULDERS].mean(axis=1)
    for own, joint in enumerate(FACE):
        read = face.scores[:, own] >= READ
        if not read.any():
            continue
        away = interpolate(times, times[read], face.points[read, own] - shoulders[read])
        near = distance_to_nearest(times, times[read]) <= REACH
        replaced = near & (scores[:, joint] < PLACED)
        points[replaced, joint] = (shoulders + away)[replaced]
    return replace(keypoints, points=points)
