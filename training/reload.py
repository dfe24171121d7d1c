"""Networks in files: weights as ``train.py`` leaves them, and the way back from an exported ONNX file."""

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from .network import Dense, Gast, GastConfig, MirrorGraph, NearGraph

NO_EDGE = 1e-30


def save_whole(content: object, path: Path) -> None:
    """Write ``path`` under another name first: who is killed meanwhile keeps the file that was there."""
    partial = path.with_suffix(".partial")
    torch.save(content, partial)
    partial.replace(path)


def write_weights(network: Gast, path: Path) -> None:
    """The configuration and the weights in half precision, for ``export.py``."""
    weights = {
        name: value.half() if value.is_floating_point() else value for name, value in network.state_dict().items()
    }
    save_whole({"config": network.config.to_dict(), "weights": weights}, path)


def read_weights(path: Path) -> Gast:
    """The network that ``write_weights`` wrote, for evaluation."""
    saved = torch.load(path, map_location="cpu")
    network = Gast(GastConfig(**saved["config"]))
    network.load_state_dict(
        {name: value.float() if value.is_floating_point() else value for name, value in saved["weights"].items()}
    )
    return network.eval()


def network_in(path: Path) -> Gast:
    """A network that answers as ``path``, which ``export.py`` wrote.

    Its batch norms only hold what was folded into the weights: keep their statistics (``freeze_norms``).
    """
    model = onnx.load(path)
    stated = {entry.key.removeprefix("gast_mocap."): entry.value for entry in model.metadata_props}
    values = _values(model)
    network = Gast(
        GastConfig(
            receptive_field=int(stated["receptive_field"]),
            channels=len(values["expand.bias"]),
            causal=stated["causal"] == "1",
            layout=stated["layout"],
        )
    )
    for name, module in network.named_modules():
        match module:
            case Dense():
                _set(module.linear.weight, values[f"{name}.weight"].T)
                _set_norm(module.norm, values[f"{name}.bias"])
            case NearGraph():
                shares = values[f"{name}.shares"]
                _set(module.weights, np.log(np.maximum(shares, NO_EDGE)))
                _set_norm(module.norm, values[f"{name}.norm.shift"])
            case MirrorGraph():
                _set(module.weights, values[f"{name}.weights"])
                _set_norm(module.norm, values[f"{name}.norm.shift"])
            case nn.Linear() if f"{name}.weight" in values and not name.endswith(".linear"):
                _set(module.weight, values[f"{name}.weight"].T)
                if module.bias is not None:
                    _set(module.bias, values[f"{name}.bias"])
        if f"{name}.always" in values:
            _set(module.always, values[f"{name}.always"])
    return network


def freeze_norms(network: nn.Module) -> None:
    """Keep the statistics of all batch norms while the rest trains."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.eval()


def _values(model: onnx.ModelProto) -> dict[str, NDArray[np.float32]]:
    """Parameters by their path in the network; nameless constants get the path of the node that takes them."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    floats = {
        name.removesuffix("_half"): array.astype(np.float32)
        for name, array in constants.items()
        if array.dtype in (np.float16, np.float32)
    }
    values = dict(floats)
    for node in model.graph.node:
        path = node.name.strip("/").replace("/", ".").rpartition(".")[0]
        for name in node.input:
            if not name.startswith("onnx::") or name not in floats:
                continue
            if node.op_type == "MatMul":
                values[f"{path}.weight"] = floats[name]
            elif node.op_type == "Mul":
                values[f"{path}.shares"] = floats[name]
    return values


def _set(parameter: Tensor, value: NDArray[np.float32]) -> None:
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))


def _set_norm(norm: nn.BatchNorm1d, shift: NDArray[np.float32]) -> None:
    """A norm that adds ``shift`` and does nothing else."""
    _set(norm.weight, np.full(len(shift), np.sqrt(1 + norm.eps), np.float32))
    _set(norm.bias, shift)
