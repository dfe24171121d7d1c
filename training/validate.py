"""Scores of a network on the subjects it never saw: ``python -m training.validate MOTIONS.npz WEIGHTS``.

The weights are ``weights.pt`` of a training or an exported ONNX file.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from gast_mocap.take.skeletons import Side, Skeleton

from .network import SKELETONS, Gast
from .normalise import SIZE_WINDOW, network_input, person_axes
from .prepare import Motions, load_motions
from .reload import network_in, read_weights
from .synthesis import Synthesis

VALIDATION_SEED = 20
WINDOWS = 4096


@dataclass(frozen=True)
class Scores:
    """Mean errors in millimetres around the pelvis, and the share of poses turned front to back."""

    clean: float
    clean_aligned: float
    noisy: float
    noisy_aligned: float
    clean_flips: float
    noisy_flips: float

    def to_dict(self) -> dict[str, float]:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"exact:   MPJPE {self.clean:.1f} mm, PA-MPJPE {self.clean_aligned:.1f} mm, flips {self.clean_flips:.2%}\n"
            f"misread: MPJPE {self.noisy:.1f} mm, PA-MPJPE {self.noisy_aligned:.1f} mm, flips {self.noisy_flips:.2%}"
        )


def validate(network: Gast, motions: Motions, device: torch.device) -> Scores:
    """Score ``network`` on ``WINDOWS`` random windows of the validation subjects, the same ones for every network."""
    config = network.config
    layout = SKELETONS[config.layout]
    synthesis = Synthesis(motions, validation=True, device=device, seed=VALIDATION_SEED, layout=layout)
    examples = synthesis.examples(WINDOWS, config.receptive_field + SIZE_WINDOW - 1)
    wanted = -1 if config.causal else examples.joints.shape[1] // 2
    pelvis = examples.pelvis[:, wanted]
    truth = torch.einsum("nxy,njy->njx", person_axes(pelvis[:, :2] / pelvis[:, 2:]), examples.joints[:, wanted])
    figures: list[float] = []
    flips: list[float] = []
    for points in (examples.true_points, examples.read_points):
        with torch.no_grad():
            inputs = network_input(points, config.causal, layout)
            found = torch.cat([network(part, strided=True)[:, 0] for part in inputs.split(512)])
        found = found - found[:, :1]
        figures += [mean_error(found, truth), mean_error(aligned(found, truth), truth)]
        flips.append(float(turned_over(found, truth, layout).float().mean()))
    return Scores(*figures, *flips)


def mean_error(found: Tensor, truth: Tensor) -> float:
    """Millimetres, MPJPE."""
    return float((found - truth).norm(dim=-1).mean()) * 1000


def aligned(found: Tensor, truth: Tensor) -> Tensor:
    """``found`` (n, j, 3) moved, turned and scaled onto ``truth`` (Procrustes)."""
    found_middle, truth_middle = found.mean(dim=1, keepdim=True), truth.mean(dim=1, keepdim=True)
    a, b = found - found_middle, truth - truth_middle
    u, s, vt = torch.linalg.svd(a.transpose(1, 2) @ b)
    sign = torch.ones_like(s)
    sign[:, 2] = torch.linalg.det(u @ vt).sign()
    rotation = (u * sign[:, None]) @ vt
    scale = (s * sign).sum(dim=1) / a.square().sum(dim=(1, 2))
    return scale[:, None, None] * a @ rotation + truth_middle


def turned_over(found: Tensor, truth: Tensor, layout: Skeleton) -> Tensor:
    """(n,) bool: hips and shoulders both point the other way in depth and width, front taken for back."""
    turned = torch.ones(len(found), dtype=torch.bool, device=found.device)
    for part in ("hip", "shoulder"):
        left, right = (layout.index(f"{side}_{part}") for side in Side)
        turned &= ((found[:, left] - found[:, right]) * (truth[:, left] - truth[:, right])).sum(dim=-1) < 0
    return turned


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("motions", type=Path, help="what training.prepare wrote")
    parser.add_argument("weights", type=Path, help="weights.pt of a training, or an exported .onnx")
    options = parser.parse_args(arguments)
    read = network_in if options.weights.suffix == ".onnx" else read_weights
    print(validate(read(options.weights).eval(), load_motions(options.motions), torch.device("cpu")))


if __name__ == "__main__":
    main()
