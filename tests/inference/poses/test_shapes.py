"""Lifters of every published shape, as ONNX files of a few nodes that answer with what one frame of theirs shows.

Each pose is the frame ``tap`` of its receptive field, depth 0, so a test can tell by hand which frame it must be.
"""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper, save
from onnx_graphs import Graph, port

from gast_mocap.inference.networks.session import Session
from gast_mocap.inference.poses.lift import Lifter
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import Keypoints2D, PartPoints, VideoInfo
from gast_mocap.take.skeletons import H36M17, TOES19

WIDTH, HEIGHT = 1000, 500


def lifter_file(
    path: Path,
    field: int = 27,
    tap: int | None = None,
    joints: int = 17,
    batch: int | str = "b",
    length: int | str = "t",
    kind: int = TensorProto.FLOAT,
    **metadata: str,
) -> Path:
    """A network that answers with the frames ``tap`` (the middle one) to ``tap`` plus all poses but one."""
    tap = field // 2 if tap is None else tap
    last = np.array([tap - field + 1 or np.iinfo(np.int64).max])
    constants = [
        numpy_helper.from_array(array, name)
        for name, array in (("first", np.array([tap])), ("last", last), ("axis", np.array([1])))
    ]
    pads = numpy_helper.from_array(np.array([0, 0, 0, 0, 0, 0, 0, 1]), "pads")
    nodes = [
        helper.make_node("Slice", ["x", "first", "last", "axis"], ["flat"]),
        helper.make_node("Pad", ["flat", "pads"], ["poses"]),
    ]
    poses = length - field + 1 if isinstance(length, int) else "p"
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info("x", kind, [batch, length, joints, 2])],
        [helper.make_tensor_value_info("poses", kind, [batch, poses, joints, 3])],
        [*constants, pads],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {f"gast_mocap.{name}": value for name, value in metadata.items()})
    save(model, path)
    return path


def moving(frames: int, joints: int = 17) -> np.ndarray:
    """Pixels (t, j, 2), another in every frame and joint."""
    return np.random.default_rng(3).uniform(100, 900, (frames, joints, 2))


def as_seen(points: np.ndarray) -> np.ndarray:
    """What a lifter is shown of the pixels, around the pelvis: the frame's width is 2."""
    flat = 2 * points / WIDTH
    return flat - flat[:, :1]


SHAPES = [
    {"field": 27, "batch": 1, "length": 27},
    {"field": 27, "batch": 2, "length": 27},
    {"field": 27, "batch": "b", "length": 27},
    {"field": 27, "batch": 3, "length": 50},
    {"field": 27, "batch": 1},
    {"field": 81},
    {"field": 243},
    {"field": 243, "batch": 1, "length": 243},
]


@pytest.mark.parametrize("flips", [False, True])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_shape_gives_each_frame_its_own_pose(tmp_path, shape, flips):
    lifter = Lifter(Session(lifter_file(tmp_path / "a.onnx", **shape), threads=1), flips)
    assert lifter.contract.receptive_field == shape["field"]
    for frames in (1, 70):
        points = moving(frames)
        for chunk in (1, 64):
            poses = lifter.lift_joints(points, WIDTH, HEIGHT, chunk)
            np.testing.assert_allclose(poses[..., :2], as_seen(points), atol=1e-5)


def test_a_causal_file_gives_the_frame_it_ends_with(tmp_path):
    """Taken for a centred one, its poses would be those of 13 frames before."""
    points = moving(60)
    stated = Lifter(Session(lifter_file(tmp_path / "a.onnx", tap=26, causal="1"), threads=1))
    told = Lifter(Session(lifter_file(tmp_path / "b.onnx", tap=26), threads=1), causal=True)
    mistaken = Lifter(Session(tmp_path / "b.onnx", threads=1))
    for lifter in (stated, told):
        np.testing.assert_allclose(lifter.lift_joints(points, WIDTH, HEIGHT)[..., :2], as_seen(points), atol=1e-5)
    late = mistaken.lift_joints(points, WIDTH, HEIGHT)[:-13, :, :2]
    np.testing.assert_allclose(late, as_seen(points)[13:], atol=1e-5)


def test_what_a_file_states_counts_for_more_than_what_is_told(tmp_path):
    file = lifter_file(tmp_path / "a.onnx", causal="0")
    assert not Lifter(Session(file, threads=1), causal=True).contract.causal


def test_fifteen_joints_come_back_as_seventeen(tmp_path):
    lifter = Lifter(Session(lifter_file(tmp_path / "a.onnx", joints=15), threads=1))
    points = moving(40)
    video = VideoInfo(Path("v.mp4"), WIDTH, HEIGHT, np.arange(40) / 30)
    pose = lifter.lift(Keypoints2D(1, np.arange(40), points, np.ones((40, 17))), video, False, lambda *_: None)
    hips = points[:, [11, 12]].mean(axis=1)
    found = pose.joints[..., :2]
    for coco, h36m in ((12, 1), (14, 2), (16, 3), (11, 4), (5, 11), (10, 16)):
        np.testing.assert_allclose(found[:, h36m], 2 * (points[:, coco] - hips) / WIDTH, atol=1e-5)
    np.testing.assert_allclose(found[:, 7], found[:, 8] / 2, atol=1e-6)  # the spine, halfway from the pelvis
    np.testing.assert_allclose(found[:, 9], (found[:, 8] + found[:, 10]) / 2, atol=1e-6)


def test_nineteen_joints_take_the_toes_that_were_read_and_come_back_as_seventeen(tmp_path):
    """The lifter answers for each ankle with where its toes are, so that the pose tells what it was shown."""
    source = list(range(19))
    for side in ("left", "right"):
        source[TOES19.index(f"{side}_ankle")] = TOES19.index(f"{side}_toes")
    graph = Graph()
    shown = graph.add("Gather", "x", graph.constant(source, np.int64), axis=2)
    graph.add("Concat", shown, graph.add("Slice", shown, *(graph.constant([n], np.int64) for n in (0, 1, 3))), axis=3,
              name="poses")  # fmt: skip
    file = graph.save(tmp_path / "a.onnx", [port("x", "b", "t", 19, 2)], [port("poses", "b", "t", 19, 3)])
    points = np.repeat(moving(1), 6, axis=0)
    points += 10 * np.arange(6)[:, None, None]
    feet, scores = np.zeros((6, 4, 2)), np.zeros((6, 4))
    feet[1:5, 1], scores[1:5:3, 1] = points[1:5, 15] + [[30, 8], [0, 0], [0, 0], [0, 20]], 0.9  # read in frames 1 and 4
    away = np.array([[30, 8], [30, 8], [20, 12], [10, 16], [0, 20], [0, 20]])
    keypoints = Keypoints2D(1, np.arange(6), points, np.ones((6, 17)), {"feet": PartPoints(feet, scores)})
    video = VideoInfo(Path("v.mp4"), WIDTH, HEIGHT, np.arange(6) / 30)
    pose = Lifter(Session(file, threads=1)).lift(keypoints, video, False, lambda *_: None)
    hips = points[:, [11, 12]].mean(axis=1)
    left, right, knee = (H36M17.index(name) for name in ("left_ankle", "right_ankle", "left_knee"))
    np.testing.assert_allclose(pose.joints[:, left, :2], 2 * (points[:, 15] + away - hips) / WIDTH, atol=1e-5)
    np.testing.assert_allclose(pose.joints[:, right, :2], 2 * (points[:, 16] - hips) / WIDTH, atol=1e-5)
    np.testing.assert_allclose(pose.joints[:, knee, :2], 2 * (points[:, 13] - hips) / WIDTH, atol=1e-5)


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"joints": 16}, "16 joints"),
        ({"layout": "humaneva15"}, "takes 17 joints"),
        ({"normalisation": "person"}, "focal"),
        ({"normalisation": "person", "focal": "0"}, "focal"),
        ({"normalisation": "moon"}, "moon"),
        ({"fps": "nan"}, "fps of nan"),
        ({"fps": "-30"}, "fps of -30"),
        ({"causal": "yes"}, "causal of yes"),
        ({"size_window": "1e9"}, "size_window of 1e9"),
        ({"receptive_field": "lots"}, "receptive_field of lots"),
    ],
    ids=str,
)
def test_what_cannot_be_fed_is_refused_in_words(tmp_path, metadata, words):
    with pytest.raises(MocapError, match=words) as caught:
        Lifter(Session(lifter_file(tmp_path / "a.onnx", **metadata), threads=1))
    assert caught.value.code == "lifter_unknown"


@pytest.mark.parametrize("length", ["t", 29, 40])
def test_a_field_that_is_not_as_stated_is_found_out_before_the_video_is_watched(tmp_path, length):
    file = lifter_file(tmp_path / "a.onnx", field=27, length=length, receptive_field="29")
    with pytest.raises(MocapError, match="29 but has one of 27"):
        Lifter(Session(file, threads=1))


@pytest.mark.parametrize("answered", [(1, 1, 16, 3), (1, 1, 17, 2), (1, 17, 3), (1, 28, 17, 3)], ids=str)
@pytest.mark.parametrize("metadata", [{}, {"gast_mocap.receptive_field": "27"}], ids=["", "stated"])
def test_answers_that_are_no_poses_are_found_out_before_the_video_is_watched(tmp_path, answered, metadata):
    graph = Graph()
    graph.add("Identity", graph.constant(np.zeros(answered)), name="poses")
    file = graph.save(tmp_path / "a.onnx", [port("x", 1, 27, 17, 2)], [port("poses", *answered)], **metadata)
    with pytest.raises(MocapError, match="no poses of 17 joints"):
        Lifter(Session(file, threads=1))


@pytest.mark.parametrize("kind", [TensorProto.FLOAT16, TensorProto.DOUBLE])
def test_lifters_of_other_precisions_are_fed_theirs(tmp_path, kind):
    file = lifter_file(tmp_path / "a.onnx", batch=1, length=27, kind=kind)
    points = moving(30)
    poses = Lifter(Session(file, threads=1)).lift_joints(points, WIDTH, HEIGHT)
    np.testing.assert_allclose(poses[..., :2], as_seen(points), atol=2e-3)


@pytest.mark.parametrize("sizes", [{"batch": 10**7, "length": 27}, {"batch": 1, "length": 10**9}], ids=str)
def test_a_lifter_that_would_fill_the_memory_is_refused(tmp_path, sizes):
    with pytest.raises(MocapError, match="no GAST-Net lifter"):
        Lifter(Session(lifter_file(tmp_path / "a.onnx", **sizes), threads=1))
