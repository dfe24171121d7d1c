"""ONNX graphs of a few nodes, whose answers a test can tell by hand."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, ValueInfoProto, helper, numpy_helper, save

PICTURE = "picture"


class Graph:
    """Nodes and weights so far; every method adds some and returns the name of their output."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self.names = count()

    def constant(self, values: Any, kind: type = np.float32) -> str:
        name = f"w{next(self.names)}"
        self.weights.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def add(self, operator: str, *inputs: str, name: str = "", **attributes: object) -> str:
        output = name or f"x{next(self.names)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def mean_of_channel(self, channel: int, full: float) -> str:
        """(1,) mean over the picture of one channel, of which ``full`` becomes 1."""
        plane = self.add("Gather", PICTURE, self.constant(channel, np.int64), axis=1)
        mean = self.add("ReduceMean", plane, axes=[0, 1, 2], keepdims=0)
        scaled = self.add("Div", mean, self.constant(full))
        return self.add("Reshape", scaled, self.constant([1], np.int64))

    def scattered(self, values: np.ndarray, score: str, places: Sequence[tuple[int, ...]], name: str) -> str:
        """``values`` with ``score`` (1,) times what they hold at ``places``."""
        mask = np.zeros_like(values)
        for place in places:
            mask[place] = values[place]
        rest = self.constant(values - mask)
        return self.add("Add", rest, self.add("Mul", self.constant(mask), score), name=name)

    def save(
        self, path: Path, inputs: Sequence[ValueInfoProto], outputs: Sequence[ValueInfoProto], **metadata: str
    ) -> Path:
        model = helper.make_model(
            helper.make_graph(self.nodes, "made", list(inputs), list(outputs), self.weights),
            opset_imports=[helper.make_opsetid("", 13)],
            ir_version=8,
        )
        helper.set_model_props(model, metadata)
        save(model, path)
        return path


def port(name: str, *shape: int | str, kind: int = TensorProto.FLOAT) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, list(shape))
