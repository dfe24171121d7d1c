"""HRNet and PoseResNet: a heatmap for each keypoint of a person in a crop (Sun et al. 2019, arXiv 1902.09212)."""

import numpy as np

from ....take.records import FloatArray
from ....take.skeletons import COCO17
from ...choice import Refinement
from ...video.pyramid import Pyramid
from ..picture_input import PROBED, PictureInput
from ..roles import Poses
from ..session import Network, Signature
from .peaks import peaks_of
from .people_in_batches import ALL, KEYPOINTS, PeopleInBatches

COARSEST = 8
"""Pixels between the cells of a heatmap; published ones have 4. Coarser ones hold no bodies."""


class Heatmaps:
    """Pictures (n, 3, H, W) -> (n, 17, H/4, W/4), of any size and batch."""

    NAME = "HRNet or PoseResNet heatmaps"
    ACCEPTS = "pictures (n, 3, H, W) -> (n, 17, H/4, W/4)"

    @staticmethod
    def fits(network: Signature) -> bool:
        if not (len(network.inputs) == len(network.outputs) == 1 and PictureInput.is_one(network.inputs[0])):
            return False
        match network.outputs[0].shape:
            case (_, keypoints, rows, columns):
                stride = PictureInput.of(network.inputs[0], PROBED).stride(rows, columns)
                return keypoints in KEYPOINTS and 1 <= stride <= COARSEST
        return False

    def __init__(self, network: Network, flips: bool, refinement: Refinement) -> None:
        self._people = PeopleInBatches(network, flips)
        self._refinement = refinement

    def estimate(self, frame: Pyramid, boxes: FloatArray) -> Poses:
        if not len(boxes):
            return Poses(np.zeros((0, ALL, 2)), np.zeros((0, ALL)))
        windows = self._people.windows(boxes)
        plain, *mirrored = (outputs[0][:, :ALL].astype(np.float64) for outputs in self._people.answers(frame, windows))
        for maps in mirrored:
            plain = (plain + _mirrored_back(maps)) / 2
        cells, scores = peaks_of(plain, self._refinement)
        stride = self._people.size / (plain.shape[3], plain.shape[2])
        # A heatmap's cell is centred on every fourth pixel of the crop, and a pixel's own middle is half a pixel on.
        points = [
            window.frame_from_picture(places * stride + 0.5) for window, places in zip(windows, cells, strict=True)
        ]
        return Poses(np.stack(points), np.clip(scores, 0.0, 1.0))


def _mirrored_back(maps: FloatArray) -> FloatArray:
    """Maps (n, 17, h, w) of mirrored crops as those of the crops, moved by a cell as published.

    Cells lie on the left edge of their pixels: mirrored ones come back three quarters of a cell too far left.
    """
    back = maps[:, COCO17.mirrored_order(), :, ::-1]
    return np.concatenate([back[..., :1], back[..., :-1]], axis=3)
