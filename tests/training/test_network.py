"""GAST-Net: shapes, how far it sees, and that its training form and its inference form are one function."""

from itertools import product

import pytest

torch = pytest.importorskip("torch")

from training.network import LAYOUTS, Gast, GastConfig  # noqa: E402

FIELDS = [(27, False), (27, True), (81, False), (243, False)]
JOINTS = {"h36m17": 17, "toes19": 19, "humaneva15": 15}


def network(field: int = 27, causal: bool = False, layout: str = "h36m17", channels: int = 4) -> Gast:
    """With random batch norms, as after some training."""
    torch.manual_seed(field)
    made = Gast(GastConfig(field, channels, causal, layout))
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm1d):
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.1)
    return made.eval()


@pytest.mark.parametrize("field, causal, layout", [(f, c, layout) for (f, c), layout in product(FIELDS, JOINTS)])
def test_one_pose_for_every_whole_window(field, causal, layout):
    inputs = torch.randn(2, field + 4, JOINTS[layout], 2)
    with torch.no_grad():
        found = network(field, causal, layout)(inputs)
    assert found.shape == (2, 5, JOINTS[layout], 3)


@pytest.mark.parametrize("field, causal", FIELDS)
def test_a_pose_sees_exactly_its_receptive_field(field, causal):
    inputs = torch.randn(1, field + 6, 17, 2, requires_grad=True)
    network(field, causal)(inputs)[0, 3].square().sum().backward()
    seen = inputs.grad.abs().sum(dim=(0, 2, 3)) > 0
    assert seen.nonzero()[:, 0].tolist() == list(range(3, 3 + field))


@pytest.mark.parametrize("field, causal", FIELDS)
def test_training_and_inference_forms_are_one_function(field, causal):
    made = network(field, causal)
    inputs = torch.randn(1, field + 2, 17, 2)
    with torch.no_grad():
        dense = made(inputs)[0]
        strided = [made(inputs[:, begin : begin + field], strided=True)[0, 0] for begin in range(3)]
    torch.testing.assert_close(dense, torch.stack(strided), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("causal, nearest", [(False, 13), (True, 26)])
def test_residuals_carry_the_middle_frame_or_the_last(causal, nearest):
    """Without the convolutions' own part, a pose comes from one frame and its two neighbours in the first layer."""
    made = network(27, causal)
    for step in made.steps:
        torch.nn.init.zeros_(step.pointwise.norm.weight)
        torch.nn.init.zeros_(step.pointwise.norm.bias)
        torch.nn.init.zeros_(step.pointwise.norm.running_mean)
    inputs = torch.randn(1, 27, 17, 2, requires_grad=True)
    made(inputs).square().sum().backward()
    seen = (inputs.grad.abs().sum(dim=(0, 2, 3)) > 0).nonzero()[:, 0].tolist()
    assert seen == ([12, 13, 14] if nearest == 13 else [24, 25, 26])


def test_shares_of_a_joint_over_its_neighbours_sum_to_one():
    """A constant figure passes a semantic graph as if every joint were alone, when own and others' weights agree."""
    graph = network().blocks[0].near.near
    graph.others.weight.data = graph.own.weight.data
    torch.nn.init.normal_(graph.weights)
    x = torch.randn(1, 1, 1, 4).expand(2, 3, 17, 4)
    found = graph(x)
    torch.testing.assert_close(found, found[:, :, :1].expand_as(found))


@pytest.mark.parametrize("layout", JOINTS)
def test_layouts_are_trees_with_mirror_pairs(layout):
    tree = LAYOUTS[layout]
    assert len(tree.parents) == JOINTS[layout]
    assert [joint for joint, parent in enumerate(tree.parents) if parent < 0] == [0]
    order = tree.mirrored_order()
    assert torch.equal(order[order], torch.arange(len(order)))
    neighbours = tree.neighbours()
    assert torch.equal(neighbours.diagonal(), torch.ones(len(order), dtype=torch.bool))
    assert sum(int(neighbours[child, parent]) for child, parent in enumerate(tree.parents)) == len(order) - 1 + int(
        neighbours[0, -1]
    )


def test_a_field_that_is_no_power_of_three_is_refused():
    with pytest.raises(ValueError, match="power"):
        Gast(GastConfig(receptive_field=50, channels=4))


def test_full_width_has_the_published_size():
    """About seven million parameters at 27 frames and 128 channels; narrower attention logits save half a million."""
    count = sum(parameter.numel() for parameter in Gast(GastConfig()).parameters())
    assert 6e6 < count < 7.2e6
