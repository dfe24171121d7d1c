"""Model files that are not what they seem: each is refused in a sentence, before onnxruntime follows it anywhere."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("onnx")
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx_graphs import PICTURE, Graph, port

from gast_mocap.inference.networks import session as session_module
from gast_mocap.inference.networks.onnx_file import refuse_what_reaches_out
from gast_mocap.inference.networks.session import Session
from gast_mocap.inference.networks.slots import open_network, own_detector, own_reader
from gast_mocap.take.errors import MocapError

SHAPE = (1, 3, 8, 8)


def tensor(external: str = "") -> TensorProto:
    made = numpy_helper.from_array(np.zeros(SHAPE, np.float32), "w")
    if external:
        made.ClearField("raw_data")
        entry = made.external_data.add()
        entry.key, entry.value = "location", external
        made.data_location = TensorProto.EXTERNAL
    return made


def model(nodes: list, initializers: list | None = None, **more: object) -> onnx.ModelProto:
    graph = helper.make_graph(nodes, "g", [port("x", *SHAPE)], [port("y", *SHAPE)], initializers or [])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, **more)


def in_an_initializer(leak: TensorProto) -> onnx.ModelProto:
    return model([helper.make_node("Add", ["x", "w"], ["y"])], [leak])


def in_a_constant(leak: TensorProto) -> onnx.ModelProto:
    return model([helper.make_node("Constant", [], ["w"], value=leak), helper.make_node("Add", ["x", "w"], ["y"])])


def in_a_branch(leak: TensorProto) -> onnx.ModelProto:
    branch = helper.make_graph([helper.make_node("Identity", ["w"], ["b"])], "branch", [], [port("b", *SHAPE)], [leak])
    condition = helper.make_tensor("c", TensorProto.BOOL, [], [True])
    return model(
        [
            helper.make_node("Constant", [], ["c"], value=condition),
            helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch),
        ]
    )


def in_a_function(leak: TensorProto) -> onnx.ModelProto:
    inside = [helper.make_node("Constant", [], ["w"], value=leak), helper.make_node("Add", ["a", "w"], ["b"])]
    function = helper.make_function("mine", "plus", ["a"], ["b"], inside, [helper.make_opsetid("", 17)])
    made = model([helper.make_node("plus", ["x"], ["y"], domain="mine")], functions=[function])
    made.opset_import.append(helper.make_opsetid("mine", 1))
    return made


def in_a_sparse_tensor(leak: TensorProto) -> onnx.ModelProto:
    made = model([helper.make_node("Add", ["x", "w"], ["y"])])
    sparse = made.graph.sparse_initializer.add()
    sparse.values.CopyFrom(leak)
    return made


PLACES = [in_an_initializer, in_a_constant, in_a_branch, in_a_function, in_a_sparse_tensor]


@pytest.mark.parametrize("place", PLACES)
def test_weights_in_another_file_are_refused_wherever_they_stand(place, tmp_path):
    (tmp_path / "secret").write_bytes(bytes(4 * np.prod(SHAPE)))
    path = tmp_path / "a.onnx"
    path.write_bytes(place(tensor("secret")).SerializeToString())
    with pytest.raises(MocapError) as caught:
        Session(path)
    assert caught.value.code == "model_external"


@pytest.mark.parametrize("place", PLACES[:4])
def test_weights_in_the_file_itself_are_not(place, tmp_path):
    path = tmp_path / "a.onnx"
    path.write_bytes(place(tensor()).SerializeToString())
    assert [port.name for port in Session(path).signature.outputs] == ["y"]


def test_a_place_that_stands_apart_from_its_tensor_is_seen():
    """Protobuf joins a message that comes in parts; here the second part alone says that the first lies elsewhere."""
    whole = in_an_initializer(tensor()).SerializeToString()
    tail = onnx.ModelProto()
    tail.graph.initializer.add().data_location = TensorProto.EXTERNAL
    with pytest.raises(MocapError) as caught:
        refuse_what_reaches_out("a.onnx", whole + tail.SerializeToString())
    assert caught.value.code == "model_external"


def test_operators_of_an_unknown_domain_are_named(tmp_path):
    made = model([helper.make_node("StealFiles", ["x"], ["y"], domain="ai.evil")])
    path = tmp_path / "a.onnx"
    path.write_bytes(made.SerializeToString())
    with pytest.raises(MocapError, match=r"StealFiles of ai\.evil") as caught:
        open_network(path)
    assert caught.value.code == "model_operator_unknown"


def test_a_file_over_the_limit_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "a.onnx"
    path.write_bytes(in_an_initializer(tensor()).SerializeToString())
    monkeypatch.setattr(session_module, "LARGEST", 100)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(MocapError, match="2 GB"):
        Session(path)


WHOLE = in_a_branch(tensor()).SerializeToString()


@given(st.data())
def test_damaged_files_are_refused_or_whole_and_never_a_traceback(data):
    damaged = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(WHOLE) - 1))] = data.draw(st.integers(0, 255))
    damaged = damaged[: data.draw(st.integers(0, len(WHOLE)))]
    try:
        refuse_what_reaches_out("a.onnx", bytes(damaged))
    except MocapError as error:
        assert error.code in ("model_unreadable", "model_operator_unknown", "model_external")


@pytest.mark.parametrize("content", [b"", b"not a network", b"ORTM" * 20, b"\x0a" * 50], ids=repr)
@pytest.mark.parametrize("slot", [own_detector, own_reader])
def test_what_is_no_network_is_told(content, slot, tmp_path):
    path = tmp_path / "a.onnx"
    path.write_bytes(content)
    with pytest.raises(MocapError) as caught:
        slot(path, None, None) if slot is own_detector else slot(path, False, "quarter")
    assert caught.value.code == "model_unreadable"


def test_other_shapes_than_stated_are_refused(tmp_path):
    graph = Graph()
    graph.add("Concat", PICTURE, PICTURE, axis=1, name="y")
    shaped = graph.save(tmp_path / "a.onnx", [port(PICTURE, *SHAPE)], [port("y", 1, "any", 8, 8)])
    assert Session(shaped).run({PICTURE: np.zeros(SHAPE, np.float32)})[0].shape == (1, 6, 8, 8)
    again = onnx.load(shaped)
    # Reshaping by what comes in hides the size from onnxruntime's own inference.
    again.graph.input.append(port("size", 4, kind=TensorProto.INT64))
    again.graph.node[0].output[0] = "joined"
    again.graph.node.append(helper.make_node("Reshape", ["joined", "size"], ["y"]))
    again.graph.output[0].CopyFrom(port("y", 1, 3, 8, 8))
    onnx.save(again, tmp_path / "b.onnx")
    with pytest.raises(MocapError) as caught:
        Session(tmp_path / "b.onnx").run({PICTURE: np.zeros(SHAPE, np.float32), "size": np.array([1, 6, 8, 8])})
    assert caught.value.code == "model_answers_other"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_refused(value, tmp_path):
    graph = Graph()
    graph.add("Add", PICTURE, graph.constant(np.full(SHAPE, value)), name="y")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, *SHAPE)], [port("y", *SHAPE)])
    with pytest.raises(MocapError) as caught:
        Session(path).run({PICTURE: np.zeros(SHAPE, np.float32)})
    assert caught.value.code == "model_answers_nan"


def test_a_network_that_fails_at_its_work_is_told(tmp_path):
    graph = Graph()
    graph.add("Reshape", PICTURE, graph.constant([7], np.int64), name="y")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, "n", 3, 8, 8)], [port("y", 7)])
    with pytest.raises(MocapError) as caught:
        Session(path).run({PICTURE: np.zeros(SHAPE, np.float32)})
    assert caught.value.code == "model_failed"


def test_a_picture_network_of_no_known_kind_is_told_what_would_be(tmp_path):
    graph = Graph()
    graph.add("Identity", PICTURE, name="y")
    path = graph.save(tmp_path / "a.onnx", [port(PICTURE, *SHAPE)], [port("y", *SHAPE)])
    for slot, accepted in (
        (lambda: own_detector(path, None, None), "YOLOX"),
        (lambda: own_reader(path, False, "quarter"), "RTMPose"),
    ):
        with pytest.raises(MocapError, match=rf"picture float \(1, 3, 8, 8\) -> y.*{accepted}") as caught:
            slot()
        assert caught.value.code == "model_unknown"


@pytest.mark.parametrize(("name", "value"), [("strides", [4, 0]), ("strides", [0]), ("group", 0)])
def test_steps_and_groups_of_0_are_refused_as_onnxruntime_divides_by_them(name, value, tmp_path):
    made = model([helper.make_node("Conv", ["x", "w"], ["y"], **{name: value})], [tensor()])
    path = tmp_path / "a.onnx"
    onnx.save(made, path)
    with pytest.raises(MocapError, match="no ONNX model") as caught:
        Session(path)
    assert caught.value.detail == f"{name} of 0"


def test_other_zeros_are_not():
    node = helper.make_node("Transpose", ["x"], ["y"], perm=[0, 1, 2, 3])
    refuse_what_reaches_out("a", model([node]).SerializeToString())


@pytest.mark.parametrize("field", [b"wname", b"wkey!"])
def test_names_that_are_no_text_are_refused(field, tmp_path):
    made = model([helper.make_node("Identity", ["x"], ["wname"])])
    made.graph.output[0].name = "wname"
    helper.set_model_props(made, {"wkey!": "1"})
    path = tmp_path / "a.onnx"
    path.write_bytes(made.SerializeToString().replace(field, b"\xff" + field[1:]))
    with pytest.raises(MocapError, match="could not be loaded"):
        Session(path)
