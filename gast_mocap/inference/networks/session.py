"""Networks as onnxruntime sessions: loaded from files that nobody vouches for, and held to what they state."""

import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ...take.errors import MocapError
from ...take.sentences import Sentence
from ..memory import is_lack_of_memory
from .onnx_file import refuse_what_reaches_out

LARGEST = 2**31 - 1
"""Bytes. Protobuf ends here, and so do onnxruntime's models without external data."""
KINDS = {"float": np.float32, "float16": np.float16, "double": np.float64}
"""onnxruntime's names of the types that a picture or points may be wanted in."""


@dataclass(frozen=True)
class Port:
    """One input or output: ``kind`` as onnxruntime calls it ("float"), ``shape`` with None for any length."""

    name: str
    kind: str
    shape: tuple[int | None, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.kind} ({', '.join('?' if size is None else str(size) for size in self.shape)})"


@dataclass(frozen=True)
class Signature:
    """All that a network file states of itself; ``format`` is "ONNX" or "Darknet"."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    format: str = "ONNX"

    def __str__(self) -> str:
        inputs, outputs = (", ".join(map(str, ports)) or "nothing" for ports in (self.inputs, self.outputs))
        return f"{self.format}: {inputs} -> {outputs}"


class Network(Protocol):
    """A loaded network file. ``hashes``: file's name -> sha256; ``seconds`` spent inside it so far."""

    name: str
    signature: Signature
    hashes: dict[str, str]
    seconds: float

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]: ...


class Session:
    """One ONNX network on the CPU, which several threads may ``run`` at once. ``seconds`` is the wall time of all their
    runs so far."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        """``threads`` 0 leaves the number to onnxruntime.

        Raises:
            MocapError: the file is missing, is no network that onnxruntime can load, or reaches beyond itself.
        """
        content = read_model(path)
        refuse_what_reaches_out(path.name, content)
        self.name = path.stem
        self.hashes = {path.stem: hashlib.sha256(content).hexdigest()}
        self.seconds = 0.0
        self._counting = Lock()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Idle threads that spin would take the cores from the decoder and from Blender's own drawing.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Without this, bytes that look like onnxruntime's own format would be read as such, past the check above.
        options.add_session_config_entry("session.load_model_format", "ONNX")
        try:
            # The fallback would print to stdout and try the same again.
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"], enable_fallback=0
            )
            self._stated = _ports(self._session.get_outputs())
            self.signature = Signature(
                _ports(self._session.get_inputs()),
                self._stated,
                dict(self._session.get_modelmeta().custom_metadata_map),
            )
        except Exception as error:  # onnxruntime raises a dozen unrelated classes here, and some for names of no UTF-8
            if is_lack_of_memory(error):
                raise MemoryError(str(error)) from error
            raise MocapError(
                "model_unreadable",
                Sentence("The model file {name} could not be loaded. Choose a valid ONNX file.", name=path.name),
                str(error),
            ) from error

    @property
    def input_names(self) -> list[str]:
        return [port.name for port in self.signature.inputs]

    @property
    def input_size(self) -> int:
        """Side in pixels of the square picture (1, size, size, 3) that the network takes."""
        return int(self.signature.inputs[0].shape[1] or 0)

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """The network's answers, of the shapes that the file states.

        Raises:
            MocapError: the network fails on ``inputs``, or answers with another shape or without numbers.
        """
        started = time.perf_counter()
        try:
            outputs: list[NDArray[Any]] = self._session.run(None, dict(inputs))
        except Exception as error:  # onnxruntime raises a dozen unrelated classes here
            raise self._failed(error) from error
        with self._counting:
            self.seconds += time.perf_counter() - started
        for port, output in zip(self._stated, outputs, strict=True):
            check_answer(self.name, port, output)
        return outputs

    def _failed(self, error: Exception) -> Exception:
        if is_lack_of_memory(error):
            return MemoryError(str(error))
        return MocapError(
            "model_failed",
            Sentence("The model {name} failed at its work. Choose another file.", name=self.name),
            str(error),
        )


def read_model(path: Path) -> bytes:
    """The bytes of a model file: what is hashed and checked is what is loaded.

    Raises:
        MocapError: there is no such file, or it is too large.
    """
    if not os.path.isfile(path):
        raise MocapError(
            "model_missing",
            Sentence(
                "There is no model file {path}. Choose another file, or clear the field for the bundled network.",
                path=path,
            ),
        )
    try:
        if path.stat().st_size > LARGEST:
            raise MocapError(
                "model_too_large",
                Sentence("The model {name} is larger than 2 GB. Choose a smaller one, such as fp16.", name=path.name),
            )
        return path.read_bytes()
    except OSError as error:
        raise MocapError(
            "model_unreadable",
            Sentence("The model file {name} cannot be read. Choose another.", name=path.name),
            str(error),
        ) from error


def other_answer(name: str, detail: str) -> MocapError:
    """What a network says that its kind cannot say."""
    return MocapError(
        "model_answers_other",
        Sentence("The model {name} answers with another shape than it states. Choose another file.", name=name),
        detail,
    )


def check_answer(name: str, port: Port, output: NDArray[Any]) -> None:
    """Raise MocapError unless ``output`` is of the shape that ``port`` states, and all of it numbers."""
    fits = isinstance(output, np.ndarray) and (
        not port.shape
        or (
            output.ndim == len(port.shape)
            and all(stated in (None, size) for stated, size in zip(port.shape, output.shape, strict=True))
        )
    )
    if not fits:
        raise other_answer(name, f"stated {port}, answered {getattr(output, 'shape', type(output))}")
    if np.issubdtype(output.dtype, np.floating) and not np.isfinite(output).all():
        raise MocapError(
            "model_answers_nan",
            Sentence("The model {name} gives NaN or infinite values. Choose another file.", name=name),
            str(port),
        )


def _ports(entries: list[Any]) -> tuple[Port, ...]:
    return tuple(
        Port(
            entry.name,
            entry.type.removeprefix("tensor(").removesuffix(")"),
            tuple(size if isinstance(size, int) and size > 0 else None for size in entry.shape),
        )
        for entry in entries
    )
