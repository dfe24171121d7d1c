"""Makes the networks from MediaPipe again: ``python -m training.convert_mediapipe WHEEL FOLDER``.

``WHEEL`` is that of mediapipe 0.10.14 (``pip download mediapipe==0.10.14 --no-deps``). Its networks for single poses
and for hands go through tf2onnx, keep those of their outputs that are named below, and have their weights stored as
fp16 (they came as such, so nothing is lost); then each is compared with the bundled file on random pictures. Needs
training/requirements-movenet.txt.
"""

import argparse
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx.utils import Extractor

from gast_mocap.models.catalog import bundled_model

from .convert_movenet import OPSET, pack


@dataclass(frozen=True)
class Original:
    """A network in the wheel: its ``file``, the side of the picture, and its ports' names there -> ours."""

    file: str
    size: int
    names: dict[str, str]


ORIGINALS = {
    "blazepose": Original(
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        256,
        {"input_1": "image", "Identity": "landmarks", "Identity_1": "presence", "Identity_4": "world"},
    ),
    "hands": Original(
        "mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
        224,
        {
            "input_1": "image",
            "Identity": "landmarks",
            "Identity_1": "presence",
            "Identity_2": "right_handedness",
            "Identity_3": "world",
        },
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="that of mediapipe 0.10.14")
    parser.add_argument("folder", type=Path, help="where the results go")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    worst = 0.0
    for name, original in ORIGINALS.items():
        made = convert(name, original, options.wheel, options.folder)
        difference = compare(made, bundled_model(name)[0], original.size)
        print(f"{made}: differs from the bundled file by {difference:.1e} at most")
        worst = max(worst, difference)
    return int(worst > 1e-3)


def convert(name: str, original: Original, wheel: Path, folder: Path) -> Path:
    """The network in ``wheel`` as ONNX with fp16 weights."""
    with zipfile.ZipFile(wheel) as packed:
        file = Path(packed.extract(original.file, folder))
    whole, made = folder / f"{name}-whole.onnx", folder / f"{name}.onnx"
    command = ["-m", "tf2onnx.convert", "--tflite", file, "--output", whole, "--opset", OPSET]
    subprocess.run([sys.executable, *map(str, command)], check=True, capture_output=True)
    inputs, outputs = ["input_1"], [port for port in original.names if port != "input_1"]
    model = Extractor(onnx.load(whole)).extract_model(inputs, outputs)
    for node in model.graph.node:
        node.input[:] = [original.names.get(port, port) for port in node.input]
        node.output[:] = [original.names.get(port, port) for port in node.output]
    for port in (*model.graph.input, *model.graph.output):
        port.name = original.names[port.name]
    pack(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, made)
    return made


def compare(made: Path, bundled: Path, size: int) -> float:
    """Greatest difference of the two networks' landmarks on three random pictures of this side, px."""
    rng = np.random.default_rng(1)
    pictures = rng.random((3, 1, size, size, 3), np.float32)
    sessions = [onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]) for path in (made, bundled)]
    found = [[s.run(["landmarks"], {"image": picture})[0] for picture in pictures] for s in sessions]
    return float(np.abs(np.array(found[0]) - np.array(found[1])).max())


if __name__ == "__main__":
    sys.exit(main())
