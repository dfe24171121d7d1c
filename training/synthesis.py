"""Training examples without end: random people in random motions before random cameras, read by a 2D network."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from gast_mocap.take.skeletons import H36M17, Skeleton

from .bodies import MEASURES, BodyModel, joints_from
from .cameras import sample_cameras, sample_kinds
from .detector import misread
from .directions import DIRECTIONS
from .normalise import SIZE_WINDOW, network_input, person_axes
from .prepare import STORED_FPS, Motions

NETWORK_FPS = 30
UNUSUAL_CAMERAS = 0.3
"""Share of the training windows that cameras far below or above, near or rolled see."""
INDEX = {name: i for i, name in enumerate(DIRECTIONS)}
LOWER = [i for name, i in INDEX.items() if name.endswith(("_thigh", "_shin", "_foot")) or name.startswith("pelvis_")]
UPPER = [i for i in range(len(DIRECTIONS)) if i not in LOWER]
LEFT_ARM = [INDEX["left_upper_arm"], INDEX["left_forearm"]]
RIGHT_ARM = [INDEX["right_upper_arm"], INDEX["right_forearm"]]
HEAD = [INDEX["neck"], INDEX["head_left"], INDEX["head_up"], INDEX["head_ahead"]]
LEFT_LEG = [INDEX["left_thigh"], INDEX["left_shin"], INDEX["left_foot"]]
RIGHT_LEG = [INDEX["right_thigh"], INDEX["right_shin"], INDEX["right_foot"]]
PELVIS_AXES = [INDEX["pelvis_left"], INDEX["pelvis_up"], INDEX["pelvis_ahead"]]


@dataclass(frozen=True)
class Examples:
    """Pictures and truth of n people over t frames.

    ``true_points``, ``read_points`` (n, t, 17, 2), or 19 with toes: COCO keypoints in half long sides from the frame's
    centre, exact and as a detector reads them. ``joints`` (n, t, j, 3): the layout's, around the pelvis, camera axes,
    metres. ``pelvis`` (n, t, 3): its place in camera axes.
    """

    true_points: Tensor
    read_points: Tensor
    joints: Tensor
    pelvis: Tensor


class Synthesis:
    """Draws examples from the clips of ``motions``, the clips kept for validation if ``validation``, for lifters of
    ``layout``."""

    def __init__(
        self, motions: Motions, validation: bool, device: torch.device, seed: int, layout: Skeleton = H36M17
    ) -> None:
        clips = motions.clips(validation)
        self.device = device
        self.generator = torch.Generator(device).manual_seed(seed)
        self.directions = torch.from_numpy(motions.directions).to(device)
        self.pelvis = torch.from_numpy(motions.pelvis).to(device)
        self.starts = torch.from_numpy(motions.starts[clips]).to(device)
        self.lengths = torch.from_numpy(motions.lengths[clips]).to(device)
        self.chances = self.lengths if validation else self.lengths * self._rarity().sqrt()
        self.layout = layout
        self.bodies = BodyModel(layout).to(device)
        self.validation = validation

    def _uniform(self, low: float, high: float, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self.generator, device=self.device) * (high - low) + low

    def _chance(self, probability: float, *shape: int) -> Tensor:
        return self._uniform(0.0, 1.0, *shape) < probability

    def _rarity(self) -> Tensor:
        """(clips,) mean square difference of each clip's directions in height from the mean pose's."""
        mean = self.directions.float().mean(dim=0)
        stretches = zip(self.starts.tolist(), self.lengths.tolist(), strict=True)
        return torch.stack(
            [
                (self.directions[start : start + length, :, 1].float() - mean[:, 1]).square().mean()
                for start, length in stretches
            ]
        )

    def examples(self, count: int, frames: int, kinds: Tensor | None = None) -> Examples:
        """``count`` windows of ``frames`` frames at 30 a second, centred anywhere in a clip (ends repeat).

        ``kinds`` (n,) of cameras; without it, training has some of every kind and validation the usual ones.
        """
        directions, pelvis = self._motion(count, frames)
        if not self.validation:
            directions = self._varied(directions, count, frames)
        measures = self.bodies.sample(count, self.generator)
        leg = measures[:, list(MEASURES).index("thigh")] + measures[:, list(MEASURES).index("shin")]
        yaw = self._uniform(-torch.pi, torch.pi, count)
        turn = _about_axis(functional.one_hot(torch.ones(count, dtype=torch.long, device=self.device), 3).float(), yaw)
        directions = torch.einsum("nxy,ntdy->ntdx", turn, directions)
        pelvis = torch.einsum("nxy,nty->ntx", turn, pelvis * leg[:, None, None])[:, :, None]

        if kinds is None and not self.validation:
            kinds = sample_kinds(count, UNUSUAL_CAMERAS, self.generator, self.device)
        cameras = sample_cameras(pelvis[:, frames // 2, 0], self.generator, kinds)
        seen = cameras.see(pelvis + joints_from(self.bodies.seen, measures, directions))
        joints = torch.einsum(
            "nxy,ntjy->ntjx", cameras.camera_from_world, joints_from(self.bodies.pose, measures, directions)
        )
        points = cameras.project(seen)
        return Examples(points, misread(points, seen[..., 2], self.generator), joints, cameras.see(pelvis)[:, :, 0])

    def batch(self, count: int, receptive_field: int, causal: bool, misread: bool = True) -> tuple[Tensor, Tensor]:
        """Inputs (n, R, j, 2) and the pose to find (n, j, 3), in the axes of the person's ray.

        Without ``misread`` the keypoints are exact.
        """
        examples = self.examples(count, receptive_field + SIZE_WINDOW - 1)
        wanted = -1 if causal else examples.joints.shape[1] // 2
        pelvis = examples.pelvis[:, wanted]
        axes = person_axes(pelvis[:, :2] / pelvis[:, 2:])
        return (
            network_input(examples.read_points if misread else examples.true_points, causal, self.layout),
            torch.einsum("nxy,njy->njx", axes, examples.joints[:, wanted]),
        )

    def _motion(self, count: int, frames: int) -> tuple[Tensor, Tensor]:
        """Directions (n, t, 24, 3) and pelvis (n, t, 3) of random stretches, at a random speed in training."""
        speed = torch.ones(count, device=self.device) if self.validation else self._uniform(0.7, 1.4, count)
        clip = torch.multinomial(self.chances.float(), count, replacement=True, generator=self.generator)
        middle = self._uniform(0.0, 1.0, count) * (self.lengths[clip] - 1)
        steps = torch.arange(frames, device=self.device) - frames // 2
        time = middle[:, None] + steps * (STORED_FPS / NETWORK_FPS) * speed[:, None]
        time = torch.minimum(time.clamp_min(0.0), (self.lengths[clip] - 1)[:, None].float())
        before = time.long()
        after = torch.minimum(before + 1, (self.lengths[clip] - 1)[:, None])
        share = (time - before)[..., None]
        before, after = before + self.starts[clip][:, None], after + self.starts[clip][:, None]
        return (
            torch.lerp(self.directions[before].float(), self.directions[after].float(), share[..., None]),
            torch.lerp(self.pelvis[before], self.pelvis[after], share),
        )

    def _varied(self, directions: Tensor, count: int, frames: int) -> Tensor:
        """More poses than were recorded: other upper bodies, bent joints, straighter knees, falls, mirror images."""
        mixed = self._recombined(directions, count, frames)
        straighter = self._straighter_knees(mixed, count)
        bent = straighter
        for part, degrees in (
            (UPPER, 8.0),
            (LEFT_ARM, 18.0),
            (RIGHT_ARM, 18.0),
            (HEAD, 12.0),
            (LEFT_LEG, 8.0),
            (RIGHT_LEG, 8.0),
            (LEFT_LEG[2:], 10.0),
            (RIGHT_LEG[2:], 10.0),
        ):
            bent = self._bent(bent, part, degrees, count)
        everything = list(range(len(DIRECTIONS)))
        tilted = self._bent(bent, everything, 4.0, count)
        fallen = self._bent(bent, everything, 60.0, count)
        tilted = torch.where(self._chance(0.06, count, 1, 1, 1), fallen, tilted)
        return torch.where(self._chance(0.5, count, 1, 1, 1), mirrored(tilted), tilted)

    def _recombined(self, directions: Tensor, count: int, frames: int) -> Tensor:
        """One in five gets the upper body of another stretch, carried on its own pelvis."""
        other, _ = self._motion(count, frames)
        own_axes, other_axes = directions[:, :, PELVIS_AXES], other[:, :, PELVIS_AXES]
        carried = torch.einsum("ntax,ntay,ntdy->ntdx", own_axes, other_axes, other[:, :, UPPER])
        result = directions.clone()
        chosen = self._chance(0.2, count, 1, 1, 1)
        result[:, :, UPPER] = torch.where(chosen, carried, directions[:, :, UPPER])
        return result

    def _straighter_knees(self, directions: Tensor, count: int) -> Tensor:
        """CMU's fitted hip joints leave standing legs bent by 20 degrees: bring thigh and shin towards each other."""
        amount = self._uniform(0.0, 0.7, count, 1, 1)
        result = directions.clone()
        for thigh, shin, _ in (LEFT_LEG, RIGHT_LEG):
            upper, lower = directions[:, :, thigh], directions[:, :, shin]
            share = amount * (upper * lower).sum(dim=-1, keepdim=True).clamp_min(0.0) ** 2
            result[:, :, thigh] = functional.normalize(upper + share * lower, dim=-1)
            result[:, :, shin] = functional.normalize(lower + share * upper, dim=-1)
        return result

    def _bent(self, directions: Tensor, part: list[int], degrees: float, count: int) -> Tensor:
        """Turn ``part`` about a random axis by a random angle, the same through the window."""
        axis = functional.normalize(torch.randn(count, 3, generator=self.generator, device=self.device), dim=-1)
        angle = torch.randn(count, generator=self.generator, device=self.device) * torch.pi / 180 * degrees
        result = directions.clone()
        result[:, :, part] = torch.einsum("nxy,ntdy->ntdx", _about_axis(axis, angle), directions[:, :, part])
        return result


def mirrored(directions: Tensor) -> Tensor:
    """The mirror image (n, t, 24, 3): x negated, sides exchanged; axes to the figure's left stay to its left."""
    swapped = [
        INDEX[name.replace("left_", "right_", 1) if name.startswith("left_") else name.replace("right_", "left_", 1)]
        for name in DIRECTIONS
    ]
    signs = torch.tensor([-1.0 if name.endswith("_left") else 1.0 for name in DIRECTIONS], device=directions.device)
    flip = torch.tensor([-1.0, 1.0, 1.0], device=directions.device)
    return directions[:, :, swapped] * signs[:, None] * flip


def _about_axis(axis: Tensor, angle: Tensor) -> Tensor:
    """Rotation matrices (n, 3, 3) about unit axes (n, 3) by angles (n,) in radians (Rodrigues)."""
    x, y, z = axis.unbind(dim=-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).unflatten(-1, (3, 3))
    sine, cosine = torch.sin(angle)[:, None, None], torch.cos(angle)[:, None, None]
    return torch.eye(3, device=axis.device) + sine * cross + (1 - cosine) * (cross @ cross)
