"""What the network sees: the Human3.6M-17 layout of 2D keypoints, as seen by a camera that looks at the person.

The same arithmetic as the shipped ``gast_mocap/inference/lift.py``, here for batches on the training device.
"""

import torch
from torch import Tensor
from torch.nn import functional

from gast_mocap.take.skeletons import H36M17, Skeleton

ASSUMED_FOCAL = 1.664
"""Focal length in half long sides (62 degrees of view along the long side): a phone's main camera filming video."""
SIZE_WINDOW = 27
"""Frames over which the person's apparent size is averaged."""


def h36m_from_coco(points: Tensor) -> Tensor:
    """(..., 17, 2) COCO keypoints, y down, to Human3.6M-17 as the published weights expect it."""
    nose, eyes, ears = points[..., 0, :], points[..., 1:3, :], points[..., 3:5, :]
    shoulders, hips = points[..., 5:7, :].mean(dim=-2), points[..., 11:13, :].mean(dim=-2)
    thorax = shoulders + (nose - shoulders) / 3
    spine = (shoulders + hips) / 2
    spine = torch.stack(
        [3 * spine[..., 0] - hips[..., 0] - thorax[..., 0], spine[..., 1]], dim=-1
    )  # x7 += 2 (x7 - (x0 + x8) / 2)
    raised = torch.stack([thorax[..., 0], thorax[..., 1] - (eyes[..., 1].mean(dim=-1) - nose[..., 1]) * 2 / 3], dim=-1)
    neck = nose - (nose - shoulders) / 4
    face_x = (eyes[..., 0].sum(dim=-1) + ears[..., 0].sum(dim=-1)) / 4
    head = torch.stack([face_x, eyes[..., 1].sum(dim=-1) - nose[..., 1]], dim=-1)
    legs, arms = points[..., (12, 14, 16, 11, 13, 15), :], points[..., (5, 7, 9, 6, 8, 10), :]
    middle = torch.stack([spine, raised, neck, head], dim=-2)
    return torch.cat([hips[..., None, :], legs, middle, arms], dim=-2)


def person_axes(pelvis: Tensor) -> Tensor:
    """``person_from_camera`` (..., 3, 3) of a level camera turned to the ray ``pelvis`` (..., 2), in tangents."""
    ray = functional.normalize(functional.pad(pelvis, (0, 1), value=1.0), dim=-1)
    right = functional.normalize(
        torch.stack([ray[..., 2], torch.zeros_like(ray[..., 0]), -ray[..., 0]], dim=-1), dim=-1
    )
    return torch.stack([right, torch.linalg.cross(ray, right), ray], dim=-2)


def joints_from_seen(points: Tensor, layout: Skeleton) -> Tensor:
    """(..., j, 2) joints of ``layout`` from COCO keypoints (..., 17, 2), or (..., 19, 2) with left and right toes."""
    found = torch.cat([h36m_from_coco(points[..., :17, :]), points[..., 17:, :]], dim=-2)
    names = (*H36M17.joints, "left_toes", "right_toes")
    return found[..., [names.index(joint) for joint in layout.joints], :]


def network_input(points: Tensor, causal: bool, layout: Skeleton) -> Tensor:
    """Network input (n, t - 26, j, 2) of keypoints in half long sides from the frame's centre, as ``joints_from_seen``
    takes them. The first and last 13 frames (causal: the first 26) serve the average of the size only.
    """
    tangents = joints_from_seen(points, layout) / ASSUMED_FOCAL
    turned = torch.einsum(
        "ntxy,ntjy->ntjx", person_axes(tangents[:, :, 0]), functional.pad(tangents, (0, 1), value=1.0)
    )
    flat = turned[..., :2] / turned[..., 2:].clamp_min(0.1)
    square = flat[:, :, 1:].square().sum(dim=-1).mean(dim=-1)
    size = torch.sqrt(functional.avg_pool1d(square[:, None], SIZE_WINDOW, stride=1)[:, 0])
    margin = SIZE_WINDOW - 1 if causal else SIZE_WINDOW // 2
    kept = flat[:, margin : margin + size.shape[1]] / size[..., None, None]
    apparent = torch.stack([torch.zeros_like(size), size], dim=-1)
    return torch.cat([apparent[:, :, None], kept[:, :, 1:]], dim=2)
