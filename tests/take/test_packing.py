"""Arrays as a file: read by NumPy itself, and quiet where the disk is full."""

import gc
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gast_mocap.take.packing import write_arrays

ARRAYS = {
    "text": np.array("Größe 腿"),
    "group/numbers": np.arange(12.0).reshape(3, 4).T,
    "none": np.zeros((0, 3), np.uint8),
    "words": np.array(["left", "right"]),
}


def test_numpy_reads_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with path.open("wb") as file:
        write_arrays(file, ARRAYS)
    with np.load(path, allow_pickle=False) as read:
        assert set(read.files) == set(ARRAYS)
        for name, array in ARRAYS.items():
            assert read[name].dtype == array.dtype
            assert np.array_equal(read[name], array)


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs the device of a full disk")
def test_a_full_disk_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    noise = np.random.default_rng(1).random(1 << 16)  # which cannot be packed into a buffer
    with pytest.raises(OSError, match="space"), Path("/dev/full").open("wb") as file:
        write_arrays(file, ARRAYS | {"noise": noise})
    gc.collect()
    assert told == []
