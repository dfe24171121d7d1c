"""What a 2D keypoint network makes of true keypoints: random errors with MoveNet's sizes and habits."""

import torch
from torch import Tensor

from gast_mocap.take.skeletons import COCO17

# Errors as thousandths of the person's size (see noise.py), by COCO-17 joint: nose, eyes, ears, shoulders, elbows,
# wrists, hips, knees, ankles; then toes, which noise.py does not measure. BlazePose full misses them by 3.3 % of the
# height from the ankle on.
STEADY = (8, 8, 8, 9, 9, 12, 12, 12, 12, 14, 14, 16, 16, 13, 13, 13, 13, 20, 20)
SLOW = (6, 6, 6, 7, 7, 9, 9, 11, 11, 14, 14, 10, 10, 11, 11, 12, 12, 17, 17)
WHITE = (3, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 4, 4, 5, 5, 6, 6, 8, 8)
SLOW_SECONDS = 0.15
FPS = 30.0

FACE = slice(0, 5)
FACE_STEADY, FACE_SLOW = 0.012, 0.010
"""Errors that all points of a face share, for hair, hats and faces turned away."""
LOST_FACE_STEADY, LOST_FACE_SLOW = 0.06, 0.04
"""The same where no face can be made out: pixelated, masked, blurred."""
LOST_FACES = 0.1

HIDDEN_IS_WORSE = 2.5
"""By how much the errors of a joint behind the body exceed those of one in sight."""

LEFT_TOES, RIGHT_TOES = 17, 18
HALF_BODY = {13: 11, 14: 12, 15: 13, 16: 14, LEFT_TOES: 15, RIGHT_TOES: 16}
"""Knees, ankles and toes out of sight are put where their parents are (the half-body rule of the lifter)."""

BRIDGED = ((7, 9), (8, 10), (13, 15, LEFT_TOES), (14, 16, RIGHT_TOES), range(11, 19), range(5, 11), range(19))
"""What is bridged together: an arm, a leg, both legs, both arms, all."""


def person_size(points: Tensor) -> Tensor:
    """(n,) longer side of the keypoints' box, its mean over time, of (n, t, j, 2)."""
    return (points.amax(dim=2) - points.amin(dim=2)).amax(dim=-1).mean(dim=1)


def misread(points: Tensor, depths: Tensor, generator: torch.Generator) -> Tensor:
    """Keypoints (n, t, j, 2), COCO-17 with or without left and right toes, as a detector would give them.

    ``depths`` (n, t, j) from the camera, metres.
    """
    n, t, j = points.shape[:3]
    device = points.device

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, device=device)

    def chance(probability: float, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator, device=device) < probability

    size = person_size(points)[:, None, None, None]
    level = torch.exp(normal(n, 1, 1, 1) * 0.5) * ~chance(0.2, n, 1, 1, 1)

    errors = (
        (
            _per_joint(STEADY[:j], device) * normal(n, 1, j, 2)
            + _per_joint(SLOW[:j], device) * torch.einsum("ts,nsjx->ntjx", _slowly(t, device), normal(n, t, j, 2))
            + _per_joint(WHITE[:j], device) * normal(n, t, j, 2)
        )
        * (1 + HIDDEN_IS_WORSE * _hidden(points, depths, size))
        * level
    )
    lost = chance(LOST_FACES, n, 1, 1, 1)
    face = (
        torch.where(lost, LOST_FACE_STEADY, FACE_STEADY) * normal(n, 1, 1, 2)
        + torch.where(lost, LOST_FACE_SLOW, FACE_SLOW)
        * torch.einsum("ts,nsjx->ntjx", _slowly(t, device), normal(n, t, 1, 2))
    ) * level
    errors[:, :, FACE] += face
    outliers = chance(0.004, n, t, j, 1) * normal(n, t, j, 2) * 0.12
    read = points + size * (errors + outliers * (level > 0))
    read = _bridge(_swap_sides(read, generator), generator)
    return _hide_legs(read, size, generator)


def _hidden(points: Tensor, depths: Tensor, size: Tensor) -> Tensor:
    """(n, t, j, 1) from 0 to 1: a joint on the far side whose picture lies on the trunk or on its mirror image."""
    mirror = _mirror_images(points)
    far = torch.sigmoid((depths - depths[:, :, mirror] - 0.1) / 0.03)
    shoulders, hips = points[:, :, 5:7].mean(dim=2, keepdim=True), points[:, :, 11:13].mean(dim=2, keepdim=True)
    trunk = hips - shoulders
    along = ((points - shoulders) * trunk).sum(dim=-1, keepdim=True) / trunk.square().sum(
        dim=-1, keepdim=True
    ).clamp_min(1e-6)
    from_trunk = (points - shoulders - along.clamp(0, 1) * trunk).norm(dim=-1)
    from_mirror = (points - points[:, :, mirror]).norm(dim=-1)
    near = torch.sigmoid((0.1 - torch.minimum(from_trunk, from_mirror) / size[..., 0]) / 0.02)
    return (far * near)[..., None]


def _mirror_images(points: Tensor) -> list[int]:
    """Each joint's mirror image; toes stand after the COCO-17."""
    return [*COCO17.mirrored_order(), RIGHT_TOES, LEFT_TOES][: points.shape[2]]


def _per_joint(thousandths: tuple[int, ...], device: torch.device) -> Tensor:
    return torch.tensor(thousandths, device=device)[:, None] / 1000


def _slowly(frames: int, device: torch.device) -> Tensor:
    """(t, t) matrix that turns white noise into noise of unit variance that forgets within ``SLOW_SECONDS``."""
    time = torch.arange(frames, device=device) / FPS
    covariance = torch.exp(-(time[:, None] - time[None, :]).abs() / SLOW_SECONDS)
    return torch.linalg.cholesky(covariance)


def _swap_sides(points: Tensor, generator: torch.Generator) -> Tensor:
    """Exchange left and right of the legs, of the arms or of all for a few frames, in one window of eight."""
    n, t = points.shape[:2]
    device = points.device
    start = torch.rand(n, 1, generator=generator, device=device) * t
    length = torch.rand(n, 1, generator=generator, device=device) ** 2 * 15 + 1
    time = torch.arange(t, device=device)
    during = (time >= start) & (time < start + length)
    kind = torch.randint(0, 24, (n, 1, 1), generator=generator, device=device)
    joint = torch.arange(points.shape[2], device=device)
    part = ((kind == 0) & (joint >= 11)) | ((kind == 1) & (joint >= 5) & (joint < 11)) | ((kind == 2) & (joint >= 0))
    return torch.where((during[:, :, None] & part)[..., None], points[:, :, _mirror_images(points)], points)


def _bridge(points: Tensor, generator: torch.Generator) -> Tensor:
    """In one window of six a limb, the legs, the arms or all go straight from one place to another for up to half a
    second, as readings do that are left out because a second person covers them."""
    n, t = points.shape[:2]
    device = points.device
    length = 2 + (torch.rand(n, generator=generator, device=device) * 13).long()
    start = (torch.rand(n, generator=generator, device=device) * (t - 1)).long()
    end = (start + length).clamp_max(t - 1)
    row = torch.arange(n, device=device)
    before, after = points[row, start], points[row, end]
    time = torch.arange(t, device=device)
    share = ((time - start[:, None]) / (end - start)[:, None]).clamp(0, 1)[:, :, None, None]
    straight = torch.lerp(before[:, None], after[:, None], share)
    during = (time >= start[:, None]) & (time <= end[:, None])
    kind = torch.randint(0, 6 * len(BRIDGED), (n,), generator=generator, device=device)
    parts = torch.zeros(6 * len(BRIDGED), points.shape[2], dtype=torch.bool, device=device)
    for number, joints in enumerate(BRIDGED):
        parts[number, [joint for joint in joints if joint < points.shape[2]]] = True
    return torch.where((during[:, :, None] & parts[kind][:, None])[..., None], straight, points)


def _hide_legs(points: Tensor, size: Tensor, generator: torch.Generator) -> Tensor:
    """In one window of sixteen the frame's lower edge cuts off the legs or the feet."""
    n = len(points)
    cut = torch.rand(n, 1, 1, generator=generator, device=points.device)
    hips, ankles = points[:, :, 11:13, 1].mean(dim=(1, 2)), points[:, :, 15:17, 1].mean(dim=(1, 2))
    edge = hips[:, None] + cut[:, :, 0] * (ankles - hips)[:, None]
    hidden = torch.rand(n, 1, generator=generator, device=points.device) < 1 / 16
    result = points.clone()
    for joint in range(min(HALF_BODY), points.shape[2]):
        out_of_sight = hidden & (points[:, :, joint, 1] > edge + 0.02 * size[:, :, 0, 0])
        result[:, :, joint] = torch.where(out_of_sight[..., None], result[:, :, HALF_BODY[joint]], points[:, :, joint])
    return result
