"""Heels, toes and faces by BlazePose, which is shown a body whose keypoints are known already."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...take.records import FloatArray
from ...take.skeletons import COCO17, FACE5, FEET4, Side
from ..video.pyramid import Pyramid
from .roles import Parts
from .session import Network

SIDE = 2.75
"""Side of the square over the distance of the farthest keypoint from the middle of the hips, as the network is
trained. More shows less detail, less cuts off feet."""
SURE = 0.3
"""Keypoints from this score on place the square and are compared."""
FARTHEST = 0.06
"""Share of the body's height, taken for twice the farthest keypoint's distance, by which the network's body may be off
ours in the median. Raising it takes bystanders onto whom the network jumps, which its own scores do not tell."""
FIELDS = 5
"""Of a landmark: x and y px of the picture, z, and the logits of being visible and of being in the picture."""
LANDMARKS = 33
OF_COCO = [0, 2, 5, 7, 8, *range(11, 17), *range(23, 29)]
"""The network's landmarks in the order of COCO-17."""
OF_PARTS = {FEET4.name: [29, 31, 30, 32], FACE5.name: OF_COCO[:5]}
BODY = slice(COCO17.index("left_shoulder"), None)
"""What is compared: faces may be what only one of the two can read."""
SHOULDERS, HIPS = (COCO17.indices(*(f"{side}_{joint}" for side in Side)) for joint in ("shoulder", "hip"))
ANKLES = COCO17.indices(*(f"{joint.split('_')[0]}_ankle" for joint in FEET4.joints))
"""Of each of the feet's points."""


class BlazePose:
    """Pictures (1, 256, 256, 3) RGB 0..1 -> landmarks (1, 195) of which the first 33 are points of the body."""

    def __init__(self, network: Network) -> None:
        self._network = network
        port = network.signature.inputs[0]
        self._input, self._size = port.name, int(port.shape[1] or 0)

    def read(self, frame: Pyramid, points: FloatArray, scores: FloatArray) -> Parts:
        """Feet and face of the body in an RGB ``frame`` whose keypoints (17, 2) px and scores are known."""
        sure = scores >= SURE
        if not sure[[*SHOULDERS, *HIPS]].all():
            return {}
        middle = points[HIPS].mean(axis=0)
        up = points[SHOULDERS].mean(axis=0) - middle
        reach = float(np.linalg.norm(points[sure] - middle, axis=1).max())
        half = max(SIDE * reach / 2, 4.0)
        part = frame.part(np.concatenate([middle - half, middle + half]), float(np.arctan2(up[0], -up[1])))
        landmarks = self._landmarks(part.picture(np.array([0.0, 0.0, 2 * half, 2 * half]), self._size, self._size))
        found = frame.points_from_part(part, landmarks[:, :2] * (2 * half / self._size))
        compared = np.flatnonzero(sure[BODY]) + BODY.start
        off = np.linalg.norm(found[OF_COCO] - points, axis=1)[compared]
        if np.median(off) > FARTHEST * 2 * reach:
            return {}
        seen = 1 / (1 + np.exp(-landmarks[:, 3:].min(axis=1)))
        read = np.column_stack([found, seen])
        feet, face = (read[OF_PARTS[name]] for name in (FEET4.name, FACE5.name))
        # The network's feet hang on its own ankles, which miss ours by as much as the toes miss the truth.
        theirs = found[OF_COCO][ANKLES]
        feet[:, :2] += np.where(sure[ANKLES][:, None], points[ANKLES] - theirs, 0.0)
        return {FEET4.name: feet, FACE5.name: face}

    def _landmarks(self, picture: NDArray[np.uint8]) -> FloatArray:
        """(33, 4) px of ``picture``, and the logits of being visible and in the picture."""
        values: NDArray[Any] = self._network.run({self._input: picture[None].astype(np.float32) / 255})[0]
        landmarks = values.reshape(-1, FIELDS)[:LANDMARKS].astype(np.float64)
        return landmarks[:, [0, 1, 3, 4]]
