"""YOLOv3 as the ONNX Model Zoo publishes it: yolov3-10, yolov3-12 and tiny-yolov3-11.

The graph decodes its boxes and takes the letterbox off by ``image_shape``. It also suppresses repeated boxes, with
thresholds of its own; since boxes and scores come out whole as well, that is done here with the user's.
"""

import numpy as np

from ...video.pyramid import Pyramid
from ..picture_input import PictureInput
from ..roles import Detections
from ..session import Network, Port, Signature, other_answer
from ..window import Window
from .candidates import PERSON, PUBLISHED, Thresholds

SIZE = (416, 416)
GREY = 128


class ZooYolo:
    """Boxes (1, n, 4) as y1, x1, y2, x2 px of the frame, scores (1, classes, n), indices (k, 3) of those kept."""

    NAME = "YOLOv3 of the ONNX Model Zoo"
    ACCEPTS = "a picture and image_shape (1, 2) -> boxes (1, n, 4), scores (1, 80, n), indices (n, 3)"
    THRESHOLDS = PUBLISHED

    @staticmethod
    def fits(network: Signature) -> bool:
        return (
            len(network.inputs) == 2
            and any(map(PictureInput.is_one, network.inputs))
            and any(map(_is_image_shape, network.inputs))
            and len(network.outputs) == 3
            and None not in _places(network)
        )

    def __init__(self, network: Network, thresholds: Thresholds) -> None:
        self._network = network
        self._thresholds = thresholds
        ports = network.signature.inputs
        self._picture = PictureInput.of(next(filter(PictureInput.is_one, ports)), SIZE)
        self._shape = next(filter(_is_image_shape, ports))
        self._boxes, self._scores = (place or 0 for place in _places(network.signature))

    def detect(self, frame: Pyramid) -> Detections:
        window = Window.letterboxed(frame, self._picture.width, self._picture.height)
        width, height = frame.size
        inputs = self._picture.tensor(window.picture(frame, GREY)[None], 0.0, 255.0)
        answers = self._network.run(inputs | {self._shape.name: np.array([[height, width]], np.float32)})
        boxes, scores = answers[self._boxes][0], answers[self._scores][0, PERSON]
        if boxes.shape != (len(scores), 4):
            raise other_answer(self._network.name, f"boxes {boxes.shape}, scores {scores.shape}")
        return self._thresholds.people(boxes[:, [1, 0, 3, 2]], scores)


def _is_image_shape(port: Port) -> bool:
    return len(port.shape) == 2 and port.shape[1] == 2


def _places(network: Signature) -> tuple[int | None, int | None]:
    """Which outputs are the boxes and the scores; exporters name and order them differently."""
    boxes = scores = None
    for place, port in enumerate(network.outputs):
        if port.kind.startswith("float") and len(port.shape) == 3:
            if port.shape[2] == 4:
                boxes = place
            elif port.shape[1] is not None:
                scores = place
    return boxes, scores
