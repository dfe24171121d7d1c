"""YOLO heads that come out decoded: (n, 84, cells) of YOLOv8 and later, (n, cells, 85) of YOLOv5 and its YOLOv3."""

import numpy as np

from ....take.records import FloatArray
from ...video.pyramid import Pyramid
from ..picture_input import PictureInput
from ..roles import Detections
from ..session import Network, Signature
from ..window import Window
from .candidates import CLASSES, PERSON, USUAL, Thresholds, corners

SIZE = (640, 640)
GREY = 114


class YoloCells:
    """Centre and size px of the picture, perhaps an objectness, the classes' probabilities; a column or row a cell."""

    NAME = "YOLO with decoded cells"
    ACCEPTS = "a picture -> (1, 84, cells), or with an objectness (1, cells, 85)"
    THRESHOLDS = USUAL

    @staticmethod
    def fits(network: Signature) -> bool:
        return (
            len(network.inputs) == len(network.outputs) == 1
            and PictureInput.is_one(network.inputs[0])
            and (_is_by_column(network) or _is_by_row(network))
        )

    def __init__(self, network: Network, thresholds: Thresholds) -> None:
        self._network = network
        self._thresholds = thresholds
        self._picture = PictureInput.of(network.signature.inputs[0], SIZE)
        self._is_by_column = _is_by_column(network.signature)

    def detect(self, frame: Pyramid) -> Detections:
        window, inputs = seen(self._picture, frame)
        answer = self._network.run(inputs)[0][0]
        rows = answer.T if self._is_by_column else answer
        scores = rows[:, 4 + PERSON] if self._is_by_column else rows[:, 4] * rows[:, 5 + PERSON]
        boxes = corners(rows[:, :4].astype(np.float64))
        return self._thresholds.people(window.frame_from_picture_boxes(boxes), scores.astype(np.float64))


def seen(picture: PictureInput, frame: Pyramid) -> tuple[Window, dict[str, FloatArray]]:
    """The frame as these networks are trained to see it: in the middle, RGB 0..1."""
    window = Window.letterboxed(frame, picture.width, picture.height)
    return window, picture.tensor(window.picture(frame, GREY)[None], 0.0, 255.0)


def _is_by_column(network: Signature) -> bool:
    shape = network.outputs[0].shape
    return len(shape) == 3 and shape[1] in {4 + classes for classes in CLASSES}


def _is_by_row(network: Signature) -> bool:
    shape = network.outputs[0].shape
    return len(shape) == 3 and shape[2] in {5 + classes for classes in CLASSES}
