"""Lifts a person's keypoints to 3D with GAST-Net (Liu et al. 2021, arXiv 2003.14179).

What a network expects stands in the metadata of its own ONNX file, so that ours and the published ones take one path:
split at gaps -> even frame rate -> joints -> normalise -> pad -> chunks -> back to camera axes and the video's frames.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...take.errors import MocapError
from ...take.files import FARTHEST_JOINT
from ...take.interpolate import interpolate
from ...take.records import FloatArray, Keypoints2D, Pose3D, VideoInfo
from ...take.skeletons import H36M17
from ..networks.session import KINDS, Network, Port, check_answer
from .contract import Contract
from .faces import with_face
from .layouts import CONVERSIONS, with_cut_off_legs_folded, with_missing_bridged
from .views import VIEWS

CHUNK = 64
"""Poses that come out of one call: memory stays constant and the overlap of 26 frames costs a third."""
LONGEST_BRIDGE = 0.25
"""Seconds without the person that are bridged; after a longer loss the lifter starts anew."""
CROWDED = 0.01
"""Frames more than one a step from which on they count as faster than the lifter wants them."""

Progress = Callable[[int, int], None]


class Lifter:
    """A loaded lifter."""

    def __init__(self, network: Network, flips: bool = True, causal: bool = False) -> None:
        """With ``flips`` each pose is averaged with that of the mirrored keypoints; ``causal`` tells of a file that
        does not state it.

        Raises:
            MocapError: ``network`` is no lifter.
        """
        self._network = network
        self._flips = flips
        self.contract = Contract.of(network, causal)

    def lift(self, keypoints: Keypoints2D, video: VideoInfo, low_memory: bool, progress: Progress) -> Pose3D:
        """The person's pose in every frame in which they were seen.

        ``low_memory`` feeds the network one window at a time: the same poses, several times slower. ``progress`` is
        called with frames done and in all; what it raises ends the work.
        """
        times = video.times[keypoints.frames]
        keypoints = with_face(keypoints, times)
        joints = np.empty((len(times), len(H36M17.joints), 3))
        to_layout, from_layout = CONVERSIONS[self.contract.layout.name]
        for run in _runs(times):
            seen = with_missing_bridged(keypoints.points[run], keypoints.scores[run])
            folded = with_cut_off_legs_folded(seen, keypoints.scores[run])
            grid = self._grid(times[run], video)
            points = to_layout(_sampled(grid, times[run], folded))

            def report(share: float, begin: int = run.start, length: int = run.stop - run.start) -> None:
                progress(begin + int(share * length), len(times))

            poses = self.lift_joints(points, video.width, video.height, 1 if low_memory else CHUNK, report)
            joints[run] = interpolate(times[run], grid, from_layout(poses))
        return Pose3D(keypoints.frames, joints)

    def lift_joints(
        self,
        points: FloatArray,
        width: int,
        height: int,
        chunk: int = CHUNK,
        report: Callable[[float], None] | None = None,
    ) -> FloatArray:
        """Pelvis-relative joints (t, j, 3) metres, camera axes, of the layout's joints (t, j, 2) px at even times.

        ``chunk`` poses come out of one call, as far as the file's fixed sizes allow.

        Raises:
            MocapError: the network answers what no body can be, and no take may hold.
        """
        view = VIEWS[self.contract.normalisation](points, width, height, self.contract)
        windows = self._windows(_padded(view.inputs, self.contract), len(points), chunk)
        at_once = max(1, chunk // windows.poses) if self.contract.length else 1
        poses: list[FloatArray] = []
        for begin in range(0, len(windows.inputs), at_once):
            poses.extend(self._answer(windows.inputs[begin : begin + at_once]))
            if report:
                report(min(1.0, (begin + at_once) * windows.poses / len(points)))
        joints = view.camera_from_network(np.concatenate(poses)[: len(points)])
        joints = joints - joints[:, :1]
        if np.abs(joints).max() > FARTHEST_JOINT:
            text = f"The model {self._network.name} makes bodies of over {FARTHEST_JOINT:.0f} m. Choose another file."
            raise MocapError("model_answers_giants", text)
        return joints

    def _windows(self, padded: FloatArray, poses: int, chunk: int) -> "Windows":
        """The parts of ``padded`` that are fed one after the other; where the file has a fixed length, the last one is
        filled up with its last frame."""
        lost = self.contract.receptive_field - 1
        step = self.contract.length - lost if self.contract.length else chunk
        parts = [padded[begin : begin + step + lost] for begin in range(0, poses, step)]
        if self.contract.length:
            missing = step + lost - len(parts[-1])
            parts[-1] = np.pad(parts[-1], ((0, missing), (0, 0), (0, 0)), mode="edge")
        return Windows(parts, step)

    def _grid(self, times: FloatArray, video: VideoInfo) -> FloatArray:
        """Even times that cover ``times`` at the rate the network was trained for."""
        fps = self.contract.fps or video.fps
        return np.asarray(times[0] + np.arange(round((times[-1] - times[0]) * fps) + 1) / fps)

    def _answer(self, windows: list[FloatArray]) -> FloatArray:
        """The network's answers (n, poses, j, 3) for windows (t, j, 2), or the mean with those for mirror images."""
        inputs = np.stack(windows)
        if not self._flips:
            return self._run(inputs)
        order = self.contract.layout.mirrored_order()
        both = self._run(np.concatenate([inputs, (inputs * (-1, 1))[:, :, order]]))
        plain, mirrored = both[: len(inputs)], both[len(inputs) :]
        return np.asarray((plain + (mirrored * (-1, 1, 1))[:, :, order]) / 2)

    def _run(self, inputs: FloatArray) -> FloatArray:
        """Answers for ``inputs`` (n, t, j, 2), in the batches that the file takes; its last one is filled up."""
        port, lost = self.contract.input, self.contract.receptive_field - 1
        at_once = self.contract.batch or len(inputs)
        answers = []
        for begin in range(0, len(inputs), at_once):
            batch = inputs[begin : begin + at_once]
            full = np.concatenate([batch, np.zeros((at_once - len(batch), *batch.shape[1:]))])
            answer = self._network.run({port.name: full.astype(KINDS[port.kind])})[0]
            wanted = (len(full), full.shape[1] - lost, full.shape[2], 3)
            check_answer(self._network.name, Port("poses", port.kind, wanted), answer)
            answers.append(answer[: len(batch)].astype(np.float64))
        return np.concatenate(answers)


@dataclass(frozen=True)
class Windows:
    """Parts (t, j, 2) of the inputs, each of which gives so many ``poses`` (the last one perhaps fewer)."""

    inputs: list[FloatArray]
    poses: int


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
