"""Train a lifter: ``python -m training.train MOTIONS.npz RUN_FOLDER --steps 2000``.

The learning rate follows the steps given. The folder keeps ``checkpoint.pt``; the same command goes on from it.
"""

import argparse
import json
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from gast_mocap.take.skeletons import H36M17

from .network import LAYOUTS, SKELETONS, Gast, GastConfig
from .prepare import load_motions
from .reload import freeze_norms, network_in, save_whole, write_weights
from .synthesis import Synthesis
from .validate import Scores, validate

SECONDS_BETWEEN_CHECKPOINTS = 120.0
BONE_LOSS = 0.5
BATCHES_DRAWN = 4
"""Batches synthesised at once: a GPU spends more time on starting those small steps than on doing them."""


@dataclass(frozen=True)
class Schedule:
    """How long and how fast: ``steps`` in all, ``batch`` windows a step, the highest learning ``rate``."""

    steps: int
    batch: int
    rate: float
    seed: int

    def rate_at(self, share: float) -> float:
        """Rises over the first 3 % of the steps, then falls to nothing as a cosine."""
        return self.rate * min(1.0, share / 0.03) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))


def pose_loss(found: Tensor, wanted: Tensor, parents: Tensor) -> Tensor:
    """Mean distance of the joints around the pelvis, and half the mean distance of the bones as vectors."""
    joints = (found - wanted).norm(dim=-1).mean()
    found_bones, wanted_bones = (pose[:, 1:] - pose[:, parents[1:]] for pose in (found, wanted))
    return joints + BONE_LOSS * (found_bones - wanted_bones).norm(dim=-1).mean()


def recent_mean(average: Tensor, latest: Tensor, count: Tensor | int) -> Tensor:
    """Exponential mean over about a thousand steps; over a tenth of the ``count`` so far before there are as many,
    so that the weights at the start are soon forgotten. Masks and counters are the latest."""
    if not latest.is_floating_point():
        return latest
    return average + max(0.001, 9 / (10 + int(count))) * (latest - average)


def checkpoint_of(config: GastConfig, path: Path, device: torch.device) -> dict[str, Any]:
    """What a run of the same network left in ``path``."""
    saved: dict[str, Any] = torch.load(path, map_location=device)
    wanted = config.to_dict()
    if differing := [name for name, value in saved["config"].items() if value != wanted[name]]:
        kept, asked = (", ".join(f"{name} {of[name]}" for name in differing) for of in (saved["config"], wanted))
        sys.exit(f"{path} holds a network with {kept}, not {asked}: ask for that one again, or choose another folder.")
    return saved


def train(motions: Path, folder: Path, network: Gast, schedule: Schedule, norms_frozen: bool) -> Scores:
    """Train ``network``, or go on with the one in ``folder``. Returns its scores on the validation subjects."""
    config = network.config
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_float32_matmul_precision("high")
    packed = load_motions(motions)
    synthesis = Synthesis(packed, False, device, schedule.seed, SKELETONS[config.layout])
    network = network.to(device)
    average = AveragedModel(network, avg_fn=recent_mean, use_buffers=True)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=schedule.rate, weight_decay=0.01, fused=device.type == "cuda"
    )
    parents = torch.tensor([max(parent, 0) for parent in LAYOUTS[config.layout].parents], device=device)

    checkpoint = folder / "checkpoint.pt"
    step = 0
    if checkpoint.exists():
        saved = checkpoint_of(config, checkpoint, device)
        network.load_state_dict(saved["network"])
        average.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
        synthesis.generator.set_state(saved["generator"].cpu())
        step = saved["step"]

    def save() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        save_whole(
            {
                "config": config.to_dict(),
                "network": network.state_dict(),
                "average": average.state_dict(),
                "optimiser": optimiser.state_dict(),
                "generator": synthesis.generator.get_state(),
                "step": step,
            },
            checkpoint,
        )
        write_weights(average.module, folder / "weights.pt")

    last_save = time.monotonic()
    batches: list[tuple[Tensor, ...]] = []
    network.train()
    if norms_frozen:
        freeze_norms(network)
    half = device.type == "cuda" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
    with tqdm(total=schedule.steps, initial=step, unit="step", mininterval=5) as bar:
        while step < schedule.steps:
            for group in optimiser.param_groups:
                group["lr"] = schedule.rate_at(step / schedule.steps)
            if not batches:
                drawn = synthesis.batch(BATCHES_DRAWN * schedule.batch, config.receptive_field, config.causal)
                batches = list(zip(*(part.split(schedule.batch) for part in drawn), strict=True))
            inputs, wanted = batches.pop()
            with torch.autocast(device.type, torch.bfloat16, enabled=half):
                found = network(inputs, strided=True)[:, 0]
            loss = pose_loss(found.float(), wanted, parents)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            average.update_parameters(network)
            step += 1
            if step % 50 == 0:
                bar.set_postfix_str(f"loss {loss.item() * 1000:.1f} mm", refresh=False)
            bar.update()
            if time.monotonic() - last_save > SECONDS_BETWEEN_CHECKPOINTS:
                last_save = time.monotonic()
                save()
    save()
    scores = validate(average.module.eval(), packed, device)
    (folder / "scores.json").write_text(
        json.dumps({"steps": step, "batch": schedule.batch, **scores.to_dict()}, indent=1)
    )
    return scores


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("motions", type=Path, help="what training.prepare wrote")
    parser.add_argument("folder", type=Path, help="folder of this run: checkpoint, weights, scores")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="exported ONNX file to go on from; its batch norms stay frozen")
    parser.add_argument("--receptive-field", type=int, default=27)
    parser.add_argument("--channels", type=int, default=128)
    parser.add_argument("--causal", action="store_true")
    parser.add_argument("--layout", choices=list(SKELETONS), default=H36M17.name)
    arguments = parser.parse_args()
    schedule = Schedule(arguments.steps, arguments.batch, arguments.rate, arguments.seed)
    torch.manual_seed(schedule.seed)
    new = GastConfig(arguments.receptive_field, arguments.channels, arguments.causal, arguments.layout)
    network = network_in(arguments.start) if arguments.start else Gast(new)
    print(train(arguments.motions, arguments.folder, network, schedule, norms_frozen=arguments.start is not None))
