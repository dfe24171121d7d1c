"""onnxruntime sessions that count the seconds spent inside them."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from ...take.errors import MocapError


class Session:
    """One network on the CPU. ``seconds`` is the wall time spent inside ``run`` so far."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        """``threads`` 0 leaves the number to onnxruntime.

        Raises:
            MocapError: the file is no network that onnxruntime can load.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Idle threads that spin would take the cores from the decoder and from Blender's own drawing.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises a dozen unrelated classes here
            raise MocapError(
                "model_unreadable",
                f"The model file {path.name} could not be loaded. Choose a valid ONNX file.",
                str(error),
            ) from error
        self.seconds = 0.0

    @property
    def metadata(self) -> dict[str, str]:
        """The file's own custom metadata."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    @property
    def input_names(self) -> list[str]:
        return [entry.name for entry in self._session.get_inputs()]

    @property
    def input_shape(self) -> list[int | str | None]:
        """Of the first input; a name or None stands for any length."""
        return list(self._session.get_inputs()[0].shape)

    @property
    def input_size(self) -> int:
        """Side in pixels of the square picture (1, size, size, 3) that the network takes."""
        return int(self._session.get_inputs()[0].shape[1])

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        started = time.perf_counter()
        outputs: list[NDArray[Any]] = self._session.run(None, dict(inputs))
        self.seconds += time.perf_counter() - started
        return outputs
