"""YOLO as Darknet keeps it, a ``.cfg`` text beside its ``.weights``, run by OpenCV.

OpenCV 5 drops its Darknet reader: this file is why OpenCV stays at 4.
"""

import hashlib
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...take.errors import MocapError
from ...take.sentences import Sentence
from .session import Port, Signature, check_answer, read_model

LARGEST_SIDE = 2048
"""Pixels of the input; more would only fill the memory."""
LARGEST_NUMBER = 1 << 16
"""Of a layer's sizes, steps and filters; OpenCV crashes on some larger ones."""
SUFFIXES = {".cfg": ".weights", ".weights": ".cfg"}

Section = tuple[str, dict[str, str]]


class DarknetNet:
    """One Darknet network with its YOLO layers as outputs. ``seconds`` is the wall time inside ``run`` so far."""

    def __init__(self, path: Path) -> None:
        """``path`` is either file of the pair; the other lies beside it under the same name.

        Raises:
            MocapError: a file is missing, or the two are no YOLO network.
        """
        self.name = path.stem
        pair = {suffix: read_model(_half(path, suffix)) for suffix in SUFFIXES}
        self.hashes = {f"{path.stem}{suffix}": hashlib.sha256(content).hexdigest() for suffix, content in pair.items()}
        self.seconds = 0.0
        sections = read_cfg(pair[".cfg"].decode("utf-8", "replace"))
        try:
            _check_numbers(sections)
            width, height, classes = _stated(sections)
            _check_size(pair[".weights"], weights_needed(sections))
            self._net = cv2.dnn.readNetFromDarknet(*(np.frombuffer(content, np.uint8) for content in pair.values()))
            self._outputs = self._net.getUnconnectedOutLayersNames()
        except (cv2.error, ValueError, KeyError, IndexError, ZeroDivisionError, StopIteration) as error:
            raise MocapError(
                "model_unreadable",
                Sentence(
                    "{stem}.cfg and {stem}.weights are no YOLO network. Choose files that belong together.",
                    stem=path.stem,
                ),
                str(error),
            ) from error
        self.signature = Signature(
            (Port("data", "float", (1, 3, height, width)),),
            tuple(Port(name, "float", (None, 5 + classes)) for name in self._outputs),
            format="Darknet",
        )

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """A row (5 + classes,) for every box of every YOLO layer: cx, cy, width, height as shares of the picture,
        objectness, and the classes' probabilities with the objectness in them."""
        started = time.perf_counter()
        try:
            self._net.setInput(inputs["data"])
            outputs = [np.asarray(output) for output in self._net.forward(self._outputs)]
        except cv2.error as error:
            raise MocapError(
                "model_failed",
                Sentence("The model {name} failed at its work. Choose another file.", name=self.name),
                str(error),
            ) from error
        self.seconds += time.perf_counter() - started
        for port, output in zip(self.signature.outputs, outputs, strict=True):
            check_answer(self.name, port, output)
        return outputs


def is_darknet(path: Path) -> bool:
    """Whether a file's first bytes are those of a Darknet ``.cfg`` or ``.weights``.

    Weights begin with the version of Darknet as three small int32; no ONNX file does.
    """
    if not os.path.isfile(path):
        return False
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    version = np.frombuffer(head[:12].ljust(12, b"\xff"), "<i4")
    is_weights = version[0] == 0 and version[1:].any() and (version >= 0).all() and (version <= 5).all()
    return bool(is_weights or re.search(rb"^\s*\[net(work)?\]", head, re.MULTILINE))


def read_cfg(text: str) -> list[Section]:
    """The sections of a ``.cfg`` in their order, each with its ``key=value`` lines."""
    sections: list[Section] = []
    for line in (line.split("#")[0].split(";")[0].strip() for line in text.splitlines()):
        if line.startswith("["):
            sections.append((line.strip("[]").strip(), {}))
        elif "=" in line and sections:
            key, value = line.split("=", 1)
            sections[-1][1][key.strip()] = value.strip()
    return sections


def weights_needed(sections: list[Section]) -> int:
    """Numbers that the ``.weights`` of a ``.cfg`` hold: OpenCV reads past the end of a file that is cut off.

    Raises ValueError, KeyError or IndexError where the sections make no network.
    """
    channels: list[int] = []
    needed = 0
    for name, keys in sections[1:]:
        before = channels[-1] if channels else 3
        if name == "convolutional":
            filters, size, groups = (int(keys.get(key, 1)) for key in ("filters", "size", "groups"))
            needed += filters * (before // groups * size**2 + (4 if keys.get("batch_normalize") == "1" else 1))
            channels.append(filters)
        elif name == "route":
            places = [int(place) for place in keys["layers"].split(",")]
            joined = sum(channels[place] for place in places)
            channels.append(joined // int(keys.get("groups", 1)))
        else:
            channels.append(before)
    return needed


def _check_numbers(sections: list[Section]) -> None:
    """Raises ValueError or KeyError where a layer's numbers are none that OpenCV survives."""
    if not sections or sections[0][0] not in ("net", "network"):
        raise ValueError("no [net] section at the beginning")
    for name, keys in sections[1:]:
        for key in {"size", "stride", "filters", "groups"} & keys.keys():
            if not 0 < int(keys[key]) <= LARGEST_NUMBER:
                raise ValueError(f"{key}={keys[key]} in [{name}]")
        if name == "yolo":
            boxes = [float(number) for number in keys["anchors"].split(",")]
            if not all(0 <= 2 * int(place) < len(boxes) - 1 for place in keys["mask"].split(",")):
                raise ValueError(f"mask={keys['mask']} of {len(boxes) // 2} anchors")


def _check_size(weights: bytes, needed: int) -> None:
    """Raises ValueError where a ``.weights`` file is too short for so many numbers."""
    major, minor = np.frombuffer(weights[:8].ljust(8, b"\0"), "<i4")
    header = 20 if major * 10 + minor >= 2 else 16
    if len(weights) < header + 4 * needed:
        raise ValueError(f"{len(weights)} bytes of weights, {header + 4 * needed} needed")


def _stated(sections: list[Section]) -> tuple[int, int, int]:
    """Width, height and number of classes. Raises ValueError or KeyError where that makes no YOLO network."""
    yolo = [keys for name, keys in sections if name == "yolo"]
    if not yolo:
        raise ValueError("no [yolo] section")
    net = next(keys for name, keys in sections if name in ("net", "network"))
    width, height = int(net["width"]), int(net["height"])
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE) or width % 32 or height % 32:
        raise ValueError(f"input of {width} x {height}")
    classes = {int(keys.get("classes", 20)) for keys in yolo}
    if len(classes) > 1:
        raise ValueError("[yolo] sections of different classes")
    return width, height, classes.pop()


def _half(path: Path, suffix: str) -> Path:
    """The file of the pair that ends in ``suffix``; a missing one is named as such."""
    half = path if path.suffix.lower() == suffix else path.with_suffix(suffix)
    if os.path.isfile(path) and not os.path.isfile(half):
        raise MocapError(
            "model_missing",
            Sentence(
                "{name} needs {other} beside it. Put both into one folder under one name.",
                name=path.name,
                other=half.name,
            ),
        )
    return half
