"""Each kind of detector file: where its boxes come out, and that it is shown what it was trained on.

Every network here has one person in a box that is given, with the mean of one channel of its picture as the score.
Frames are red, so the score tells the channels' order, their range, and how much padding of which grey was around.
"""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
from onnx import TensorProto
from onnx_graphs import PICTURE, Graph, port

from gast_mocap.inference.networks.detectors.candidates import Thresholds
from gast_mocap.inference.networks.slots import own_detector
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.take.errors import MocapError

WIDTH, HEIGHT = 800, 400
"""Twice as wide as high: half of a square picture is padding."""
SIDE = 416


def red_frame(width: int = WIDTH, height: int = HEIGHT) -> Pyramid:
    image = np.zeros((height, width, 3), np.uint8)
    image[:, :, 0] = 255
    return Pyramid.of(image)


def logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def found(path: Path, frame: Pyramid, score: float = 0.05) -> tuple[np.ndarray, np.ndarray, str]:
    detector, used = own_detector(path, score, None)
    people = detector.detect(frame)
    return people.boxes, people.scores, used.contract


def zoo_yolo(path: Path, indices_shape: tuple[int | str, ...] = ("k", 3)) -> Path:
    graph = Graph()
    score = graph.mean_of_channel(0, 1.0)
    boxes = np.zeros((1, 6, 4), np.float32)
    boxes[0, 2] = [40, 100, 360, 300]  # y1, x1, y2, x2 in pixels of the frame
    graph.add("Identity", graph.constant(boxes), name="boxes")
    scores = np.zeros((1, 80, 6), np.float32)
    scores[0, 0, 2], scores[0, 7, 4] = 1.0, 1.0  # a person, and a truck that nobody asked for
    graph.scattered(scores, score, [(0, 0, 2)], "scores")
    indices = np.array([[0, 0, 2], [0, 7, 4]], np.int32).reshape(-1, 3)
    graph.add("Identity", graph.constant(indices.reshape((1,) * (len(indices_shape) - 2) + indices.shape), np.int32),
              name="indices")  # fmt: skip
    return graph.save(
        path,
        [port(PICTURE, 1, 3, "h", "w"), port("image_shape", 1, 2)],
        [port("boxes", 1, "n", 4), port("scores", 1, 80, "n"), port("indices", *indices_shape, kind=TensorProto.INT32)],
    )


@pytest.mark.parametrize("indices_shape", [("k", 3), (1, "k", 3)])
def test_the_zoos_yolo_is_letterboxed_on_grey_and_told_the_frames_size(tmp_path, indices_shape):
    boxes, scores, contract = found(zoo_yolo(tmp_path / "a.onnx", indices_shape), red_frame())
    assert contract == "YOLOv3 of the ONNX Model Zoo"
    np.testing.assert_allclose(boxes, [[100, 40, 300, 360]])
    assert scores == pytest.approx([0.5 + 0.5 * 128 / 255], abs=0.005)


def test_the_zoos_yolo_hears_height_before_width(tmp_path):
    graph = Graph()
    height_width = graph.add("Concat", "image_shape", "image_shape", axis=1)
    graph.add("Reshape", height_width, graph.constant([1, 1, 4], np.int64), name="boxes")
    graph.add("Identity", graph.constant(np.ones((1, 80, 1))), name="scores")
    graph.add("Identity", graph.constant(np.zeros((1, 3)), np.int32), name="indices")
    path = graph.save(
        tmp_path / "a.onnx",
        [port(PICTURE, 1, 3, SIDE, SIDE), port("image_shape", 1, 2)],
        [port("boxes", 1, 1, 4), port("scores", 1, 80, 1), port("indices", "k", 3, kind=TensorProto.INT32)],
    )
    detector, _ = own_detector(path, None, None)
    assert detector.detect(red_frame()).boxes.tolist() == [[WIDTH, HEIGHT, WIDTH, HEIGHT]]


def yolo_heads(path: Path, strides: tuple[int, ...], anchor: int, cell: tuple[int, int], layout: str) -> Path:
    """A person at ``cell`` (column, row) of the coarsest map under ``anchor``: in the middle of the cell, twice as wide
    and as high as the anchor. Score: half the mean of red."""
    graph = Graph()
    graph.mean_of_channel(0, 1.0)
    outputs = []
    for number, stride in enumerate(strides):
        side = SIDE // stride
        values = np.full((1, 3, side, side, 85), -20.0, np.float32)
        if number == 0:
            column, row = cell
            values[0, anchor, row, column, :4] = [0, 0, np.log(2), np.log(2)]
            values[0, anchor, row, column, 4], values[0, anchor, row, column, 5] = logit(0.9), logit(0.8)
        if layout == "channels":
            values = values.transpose(0, 1, 4, 2, 3).reshape(1, 255, side, side)
        elif layout == "channels last":
            values = values.transpose(0, 2, 3, 1, 4).reshape(1, side, side, 255)
        graph.add("Identity", graph.constant(values), name=f"map{number}")
        outputs.append(port(f"map{number}", *values.shape))
    return graph.save(path, [port(PICTURE, 1, 3, SIDE, SIDE)], outputs)


@pytest.mark.parametrize("layout", ["channels", "channels last", "anchors"])
@pytest.mark.parametrize(
    ("strides", "anchor", "size"), [((32, 16, 8), 1, (156, 198)), ((32, 16), 2, (344, 319))], ids=["yolov3", "tiny"]
)
def test_raw_yolo_maps_are_decoded_with_the_published_anchors(tmp_path, layout, strides, anchor, size):
    path = yolo_heads(tmp_path / "a.onnx", strides, anchor, (5, 7), layout)
    boxes, scores, contract = found(path, red_frame())
    assert contract == "YOLOv3 with raw outputs"
    # The 416 px wide picture holds 800 px of the frame, which begin 104 px below its upper edge.
    scale, (width, height) = WIDTH / SIDE, size
    x, y = 5.5 * 32, 7.5 * 32
    expected = np.array([x - width, y - height - 104, x + width, y + height - 104]) * scale
    np.testing.assert_allclose(boxes, [expected], atol=0.01)
    assert scores == pytest.approx([0.72], abs=1e-4)


def test_raw_yolo_sees_a_letterbox_on_grey(tmp_path):
    """The map's objectness is made the logit of red's mean."""
    graph = Graph()
    mean = graph.mean_of_channel(0, 1.0)
    odds = graph.add("Log", graph.add("Div", mean, graph.add("Sub", graph.constant([1.0]), mean)))
    outputs = []
    for number, stride in enumerate((32, 16, 8)):
        values = np.full((1, 3, SIDE // stride, SIDE // stride, 85), -20.0, np.float32)
        place = (0, 0, 6, 6, 4)
        values[0, 0, 6, 6, 5] = 20.0
        if number == 0:
            values[place] = 1.0
            graph.scattered(values, odds, [place], "map0")
        else:
            graph.add("Identity", graph.constant(values), name=f"map{number}")
        outputs.append(port(f"map{number}", *values.shape))
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, 1, 3, SIDE, SIDE)], outputs)
    _, scores, _ = found(path, red_frame())
    assert scores == pytest.approx([0.5 + 0.5 * 128 / 255], abs=0.005)


def test_yolox_is_shown_bgr_in_the_corner_and_its_cells_are_undone(tmp_path):
    graph = Graph()
    rows = np.zeros((1, 52 * 52 + 26 * 26 + 13 * 13, 85), np.float32)
    place = (0, 52 * 52 + 26 * 10 + 4)  # row 10, column 4 of the maps at stride 16
    rows[place][:6] = [0.25, 0.5, np.log(3), np.log(8), 1.0, 1.0]
    graph.scattered(rows, graph.mean_of_channel(2, 255.0), [(*place, 4)], "rows")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, 1, 3, SIDE, SIDE)], [port("rows", *rows.shape)])
    boxes, scores, contract = found(path, red_frame())
    assert contract == "YOLOX"
    x, y, width, height = 4.25 * 16, 10.5 * 16, 48, 128
    expected = np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2]) * WIDTH / SIDE
    np.testing.assert_allclose(boxes, [expected], atol=0.01)
    assert scores == pytest.approx([0.5 + 0.5 * 114 / 255], abs=0.005)


@pytest.mark.parametrize("kind", ["columns", "columns of one class", "rows"])
def test_decoded_cells_come_back_from_the_letterbox(tmp_path, kind):
    graph, cells = Graph(), 3 * 77
    classes = 1 if kind == "columns of one class" else 80
    objectness = [1.0] if kind == "rows" else []
    values = np.zeros((1, cells, 4 + len(objectness) + classes), np.float32)
    values[0, 30, : 5 + len(objectness)] = [200, 208, 100, 60, *objectness, 1.0]
    score_place = (0, 30, 4)
    if kind != "rows":
        values, score_place = values.transpose(0, 2, 1).copy(), (0, 4, 30)
    graph.scattered(values, graph.mean_of_channel(0, 1.0), [score_place], "cells")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, 1, 3, SIDE, SIDE)], [port("cells", *values.shape)])
    boxes, scores, contract = found(path, red_frame())
    assert contract == "YOLO with decoded cells"
    expected = np.array([150, 178 - 104, 250, 238 - 104]) * WIDTH / SIDE
    np.testing.assert_allclose(boxes, [expected], atol=0.01)
    assert scores == pytest.approx([0.5 + 0.5 * 114 / 255], abs=0.005)


def test_boxes_that_a_graph_has_chosen_are_those_of_people(tmp_path):
    graph = Graph()
    dets = np.array([[[10, 20, 110, 220, 1.0], [300, 20, 390, 200, 1.0]]], np.float32)
    graph.scattered(dets, graph.mean_of_channel(2, 255.0), [(0, 0, 4)], "dets")
    graph.add("Identity", graph.constant([[0, 16]], np.int64), name="labels")
    path = graph.save(
        tmp_path / "a.onnx",
        [port(PICTURE, "n", 3, SIDE, SIDE)],
        [port("dets", "n", "k", 5), port("labels", "n", "k", kind=TensorProto.INT64)],
    )
    boxes, scores, contract = found(path, red_frame())
    assert contract == "YOLOX of MMDeploy"
    np.testing.assert_allclose(boxes, np.array([[10, 20, 110, 220]]) * WIDTH / SIDE, atol=0.01)
    assert scores == pytest.approx([0.5 + 0.5 * 114 / 255], abs=0.005)


def test_of_overlapping_boxes_the_surer_stays_and_neighbours_are_kept():
    boxes = np.array([[0.0, 0, 10, 10], [1, 0, 11, 10], [9, 0, 19, 10], [50, 50, 60, 60]])
    scores = np.array([0.8, 0.9, 0.75, 0.6])
    found = Thresholds(0.7, 0.4).people(boxes, scores)
    assert found.boxes.tolist() == boxes[[1, 2]].tolist()
    assert found.scores == pytest.approx([0.9, 0.75])
    assert Thresholds(0.5, 0.9).people(boxes, scores).scores == pytest.approx([0.9, 0.8, 0.75, 0.6])
    assert Thresholds(0.95, 0.4).people(boxes, scores).boxes.shape == (0, 4)


def test_yolov3_counts_from_the_published_score_on_and_the_user_may_change_it(tmp_path):
    path = yolo_heads(tmp_path / "a.onnx", (32, 16, 8), 0, (6, 6), "channels")  # 0.72
    assert len(own_detector(path, None, None)[0].detect(red_frame()).boxes) == 1
    assert len(own_detector(path, 0.73, None)[0].detect(red_frame()).boxes) == 0


@pytest.mark.parametrize(
    "sides", [(13, 13, 13), (13, 26, 26), (52, 104, 208), (26, 13), (12, 24, 48)], ids=lambda sides: str(sides)
)
def test_maps_at_other_strides_have_no_published_anchors(tmp_path, sides):
    graph, names = Graph(), []
    for number, side in enumerate(sides):
        names.append(graph.add("Identity", graph.constant(np.zeros((1, 255, side, side))), name=f"map{number}"))
    outputs = [port(name, 1, 255, side, side) for name, side in zip(names, sides, strict=True)]
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, 1, 3, SIDE, SIDE)], outputs)
    with nullcontext() if sides == (26, 13) else pytest.raises(MocapError, match="unknown kind"):
        own_detector(path, None, None)


def test_boxes_chosen_by_yolos_own_graph_are_those_of_people(tmp_path):
    """A person, a bicycle beside it, and the rest filled up with zeros: class 0, but no score."""
    graph = Graph()
    rows = np.zeros((1, 300, 6), np.float32)
    rows[0, :2] = [[150, 178, 250, 238, 1.0, 0], [10, 178, 110, 238, 1.0, 1]]
    graph.scattered(rows, graph.mean_of_channel(0, 1.0), [(0, 0, 4), (0, 1, 4)], "rows")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, 1, 3, SIDE, SIDE)], [port("rows", 1, 300, 6)])
    boxes, scores, contract = found(path, red_frame())
    assert contract == "YOLO with chosen boxes"
    np.testing.assert_allclose(boxes, np.array([[150, 178 - 104, 250, 238 - 104]]) * WIDTH / SIDE, atol=0.01)
    assert scores == pytest.approx([0.5 + 0.5 * 114 / 255], abs=0.005)


def test_rows_of_6_for_every_cell_are_cells_of_people_alone(tmp_path):
    graph = Graph()
    graph.mean_of_channel(0, 1.0)
    rows = np.zeros((1, 3 * (52 * 52 + 26 * 26 + 13 * 13), 6), np.float32)
    rows[0, 30] = [200, 208, 100, 60, 0.9, 0.8]
    graph.add("Identity", graph.constant(rows), name="rows")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, 1, 3, SIDE, SIDE)], [port("rows", *rows.shape)])
    boxes, scores, contract = found(path, red_frame())
    assert contract == "YOLO with decoded cells"
    np.testing.assert_allclose(boxes, np.array([[150, 178 - 104, 250, 238 - 104]]) * WIDTH / SIDE, atol=0.01)
    assert scores == pytest.approx([0.72], abs=1e-4)


@pytest.mark.parametrize("far", [1e5, 1e30])
def test_boxes_far_from_any_frame_are_nobody(far):
    boxes = np.array([[-far, -far, far, far], [far, far, far, far], [-50, -80, 900, 500]], float)
    found = Thresholds(0.5, 0.5).people(boxes, np.array([0.9, 0.9, 0.6]))
    assert found.boxes.tolist() == boxes[[2]].tolist()


def test_yolox_that_decodes_its_cells_itself_is_seen_by_its_answers(tmp_path):
    """As YOLOX's own export gives with --decode_in_inference; the file states the same shapes."""
    graph = Graph()
    graph.mean_of_channel(2, 255.0)
    rows = np.zeros((1, 52 * 52 + 26 * 26 + 13 * 13, 85), np.float32)
    begin = 0
    for stride in (8, 16, 32):
        columns, lines = np.meshgrid(np.arange(SIDE // stride), np.arange(SIDE // stride))
        centres = stride * (np.stack([columns.ravel(), lines.ravel()], axis=1) + 0.5)
        rows[0, begin : begin + len(centres), :4] = np.c_[centres, np.full((len(centres), 2), 2 * stride)]
        begin += len(centres)
    rows[0, 300, :6] = [200, 104, 100, 60, 0.9, 0.8]
    graph.add("Identity", graph.constant(rows), name="rows")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, 1, 3, SIDE, SIDE)], [port("rows", *rows.shape)])
    boxes, scores, contract = found(path, red_frame())
    assert contract == "YOLOX"
    np.testing.assert_allclose(boxes, np.array([[150, 74, 250, 134]]) * WIDTH / SIDE, atol=0.01)
    assert scores == pytest.approx([0.72], abs=1e-4)


def test_a_detector_that_takes_several_pictures_at_once_gets_them(tmp_path):
    """The first is the frame, and the person found in the second is none."""
    graph = Graph()
    graph.mean_of_channel(0, 1.0)
    cells = np.zeros((4, 84, 30), np.float32)
    cells[0, :5, 0], cells[1, :5, 5] = [200, 208, 100, 60, 0.9], [100, 208, 100, 60, 0.9]
    graph.add("Identity", graph.constant(cells), name="cells")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, 4, 3, SIDE, SIDE)], [port("cells", *cells.shape)])
    boxes, _, _ = found(path, red_frame())
    np.testing.assert_allclose(boxes, [np.array([150, 74, 250, 134]) * WIDTH / SIDE], atol=0.01)
