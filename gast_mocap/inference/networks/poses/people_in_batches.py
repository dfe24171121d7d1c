"""What all top-down networks do alike: a crop for each person, as many at once as the file takes, perhaps mirrored."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....take.records import FloatArray
from ....take.skeletons import COCO17
from ...video.pyramid import Pyramid
from ..picture_input import IMAGENET_DEVIATION, IMAGENET_MEAN, PictureInput
from ..session import Network, other_answer
from ..window import Window

GROWTH = 1.25
"""Side of the crop over that of the person's box, as these networks are trained. More shows more of the surroundings
and less detail; less cuts off hands and feet."""
KEYPOINTS = (17, 26, 133)
"""COCO; Halpe with feet; COCO-WholeBody. All begin with COCO's 17."""
ALL = len(COCO17.joints)
USUAL_SIZE = (192, 256)
"""Width and height of the crop where the file leaves them free."""


class PeopleInBatches:
    """The crops of people through a network that takes RGB pictures, ImageNet's mean and deviation taken out."""

    def __init__(self, network: Network, flips: bool) -> None:
        """With ``flips`` mirrored crops are run too."""
        self._network = network
        self._picture = PictureInput.of(network.signature.inputs[0], USUAL_SIZE)
        self._flips = flips

    @property
    def size(self) -> FloatArray:
        """(2,) width and height of the crops."""
        return np.array([self._picture.width, self._picture.height], float)

    def windows(self, boxes: FloatArray) -> list[Window]:
        return [Window.around(box, self._picture.width, self._picture.height, GROWTH) for box in boxes]

    def answers(self, frame: Pyramid, windows: Sequence[Window]) -> list[list[NDArray[Any]]]:
        """The network's outputs (n, ...) for the crops, and with flips those for the mirrored crops after them."""
        pictures = np.stack([window.picture(frame) for window in windows])
        wanted = [pictures, pictures[:, :, ::-1]] if self._flips else [pictures]
        outputs = self._run(np.concatenate(wanted))
        return [[output[part * len(windows) :][: len(windows)] for output in outputs] for part in range(len(wanted))]

    def _run(self, pictures: NDArray[np.uint8]) -> list[NDArray[Any]]:
        at_once = self._picture.batch or len(pictures)
        runs = []
        for begin in range(0, len(pictures), at_once):
            batch = pictures[begin : begin + at_once]
            answers = self._network.run(self._picture.tensor(batch, IMAGENET_MEAN, IMAGENET_DEVIATION))
            asked = self._picture.batch or len(batch)
            if any(len(answer) != asked for answer in answers):
                raise other_answer(self._network.name, f"{[answer.shape for answer in answers]} to {asked} crops")
            runs.append([answer[: len(batch)] for answer in answers])
        return [np.concatenate(parts) for parts in zip(*runs, strict=True)]
