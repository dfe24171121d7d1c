"""How joints in pixels become a lifter's inputs, and its answers joints in camera axes."""

from typing import Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...take.records import FloatArray
from .contract import Contract

NEAREST = 0.1
"""Of the depth that a ray is projected with; people are never so far aside."""


class View(Protocol):
    """How joints in pixels become the network's ``inputs`` (t, 17, 2), and its answer joints in camera axes."""

    inputs: FloatArray

    def __init__(self, points: FloatArray, width: int, height: int, contract: Contract) -> None: ...

    def camera_from_network(self, joints: FloatArray) -> FloatArray: ...


class ScreenView:
    """Normalisation of the published weights: the frame's width is -1..1, the aspect is kept."""

    def __init__(self, points: FloatArray, width: int, height: int, contract: Contract) -> None:  # noqa: ARG002
        self.inputs = 2 * points / width - (1, height / width)

    def camera_from_network(self, joints: FloatArray) -> FloatArray:
        return joints


class PersonView:
    """Normalisation of our weights: the person as seen by a camera that is turned to them.

    Each frame's joints become rays of a camera with the assumed focal length, are turned so that the pelvis' ray is
    the optical axis, projected again and divided by their RMS distance from the pelvis, averaged over
    ``size_window`` frames. The pelvis itself carries that size. Where in the frame a person stands, or how large,
    no longer matters; the answer is turned back.
    """

    def __init__(self, points: FloatArray, width: int, height: int, contract: Contract) -> None:
        focal = contract.focal * max(width, height) / 2
        tangents = (points - (width / 2, height / 2)) / focal
        rays = np.concatenate([tangents, np.ones_like(tangents[..., :1])], axis=2)
        self._person_from_camera = _axes_towards(rays[:, 0])
        turned = np.einsum("tij,tkj->tki", self._person_from_camera, rays)
        flat = turned[..., :2] / np.maximum(turned[..., 2:], NEAREST)
        size = np.sqrt(_moving_mean((flat[:, 1:] ** 2).sum(axis=2).mean(axis=1), contract))
        size = np.maximum(size, 1e-6)
        self.inputs = flat / size[:, None, None]
        self.inputs[:, 0] = np.stack([np.zeros_like(size), size], axis=1)

    def camera_from_network(self, joints: FloatArray) -> FloatArray:
        return np.asarray(np.einsum("tji,tkj->tki", self._person_from_camera, joints))


VIEWS: dict[str, type[View]] = {"screen": ScreenView, "person": PersonView}


def _axes_towards(rays: FloatArray) -> FloatArray:
    """(t, 3, 3) rows x, y, z of a level camera that looks along ``rays`` (t, 3)."""
    z = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    x = np.stack([z[:, 2], np.zeros(len(z)), -z[:, 0]], axis=1)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return np.asarray(np.stack([x, np.cross(z, x), z], axis=1))


def _moving_mean(values: FloatArray, contract: Contract) -> FloatArray:
    """Mean (t,) over the size window around each frame (up to it for causal networks), the edges repeated."""
    after = 0 if contract.causal else contract.size_window // 2
    padded = np.pad(values, (contract.size_window - 1 - after, after), mode="edge")
    return np.asarray(sliding_window_view(padded, contract.size_window).mean(axis=1))
