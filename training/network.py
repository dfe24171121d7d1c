"""GAST-Net: temporal convolutions over frames between graph attention over joints (Liu et al., arXiv 2003.14179).

Activations are (batch, frames, joints, channels), so that every 1x1 convolution is a matrix product.
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from gast_mocap.take.skeletons import H36M17, HUMANEVA15, TOES19

TAPS = 3
HEADS = 4


@dataclass(frozen=True)
class Layout:
    """A tree of joints with its mirror pairs; 15- and 19-joint layouts serve as well as Human3.6M's 17."""

    parents: tuple[int, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]

    def neighbours(self) -> Tensor:
        """(j, j) bool: joints joined by a bone; the end joints also reach their parent's parent, as in the paper."""
        count = len(self.parents)
        bones = torch.zeros(count, count, dtype=torch.bool)
        for child, parent in enumerate(self.parents):
            if parent >= 0:
                bones[child, parent] = bones[parent, child] = True
        reach = bones.clone()
        for child, parent in enumerate(self.parents):
            if child not in self.parents and self.parents[parent] >= 0:
                reach[child, self.parents[parent]] = True
        return reach | torch.eye(count, dtype=torch.bool)

    def mirrored_order(self) -> Tensor:
        """(j,) each joint's mirror image; joints in the middle are their own."""
        order = torch.arange(len(self.parents))
        order[list(self.left)], order[list(self.right)] = torch.tensor(self.right), torch.tensor(self.left)
        return order


SKELETONS = {skeleton.name: skeleton for skeleton in (H36M17, TOES19, HUMANEVA15)}
LAYOUTS = {name: Layout(of.parents, of.left, of.right) for name, of in SKELETONS.items()}


@dataclass(frozen=True)
class GastConfig:
    """``receptive_field`` is a power of three: 27, 81 or 243 frames. ``channels`` double after every level."""

    receptive_field: int = 27
    channels: int = 128
    causal: bool = False
    layout: str = "h36m17"
    dropout: float = 0.05

    @property
    def levels(self) -> int:
        levels = 1
        while TAPS**levels < self.receptive_field:
            levels += 1
        if TAPS**levels != self.receptive_field:
            raise ValueError(f"receptive field {self.receptive_field} is not a power of {TAPS}")
        return levels

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


class Dense(nn.Module):
    """1x1 convolution and batch norm."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=False)
        self.norm = nn.BatchNorm1d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        return self.norm(y.flatten(0, -2)).view_as(y)  # type: ignore[no-any-return]

    def folded(self) -> nn.Linear:
        """The same function in evaluation, as one linear layer."""
        gain = self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)  # type: ignore[operator]
        linear = nn.Linear(self.linear.in_features, self.linear.out_features)
        linear.weight.data = self.linear.weight * gain[:, None]
        linear.bias.data = self.norm.bias - self.norm.running_mean * gain  # type: ignore[operator]
        return linear


class NearGraph(nn.Module):
    """Semantic graph convolution over neighbours: for each channel, learned shares that sum to one around a joint."""

    def __init__(self, channels: int, layout: Layout) -> None:
        super().__init__()
        self.register_buffer("edges", layout.neighbours(), persistent=False)
        self.own = nn.Linear(channels, channels, bias=False)
        self.others = nn.Linear(channels, channels, bias=False)
        self.weights = nn.Parameter(torch.ones(channels, *self.edges.shape))
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x: Tensor) -> Tensor:
        share = self.weights.masked_fill(~self.edges, -torch.inf).softmax(dim=-1).to(x.dtype)
        stay = share.diagonal(dim1=1, dim2=2)
        take = share * ~torch.eye(len(self.edges), dtype=torch.bool, device=x.device)
        # A batched product over channels: its backward pass is four times faster than a broadcast one.
        y = stay.T * self.own(x) + torch.einsum("cij,btjc->btic", take, self.others(x))
        return self.norm(y.flatten(0, -2)).view_as(y).relu()  # type: ignore[no-any-return]


class MirrorGraph(nn.Module):
    """The same over {joint, its mirror image}, where the two shares are a logistic function and its rest."""

    def __init__(self, channels: int, layout: Layout) -> None:
        super().__init__()
        order = layout.mirrored_order()
        self.register_buffer("order", order, persistent=False)
        self.register_buffer("alone", (order == torch.arange(len(order)))[:, None], persistent=False)
        self.own = nn.Linear(channels, channels, bias=False)
        self.others = nn.Linear(channels, channels, bias=False)
        self.weights = nn.Parameter(torch.zeros(len(order), channels))
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x: Tensor) -> Tensor:
        stay = torch.where(self.alone, 1.0, self.weights.sigmoid()).to(x.dtype)
        y = stay * self.own(x) + (1 - stay) * self.others(x).index_select(2, self.order)
        return self.norm(y.flatten(0, -2)).view_as(y).relu()  # type: ignore[no-any-return]


class LocalGraph(nn.Module):
    """Two semantic graphs side by side: over neighbouring joints and over mirrored ones."""

    def __init__(self, channels: int, layout: Layout) -> None:
        super().__init__()
        self.near = NearGraph(channels, layout)
        self.mirror = MirrorGraph(channels, layout)
        self.join = Dense(2 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.join(torch.cat([self.near(x), self.mirror(x)], dim=-1)).relu()  # type: ignore[no-any-return]


class GlobalGraph(nn.Module):
    """Additive attention of every joint to every other, plus a learned matrix of its own."""

    def __init__(self, channels: int, joints: int) -> None:
        super().__init__()
        # The paper's query and key reach one logit through a narrower linear layer; one layer is the same function.
        self.query = nn.Linear(channels, HEADS)
        self.key = nn.Linear(channels, HEADS)
        self.value = nn.Linear(channels, channels)
        self.always = nn.Parameter(torch.full((HEADS, joints, joints), 1e-6))
        self.join = Dense(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        logits = self.query(x).transpose(2, 3)[..., :, None] + self.key(x).transpose(2, 3)[..., None, :]
        attention = functional.leaky_relu(logits, 0.2).softmax(dim=-1) + self.always  # (b, t, heads, j, j)
        values = self.value(x).unflatten(-1, (HEADS, -1)).transpose(2, 3)
        mixed = (attention.to(values.dtype) @ values).transpose(2, 3).flatten(-2)
        return self.join(mixed).relu()  # type: ignore[no-any-return]


class GraphBlock(nn.Module):
    """x, its local graph and its global graph together; doubles the channels."""

    def __init__(self, channels: int, layout: Layout) -> None:
        super().__init__()
        self.near = LocalGraph(channels, layout)
        self.far = GlobalGraph(channels, len(layout.parents))
        self.join = Dense(3 * channels, 2 * channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.join(torch.cat([x, self.near(x), self.far(x)], dim=-1)).relu()  # type: ignore[no-any-return]


class TemporalStep(nn.Module):
    """Convolution over three frames and a 1x1 convolution, with a way around them for one of the three."""

    def __init__(self, channels: int, config: GastConfig) -> None:
        super().__init__()
        self.kept_tap = TAPS - 1 if config.causal else TAPS // 2
        self.convolution = Dense(TAPS * channels, channels)
        self.pointwise = Dense(channels, channels)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, taps: list[Tensor]) -> Tensor:
        y = self.dropout(self.convolution(torch.cat(taps, dim=-1)).relu())
        return taps[self.kept_tap] + self.dropout(self.pointwise(y).relu())  # type: ignore[no-any-return]


def strided_taps(x: Tensor) -> list[Tensor]:
    """Frames in threes: the training form, for sequences of one receptive field."""
    return [x[:, tap::TAPS] for tap in range(TAPS)]


def dilated_taps(x: Tensor, dilation: int) -> list[Tensor]:
    """Every frame with its neighbours ``dilation`` away: the inference form, for sequences of any length."""
    frames = x.shape[1] - (TAPS - 1) * dilation
    return [x[:, tap * dilation : tap * dilation + frames] for tap in range(TAPS)]


class Gast(nn.Module):
    """(b, t, j, 2) -> (b, t - (R - 1), j, 3), R the receptive field; or, ``strided``, (b, R, j, 2) -> (b, 1, j, 3)."""

    def __init__(self, config: GastConfig) -> None:
        super().__init__()
        self.config = config
        layout = LAYOUTS[config.layout]
        widths = [config.channels * 2**level for level in range(config.levels)]
        self.expand = Dense(TAPS * 2, config.channels)
        self.blocks = nn.ModuleList(GraphBlock(width, layout) for width in widths)
        self.steps = nn.ModuleList(TemporalStep(width, config) for width in widths[1:])
        self.shrink = nn.Linear(2 * widths[-1], 3)

    def forward(self, inputs_2d: Tensor, strided: bool = False) -> Tensor:
        taps = strided_taps(inputs_2d) if strided else dilated_taps(inputs_2d, 1)
        x = self.blocks[0](self.expand(torch.cat(taps, dim=-1)).relu())
        for level, (step, block) in enumerate(zip(self.steps, list(self.blocks)[1:], strict=True), start=1):
            x = block(step(strided_taps(x) if strided else dilated_taps(x, TAPS**level)))
        return self.shrink(x)  # type: ignore[no-any-return]
