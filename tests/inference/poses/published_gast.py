"""A small GAST-Net of the published contract and architecture, with random weights, written with ``onnx`` alone.

Convolutions over (batch, channels, frames, joints) as in the paper's own code: input ``inputs_2d`` (b, t, 17, 2),
output (b, t - 26, 17, 3), no metadata.
"""

from itertools import count
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

from gast_mocap.take.skeletons import H36M17

CHANNELS, HEADS, JOINTS = 8, 4, 17
RECEPTIVE_FIELD = 27


class Graph:
    """Nodes and weights so far; every method adds some and returns the name of their output."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: list = []
        self.weights: list = []
        self.names = count()

    def weight(self, *shape: int, scale: float = 1.0) -> str:
        return self.constant(self.rng.normal(size=shape).astype(np.float32) * scale)

    def constant(self, values: np.ndarray) -> str:
        name = f"w{next(self.names)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def add(self, kind: str, *inputs: str, **attributes: object) -> str:
        name = f"x{next(self.names)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def convolution(self, x: str, inputs: int, outputs: int, taps: int = 1, dilation: int = 1) -> str:
        kernel = self.weight(outputs, inputs, taps, 1, scale=(inputs * taps) ** -0.5)
        return self.add("Conv", x, kernel, dilations=[dilation, 1])

    def norm_relu(self, x: str, channels: int) -> str:
        ones, zeros = np.ones(channels, np.float32), np.zeros(channels, np.float32)
        values = [self.constant(array) for array in (ones, zeros, zeros, ones)]
        return self.add("Relu", self.add("BatchNormalization", x, *values))

    def semantic_graph(self, x: str, channels: int, edges: np.ndarray) -> str:
        """For each channel its own shares over a joint's neighbours; own and others' weights apart."""
        shares = np.where(edges, self.rng.normal(size=(channels, JOINTS, JOINTS)), -np.inf)
        shares = np.exp(shares) / np.exp(shares).sum(axis=2, keepdims=True)
        own, others = (self.convolution(x, channels, channels) for _ in range(2))
        eye = np.eye(JOINTS)
        mixed = [
            self.add("MatMul", part, self.constant((shares * mask).swapaxes(1, 2).astype(np.float32)))
            for part, mask in ((own, eye), (others, 1 - eye))
        ]
        return self.norm_relu(self.add("Add", *mixed), channels)

    def local_graph(self, x: str, channels: int) -> str:
        mirror = np.eye(JOINTS) + np.eye(JOINTS)[H36M17.mirrored_order()]
        near = np.eye(JOINTS)
        for parent, child in H36M17.bones():
            near[parent, child] = near[child, parent] = 1
        parts = [self.semantic_graph(x, channels, edges > 0) for edges in (mirror, near)]
        joined = self.add("Concat", *parts, axis=1)
        return self.norm_relu(self.convolution(joined, 2 * channels, channels), channels)

    def global_graph(self, x: str, channels: int) -> str:
        """Additive attention between joints, one head after the other, and a learned matrix after the softmax."""
        heads = []
        for _ in range(HEADS):
            query, key = self.convolution(x, channels, 1), self.convolution(x, channels, 1)
            logits = self.add("Add", self.add("Transpose", query, perm=[0, 2, 3, 1]), self._rows(key))
            shares = self.add("Softmax", self.add("LeakyRelu", logits, alpha=0.2), axis=-1)
            shares = self.add("Add", shares, self.weight(JOINTS, JOINTS, scale=0.1))
            values = self.add("Transpose", self.convolution(x, channels, channels // HEADS), perm=[0, 2, 3, 1])
            heads.append(self.add("Transpose", self.add("MatMul", shares, values), perm=[0, 3, 1, 2]))
        joined = self.add("Concat", *heads, axis=1)
        return self.norm_relu(self.convolution(joined, channels, channels), channels)

    def _rows(self, key: str) -> str:
        return self.add("Transpose", key, perm=[0, 2, 1, 3])

    def block(self, x: str, channels: int) -> str:
        parts = (x, self.local_graph(x, channels), self.global_graph(x, channels))
        return self.norm_relu(
            self.convolution(self.add("Concat", *parts, axis=1), 3 * channels, 2 * channels), 2 * channels
        )

    def middle(self, x: str, margin: int) -> str:
        """``x`` without ``margin`` frames on each side."""
        begin, end, axis = (self.constant(np.array([value])) for value in (margin, -margin, 2))
        return self.add("Slice", x, begin, end, axis)


def write_published_gast(path: Path, seed: int = 0) -> Path:
    graph = Graph(seed)
    x = graph.add("Transpose", "inputs_2d", perm=[0, 3, 1, 2])
    x = graph.norm_relu(graph.convolution(x, 2, CHANNELS, taps=3), CHANNELS)
    x = graph.block(x, CHANNELS)
    channels = 2 * CHANNELS
    for dilation in (3, 9):
        y = graph.norm_relu(graph.convolution(x, channels, channels, taps=3, dilation=dilation), channels)
        y = graph.norm_relu(graph.convolution(y, channels, channels), channels)
        x = graph.block(graph.add("Add", graph.middle(x, dilation), y), channels)
        channels *= 2
    graph.nodes.append(
        helper.make_node("Transpose", [graph.convolution(x, channels, 3)], ["outputs_3d"], perm=[0, 2, 3, 1])
    )
    sides = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["b", frames, JOINTS, size])
        for name, frames, size in (("inputs_2d", "t", 2), ("outputs_3d", "poses", 3))
    ]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "gast", sides[:1], sides[1:], graph.weights),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    checker.check_model(model)
    save(model, path)
    return path
