"""Everybody at once, bottom-up: OpenPose (Cao et al. 2017, arXiv 1611.08050) and its lightweight kin (Osokin 2018,
arXiv 1811.12004): a heatmap for each keypoint, and fields that point along the limbs and so tell whose is whose.
"""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ....take.records import FloatArray
from ....take.skeletons import COCO17
from ...video.pyramid import Pyramid
from ..picture_input import PROBED, PictureInput
from ..roles import Detections, Poses
from ..session import Network, Port, Signature, other_answer
from ..window import Window

AREA = 256 * 456
"""Pixels of the picture that a frame becomes where the file leaves its size free, as published for 16:9. More finds
smaller people and takes longer in proportion."""
SIDES = 32
"""The sides are multiples of it, since such networks halve the picture up to five times."""
MULTIPLE, FINER = 8, 4
"""The maps' stride, and how many times finer they are made before peaks are looked for."""
NECK_AND_KEYPOINTS, FIELDS = 18, 38
GREY = 128
LOWEST_PEAK = 0.1
"""Lower peaks are none: lowering it finds faint joints and ghosts."""
PEAKS_APART = 6.0
"""Cells of the finer maps within which a second peak is the same joint."""
MOST_PEAKS = 40
"""Of one joint in a frame, the highest; limbs are tried between all of them, so more takes time with its square."""
SAMPLES, LEAST_ALONG, LEAST_SHARE = 10, 0.05, 0.8
"""A limb is sampled at so many places; the field must point along it by LEAST_ALONG at more than LEAST_SHARE."""
LEAST_POINTS, LEAST_SCORE = 3, 0.2
"""Keypoints and mean score without which nobody is there."""

COCO_FROM_OPENPOSE = [0, 15, 14, 17, 16, 5, 2, 6, 3, 7, 4, 11, 8, 12, 9, 13, 10]
"""Where COCO's keypoints stand in the order nose, neck, right arm, left arm, right leg, left leg, eyes, ears."""
LIMBS = (
    (1, 2, 12), (1, 5, 20), (2, 3, 14), (3, 4, 16), (5, 6, 22), (6, 7, 24), (1, 8, 0), (8, 9, 2), (9, 10, 4),
    (1, 11, 6), (11, 12, 8), (12, 13, 10), (1, 0, 28), (0, 14, 30), (14, 16, 34), (0, 15, 32), (15, 17, 36),
    (2, 16, 18), (5, 17, 26),
)  # fmt: skip
"""From keypoint, to keypoint, and the first of the field's two channels, as published."""
FILLING_LIMBS = 2
"""The last ones, shoulder to ear, only complete people who are known already."""


@dataclass(frozen=True)
class Pixels:
    """What a file wants of a BGR picture 0..255: less ``mean``, over ``deviation``, perhaps as RGB."""

    mean: float
    deviation: float
    is_rgb: bool = False


KINDS_OF_PIXELS = (Pixels(128.0, 256.0), Pixels(128.0, 255.0, is_rgb=True), Pixels(0.0, 1.0))
"""Those of the lightweight network, of its published ONNX file, and of files that have it in their weights. Nothing in
a file tells them apart: the first frames do."""
CERTAIN = 0.2
"""Mean peak of the heatmaps from which on the kind of pixels is settled: 0.001 with a wrong kind,
0.26 and more with the right one."""


class PartFields:
    """Pictures (1, 3, h, w) -> heatmaps (1, 19, h/8, w/8) with the background last, fields (1, 38, h/8, w/8)."""

    NAME = "OpenPose heatmaps and part-affinity fields"
    ACCEPTS = "a picture -> heatmaps (n, 19, h/8, w/8), part-affinity fields (n, 38, h/8, w/8); needs no detector"

    @staticmethod
    def fits(network: Signature) -> bool:
        return (
            len(network.inputs) == 1
            and PictureInput.is_one(network.inputs[0])
            and None not in _places(network)
            and len(network.outputs) % 2 == 0
            and all(_is_at_stride(network.inputs[0], network.outputs[place or 0]) for place in _places(network))
        )

    def __init__(self, network: Network) -> None:
        self._network = network
        self._pixels: Pixels | None = None
        self._heatmaps, self._fields = (place or 0 for place in _places(network.signature))

    def detect(self, frame: Pyramid) -> Detections:
        """Everybody in the frame with their keypoints."""
        picture, window = self._seen(frame)
        heatmaps, fields = self._maps(window.picture(frame, GREY), picture)
        people = people_of(peaks_of_all(heatmaps), fields)
        points = np.full((len(people), len(COCO_FROM_OPENPOSE), 2), np.nan)
        scores = np.zeros(points.shape[:2])
        for row, person in enumerate(people):
            for joint, name in enumerate(COCO_FROM_OPENPOSE):
                if name in person.peaks:
                    points[row, joint], scores[row, joint] = person.peaks[name].place, person.peaks[name].score
        in_picture = (points + 0.5) * MULTIPLE / FINER
        poses = Poses(stood_in(window.frame_from_picture(in_picture)), np.clip(scores, 0.0, 1.0))
        boxes = np.array([_box(*pose) for pose in zip(poses.points, poses.scores, strict=True)]).reshape(-1, 4)
        return Detections(boxes, poses.scores.mean(axis=1), poses)

    def _seen(self, frame: Pyramid) -> tuple[PictureInput, Window]:
        """The whole frame in the top left corner of the picture, whose size suits it where the file leaves it free."""
        sides = np.array(frame.size) * np.sqrt(AREA / np.prod(frame.size))
        width, height = (max(SIDES, round(side / SIDES) * SIDES) for side in sides)
        picture = PictureInput.of(self._network.signature.inputs[0], (width, height))
        return picture, Window.letterboxed(frame, picture.width, picture.height, centred=False)

    def _maps(self, rgb: NDArray[np.uint8], picture: PictureInput) -> tuple[FloatArray, FloatArray]:
        """Heatmaps (18, h, w) and fields (38, h, w), made FINER, with the kind of pixels that the file answers to."""
        kinds = (self._pixels,) if self._pixels else KINDS_OF_PIXELS
        answers = [self._answer(rgb, picture, pixels) for pixels in kinds]
        certain = [heatmaps.max(axis=(1, 2)).mean() for heatmaps, _ in answers]
        best = int(np.argmax(certain))
        if certain[best] >= CERTAIN:
            self._pixels = kinds[best]
        return answers[best]

    def _answer(self, rgb: NDArray[np.uint8], picture: PictureInput, pixels: Pixels) -> tuple[FloatArray, FloatArray]:
        channels = rgb if pixels.is_rgb else rgb[:, :, ::-1]
        outputs = self._network.run(picture.tensor(channels[None], pixels.mean, pixels.deviation))
        if outputs[self._heatmaps].shape[2:] != outputs[self._fields].shape[2:]:
            raise other_answer(self._network.name, f"maps {[output.shape for output in outputs]}")
        return _finer(outputs[self._heatmaps][0, :NECK_AND_KEYPOINTS]), _finer(outputs[self._fields][0])


@dataclass(frozen=True)
class Peak:
    """A joint that somebody has: ``place`` (2,) cells x, y of the finer maps."""

    place: FloatArray
    score: float


@dataclass
class Body:
    """Some of one person's keypoints, and the sum of all scores of peaks and limbs."""

    peaks: dict[int, Peak] = field(default_factory=dict)
    score: float = 0.0

    def add(self, joint: int, peak: Peak) -> None:
        self.peaks[joint] = peak
        self.score += peak.score


def peaks_of_all(heatmaps: FloatArray) -> list[list[Peak]]:
    """The peaks in each of ``heatmaps`` (n, h, w), the highest first."""
    return [_peaks(heatmap) for heatmap in heatmaps]


def _peaks(heatmap: FloatArray) -> list[Peak]:
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    rows, columns = np.nonzero((heatmap >= LOWEST_PEAK) & (heatmap >= cv2.dilate(heatmap, cross)))
    peaks: list[Peak] = []
    for n in np.argsort(-heatmap[rows, columns], kind="stable"):
        place = np.array([columns[n], rows[n]], float)
        if len(peaks) == MOST_PEAKS:
            break
        if all(np.linalg.norm(place - other.place) >= PEAKS_APART for other in peaks):
            peaks.append(Peak(place, float(heatmap[rows[n], columns[n]])))
    return peaks


def people_of(peaks: list[list[Peak]], fields: FloatArray) -> list[Body]:
    """Whose peak is whose, by the limbs that ``fields`` (38, h, w) point along; the surest person first."""
    bodies: list[Body] = []
    for number, (start, end, channel) in enumerate(LIMBS):
        may_begin = number < len(LIMBS) - FILLING_LIMBS
        for score, first, second in _limbs(peaks[start], peaks[end], fields[channel : channel + 2]):
            _join(bodies, (start, first), (end, second), score, may_begin)
    whole = [body for body in bodies if len(body.peaks) >= LEAST_POINTS]
    sure = [body for body in whole if body.score / len(body.peaks) >= LEAST_SCORE]
    return sorted(sure, key=lambda body: -body.score)


def _limbs(starts: list[Peak], ends: list[Peak], field: FloatArray) -> list[tuple[float, Peak, Peak]]:
    """The limbs between peaks, surest first; each peak has at most one."""
    found = [
        (score, first, second)
        for first in starts
        for second in ends
        if (score := _along(first.place, second.place, field)) > 0
    ]
    found.sort(key=lambda limb: -limb[0])
    limbs: list[tuple[float, Peak, Peak]] = []
    for limb in found:
        if not any(limb[1] is taken[1] or limb[2] is taken[2] for taken in limbs):
            limbs.append(limb)
    return limbs


def _along(start: FloatArray, end: FloatArray, field: FloatArray) -> float:
    """How well a ``field`` (2, h, w) points from ``start`` to ``end``, with a discount for limbs longer than half
    the picture's height; 0 when it does not."""
    length = float(np.linalg.norm(end - start))
    if length == 0:
        return 0.0
    places = np.round(np.linspace(start, end, SAMPLES)).astype(int)
    along = ((end - start) / length) @ field[:, places[:, 1], places[:, 0]]
    counting = along[along > LEAST_ALONG]
    if len(counting) <= LEAST_SHARE * SAMPLES:
        return 0.0
    return max(0.0, float(counting.mean()) + min(field.shape[1] / 2 / length - 1, 0.0))


def _join(bodies: list[Body], start: tuple[int, Peak], end: tuple[int, Peak], score: float, may_begin: bool) -> None:
    """Take a limb into the person who has one of its ends, or make it the begin of another."""
    owners = [body for body in bodies if body.peaks.get(start[0]) is start[1] or body.peaks.get(end[0]) is end[1]]
    if not owners and may_begin:
        owners = [Body()]
        bodies.append(owners[0])
    if len(owners) == 2 and not owners[0].peaks.keys() & owners[1].peaks.keys():
        # The two halves of one person, each begun by another limb.
        owners[0].peaks |= owners[1].peaks
        owners[0].score += owners[1].score + score
        bodies[:] = [body for body in bodies if body is not owners[1]]
    elif len(owners) == 1:
        free = [one for one in (start, end) if one[0] not in owners[0].peaks]
        if free:
            owners[0].score += score
        for joint, peak in free:
            owners[0].add(joint, peak)


def stood_in(points: FloatArray) -> FloatArray:
    """Keypoints (n, 17, 2) with those that are NaN put where the nearest of the body's seen ones is."""
    filled = points.copy()
    neighbours = [*COCO17.bones(), *((child, parent) for parent, child in COCO17.bones())]
    unseen = np.isnan(filled[:, :, 0])
    while (unseen.any(axis=1) & ~unseen.all(axis=1)).any():
        for known, unknown in neighbours:
            rows = unseen[:, unknown] & ~unseen[:, known]
            filled[rows, unknown] = filled[rows, known]
            unseen[rows, unknown] = False
    return filled


def _box(points: FloatArray, scores: FloatArray) -> FloatArray:
    """(4,) px around the keypoints that were seen."""
    seen = points[scores > 0]
    return np.concatenate([seen.min(axis=0), seen.max(axis=0)])


def _finer(maps: NDArray[Any]) -> FloatArray:
    """Maps (n, h, w) as (n, FINER h, FINER w)."""
    finer = np.empty((len(maps), FINER * maps.shape[1], FINER * maps.shape[2]), np.float32)
    for small, large in zip(maps.astype(np.float32), finer, strict=True):
        cv2.resize(small, large.shape[::-1], dst=large, interpolation=cv2.INTER_CUBIC)
    return finer


def _is_at_stride(picture: Port, maps: Port) -> bool:
    """Whether ``maps`` have a cell for every MULTIPLE pixels of ``picture``; one cut off at the edge may have one."""
    seen = PictureInput.of(picture, PROBED)
    sides = zip((seen.height, seen.width), maps.shape[2:], strict=True)
    return all(abs(side - MULTIPLE * (cells or 0)) < MULTIPLE for side, cells in sides)


def _places(network: Signature) -> tuple[int | None, int | None]:
    """Which outputs are the heatmaps and the fields of the last stage: exporters keep the earlier ones in front."""
    heatmaps = fields = None
    for place, port in enumerate(network.outputs):
        if len(port.shape) == 4 and port.shape[1] == NECK_AND_KEYPOINTS + 1:
            heatmaps = place
        elif len(port.shape) == 4 and port.shape[1] == FIELDS:
            fields = place
    return heatmaps, fields
