"""Reads the poses of people whose place is known, whatever way up they are."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ...take.records import FloatArray
from ...take.skeletons import COCO17, Side
from ..networks.roles import Estimator
from ..video.pyramid import Pyramid
from .boxes import areas
from .company import Expected, told_apart
from .keypoints import repeated
from .pose import Pose

SEEN = 0.25
"""Mean keypoint score from which a person counts as seen in a frame. Raising it loses people in the dark and half out
of the picture, lowering it follows shadows."""
SHRUNK = 0.35
"""A pose smaller than this share of its box is not the person who was followed but something behind. Raising it loses
somebody who crouches suddenly."""
DOUBTFUL_AT_FIRST = 0.65
DOUBTFUL = 0.45
"""Below these mean scores, in the first frame and later, a person is read in four turns: networks put the limbs of
somebody who lies or stands on the hands anywhere, and are half sure of it. Raising them costs time."""
GAIN = 0.1
"""By so much another turn has to score higher, and DOUBTFUL at least. Raising it leaves more people on their heads
unread, lowering it reads bodies into shadows."""
LEAN = np.radians(55)
"""Up to this lean the network is shown people as they are. Raising it misreads people who lean, lowering it turns those
who only bend down."""
CONFIDENT = 0.3
"""Keypoints below this score do not tell which way up a body is."""
SHORT_TRUNK = 0.12
"""A body whose axis looks shorter than this share of its box points at the camera and keeps the turn it had."""
ROOM = 2.0
"""Side of the part that is turned over the body's length, so that the network may look around it."""
SAME_SHARE, SAME_PLACE = 0.5, 0.1
"""Where so many of the keypoints that both are sure of lie closer than SAME_PLACE of the smaller body's size, somebody
was found twice. Raising SAME_PLACE takes people who embrace for one."""
QUARTERS = (0.0, np.pi / 2, np.pi, -np.pi / 2)
SHOULDERS, HIPS, ANKLES = (
    COCO17.indices(*(f"{side}_{joint}" for side in Side)) for joint in ("shoulder", "hip", "ankle")
)


class BodyReader:
    """Asks a 2D network, showing it everybody upright."""

    def __init__(self, estimator: Estimator) -> None:
        self._estimator = estimator

    def read(
        self,
        picture: Pyramid,
        boxes: dict[int, FloatArray],
        before: dict[int, Pose],
        patient: bool,
        company: dict[int, Expected],
    ) -> dict[int, Pose]:
        """Poses of the people in ``boxes`` who are really seen there, by id.

        ``before`` has the last pose of those who were seen already; who was not, or who is hard to see while
        ``patient``, is looked at in four turns. ``company``: where those who overlap should be.
        """
        upright = [i for i in boxes if i not in before or not before[i].turned]
        poses = dict(zip(upright, self._as_they_are(picture, [boxes[i] for i in upright]), strict=True))
        for track_id, box in boxes.items():
            known = before.get(track_id)
            if known and known.turned:
                poses[track_id] = self._turned(picture, box, known.turned)
            pose, doubtful = poses[track_id], DOUBTFUL_AT_FIRST if known is None else DOUBTFUL if patient else 0.0
            if track_id not in company and pose.score < doubtful:
                poses[track_id] = self._best_turn(picture, box, pose)
        poses |= told_apart(self._estimator, picture, boxes, poses, company)
        seen = {i: poses[i] for i in boxes if i in company or (poses[i].score >= SEEN and fills(boxes[i], poses[i]))}
        wrong = repeated(
            np.array([pose.points for pose in seen.values()]).reshape(-1, 17, 2),
            np.array([pose.scores for pose in seen.values()]).reshape(-1, 17),
            np.array([boxes[i] for i in seen]).reshape(-1, 4),
        )
        return {
            i: pose if i in company else settled(pose)
            for n, (i, pose) in enumerate(seen.items())
            if i in company or n not in wrong
        }

    def _as_they_are(self, picture: Pyramid, boxes: list[FloatArray]) -> Iterable[Pose]:
        read = self._estimator.estimate(picture, np.array(boxes).reshape(-1, 4))
        return [Pose(*pose) for pose in zip(read.points, read.scores, strict=True)]

    def _turned(self, picture: Pyramid, box: FloatArray, turn: float) -> Pose:
        """The pose of somebody whose body is turned by ``turn`` in ``box`` (4,)."""
        size = size_of_turned(box, turn)
        middle, half = (box[:2] + box[2:]) / 2, ROOM * max(size) / 2
        part = picture.part(np.concatenate([middle - half, middle + half]), turn)
        there = np.concatenate([half - size / 2, half + size / 2])
        read = self._estimator.estimate(part, there[None])
        return Pose(picture.points_from_part(part, read.points[0]), read.scores[0], turn)

    def _best_turn(self, picture: Pyramid, box: FloatArray, known: Pose) -> Pose:
        tried = [self._turned(picture, box, quarter) for quarter in QUARTERS if abs(quarter - known.turned) > 0.5]
        best = max(tried, key=lambda pose: pose.score)
        if best.score < max(DOUBTFUL, known.score + GAIN):
            return known
        # The box came from limbs that were anywhere; the pose tells better.
        again = self._turned(picture, best.box, best.turned)
        return max(best, again, key=lambda pose: pose.score)


def fills(box: FloatArray, pose: Pose) -> bool:
    """Whether a pose is about as large as the ``box`` (4,) that it was looked for in."""
    return bool(max(pose.box[2:] - pose.box[:2]) >= SHRUNK * max(box[2:] - box[:2]))


def settled(pose: Pose) -> Pose:
    """``pose`` with the turn that its own body shows: the next frame is looked at that way."""
    axis = body_axis(pose)
    if axis is None or np.linalg.norm(axis) < SHORT_TRUNK * max(pose.box[2:] - pose.box[:2]):
        return pose
    turn = float(np.arctan2(axis[0], -axis[1]))
    return replace(pose, turned=turn if abs(turn) > LEAN else 0.0)


def body_axis(pose: Pose) -> FloatArray | None:
    """(2,) px from between hips and feet to the shoulders; None where trunk or feet are not seen.

    The feet count as well, so that somebody who bends down over their legs is not turned.
    """
    if pose.scores[[*SHOULDERS, *HIPS]].min() < CONFIDENT:
        return None
    shoulders, hips, ankles = (pose.points[list(joints)].mean(axis=0) for joints in (SHOULDERS, HIPS, ANKLES))
    if pose.scores[list(ANKLES)].min() < CONFIDENT:
        ankles = hips
    return np.asarray(shoulders - (hips + ankles) / 2)


def size_of_turned(box: FloatArray, turn: float) -> FloatArray:
    """(2,) px across and along a body that lies turned by ``turn`` in ``box`` (4,).

    The box around a body that leans by 45 degrees is shorter than the body.
    """
    size, across, along = box[2:] - box[:2], abs(np.sin(turn)), abs(np.cos(turn))
    return np.asarray((size if along >= across else size[::-1]) / max(across, along))


def is_same_body(first: Pose, second: Pose) -> bool:
    """Whether two poses of one frame are of one person, or of a part of them."""
    sure = (first.scores >= CONFIDENT) & (second.scores >= CONFIDENT)
    if sure.sum() < 4:
        return False
    size = np.sqrt(min(areas(np.stack([first.box, second.box]))))
    near = np.linalg.norm(first.points - second.points, axis=1)[sure] < SAME_PLACE * size
    return bool(near.mean() >= SAME_SHARE)
