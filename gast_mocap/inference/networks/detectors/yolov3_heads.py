"""YOLOv3 and YOLOv3-tiny with raw outputs, one map of cells a stride (Redmon and Farhadi 2018, arXiv 1804.02767)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ....take.records import FloatArray
from ...video.pyramid import Pyramid
from ..picture_input import PROBED, PictureInput
from ..roles import Detections
from ..session import Network, Signature, other_answer
from ..window import Window
from .candidates import CLASSES, PERSON, PUBLISHED, Thresholds, corners

SIZE = (416, 416)
GREY = 128
ANCHORS_A_CELL = 3
STRIDES = (32, 16, 8)
ANCHORS = {
    3: (((10, 13), (16, 30), (33, 23)), ((30, 61), (62, 45), (59, 119)), ((116, 90), (156, 198), (373, 326))),
    2: (((10, 14), (23, 27), (37, 58)), ((81, 82), (135, 169), (344, 319))),
}
"""Number of maps -> for each, from the finest to the coarsest, the published anchors' width and height in pixels of the
input. In both networks the finest map's stride is 32 over a power of two."""


class YoloHeads:
    """Maps (1, 3 (5 + classes), h, w), or with the anchors or the channels last; each box as logits."""

    NAME = "YOLOv3 with raw outputs"
    ACCEPTS = "a picture -> three maps (1, 255, h, w) at strides 32, 16 and 8, or two of YOLOv3-tiny"
    THRESHOLDS = PUBLISHED

    @staticmethod
    def fits(network: Signature) -> bool:
        return (
            len(network.inputs) == 1
            and PictureInput.is_one(network.inputs[0])
            and len(network.outputs) in ANCHORS
            and all(_classes(port.shape) for port in network.outputs)
            and _strides(network) == STRIDES[: len(network.outputs)]
        )

    def __init__(self, network: Network, thresholds: Thresholds) -> None:
        self._network = network
        self._thresholds = thresholds
        self._picture = PictureInput.of(network.signature.inputs[0], SIZE)

    def detect(self, frame: Pyramid) -> Detections:
        window = Window.letterboxed(frame, self._picture.width, self._picture.height)
        maps = self._network.run(self._picture.tensor(window.picture(frame, GREY)[None], 0.0, 255.0))
        if not all(_classes(answer.shape) for answer in maps):
            raise other_answer(self._network.name, f"maps {[answer.shape for answer in maps]}")
        cells = sorted((_by_cell(answer) for answer in maps), key=lambda found: -found.shape[1])
        size = np.array([self._picture.width, self._picture.height])
        rows = [
            _decoded(found, np.array(anchors, float), size)
            for found, anchors in zip(cells, ANCHORS[len(cells)], strict=True)
        ]
        boxes, scores = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        return self._thresholds.people(window.frame_from_picture_boxes(boxes), scores)


def _strides(network: Signature) -> tuple[float, ...]:
    """Those of the maps, the coarsest first; 0 for a map that does not suit the picture."""
    picture = PictureInput.of(network.inputs[0], PROBED)
    shapes = [port.shape for port in network.outputs]
    sides = [shape[2:4] if _is_channels_first(shape) else shape[1:3] for shape in shapes]
    return tuple(sorted((picture.stride(*side) for side in sides), reverse=True))


def _is_channels_first(shape: tuple[int | None, ...]) -> bool:
    """Whether anchors, or channels where they hold the anchors, come before rows and columns."""
    apart = len(shape) == 5
    return shape[1] in {ANCHORS_A_CELL * (1 if apart else 5 + classes) for classes in CLASSES}


def _classes(shape: tuple[int | None, ...]) -> int | None:
    """The number of classes of a map of this shape; None where it is no such map."""
    for classes in CLASSES:
        one = 5 + classes
        if (len(shape) == 5 and shape[4] == one and ANCHORS_A_CELL in (shape[1], shape[3])) or (
            len(shape) == 4 and ANCHORS_A_CELL * one in (shape[1], shape[3])
        ):
            return classes
    return None


def _by_cell(answer: NDArray[Any]) -> FloatArray:
    """A map of any of the accepted shapes as (anchor, row, column, 5 + classes)."""
    found = np.asarray(answer[0], np.float64)
    classes = _classes(answer.shape) or 0
    if found.ndim == 4:
        return found if _is_channels_first(answer.shape) else found.transpose(2, 0, 1, 3)
    if _is_channels_first(answer.shape):
        return found.reshape(ANCHORS_A_CELL, 5 + classes, *found.shape[1:]).transpose(0, 2, 3, 1)
    return found.reshape(*found.shape[:2], ANCHORS_A_CELL, 5 + classes).transpose(2, 0, 1, 3)


def _decoded(cells: FloatArray, anchors: FloatArray, size: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Boxes (n, 4) px of the picture and the scores (n,) of people, of logits (anchor, row, column, 5 + classes)."""
    rows, columns = cells.shape[1:3]
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1)
    centres = (expit(cells[..., :2]) + grid) * size / (columns, rows)
    sizes = np.exp(np.minimum(cells[..., 2:4], 20.0)) * anchors[:, None, None]
    scores = expit(cells[..., 4]) * expit(cells[..., 5 + PERSON])
    return corners(np.concatenate([centres, sizes], axis=-1).reshape(-1, 4)), scores.ravel()
