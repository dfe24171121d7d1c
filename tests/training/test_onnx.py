"""The ONNX file: the same answers as PyTorch, any batch and length, its contract, and the way back."""

import re
from dataclasses import asdict

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

from test_network import JOINTS, network  # noqa: E402

from gast_mocap.inference.networks.session import Session  # noqa: E402
from gast_mocap.inference.poses.lift import Lifter  # noqa: E402
from training.export import ANY, Sizes, export, folded  # noqa: E402
from training.reload import freeze_norms, network_in, write_weights  # noqa: E402
from training.validate import main as validate  # noqa: E402

KINDS = [(27, False, 16), (27, True, 16), (81, False, 8), (243, False, 4)]


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: f"{kind[0]}{'-causal' if kind[1] else ''}")
def exported(request, tmp_path_factory):
    field, causal, channels = request.param
    made = network(field, causal, channels=channels)
    path = tmp_path_factory.mktemp("exported") / "lifter.onnx"
    export(made, path)
    return made, path


def test_parity_with_pytorch_at_other_batches_and_lengths(exported):
    made, path = exported
    session = Session(path, threads=1)
    for batch, more in ((1, 0), (3, 11)):
        inputs = torch.randn(batch, made.config.receptive_field + more, 17, 2)
        with torch.no_grad():
            wanted = folded(made)(inputs).numpy()
        found = session.run({"inputs_2d": inputs.numpy()})[0]
        assert found.shape == (batch, more + 1, 17, 3)
        assert np.abs(found - wanted).max() <= 1e-5
        assert np.abs(wanted).max() > 0.01


def test_folding_and_half_precision_change_little(exported):
    made, _ = exported
    inputs = torch.randn(2, made.config.receptive_field, 17, 2)
    with torch.no_grad():
        torch.testing.assert_close(folded(made)(inputs), made(inputs), atol=5e-3, rtol=5e-3)


def test_the_contract_in_the_file_is_the_networks(exported):
    made, path = exported
    contract = Lifter(Session(path, threads=1)).contract
    assert contract.receptive_field == made.config.receptive_field
    assert contract.causal == made.config.causal
    assert contract.normalisation == "person"
    assert contract.fps == 30


def test_an_exported_network_comes_back(exported):
    made, path = exported
    back = network_in(path).eval()
    assert (back.config.receptive_field, back.config.causal) == (made.config.receptive_field, made.config.causal)
    inputs = torch.randn(2, made.config.receptive_field + 3, 17, 2)
    found = Session(path, threads=1).run({"inputs_2d": inputs.numpy()})[0]
    with torch.no_grad():
        assert np.abs(back(inputs).numpy() - found).max() <= 1e-5


def test_frozen_norms_keep_their_statistics_in_training(exported):
    _, path = exported
    back = network_in(path).train()
    freeze_norms(back)
    before = [buffer.clone() for name, buffer in back.named_buffers() if "running" in name]
    back(torch.randn(4, back.config.receptive_field, 17, 2), strided=True).sum().backward()
    after = [buffer for name, buffer in back.named_buffers() if "running" in name]
    assert before and all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert back.expand.linear.weight.grad.abs().sum() > 0


@pytest.mark.parametrize("layout", JOINTS)
def test_every_layout_is_exported_and_comes_back(layout, tmp_path):
    made = network(layout=layout, channels=8)
    export(made, tmp_path / "lifter.onnx")
    back = network_in(tmp_path / "lifter.onnx").eval()
    assert back.config.layout == layout
    inputs = torch.randn(2, 30, JOINTS[layout], 2)
    found = Session(tmp_path / "lifter.onnx", threads=1).run({"inputs_2d": inputs.numpy()})[0]
    assert found.shape == (2, 4, JOINTS[layout], 3)
    with torch.no_grad():
        assert np.abs(folded(made)(inputs).numpy() - found).max() <= 1e-5
        assert np.abs(back(inputs).numpy() - found).max() <= 1e-5


def test_weights_and_their_export_score_the_same(motions, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("training.validate.WINDOWS", 32)
    np.savez(tmp_path / "motions.npz", **asdict(motions))
    made = network(channels=8)
    write_weights(made, tmp_path / "weights.pt")
    export(made, tmp_path / "lifter.onnx")
    printed = []
    for name in ("weights.pt", "lifter.onnx"):
        validate([str(tmp_path / "motions.npz"), str(tmp_path / name)])
        printed.append(capsys.readouterr().out)
    figures = [[float(word) for word in re.findall(r"([\d.]+) mm", text)] for text in printed]
    assert len(figures[0]) == 4
    assert figures[0] == pytest.approx(figures[1], abs=2)


def test_full_width_fits_into_sixteen_megabytes(tmp_path):
    path = tmp_path / "full.onnx"
    export(network(27, channels=128), path)
    assert path.stat().st_size <= 16_000_000


SHAPES = [
    ("h36m17", 27, False, ANY),
    ("h36m17", 27, True, ANY),
    ("h36m17", 27, False, Sizes(batch=1, frames=27)),
    ("h36m17", 81, False, Sizes(batch=2)),
    ("h36m17", 243, True, Sizes(batch=1, frames=243)),
    ("toes19", 27, False, ANY),
    ("toes19", 81, False, Sizes(batch=1, frames=81)),
    ("humaneva15", 27, False, ANY),
    ("humaneva15", 81, True, Sizes(batch=1, frames=81)),
]


@pytest.mark.parametrize(("layout", "field", "causal", "sizes"), SHAPES, ids=str)
def test_every_published_shape_lifts_as_pytorch_does(layout, field, causal, sizes, tmp_path):
    """Through the lifter's slot, published normalisation, without flips; 30 poses by hand-made padding in PyTorch."""
    made = network(field, causal, layout, channels=4)
    export(made, tmp_path / "ours.onnx", sizes)
    model = onnx.load(tmp_path / "ours.onnx")
    del model.metadata_props[:]  # as published: what it is must be found out or told
    onnx.save(model, tmp_path / "lifter.onnx")
    points = np.random.default_rng(4).uniform(100, 900, (30, JOINTS[layout], 2))
    lifter = Lifter(Session(tmp_path / "lifter.onnx", threads=1), flips=False, causal=causal)
    found = lifter.lift_joints(points, 1000, 1000)

    inputs = torch.tensor(2 * points / 1000 - 1).float()
    before = field - 1 if causal else field // 2
    padded = torch.cat([inputs[:1].repeat(before, 1, 1), inputs, inputs[-1:].repeat(field - 1 - before, 1, 1)])
    with torch.no_grad():
        wanted = folded(made)(padded[None])[0].numpy()
    assert np.abs(found - (wanted - wanted[:, :1])).max() <= 1e-5
    assert np.abs(wanted).max() > 0.01
