"""Darknet's pairs of files: found by either one, held to each other, and refused where they are no YOLO network."""

from pathlib import Path

import numpy as np
import pytest

from gast_mocap.inference.networks.darknet_file import DarknetNet, is_darknet
from gast_mocap.inference.networks.slots import own_detector
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.take.errors import MocapError

CFG = """
[net]
# one convolution makes the maps of a 64 x 32 picture
width=64
height=32
channels=3

[convolutional]
filters=18
size=1
stride=32
pad=0
activation=linear

[yolo]
mask = 0,1,2
anchors = 8,16, 10,20, 12,24
classes=1
num=3
"""


def weights(biases: np.ndarray) -> bytes:
    """The convolution's biases (18,), and kernels of zeros, behind the header of Darknet 0.2."""
    header = np.array([0, 2, 0], "<i4").tobytes() + np.zeros(1, "<i8").tobytes()
    return header + biases.astype("<f4").tobytes() + np.zeros(18 * 3, "<f4").tobytes()


def pair(folder: Path, cfg: str = CFG, content: bytes | None = None) -> Path:
    """A person under the second anchor of every cell, in the cell's middle, as large as the anchor."""
    biases = np.full(18, -10.0)
    biases[6:12] = [0, 0, 0, 0, 3, 3]
    (folder / "own.cfg").write_text(cfg)
    (folder / "own.weights").write_bytes(weights(biases) if content is None else content)
    return folder / "own.cfg"


@pytest.mark.parametrize("suffix", [".cfg", ".weights"])
def test_boxes_of_every_cell_come_out_in_the_stretched_frame(tmp_path, suffix):
    """Cells 32 px wide at 16 and 48 of a 64 x 32 picture; the frame is ten times as wide and twenty times as high."""
    detector, used = own_detector(pair(tmp_path).with_suffix(suffix), 0.5, None)
    found = detector.detect(Pyramid.of(np.zeros((640, 640, 3), np.uint8)))
    boxes = found.boxes[np.argsort(found.boxes[:, 0])]
    np.testing.assert_allclose(boxes, [[110, 120, 210, 520], [430, 120, 530, 520]], atol=0.1)
    share = 1 / (1 + np.exp(-3))
    assert found.scores == pytest.approx([share**2] * 2, abs=1e-4)
    assert used.network.hashes.keys() == {"own.cfg", "own.weights"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("classes=1", "classes=20"), ("width=64", "width=65"), ("width=64", "width=64000"), ("[yolo]", "[dropout]"),
        ("width=64\n", ""), ("size=1", "size=3"), ("stride=32", "stride=0"), ("filters=18", "filters=18\ngroups=0"),
        ("filters=18", "filters=many"), ("[yolo]", "[route]\nlayers=-9\n[yolo]"),
        ("[yolo]", "[maxpool]\nsize=2147483647\nstride=1\n[yolo]"), ("stride=32", "stride=-1"), ("0,1,2", "0,1,3"),
        ("0,1,2", "0,,2"), ("0,1,2", "-1,1,2"), ("mask = 0,1,2\n", ""), ("8,16, ", ""),
        ("[net]", "[maxpool]\nsize=9\n[net]"),
    ],
)  # fmt: skip
def test_a_cfg_that_is_no_network_of_these_weights_is_refused(tmp_path, old, new):
    assert old in CFG
    with pytest.raises(MocapError) as caught:
        own_detector(pair(tmp_path, CFG.replace(old, new)), None, None)
    assert caught.value.code in ("model_unreadable", "model_unknown")


def test_weights_that_are_cut_off_are_refused(tmp_path):
    whole = pair(tmp_path).with_suffix(".weights").read_bytes()
    with pytest.raises(MocapError, match="belong together"):
        DarknetNet(pair(tmp_path, content=whole[:-1]))


def test_the_missing_half_is_named(tmp_path):
    pair(tmp_path).with_suffix(".weights").unlink()
    with pytest.raises(MocapError, match=r"own\.weights beside it"):
        DarknetNet(tmp_path / "own.cfg")


def test_other_files_are_not_darknets(tmp_path):
    (tmp_path / "a").write_bytes(b"\x08\x08\x12\x07pytorch")
    assert not is_darknet(tmp_path / "a")
    (tmp_path / "b").write_bytes(b"\0")
    assert not is_darknet(tmp_path / "b")
    assert not is_darknet(tmp_path)
    assert not is_darknet(tmp_path / "gone")
