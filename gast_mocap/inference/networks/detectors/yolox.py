"""YOLOX with raw outputs (Ge et al. 2021, arXiv 2107.08430)."""

import numpy as np

from ....take.records import FloatArray
from ...video.pyramid import Pyramid
from ..picture_input import PictureInput
from ..roles import Detections
from ..session import Network, Signature, other_answer
from ..window import Window
from .candidates import CLASSES, PERSON, USUAL, Thresholds, corners

SIZE = (640, 640)
GREY = 114
STRIDES = (8, 16, 32)


class YoloX:
    """Rows (1, cells, 5 + classes): centre in cells, logarithm of the size in cells, objectness, classes; or, of an
    export that decodes, centre and size in pixels."""

    NAME = "YOLOX"
    ACCEPTS = "a picture -> (1, cells, 85) at strides 8, 16 and 32"
    THRESHOLDS = USUAL

    @staticmethod
    def fits(network: Signature) -> bool:
        if not (len(network.inputs) == len(network.outputs) == 1 and PictureInput.is_one(network.inputs[0])):
            return False
        picture = PictureInput.of(network.inputs[0], SIZE)
        match network.outputs[0].shape:
            case (_, cells, int(row)):
                return row - 5 in CLASSES and cells == len(_grid(picture.width, picture.height))
        return False

    def __init__(self, network: Network, thresholds: Thresholds) -> None:
        self._network = network
        self._thresholds = thresholds
        self._picture = PictureInput.of(network.signature.inputs[0], SIZE)
        self._grid = _grid(self._picture.width, self._picture.height)

    def detect(self, frame: Pyramid) -> Detections:
        window, inputs = seen(self._picture, frame)
        rows = self._network.run(inputs)[0][0].astype(np.float64)
        if len(rows) != len(self._grid):
            raise other_answer(self._network.name, f"{len(rows)} cells, not {len(self._grid)}")
        seen_boxes = corners(rows[:, :4] if _is_decoded(rows) else self._decoded(rows))
        return self._thresholds.people(window.frame_from_picture_boxes(seen_boxes), rows[:, 4] * rows[:, 5 + PERSON])

    def _decoded(self, rows: FloatArray) -> FloatArray:
        """(cells, 4) centre and size px of the picture."""
        cells, strides = self._grid[:, :2], self._grid[:, 2:]
        centres = (rows[:, :2] + cells) * strides
        sizes = np.exp(np.minimum(rows[:, 2:4], 20.0)) * strides
        return np.concatenate([centres, sizes], axis=1)


def seen(picture: PictureInput, frame: Pyramid) -> tuple[Window, dict[str, FloatArray]]:
    """The frame as YOLOX is trained to see it: in the top left corner, BGR 0..255."""
    window = Window.letterboxed(frame, picture.width, picture.height, centred=False)
    return window, picture.tensor(window.picture(frame, GREY)[None, :, :, ::-1])


def _is_decoded(rows: FloatArray) -> bool:
    """Nothing in the file tells. Raw centres are within a few cells of their own, decoded ones all over the picture."""
    return bool(np.abs(rows[:, :2]).mean() > STRIDES[-1])


def _grid(width: int, height: int) -> FloatArray:
    """(cells, 3) column, row and stride of each cell, the finest first."""
    parts = []
    for stride in STRIDES:
        columns, rows = np.meshgrid(np.arange(width // stride), np.arange(height // stride))
        parts.append(np.stack([columns.ravel(), rows.ravel(), np.full(columns.size, stride)], axis=1))
    return np.asarray(np.concatenate(parts), np.float64)
