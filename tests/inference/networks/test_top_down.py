"""Top-down 2D networks: where a spot of the frame comes back, in which colours, mirrored and in batches.

The networks here see red only: their heatmaps are its mean around every fourth pixel, as such networks are trained;
their rows its brightest along columns and rows.
"""

import cv2
import numpy as np
import pytest

pytest.importorskip("onnx")
from onnx_graphs import PICTURE, Graph, port

from gast_mocap.inference.choice import Refinement
from gast_mocap.inference.networks.poses.peaks import peaks_of
from gast_mocap.inference.networks.slots import own_reader
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.take.errors import MocapError
from gast_mocap.take.skeletons import COCO17

HEIGHT, WIDTH = 128, 96
RED_MEAN, RED_DEVIATION = 0.485, 0.229
LEFT_WRIST = COCO17.index("left_wrist")


def spots(*places: tuple[float, float], size: float = 9.0, colour: int = 0) -> Pyramid:
    """Gaussians of one colour, 600 x 400; a place is continuous: (0.5, 0.5) is the middle of the first pixel."""
    columns, rows = np.arange(600) + 0.5, np.arange(400) + 0.5
    light = sum(
        255 * np.exp(-((columns - x) ** 2)[None] / (2 * size**2) - ((rows - y) ** 2)[:, None] / (2 * size**2))
        for x, y in places
    )
    image = np.zeros((400, 600, 3), np.uint8)
    image[:, :, colour] = np.clip(light, 0, 255)
    return Pyramid.of(image)


def heatmaps(path, batch: int | str = "n", weights: np.ndarray | None = None):
    """Each keypoint's map is red's mean, times the keypoint's weight."""
    graph = Graph()
    red = graph.add("Gather", PICTURE, graph.constant([0], np.int64), axis=1)
    light = graph.add("Add", graph.add("Mul", red, graph.constant(RED_DEVIATION)), graph.constant(RED_MEAN))
    pooled = graph.add("AveragePool", light, kernel_shape=[5, 5], strides=[4, 4], pads=[2, 2, 1, 1])
    weights = np.ones(17) if weights is None else weights
    graph.add("Mul", pooled, graph.constant(weights.reshape(1, 17, 1, 1)), name="maps")
    return graph.save(
        path, [port(PICTURE, batch, 3, HEIGHT, WIDTH)], [port("maps", batch, 17, HEIGHT // 4, WIDTH // 4)]
    )


def simcc(path, order=(0, 1)):
    """Sums of red along the columns and rows, each twice, in this ``order``."""
    graph = Graph()
    red = graph.add("Gather", PICTURE, graph.constant([0], np.int64), axis=1)
    light = graph.add("Add", graph.add("Mul", red, graph.constant(RED_DEVIATION)), graph.constant(RED_MEAN))
    scales = graph.constant([1, 1, 2], np.float32)
    for name, axis in (("x", 2), ("y", 3)):
        rows = graph.add("ReduceMax", light, axes=[axis], keepdims=0)
        finer = graph.add("Resize", rows, "", scales, mode="linear")
        graph.add("Expand", finer, graph.constant([1, 17, 1], np.int64), name=name)
    rows = [port("x", "n", 17, 2 * WIDTH), port("y", "n", 17, 2 * HEIGHT)]
    return graph.save(path, [port(PICTURE, "n", 3, HEIGHT, WIDTH)], [rows[n] for n in order])


def read(path, frame, boxes, flips=False, refinement=Refinement.PARABOLA):
    reader, used = own_reader(path, flips, refinement)
    return reader.estimate(frame, np.array(boxes, float)), used.contract


@pytest.mark.parametrize("box", [(220, 90, 380, 310), (250, 150, 340, 200), (-30, -20, 420, 380)])
@pytest.mark.parametrize(("flips", "cells"), [(False, 0.05), (True, 0.2)])
def test_a_spot_comes_back_where_it_is(tmp_path, box, flips, cells):
    """Maps of mirrored crops come back a quarter of a cell aside, as published, and half of that stays."""
    place = np.array([300.3, 180.8])
    cell = 1.25 * max((box[2] - box[0]) / WIDTH, (box[3] - box[1]) / HEIGHT) * 4
    poses, contract = read(heatmaps(tmp_path / "a.onnx"), spots(place, size=2 * cell), [box], flips)
    assert contract == "HRNet or PoseResNet heatmaps"
    np.testing.assert_allclose(poses.points[0], np.broadcast_to(place, (17, 2)), atol=cells * cell)
    assert poses.scores[0] == pytest.approx(np.ones(17), abs=0.08)


@pytest.mark.parametrize("colour", [1, 2])
def test_other_colours_are_not_red(tmp_path, colour):
    poses, _ = read(heatmaps(tmp_path / "a.onnx"), spots((300, 200), colour=colour), [(200, 100, 400, 300)])
    assert poses.scores.max() < 0.02


@pytest.mark.parametrize("batch", ["n", 1, 2, 4])
def test_several_people_go_through_in_the_files_batches(tmp_path, batch):
    places = np.array([(100.0, 100.0), (300.0, 250.0), (500.0, 130.0)])
    boxes = np.concatenate([places - 60, places + 60], axis=1)
    poses, _ = read(heatmaps(tmp_path / "a.onnx", batch), spots(*places), boxes)
    np.testing.assert_allclose(poses.points[:, 0], places, atol=3)
    alone, _ = read(heatmaps(tmp_path / "b.onnx", 1), spots(*places), boxes[1:2])
    np.testing.assert_allclose(poses.points[1], alone.points[0], atol=1e-6)


def test_nobody_is_read_where_nobody_is_asked_for(tmp_path):
    poses, _ = read(heatmaps(tmp_path / "a.onnx"), spots((300, 200)), np.zeros((0, 4)))
    assert poses.points.shape == (0, 17, 2)


@pytest.mark.parametrize("flips", [False, True])
def test_mirrored_keypoints_change_sides_before_they_are_averaged(tmp_path, flips):
    weights = np.full(17, 0.5)
    weights[LEFT_WRIST] = 0.9
    poses, _ = read(
        heatmaps(tmp_path / "a.onnx", weights=weights), spots((300, 200), size=40), [(200, 100, 400, 300)], flips
    )
    wrists = poses.scores[0, [LEFT_WRIST, COCO17.index("right_wrist")]]
    assert wrists == pytest.approx([0.7, 0.7] if flips else [0.9, 0.5], abs=0.03)


@pytest.mark.parametrize("flips", [False, True])
def test_rows_of_simcc_come_back_to_half_a_pixel_of_the_crop(tmp_path, flips):
    place, box = np.array([310.7, 170.2]), (200, 100, 400, 300)
    poses, contract = read(simcc(tmp_path / "a.onnx"), spots(place), [box], flips)
    assert contract == "RTMPose (SimCC)"
    pixel = 1.25 * 200 / WIDTH
    np.testing.assert_allclose(poses.points[0], np.broadcast_to(place, (17, 2)), atol=1.0 * pixel)


def test_a_quarter_of_a_cell_towards_the_higher_neighbour():
    """As published: only where both coordinates lie inside by more than one cell."""
    maps = np.zeros((3, 8, 10))
    maps[0, 3, 5], maps[0, 3, 6], maps[0, 2, 5] = 1.0, 0.5, 0.25
    maps[1, 1, 5], maps[1, 1, 6] = 1.0, 0.5
    maps[2, 4, 4] = 0.7
    places, scores = peaks_of(maps, Refinement.QUARTER)
    assert places.tolist() == [[5.25, 2.75], [5.0, 1.0], [4.0, 4.0]]
    assert scores.tolist() == [1.0, 1.0, 0.7]


def test_the_parabola_finds_a_gaussians_middle():
    columns, rows = np.arange(24), np.arange(32)
    for x, y in ((10.0, 12.0), (10.3, 11.6), (9.51, 12.49)):
        gaussian = np.exp(-((columns - x) ** 2)[None] / 8 - ((rows - y) ** 2)[:, None] / 8)
        places, _ = peaks_of(gaussian[None], Refinement.PARABOLA)
        np.testing.assert_allclose(places[0], [x, y], atol=1e-6)
    assert cv2.__version__.startswith("4."), "OpenCV 5 has no Darknet reader"


def test_the_rows_of_simcc_are_known_by_their_lengths(tmp_path):
    place, box = np.array([310.7, 170.2]), (200, 100, 400, 300)
    straight, _ = read(simcc(tmp_path / "a.onnx"), spots(place), [box], flips=True)
    swapped, contract = read(simcc(tmp_path / "b.onnx", order=(1, 0)), spots(place), [box], flips=True)
    assert contract == "RTMPose (SimCC)"
    np.testing.assert_array_equal(swapped.points, straight.points)


@pytest.mark.parametrize(
    "answers",
    [
        [(1, 17, WIDTH // 4, HEIGHT // 4)],
        [(1, 17, 1, 3)],
        [(1, 17, HEIGHT // 32, WIDTH // 32)],
        [(1, 17, 2 * WIDTH), (1, 17, HEIGHT)],
        [(1, 17, 2), (1, 17, 1)],
    ],
    ids=str,
)
def test_maps_and_rows_of_another_aspect_are_of_no_known_kind(tmp_path, answers):
    """Transposed maps, coordinates, maps too coarse, rows unlike fine, coordinates apart from their scores."""
    graph = Graph()
    names = [
        graph.add("Identity", graph.constant(np.zeros(shape)), name=f"answer{n}") for n, shape in enumerate(answers)
    ]
    outputs = [port(name, *shape) for name, shape in zip(names, answers, strict=True)]
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, 1, 3, HEIGHT, WIDTH)], outputs)
    with pytest.raises(MocapError, match="unknown kind"):
        own_reader(path, False, Refinement.PARABOLA)
