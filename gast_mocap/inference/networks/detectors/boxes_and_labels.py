"""Boxes that MMDeploy's graphs have chosen already, of YOLOX as rtmlib's users have it."""

import numpy as np

from ...video.pyramid import Pyramid
from ..picture_input import PictureInput
from ..roles import Detections
from ..session import Network, Signature, other_answer
from .candidates import PERSON, USUAL, Thresholds
from .yolox import SIZE, seen


class BoxesAndLabels:
    """Boxes (1, n, 5) as x1, y1, x2, y2 px of the picture and a score, and their classes (1, n)."""

    NAME = "YOLOX of MMDeploy"
    ACCEPTS = "a picture -> boxes (1, n, 5), labels (1, n)"
    THRESHOLDS = USUAL

    @staticmethod
    def fits(network: Signature) -> bool:
        shapes = [port.shape for port in network.outputs]
        return (
            len(network.inputs) == 1
            and PictureInput.is_one(network.inputs[0])
            and len(shapes) == 2
            and len(shapes[0]) == 3
            and shapes[0][2] == 5
            and len(shapes[1]) == 2
        )

    def __init__(self, network: Network, thresholds: Thresholds) -> None:
        self._network = network
        self._thresholds = thresholds
        self._picture = PictureInput.of(network.signature.inputs[0], SIZE)

    def detect(self, frame: Pyramid) -> Detections:
        window, inputs = seen(self._picture, frame)
        rows, labels = (answer[0] for answer in self._network.run(inputs))
        if rows.shape != (len(labels), 5):
            raise other_answer(self._network.name, f"boxes {rows.shape}, labels {labels.shape}")
        people = rows[labels == PERSON].astype(np.float64)
        return self._thresholds.people(window.frame_from_picture_boxes(people[:, :4]), people[:, 4])
