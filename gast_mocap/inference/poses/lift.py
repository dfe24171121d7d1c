"""Lifts a person's keypoints to 3D with GAST-Net (Liu et al. 2021, arXiv 2003.14179).

What a network expects stands in the metadata of its own ONNX file, so that ours and the published ones take one path:
split at gaps -> even frame rate -> joints -> normalise -> pad -> chunks -> back to camera axes and the video's frames.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...take.errors import MocapError
from ...take.interpolate import interpolate
from ...take.records import FloatArray, Keypoints2D, Pose3D, VideoInfo
from ...take.skeletons import H36M17
from ..networks.session import Session
from .layouts import h36m17_from_coco17, with_cut_off_legs_folded

CHUNK = 64
"""Poses that come out of one call: memory stays constant and the overlap of 26 frames costs a third."""
LONGEST_BRIDGE = 0.25
"""Seconds without the person that are bridged; after a longer loss the lifter starts anew."""
LONGEST_FIELD = 243
CROWDED = 0.01
"""Frames more than one a step from which on they count as faster than the lifter wants them."""
NEAREST = 0.1

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Contract:
    """What a lifter expects.

    ``normalisation`` is "screen" (published weights) or "person" (see PersonView); ``fps`` 0 means the video's own
    rate; ``focal`` is the assumed focal length in half long sides, ``size_window`` a number of frames.
    """

    receptive_field: int
    normalisation: str = "screen"
    fps: float = 0.0
    causal: bool = False
    focal: float = 0.0
    size_window: int = 1

    @classmethod
    def of(cls, session: Session) -> Self:
        """Read from the ONNX file's metadata; a file without any is taken for published weights.

        Raises:
            MocapError: the network is no lifter, or one that this version cannot feed.
        """
        if [port.name for port in session.signature.inputs] != ["inputs_2d"]:
            raise MocapError(
                "not_a_lifter",
                "The model is no GAST-Net lifter: it has no single input inputs_2d. Choose another file.",
            )
        stated = {key.removeprefix("gast_mocap."): value for key, value in session.signature.metadata.items()}
        if stated.get("layout", H36M17.name) != H36M17.name or stated.get("normalisation", "screen") not in VIEWS:
            raise MocapError(
                "lifter_unknown",
                f"The lifter wants {stated.get('layout')} joints, normalised by {stated.get('normalisation')}. "
                "Update the extension or choose another lifter.",
            )
        match session.signature.inputs[0].shape:
            case (_, _, int(joints), _) if joints != len(H36M17.joints):
                raise MocapError(
                    "lifter_unknown",
                    f"The lifter wants {joints} joints instead of {len(H36M17.joints)}. Choose another lifter.",
                )
        return cls(
            receptive_field=int(stated.get("receptive_field") or _probed_field(session)),
            normalisation=stated.get("normalisation", "screen"),
            fps=float(stated.get("fps") or 0),
            causal=stated.get("causal") == "1",
            focal=float(stated.get("focal") or 0),
            size_window=int(stated.get("size_window") or 1),
        )


class Lifter:
    """A loaded lifter."""

    def __init__(self, session: Session, flips: bool = True) -> None:
        """With ``flips`` each pose is averaged with that of the mirrored keypoints.

        Raises:
            MocapError: ``session`` holds no lifter.
        """
        self._session = session
        self._flips = flips
        self.contract = Contract.of(session)

    def lift(self, keypoints: Keypoints2D, video: VideoInfo, low_memory: bool, progress: Progress) -> Pose3D:
        """The person's pose in every frame in which they were seen.

        ``low_memory`` feeds the network one window at a time: the same poses, several times slower. ``progress`` is
        called with frames done and in all; what it raises ends the work.
        """
        times = video.times[keypoints.frames]
        joints = np.empty((len(times), 17, 3))
        folded = with_cut_off_legs_folded(keypoints.points, keypoints.scores)
        for run in _runs(times):
            grid = self._grid(times[run], video)
            points = h36m17_from_coco17(_sampled(grid, times[run], folded[run]))

            def report(share: float, begin: int = run.start, length: int = run.stop - run.start) -> None:
                progress(begin + int(share * length), len(times))

            poses = self.lift_joints(points, video.width, video.height, 1 if low_memory else CHUNK, report)
            joints[run] = interpolate(times[run], grid, poses)
        return Pose3D(keypoints.frames, joints)

    def lift_joints(
        self,
        points: FloatArray,
        width: int,
        height: int,
        chunk: int = CHUNK,
        report: Callable[[float], None] | None = None,
    ) -> FloatArray:
        """Pelvis-relative joints (t, 17, 3) metres, camera axes, of Human3.6M-17 joints (t, 17, 2) px at even times."""
        view = VIEWS[self.contract.normalisation](points, width, height, self.contract)
        padded = _padded(view.inputs, self.contract)
        poses = []
        for begin in range(0, len(points), chunk):
            poses.append(self._answer(padded[begin : begin + chunk + self.contract.receptive_field - 1]))
            if report:
                report(min(1.0, (begin + chunk) / len(points)))
        joints = view.camera_from_network(np.concatenate(poses))
        return joints - joints[:, :1]

    def _grid(self, times: FloatArray, video: VideoInfo) -> FloatArray:
        """Even times that cover ``times`` at the rate the network was trained for."""
        fps = self.contract.fps or video.fps
        return np.asarray(times[0] + np.arange(round((times[-1] - times[0]) * fps) + 1) / fps)

    def _answer(self, inputs: FloatArray) -> FloatArray:
        """The network's answer for ``inputs`` (t, 17, 2), or the mean with that for their mirror image."""
        if not self._flips:
            return np.asarray(self._session.run({"inputs_2d": inputs[None].astype(np.float32)})[0][0], np.float64)
        order = H36M17.mirrored_order()
        both = np.stack([inputs, (inputs * (-1, 1))[:, order]]).astype(np.float32)
        plain, mirrored = self._session.run({"inputs_2d": both})[0].astype(np.float64)
        return np.asarray((plain + (mirrored * (-1, 1, 1))[:, order]) / 2)


class View(Protocol):
    """How joints in pixels become the network's ``inputs`` (t, 17, 2), and its answer joints in camera axes."""

    inputs: FloatArray

    def __init__(self, points: FloatArray, width: int, height: int, contract: Contract) -> None: ...

    def camera_from_network(self, joints: FloatArray) -> FloatArray: ...


class ScreenView:
    """Normalisation of the published weights: the frame's width is -1..1, the aspect is kept."""

    def __init__(self, points: FloatArray, width: int, height: int, contract: Contract) -> None:  # noqa: ARG002
        self.inputs = 2 * points / width - (1, height / width)

    def camera_from_network(self, joints: FloatArray) -> FloatArray:
        return joints


class PersonView:
    """Normalisation of our weights: the person as seen by a camera that is turned to them.

    Each frame's joints become rays of a camera with the assumed focal length, are turned so that the pelvis' ray is
    the optical axis, projected again and divided by their RMS distance from the pelvis, averaged over
    ``size_window`` frames. The pelvis itself carries that size. Where in the frame a person stands, or how large,
    no longer matters; the answer is turned back.
    """

    def __init__(self, points: FloatArray, width: int, height: int, contract: Contract) -> None:
        focal = contract.focal * max(width, height) / 2
        tangents = (points - (width / 2, height / 2)) / focal
        rays = np.concatenate([tangents, np.ones_like(tangents[..., :1])], axis=2)
        self._person_from_camera = _axes_towards(rays[:, 0])
        turned = np.einsum("tij,tkj->tki", self._person_from_camera, rays)
        flat = turned[..., :2] / np.maximum(turned[..., 2:], NEAREST)
        size = np.sqrt(_moving_mean((flat[:, 1:] ** 2).sum(axis=2).mean(axis=1), contract))
        size = np.maximum(size, 1e-6)
        self.inputs = flat / size[:, None, None]
        self.inputs[:, 0] = np.stack([np.zeros_like(size), size], axis=1)

    def camera_from_network(self, joints: FloatArray) -> FloatArray:
        return np.asarray(np.einsum("tji,tkj->tki", self._person_from_camera, joints))


VIEWS: dict[str, type[View]] = {"screen": ScreenView, "person": PersonView}


def _axes_towards(rays: FloatArray) -> FloatArray:
    """(t, 3, 3) rows x, y, z of a level camera that looks along ``rays`` (t, 3)."""
    z = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    x = np.stack([z[:, 2], np.zeros(len(z)), -z[:, 0]], axis=1)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return np.asarray(np.stack([x, np.cross(z, x), z], axis=1))


def _moving_mean(values: FloatArray, contract: Contract) -> FloatArray:
    """Mean (t,) over the size window around each frame (up to it for causal networks), the edges repeated."""
    after = 0 if contract.causal else contract.size_window // 2
    padded = np.pad(values, (contract.size_window - 1 - after, after), mode="edge")
    return np.asarray(sliding_window_view(padded, contract.size_window).mean(axis=1))


def _padded(inputs: FloatArray, contract: Contract) -> FloatArray:
    """First and last frame repeated, so that one pose comes out for every frame."""
    lost = contract.receptive_field - 1
    after = 0 if contract.causal else lost // 2
    return np.asarray(np.pad(inputs, ((lost - after, after), (0, 0), (0, 0)), mode="edge"))


def _runs(times: FloatArray) -> Iterator[slice]:
    """Stretches of ``times`` without a long gap."""
    breaks = np.flatnonzero(np.diff(times) > LONGEST_BRIDGE) + 1
    edges = [0, *breaks.tolist(), len(times)]
    return (slice(begin, end) for begin, end in pairwise(edges) if end > begin)


def _sampled(grid: FloatArray, times: FloatArray, values: FloatArray) -> FloatArray:
    """``values`` (t, ...) of ``times`` at the even times ``grid``.

    Where frames come faster than the grid, the mean of those less than a step away, the nearer the more: all that was
    read counts, and its errors average out. Elsewhere linearly between.
    """
    sampled = interpolate(grid, times, values)
    if len(grid) == 1:
        return sampled
    places = (times - times[0]) / (grid[1] - grid[0])
    before = np.floor(places).astype(int)
    weights, sums = np.zeros(len(grid) + 1), np.zeros((len(grid) + 1, *values.shape[1:]))
    for node, weight in ((before, 1 - places + before), (before + 1, places - before)):
        np.add.at(weights, node, weight)
        np.add.at(sums, node, weight.reshape(-1, *[1] * (values.ndim - 1)) * values)
    crowded = np.flatnonzero(weights[:-1] > 1 + CROWDED)
    sampled[crowded] = sums[crowded] / weights[crowded].reshape(-1, *[1] * (values.ndim - 1))
    return sampled


def _probed_field(session: Session) -> int:
    """Receptive field of a network that does not state it: how many frames it swallows."""
    answer = session.run({"inputs_2d": np.zeros((1, LONGEST_FIELD, 17, 2), np.float32)})[0]
    return LONGEST_FIELD - answer.shape[1] + 1
