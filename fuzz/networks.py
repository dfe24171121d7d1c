"""Network files to damage: a detector and a 2D pose network as ONNX, and a detector as Darknet keeps it."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper

from gast_mocap.inference.choice import Refinement
from gast_mocap.inference.networks.slots import own_detector, own_reader
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.take.records import FloatArray

from .mutate import damaged

SIDE = 64
"""Pixels of the networks' pictures."""
Shape = tuple[int | str, ...]
CELLS = sum((SIDE // stride) ** 2 for stride in (8, 16, 32))
CFG = f"""
[net]
width={SIDE}
height={SIDE}
channels=3

[convolutional]
batch_normalize=1
filters=4
size=3
stride=2
pad=1
activation=leaky

[maxpool]
size=2
stride=2

[convolutional]
filters=18
size=1
stride=8
activation=linear

[yolo]
mask = 0,1,2
anchors = 8,16, 10,20, 12,24
classes=1
num=3
"""
KEYS = ("width", "height", "filters", "size", "stride", "pad", "groups", "classes", "num", "mask", "anchors", "layers")
VALUES = ("", "0", "-1", "1", "2", "3", "7", "65535", "2147483647", "1e9", "nan", "1,1", "-4", "x")
LAYERS = ("route", "shortcut", "upsample", "maxpool", "yolo", "convolutional", "softmax", "crop", "none")


@dataclass(frozen=True)
class Files:
    """``slot`` "detector" or "pose"; each file's suffix -> content, the one to open first."""

    slot: str
    contents: dict[str, bytes]


def make_network(rng: Random) -> Files:
    """One in three a Darknet pair, with damaged sections or bytes."""
    if rng.random() < 0.35:
        cfg = edited_cfg(rng) if rng.random() < 0.7 else damaged(CFG.encode(), rng)
        weights = damaged(darknet_weights(), rng) if rng.random() < 0.3 else darknet_weights()
        return Files("detector", {".cfg": cfg, ".weights": weights})
    slot = rng.choice(("detector", "pose"))
    return Files(slot, {".onnx": damaged(onnx_detector() if slot == "detector" else onnx_pose(), rng)})


def use_network(files: Files, folder: Path) -> None:
    """Load it and show it a frame, as the worker does; what it finds must be numbers."""
    paths = [folder / f"own{suffix}" for suffix in files.contents]
    frame = Pyramid.of(np.random.default_rng(0).integers(0, 255, (90, 160, 3), np.uint8))
    try:
        for path, content in zip(paths, files.contents.values(), strict=True):
            path.write_bytes(content)
        if files.slot == "detector":
            found = own_detector(paths[0], None, None)[0].detect(frame)
            numbers = [found.boxes, found.scores]
        else:
            reader = own_reader(paths[0], False, Refinement.PARABOLA)[0]
            poses = reader.estimate(frame, np.array([[10.0, 5, 60, 85]])) if hasattr(reader, "estimate") else None
            numbers = [poses.points, poses.scores] if poses else []
    finally:
        for path in paths:
            path.unlink(missing_ok=True)
    if not all(np.isfinite(each).all() for each in numbers):
        raise AssertionError("what a network found is no number")


def edited_cfg(rng: Random) -> bytes:
    """Values, keys and sections replaced, dropped, doubled or added."""
    lines = CFG.splitlines()
    for _ in range(rng.randint(1, 3)):
        at, line = rng.randrange(len(lines)), f"{rng.choice(KEYS)}={rng.choice(VALUES)}"
        match rng.randrange(4):
            case 0:
                lines[at] = f"{lines[at].partition('=')[0]}={rng.choice(VALUES)}" if "=" in lines[at] else line
            case 1:
                del lines[at]
            case 2:
                lines.insert(at, line)
            case _:
                lines.insert(at, f"[{rng.choice(LAYERS)}]\n{line}")
    return "\n".join(lines).encode()


@cache
def darknet_weights() -> bytes:
    numbers = np.random.default_rng(1).normal(0, 1, 4 * (3 * 9 + 4) + 18 * (4 + 1))
    header = np.array([0, 2, 0, 0, 0], "<i4").tobytes()
    return bytes(header + np.abs(numbers).astype("<f4").tobytes())


@cache
def onnx_detector() -> bytes:
    """YOLOX: the same rows to every picture."""
    rows = np.random.default_rng(2).normal(0, 1, (1, CELLS, 85)).astype(np.float32)
    same = helper.make_node("Identity", ["weights"], ["rows"])
    return _model(same, rows, (1, 3, SIDE, SIDE), "rows", (1, CELLS, 85))


@cache
def onnx_pose() -> bytes:
    """Heatmaps: a convolution of the picture."""
    kernels = np.random.default_rng(3).normal(0, 0.1, (17, 3, 4, 4)).astype(np.float32)
    convolution = helper.make_node("Conv", ["picture", "weights"], ["maps"], strides=[4, 4])
    return _model(convolution, kernels, ("n", 3, SIDE, SIDE), "maps", ("n", 17, SIDE // 4, SIDE // 4))


def _model(node: NodeProto, weights: FloatArray, picture: Shape, name: str, answer: Shape) -> bytes:
    """A network of one node, which may use "picture" and "weights"."""
    graph = helper.make_graph(
        [node],
        "made",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, picture)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, answer)],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return bytes(model.SerializeToString())
