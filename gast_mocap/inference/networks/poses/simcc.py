"""RTMPose: for each keypoint one row of scores along x and one along y (SimCC, Li et al. 2022, arXiv 2107.03332)."""

import numpy as np

from ....take.records import FloatArray
from ....take.skeletons import COCO17
from ...choice import Refinement
from ...video.pyramid import Pyramid
from ..picture_input import PROBED, PictureInput
from ..roles import Poses
from ..session import Network, Signature
from .people_in_batches import ALL, KEYPOINTS, PeopleInBatches


class SimCC:
    """Pictures (n, 3, H, W) -> x (n, 17, 2W), y (n, 17, 2H); the finer steps are found from the lengths."""

    NAME = "RTMPose (SimCC)"
    ACCEPTS = "pictures (n, 3, H, W) -> x (n, 17, 2W), y (n, 17, 2H)"

    @staticmethod
    def fits(network: Signature) -> bool:
        return (
            len(network.inputs) == 1
            and PictureInput.is_one(network.inputs[0])
            and len(network.outputs) == 2
            and all(len(port.shape) == 3 and port.shape[1] in KEYPOINTS for port in network.outputs)
            and _places(network) is not None
        )

    def __init__(self, network: Network, flips: bool, refinement: Refinement) -> None:  # noqa: ARG002
        """The rows are twice as fine as the crop: their peaks need no ``refinement``."""
        self._people = PeopleInBatches(network, flips)
        self._places = _places(network.signature) or (0, 1)

    def estimate(self, frame: Pyramid, boxes: FloatArray) -> Poses:
        if not len(boxes):
            return Poses(np.zeros((0, ALL, 2)), np.zeros((0, ALL)))
        windows = self._people.windows(boxes)
        plain, *mirrored = ([outputs[n] for n in self._places] for outputs in self._people.answers(frame, windows))
        rows = [row[:, :ALL].astype(np.float64) for row in plain]
        steps = np.array([row.shape[2] for row in rows]) / self._people.size
        for outputs in mirrored:
            order = COCO17.mirrored_order()
            across = _mirrored_back(outputs[0][:, order], round(steps[0]))
            rows = [(rows[0] + across) / 2, (rows[1] + outputs[1][:, order]) / 2]
        places = np.stack([row.argmax(axis=2) for row in rows], axis=-1) / steps
        points = [window.frame_from_picture(at + 0.5) for window, at in zip(windows, places, strict=True)]
        scores = np.minimum(*(row.max(axis=2) for row in rows))
        return Poses(np.stack(points), np.clip(scores, 0.0, 1.0))


def _places(network: Signature) -> tuple[int, int] | None:
    """Which outputs are the rows along x and along y, by their lengths; None where neither order suits the picture."""
    picture = PictureInput.of(network.inputs[0], PROBED)
    lengths = [port.shape[2] for port in network.outputs]
    return next((order for order in ((0, 1), (1, 0)) if picture.stride(lengths[order[1]], lengths[order[0]])), None)


def _mirrored_back(rows: FloatArray, steps: int) -> FloatArray:
    """Rows (n, 17, w) along x of mirrored crops as those of the crops, of ``steps`` a pixel from its left edge on."""
    missing = steps - 1
    back = rows[..., ::-1]
    return np.concatenate([back[..., missing:], np.repeat(back[..., -1:], missing, axis=2)], axis=2)
