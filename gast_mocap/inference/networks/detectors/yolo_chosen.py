"""YOLO whose graph has chosen its boxes already: YOLOv10 and later, and earlier ones exported with their NMS."""

import numpy as np

from ...video.pyramid import Pyramid
from ..picture_input import PictureInput
from ..roles import Detections
from ..session import Network, Signature
from .candidates import PERSON, USUAL, Thresholds
from .yolo_cells import SIZE, seen

MOST_CHOSEN = 1000
"""Boxes that such a graph chooses, mostly 300. Rows of 6 that are more are a network's cells, of people alone."""


class YoloChosen:
    """Rows (1, n, 6): x1, y1, x2, y2 px of the picture, score, class."""

    NAME = "YOLO with chosen boxes"
    ACCEPTS = "a picture -> (1, 300, 6)"
    THRESHOLDS = USUAL

    @staticmethod
    def fits(network: Signature) -> bool:
        if not (len(network.inputs) == len(network.outputs) == 1 and PictureInput.is_one(network.inputs[0])):
            return False
        match network.outputs[0].shape:
            case (_, int(boxes), 6):
                return boxes <= MOST_CHOSEN
        return False

    def __init__(self, network: Network, thresholds: Thresholds) -> None:
        self._network = network
        self._thresholds = thresholds
        self._picture = PictureInput.of(network.signature.inputs[0], SIZE)

    def detect(self, frame: Pyramid) -> Detections:
        window, inputs = seen(self._picture, frame)
        rows = self._network.run(inputs)[0][0].astype(np.float64)
        people = rows[rows[:, 5].round() == PERSON]
        return self._thresholds.people(window.frame_from_picture_boxes(people[:, :4]), people[:, 4])
