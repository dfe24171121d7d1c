"""Makes the bundled BlazePose again: ``python -m training.convert_blazepose WHEEL FOLDER``.

``WHEEL`` is that of mediapipe 0.10.14 (``pip download mediapipe==0.10.14 --no-deps``). Its network for single poses
goes through tf2onnx, keeps landmarks, presence and world landmarks of its outputs, and has its weights stored as fp16
(they came as such, so nothing is lost); then it is compared with the bundled file on random pictures. Needs
training/requirements-movenet.txt.
"""

import argparse
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx.utils import Extractor

from gast_mocap.models.catalog import bundled_model

from .convert_movenet import OPSET, pack

NETWORK = "mediapipe/modules/pose_landmark/pose_landmark_full.tflite"
NAMES = {"input_1": "image", "Identity": "landmarks", "Identity_1": "presence", "Identity_4": "world"}
SIZE = 256


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path, help="that of mediapipe 0.10.14")
    parser.add_argument("folder", type=Path, help="where the results go")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    made = convert(options.wheel, options.folder)
    difference = compare(made, bundled_model("blazepose")[0])
    print(f"{made}: differs from the bundled file by {difference:.1e} at most")
    return int(difference > 1e-3)


def convert(wheel: Path, folder: Path) -> Path:
    """The network in ``wheel`` as ONNX with fp16 weights."""
    with zipfile.ZipFile(wheel) as packed:
        original = Path(packed.extract(NETWORK, folder))
    whole, made = folder / "blazepose-whole.onnx", folder / "blazepose.onnx"
    command = ["-m", "tf2onnx.convert", "--tflite", original, "--output", whole, "--opset", OPSET]
    subprocess.run([sys.executable, *map(str, command)], check=True, capture_output=True)
    inputs, outputs = ["input_1"], [name for name in NAMES if name != "input_1"]
    model = Extractor(onnx.load(whole)).extract_model(inputs, outputs)
    for node in model.graph.node:
        node.input[:] = [NAMES.get(name, name) for name in node.input]
        node.output[:] = [NAMES.get(name, name) for name in node.output]
    for port in (*model.graph.input, *model.graph.output):
        port.name = NAMES[port.name]
    pack(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, made)
    return made


def compare(made: Path, bundled: Path) -> float:
    """Greatest difference of the two networks' landmarks on three random pictures, px."""
    rng = np.random.default_rng(1)
    pictures = rng.random((3, 1, SIZE, SIZE, 3), np.float32)
    sessions = [onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]) for path in (made, bundled)]
    found = [[s.run(["landmarks"], {"image": picture})[0] for picture in pictures] for s in sessions]
    return float(np.abs(np.array(found[0]) - np.array(found[1])).max())


if __name__ == "__main__":
    sys.exit(main())
