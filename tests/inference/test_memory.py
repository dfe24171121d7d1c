import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gast_mocap.inference.memory import memory_errors
from gast_mocap.inference.networks.session import Session
from gast_mocap.inference.protocol.process import clean_environment
from gast_mocap.models.catalog import bundled_model
from gast_mocap.take.errors import MocapError


@pytest.mark.parametrize(
    "words",
    [
        "can't start new thread",
        "[Errno 11] Resource temporarily unavailable",
        "OpenCV(4.11.0) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 1566720 bytes",
        "std::bad_alloc: bad allocation",
        "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Exception during initialization: std::bad_alloc",
        "libx265-f5385bb8.so.216: failed to map segment from shared object",
    ],
)
def test_what_libraries_say_at_a_gigabyte_of_address_space_is_a_lack_of_memory(words: str) -> None:
    with pytest.raises(MemoryError, match=re.escape(words)), memory_errors():
        raise RuntimeError(words)


NOT_OURS = "libx265.so: failed to map segment from shared object: Operation not permitted"


@pytest.mark.parametrize(
    "error",
    [RuntimeError("generator raised"), ImportError(NOT_OURS), MocapError("disk_full", "can't start new thread")],
)
def test_other_troubles_stay_what_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, memory_errors():
        raise error
    assert caught.value is error


def test_a_network_that_finds_no_memory_is_not_called_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise RuntimeError("Exception during initialization: std::bad_alloc")

    path, _ = bundled_model("gast-27")
    monkeypatch.setattr("onnxruntime.InferenceSession", no_room)
    with pytest.raises(MemoryError):
        Session(path)


FOLLOWS_WITHOUT_MEMORY = """
import resource
import numpy as np
from gast_mocap.inference.memory import reserve_for_matrices
from gast_mocap.inference.people.follow import BoxFilter
reserve_for_matrices()
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used, used))
person = BoxFilter(np.array([0.0, 0.0, 10.0, 20.0]))
person.predict()
person.correct(np.array([0.0, 0.0, 10.0, 20.0]))
print(person.box.round(3).tolist())
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's limits")
def test_matrices_are_multiplied_where_no_memory_is_left() -> None:
    """OpenBLAS asks for its memory at the first large product, and for ever."""
    environment = clean_environment() | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", FOLLOWS_WITHOUT_MEMORY]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout == "[0.0, 0.0, 10.0, 20.0]\n", done.stderr


def test_the_command_line_begins_without_libraries_whose_lack_of_memory_it_tells() -> None:
    begins = "import sys, gast_mocap.inference.__main__; print('numpy' in sys.modules)"
    environment = clean_environment() | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", begins], env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout == "False\n", done.stderr
