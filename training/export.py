"""Write trained weights as the ONNX file that ships: ``python -m training.export RUN/weights.pt OUT.onnx``."""

import argparse
import copy
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from .network import LAYOUTS, Dense, Gast, MirrorGraph, NearGraph
from .normalise import ASSUMED_FOCAL, SIZE_WINDOW
from .reload import read_weights
from .synthesis import NETWORK_FPS

OPSET = 17
SMALLEST_PACKED = 256


class Shift(nn.Module):
    """What is left of a batch norm whose gain went into the weights before it."""

    def __init__(self, shift: Tensor) -> None:
        super().__init__()
        self.shift = nn.Parameter(shift)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.shift


def fold_norm(graph: NearGraph | MirrorGraph) -> None:
    """Put the graph's batch norm into its two linear maps."""
    norm = graph.norm
    gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)  # type: ignore[operator]
    for linear in (graph.own, graph.others):
        linear.weight.data = linear.weight * gain[:, None]
    graph.norm = Shift(norm.bias - norm.running_mean * gain)  # type: ignore[operator,assignment]


def folded(network: Gast) -> Gast:
    """The network as it ships: in evaluation, without batch norms, large weights rounded to half precision."""
    network = copy.deepcopy(network).eval()
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, Dense):
                setattr(module, name, child.folded())
            elif isinstance(child, NearGraph | MirrorGraph):
                fold_norm(child)
    for parameter in network.parameters():
        if parameter.numel() >= SMALLEST_PACKED:
            parameter.data = parameter.data.half().float()
    return network


@dataclass(frozen=True)
class Sizes:
    """How many sequences of how many frames the file takes at once; None for any."""

    batch: int | None = None
    frames: int | None = None

    def axes(self) -> dict[str, dict[int, str]]:
        """Those that are free, by the file's names."""
        free = {0: "batch"} if self.batch is None else {}
        return {
            "inputs_2d": free | ({1: "frames"} if self.frames is None else {}),
            "joints_3d": free | ({1: "poses"} if self.frames is None else {}),
        }


ANY = Sizes()


def export(network: Gast, out: Path, sizes: Sizes = ANY) -> None:
    """Write ``network``, its contract as metadata and its weights in half precision."""
    config = network.config
    buffer = io.BytesIO()
    joints = len(LAYOUTS[config.layout].parents)
    with torch.no_grad():
        torch.onnx.export(
            folded(network),
            (torch.zeros(sizes.batch or 2, sizes.frames or config.receptive_field + 5, joints, 2),),
            buffer,
            input_names=["inputs_2d"],
            output_names=["joints_3d"],
            dynamic_axes=sizes.axes(),
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load_from_string(buffer.getvalue())
    store_as_half(model)
    helper.set_model_props(
        model,
        {
            "gast_mocap.normalisation": "person",
            "gast_mocap.receptive_field": str(config.receptive_field),
            "gast_mocap.fps": str(NETWORK_FPS),
            "gast_mocap.layout": config.layout,
            "gast_mocap.causal": str(int(config.causal)),
            "gast_mocap.focal": str(ASSUMED_FOCAL),
            "gast_mocap.size_window": str(SIZE_WINDOW),
        },
    )
    onnx.checker.check_model(model)
    out.write_bytes(model.SerializeToString())


def store_as_half(model: onnx.ModelProto) -> None:
    """Keep large constants that fp16 holds exactly as fp16, with a Cast behind each; the arithmetic stays fp32."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALLEST_PACKED:
            continue
        if not np.array_equal(values.astype(np.float16).astype(np.float32), values):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, help="what training.train wrote")
    parser.add_argument("out", type=Path, help="the .onnx to write")
    parser.add_argument("--batch", type=int, help="take so many sequences at once; any number without it")
    parser.add_argument("--frames", type=int, help="take sequences of so many frames; any number without it")
    arguments = parser.parse_args()
    export(read_weights(arguments.weights), arguments.out, Sizes(arguments.batch, arguments.frames))
