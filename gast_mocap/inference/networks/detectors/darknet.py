"""YOLO of Darknet's own files: YOLOv3, YOLOv3-tiny and their kin of any size, for COCO's classes or people alone."""

import numpy as np

from ...video.pyramid import Pyramid
from ..picture_input import PictureInput
from ..roles import Detections
from ..session import Network, Signature
from ..window import Window
from .candidates import CLASSES, PERSON, PUBLISHED, Thresholds, corners


class DarknetYolo:
    """OpenCV's region layers: boxes as shares of the picture, scores with the objectness in them."""

    NAME = "YOLO of Darknet"
    ACCEPTS = "Darknet's .cfg and .weights side by side, for 80 classes or people alone"
    THRESHOLDS = PUBLISHED

    @staticmethod
    def fits(network: Signature) -> bool:
        return network.format == "Darknet" and all(
            port.shape[1] in {5 + classes for classes in CLASSES} for port in network.outputs
        )

    def __init__(self, network: Network, thresholds: Thresholds) -> None:
        self._network = network
        self._thresholds = thresholds
        self._picture = PictureInput.of(network.signature.inputs[0], (0, 0))

    def detect(self, frame: Pyramid) -> Detections:
        window = Window.stretched(frame, self._picture.width, self._picture.height)
        rows = np.concatenate(self._network.run(self._picture.tensor(window.picture(frame)[None], 0.0, 255.0)))
        boxes = corners(rows[:, :4]) * np.tile((window.width, window.height), 2)
        return self._thresholds.people(window.frame_from_picture_boxes(boxes), rows[:, 5 + PERSON])
