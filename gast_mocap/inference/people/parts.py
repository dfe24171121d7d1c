"""What is read of followed people beside their keypoints: feet and face, and hands."""

from dataclasses import dataclass, field

from ...take.skeletons import HAND_SHAPES, HANDS42
from ..networks.blazepose import BlazePose
from ..networks.hands import Before, HandLandmarks
from ..networks.roles import Parts
from ..video.frame import Frame
from ..video.pyramid import Pyramid
from .pose import Pose


@dataclass
class PartsReader:
    """Asks the networks of the parts that are wanted, in every ``every``-th frame. ``_before``: id -> where the hands
    of somebody were last."""

    blazepose: BlazePose | None
    hands: HandLandmarks | None
    every: int
    _before: dict[int, Before] = field(default_factory=dict)

    def read(self, shown: Frame[Pyramid], track_id: int, pose: Pose) -> Parts:
        """By the names of the layouts in skeletons.PARTS; nothing where most of the body is behind somebody else."""
        if shown.index % self.every or pose.is_lost:
            return {}
        picture, points, scores = shown.picture, pose.points, pose.scores
        parts = dict(self.blazepose.read(picture, points, scores)) if self.blazepose else {}
        if self.hands is None:
            return parts
        hands = self.hands.read(picture, points, scores, self._before.get(track_id))
        self._before[track_id] = Before(points, hands)
        return {**parts, HANDS42.name: hands[:, [0, 1, -1]], HAND_SHAPES.name: hands[:, 2:]}

    def forget(self, *track_ids: int) -> None:
        """Where the hands of people were who are not followed on."""
        for track_id in track_ids:
            self._before.pop(track_id, None)
