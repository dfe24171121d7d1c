"""Random cameras around a person, and their pictures of the joints.

World axes: y up. Camera axes: x right, y down, z away. Picture units: half the frame's long side, (0, 0) its centre.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

NEAREST = 0.3
"""Metres: what is nearer to the camera's plane is drawn as if it were here."""


@dataclass(frozen=True)
class Cameras:
    """n cameras: ``camera_from_world`` (n, 3, 3), ``places`` (n, 3) m, ``focals`` (n,) in half long sides."""

    camera_from_world: Tensor
    places: Tensor
    focals: Tensor

    def see(self, points: Tensor) -> Tensor:
        """Camera axes (n, t, j, 3) of world points (n, t, j, 3)."""
        return torch.einsum("nxy,ntjy->ntjx", self.camera_from_world, points - self.places[:, None, None])

    def project(self, seen: Tensor) -> Tensor:
        """Picture (n, t, j, 2) of points in camera axes."""
        return self.focals[:, None, None, None] * seen[..., :2] / seen[..., 2:].clamp_min(NEAREST)


@dataclass(frozen=True)
class CameraKind:
    """How cameras of a kind stand: metres away at least, focal lengths as powers of e, degrees that they look down and
    are rolled by to either side (None: as people hold cameras)."""

    nearest: float = 1.8
    focals: tuple[float, float] = (0.1, 1.1)
    down: tuple[float, float] | None = None
    roll: tuple[float, float] | None = None


CAMERA_KINDS = {
    "usual": CameraKind(),
    "from below": CameraKind(down=(-40.0, -12.0)),
    "from above": CameraKind(down=(35.0, 80.0)),
    "near and wide": CameraKind(nearest=1.2, focals=(-0.35, 0.25)),
    "rolled": CameraKind(roll=(15.0, 45.0)),
}
USUAL, *UNUSUAL = range(len(CAMERA_KINDS))


def sample_kinds(count: int, unusual: float, generator: torch.Generator, device: torch.device) -> Tensor:
    """(n,) which of ``CAMERA_KINDS``: the share ``unusual`` of any kind but the usual."""
    other = torch.randint(UNUSUAL[0], len(CAMERA_KINDS), (count,), generator=generator, device=device)
    chosen = torch.rand(count, generator=generator, device=device) < unusual
    return torch.where(chosen, other, torch.full_like(other, USUAL))


def sample_cameras(aim: Tensor, generator: torch.Generator, kinds: Tensor | None = None) -> Cameras:
    """One camera for each person at ``aim`` (n, 3): phones, webcams and film lenses, up to 9 m away.

    ``kinds`` (n,) says which of ``CAMERA_KINDS``; without it all are usual, 1.8 m away at least, and look up by 20
    degrees at most and down by 55. The person stands where the frame still holds most of the body.
    """
    n, device = len(aim), aim.device
    kind = torch.zeros(n, dtype=torch.long, device=device) if kinds is None else kinds

    def of_kind(values: list[float]) -> Tensor:
        return torch.tensor(values, device=device)[kind]

    def uniform(low: float | Tensor, high: float | Tensor) -> Tensor:
        return torch.rand(n, generator=generator, device=device) * (high - low) + low

    def normal(mean: float, spread: float) -> Tensor:
        return torch.randn(n, generator=generator, device=device) * spread + mean

    focals = torch.exp(
        uniform(
            of_kind([each.focals[0] for each in CAMERA_KINDS.values()]),
            of_kind([each.focals[1] for each in CAMERA_KINDS.values()]),
        )
    )
    # A person of 1.7 m fills at most the whole frame and at least a seventh of it.
    farthest = torch.minimum(focals * 0.85 * 7.0, torch.full_like(focals, 9.0))
    nearest = torch.maximum(focals * 0.85, of_kind([each.nearest for each in CAMERA_KINDS.values()]))
    distance = nearest * (farthest / nearest) ** uniform(0.0, 1.0)
    room = (1.0 - 0.6 * focals / distance).clamp(0.05, 0.9)
    across = (normal(0.0, 0.4).clamp(-1, 1) * room) / focals
    down = (normal(0.05, 0.2).clamp(-0.6, 0.6) * room) / focals
    elevation = torch.deg2rad(
        torch.where(uniform(0.0, 1.0) < 0.8, normal(7.0, 9.0), uniform(-15.0, 50.0)).clamp(-20.0, 55.0)
    )
    # One camera in four is held in the hand.
    roll = torch.deg2rad(normal(0.0, 1.0) * torch.where(uniform(0.0, 1.0) < 0.25, 12.0, 3.0))
    if kinds is not None:
        for number, each in enumerate(CAMERA_KINDS.values()):
            if each.down:
                elevation = torch.where(kind == number, torch.deg2rad(uniform(*each.down)), elevation)
            if each.roll:
                side = torch.where(uniform(-1.0, 1.0) < 0, -1.0, 1.0)
                roll = torch.where(kind == number, side * torch.deg2rad(uniform(*each.roll)), roll)

    # Pitch the camera so that the ray through (across, down) descends by ``elevation``.
    ray_length = torch.sqrt(1 + across**2 + down**2)
    sine = (ray_length * torch.sin(elevation) / torch.sqrt(1 + down**2)).clamp(-0.98, 0.98)
    pitch = torch.asin(sine) - torch.atan(down)
    zero, one = torch.zeros_like(pitch), torch.ones_like(pitch)
    world_from_level = torch.stack(
        [
            torch.stack([-one, zero, zero], dim=-1),
            torch.stack([zero, -torch.cos(pitch), -torch.sin(pitch)], dim=-1),
            torch.stack([zero, -torch.sin(pitch), torch.cos(pitch)], dim=-1),
        ],
        dim=1,
    )
    level_from_camera = torch.stack(
        [
            torch.stack([torch.cos(roll), -torch.sin(roll), zero], dim=-1),
            torch.stack([torch.sin(roll), torch.cos(roll), zero], dim=-1),
            torch.stack([zero, zero, one], dim=-1),
        ],
        dim=1,
    )
    world_from_camera = world_from_level @ level_from_camera
    ray = torch.stack([across, down, one], dim=-1) / ray_length[:, None]
    places = aim - distance[:, None] * torch.einsum("nxy,ny->nx", world_from_level, ray)
    return Cameras(world_from_camera.transpose(1, 2), places, focals)
