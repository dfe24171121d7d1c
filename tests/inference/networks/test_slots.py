"""What files leave open: sizes, precision, the order of axes; what is refused; and how a take names them."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("onnx")
from onnx import TensorProto
from onnx_graphs import PICTURE, Graph, port

from gast_mocap.inference.choice import Refinement
from gast_mocap.inference.networks.slots import Used, own_detector, own_reader, used_files
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.take.errors import MocapError

FRAME = Pyramid.of(np.full((200, 400, 3), 255, np.uint8))


def test_open_sizes_of_the_answers_are_found_out(tmp_path):
    """As exporters with dynamic axes leave them: only a run tells that this is YOLOX at 640 x 640."""
    graph, cells = Graph(), 80 * 80 + 40 * 40 + 20 * 20
    rows = np.zeros((1, cells, 85), np.float32)
    rows[0, 80 * 10 + 5, :6] = [0, 0, 2, 2, 1, 1]
    graph.add("Identity", graph.constant(rows), name="rows")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, "n", 3, "h", "w")], [port("rows", "n", "cells", "row")])
    detector, used = own_detector(path, None, None)
    assert used.contract == "YOLOX"
    size = 8 * np.exp(2)
    expected = np.array([40 - size / 2, 80 - size / 2, 40 + size / 2, 80 + size / 2]) * 400 / 640
    np.testing.assert_allclose(detector.detect(FRAME).boxes, [expected], atol=0.01)


@pytest.mark.parametrize("kind", [TensorProto.FLOAT16, TensorProto.FLOAT])
def test_pictures_come_in_the_precision_that_a_file_wants(tmp_path, kind):
    graph = Graph()
    pooled = graph.add("AveragePool", PICTURE, kernel_shape=[4, 4], strides=[4, 4])
    plane = graph.add("Gather", pooled, graph.constant([0] * 17, np.int64), axis=1)
    graph.add("Cast", plane, to=TensorProto.FLOAT, name="maps")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, "n", 3, 64, 48, kind=kind)], [port("maps", "n", 17, 16, 12)])
    reader, _ = own_reader(path, False, Refinement.QUARTER)
    poses = reader.estimate(FRAME, np.array([[100.0, 50, 200, 150]]))
    assert poses.scores[0] == pytest.approx(np.ones(17))  # (1 - 0.485) / 0.229 = 2.25, at most 1


def test_the_order_of_axes_does_not_matter(tmp_path):
    graph = Graph()
    planes = graph.add("Transpose", PICTURE, perm=[0, 3, 1, 2])
    pooled = graph.add("AveragePool", planes, kernel_shape=[4, 4], strides=[4, 4])
    graph.add("Gather", pooled, graph.constant([0] * 17, np.int64), axis=1, name="maps")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, "n", 64, 48, 3)], [port("maps", "n", 17, 16, 12)])
    reader, _ = own_reader(path, False, Refinement.QUARTER)
    assert reader.estimate(FRAME, np.array([[100.0, 50, 200, 150]])).scores.min() == 1.0


def test_two_files_of_one_name_are_both_kept():
    def used(slot, **hashes):
        return Used(slot, SimpleNamespace(hashes=hashes))

    assert used_files([used("detector", model="a"), used("2D pose", model="b"), used("lifter", model="a")]) == {
        "model": "a",
        "model (2D pose)": "b",
    }


def answering(path: Path, inputs: list, *shapes: tuple[int | str, ...]) -> Path:
    """A network that answers zeros of such shapes; sizes that it leaves open are 4."""
    graph, outputs = Graph(), []
    for number, shape in enumerate(shapes):
        zeros = np.zeros([size if isinstance(size, int) else 4 for size in shape])
        graph.add("Identity", graph.constant(zeros), name=f"answer{number}")
        outputs.append(port(f"answer{number}", *shape))
    return graph.save(path, inputs, outputs)


@pytest.mark.parametrize("sizes", [(1, 3, 60_000, 60_000), (100_000, 3, 256, 192)], ids=str)
def test_pictures_that_would_fill_the_memory_are_of_no_known_kind(tmp_path, sizes):
    with pytest.raises(MocapError, match="unknown kind"):
        own_detector(answering(tmp_path / "a.onnx", [port(PICTURE, *sizes)], (1, 84, 10)), None, None)
    with pytest.raises(MocapError, match="unknown kind"):
        own_reader(
            answering(tmp_path / "b.onnx", [port(PICTURE, *sizes)], ("n", 17, 64, 48)), False, Refinement.QUARTER
        )


def test_a_network_with_a_further_input_of_another_kind_is_told_as_what_it_is(tmp_path):
    """As RT-DETR's: sizes as whole numbers, and nothing stated of the answers."""
    inputs = [port(PICTURE, 1, 3, 64, 64), port("sizes", 1, 2, kind=TensorProto.INT64)]
    graph = Graph()
    numbers = graph.add("Cast", "sizes", to=TensorProto.FLOAT)
    graph.add("NonZero", numbers, name="places")
    path = graph.save(tmp_path / "a.onnx", inputs, [port("places", "a", "b", kind=TensorProto.INT64)])
    with pytest.raises(MocapError, match="sizes int64"):
        own_detector(path, None, None)


def test_a_network_in_the_wrong_slot_is_told_where_it_belongs(tmp_path):
    maps = answering(tmp_path / "maps.onnx", [port(PICTURE, 1, 3, 64, 48)], (1, 17, 16, 12))
    with pytest.raises(MocapError, match="no detector but HRNet or PoseResNet heatmaps"):
        own_detector(maps, None, None)
    cells = answering(tmp_path / "cells.onnx", [port(PICTURE, 1, 3, 64, 64)], (1, 84, 10))
    with pytest.raises(MocapError, match="no 2D pose network but YOLO with decoded cells"):
        own_reader(cells, False, Refinement.QUARTER)


@pytest.mark.parametrize(("stride", "fits"), [(8, True), (4, False), (16, False)])
def test_openpose_maps_are_known_by_their_stride(tmp_path, stride, fits):
    rows, columns = 184 // stride, 320 // stride
    shapes = (1, 19, rows, columns), (1, 38, rows, columns)
    path = answering(tmp_path / "a.onnx", [port(PICTURE, 1, 3, 184, 320)], *shapes)
    with nullcontext() if fits else pytest.raises(MocapError, match="unknown kind"):
        own_reader(path, False, Refinement.QUARTER)
