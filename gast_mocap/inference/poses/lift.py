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
from ...take.records import FloatArray, IntArray, Keypoints2D, Pose3D, VideoInfo
from ...take.sentences import Sentence
from ...take.skeletons import FEET4, H36M17
from ..networks.session import KINDS, Network, Port, check_answer
from .contract import Contract
from .faces import with_face
from .layouts import CONVERSIONS, with_cut_off_legs_folded, with_missing_bridged, with_toes
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

    def lift(
        self,
        keypoints: Keypoints2D,
        video: VideoInfo,
        low_memory: bool,
        progress: Progress,
        before: tuple[Keypoints2D, Pose3D] | None = None,
    ) -> Pose3D:
        """The person's pose in every frame in which they were seen.

        ``low_memory`` feeds the network one window at a time: the same poses, several times slower. ``progress`` is
        called with frames done and in all; what it raises ends the work. ``before`` is what this lifter made of other
        keypoints in the same frames: only the stretches that differ are lifted again.
        """
        times = video.times[keypoints.frames]
        keypoints = with_face(keypoints, times)
        joints = np.empty((len(times), len(H36M17.joints), 3))
        if before:
            before = with_face(before[0], times), before[1]
            joints[:] = before[1].joints
        from_layout = CONVERSIONS[self.contract.layout.name][1]
        for run in _runs(times):
            grid = self._grid(times[run], video)
            points = self._points(keypoints, run, times, grid)
            wanted = self._touched(self._points(before[0], run, times, grid), points) if before else slice(0, len(grid))
            if wanted.start == wanted.stop:
                continue

            def report(share: float, begin: int = run.start, length: int = run.stop - run.start) -> None:
                progress(begin + int(share * length), len(times))

            chunk = 1 if low_memory else CHUNK
            poses = self.lift_joints(points, video.width, video.height, chunk, report, wanted)
            lifted = run.start + _within(times[run], grid, wanted)
            joints[lifted] = interpolate(times[lifted], grid[wanted], from_layout(poses))
        return Pose3D(keypoints.frames, joints)

    def _points(self, keypoints: Keypoints2D, run: slice, times: FloatArray, grid: FloatArray) -> FloatArray:
        """(t, j, 2) px of the layout's joints at the even times ``grid`` of a ``run`` of frames."""
        seen = with_missing_bridged(keypoints.points[run], keypoints.scores[run])
        folded = with_cut_off_legs_folded(seen, keypoints.scores[run])
        feet = keypoints.part(FEET4.name).at(np.arange(run.start, run.stop))
        shown = with_toes(folded, seen, feet, keypoints.frames[run])
        return CONVERSIONS[self.contract.layout.name][0](_sampled(grid, times[run], shown))

    def _touched(self, before: FloatArray, points: FloatArray) -> slice:
        """The poses that differ where ``points`` (t, j, 2) px stand in the place of ``before``."""
        differ = np.flatnonzero((before != points).any(axis=(1, 2)))
        if not len(differ):
            return slice(0, 0)
        reach = self.contract.receptive_field + self.contract.size_window
        return slice(max(0, int(differ[0]) - reach), min(len(points), int(differ[-1]) + reach + 1))

    def lift_joints(
        self,
        points: FloatArray,
        width: int,
        height: int,
        chunk: int = CHUNK,
        report: Callable[[float], None] | None = None,
        wanted: slice = slice(None),
    ) -> FloatArray:
        """Pelvis-relative joints (t, j, 3) metres, camera axes, of the layout's joints (t, j, 2) px at even times.

        ``chunk`` poses come out of one call, as far as the file's fixed sizes allow. Of all times those ``wanted`` are
        lifted.

        Raises:
            MocapError: the network answers what no body can be, and no take may hold.
        """
        view = VIEWS[self.contract.normalisation](points, width, height, self.contract)
        begin, end, _ = wanted.indices(len(points))
        needed = _padded(view.inputs, self.contract)[begin : end + self.contract.receptive_field - 1]
        windows = self._windows(needed, end - begin, chunk)
        at_once = max(1, chunk // windows.poses) if self.contract.length else 1
        poses: list[FloatArray] = []
        for first in range(0, len(windows.inputs), at_once):
            poses.extend(self._answer(windows.inputs[first : first + at_once]))
            if report:
                report(min(1.0, (first + at_once) * windows.poses / (end - begin)))
        lifted = np.concatenate(poses)[: end - begin]
        all_joints = np.zeros((len(points), *lifted.shape[1:]))  # each time has axes of its own
        all_joints[begin:end] = lifted
        joints = view.camera_from_network(all_joints)[begin:end]
        joints = joints - joints[:, :1]
        if np.abs(joints).max() > FARTHEST_JOINT:
            text = Sentence(
                "The model {name} makes bodies of over {most:.0f} m. Choose another file.",
                name=self._network.name,
                most=FARTHEST_JOINT,
            )
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


def _within(times: FloatArray, grid: FloatArray, wanted: slice) -> IntArray:
    """Which of ``times`` lie among the ``wanted`` ones of ``grid``, up to its ends."""
    first = -np.inf if wanted.start == 0 else grid[wanted.start]
    last = np.inf if wanted.stop == len(grid) else grid[wanted.stop - 1]
    return np.flatnonzero((times >= first) & (times <= last))


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
