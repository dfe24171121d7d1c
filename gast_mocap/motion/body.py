"""One person of a take, ready for the world: bones of one length, leaps removed, gaps bridged, jitter
smoothed."""

from dataclasses import dataclass, replace

import numpy as np

from ..take.interpolate import interpolate
from ..take.records import FloatArray, FootContact, IntArray, Person, VideoInfo
from ..take.settings import CleanSettings
from ..take.skeletons import COCO17, FEET4, H36M17, HAND_SHAPES
from .bones import ANKLES, FEET, bone_lengths, set_bone_lengths, standing_height
from .feet import foot_directions
from .gaps import bridge_short_gaps
from .outliers import doubt_leaps
from .smooth import smooth_joints, trust
from .travel import Sighting, viewing_rays

LIMBS = [joint for joint in H36M17.joints if joint in COCO17.joints]
"""The joints that both layouts have: hips and all joints of arms and legs."""
COCO_ANKLES = COCO17.indices(*(f"{side}_ankle" for side in FEET))

READ_FROM = {
    "pelvis": ("left_hip", "right_hip"),
    "spine": ("left_shoulder", "right_shoulder", "left_hip", "right_hip"),
    "thorax": ("left_shoulder", "right_shoulder"),
    "neck": ("nose",),
    "head": ("left_eye", "right_eye", "left_ear", "right_ear"),
}
"""The keypoints that a joint is made of where it is not one of them itself."""


@dataclass(frozen=True)
class Body:
    """``times`` (t,) s; ``joints`` (t, 17, 3) around the pelvis, camera axes, m; ``scores`` (t, 17), 0 where
    bridged; ``points`` (t, 17, 2) px and ``point_scores`` (t, 17) of the COCO keypoints; ``foot_points`` (t, 4, 2) and
    ``foot_scores`` (t, 4) of heels and toes; ``hand_points`` (t, 42, 3) m and ``hand_scores`` (t, 42); ``height`` of
    the person in m, which ``height_is_known`` where somebody gave it; ``contacts`` None unless somebody gave them."""

    track_id: int
    height: float
    height_is_known: bool
    contacts: tuple[FootContact, ...] | None
    times: FloatArray
    joints: FloatArray
    scores: FloatArray
    points: FloatArray
    point_scores: FloatArray
    foot_points: FloatArray
    foot_scores: FloatArray
    hand_points: FloatArray
    hand_scores: FloatArray

    def foot_directions(self, video: VideoInfo, focal: float, seconds: float) -> FloatArray | None:
        """(t, 2, 3) as feet.foot_directions has them; None where feet were not read."""
        if not self.foot_scores.any():
            return None
        rays, foot_rays = (
            viewing_rays(points, video.width, video.height, focal) for points in (self.points, self.foot_points)
        )
        return foot_directions(self.times, self.joints, rays, foot_rays, self.foot_scores, self.height, seconds)

    def sighting(self, video: VideoInfo, focal: float) -> Sighting:
        rays = viewing_rays(self.points, video.width, video.height, focal)
        weights, limbs = trust(self.point_scores), COCO17.indices(*LIMBS)
        return Sighting(
            self.times,
            self.joints[:, H36M17.indices(*LIMBS)], rays[:, limbs], weights[:, limbs],
            self.joints[:, ANKLES], rays[:, COCO_ANKLES], weights[:, COCO_ANKLES],
        )  # fmt: skip


def joint_scores(point_scores: FloatArray) -> FloatArray:
    """(t, 17) scores of the Human3.6M joints from those of the COCO keypoints that they are made of."""
    sources = (COCO17.indices(*READ_FROM.get(joint, (joint,))) for joint in H36M17.joints)
    return np.stack([point_scores[:, keypoints].mean(1) for keypoints in sources], axis=1)


def prepare_body(person: Person, video: VideoInfo, settings: CleanSettings) -> Body:
    """The person's frames that have both pose and keypoints, cleaned by the settings; it may have none."""
    seen, pose, keypoints = np.intersect1d(person.pose.frames, person.keypoints.frames, return_indices=True)
    joints, points = person.pose.joints[pose], person.keypoints.points[keypoints]
    point_scores = person.keypoints.scores[keypoints]
    scores = joint_scores(point_scores)
    feet = person.keypoints.part(FEET4.name).at(keypoints)
    foot_points, foot_scores = feet.points, feet.scores
    hands = person.keypoints.part(HAND_SHAPES.name).at(keypoints)
    hand_points, hand_scores = hands.points, hands.scores
    frames = seen
    if settings.fill_gaps > 0 and len(seen):
        frames = bridge_short_gaps(seen, video.times, settings.fill_gaps)
        joints, points = interpolate(frames, seen, joints), interpolate(frames, seen, points)
        scores, point_scores = _zero_outside(frames, seen, scores), _zero_outside(frames, seen, point_scores)
        foot_points, foot_scores = interpolate(frames, seen, foot_points), _zero_outside(frames, seen, foot_scores)
        hand_points, hand_scores = interpolate(frames, seen, hand_points), _zero_outside(frames, seen, hand_scores)
    times = video.times[frames]
    height = person.body_height or settings.body_height
    if settings.remove_outliers:
        scores = doubt_leaps(joints, scores)
    joints = smooth_joints(times, joints, scores, settings.smooth_body)
    if settings.constant_lengths and len(joints):
        joints = _shape(joints, scores, settings.symmetric, height)
    known = person.body_height is not None
    return Body(
        person.track_id,
        height,
        known,
        person.contacts,
        times,
        joints,
        scores,
        points,
        point_scores,
        foot_points,
        foot_scores,
        hand_points,
        hand_scores,
    )


class KeptBodies:
    """``prepare_body`` that remembers the last bodies: most controls of the clean-up leave them as they are."""

    MOST = 8
    """Bodies that are remembered; more serve takes with more people, at a megabyte for each minute of one."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], tuple[Person, Body]] = {}

    def __call__(self, person: Person, video: VideoInfo, settings: CleanSettings) -> Body:
        height = person.body_height or settings.body_height
        key = (
            id(person.pose.joints), id(person.keypoints.points), id(video.times), height, settings.fill_gaps,
            settings.remove_outliers, settings.smooth_body, settings.constant_lengths, settings.symmetric,
        )  # fmt: skip
        if key not in self._kept:
            while len(self._kept) >= self.MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = person, prepare_body(person, video, settings)  # the person keeps the ids taken
        return replace(self._kept[key][1], contacts=person.contacts)


def _zero_outside(frames: IntArray, seen: IntArray, scores: FloatArray) -> FloatArray:
    spread = np.zeros((len(frames), *scores.shape[1:]))
    spread[np.searchsorted(frames, seen)] = scores
    return spread


def _shape(joints: FloatArray, scores: FloatArray, symmetric: bool, height: float) -> FloatArray:
    lengths = bone_lengths(joints, scores, symmetric)
    measured = standing_height(joints, scores, lengths)
    if measured > 0:  # in a damaged take all joints may lie in one place
        lengths *= height / measured
    return set_bone_lengths(joints, lengths)
