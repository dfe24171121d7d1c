"""Bodies for the motions: measures of people, and the joints that follow from measures and directions."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gast_mocap.take.skeletons import COCO17, H36M17, Skeleton

from .directions import DIRECTIONS

MEASURES = {
    "half_hips": (0.083, 0.10),
    "thigh": (0.415, 0.05),
    "shin": (0.410, 0.05),
    "lower_trunk": (0.245, 0.06),
    "upper_trunk": (0.295, 0.06),
    "half_shoulders": (0.165, 0.08),
    "shoulder_drop": (0.050, 0.30),
    "upper_arm": (0.290, 0.06),
    "forearm": (0.252, 0.06),
    "neck": (0.075, 0.10),
    "half_eyes": (0.032, 0.08),
    "eyes_up": (0.075, 0.12),
    "eyes_ahead": (0.085, 0.10),
    "half_ears": (0.073, 0.06),
    "ears_up": (0.062, 0.15),
    "nose_up": (0.035, 0.25),
    "nose_ahead": (0.115, 0.08),
    "top_up": (0.185, 0.06),
}
FOOT = {"foot": (0.165, 0.08)}
"""From the ankle to the toes, the middle between the big and the small one, as whole-body pose networks place them."""
"""Mean in metres and standard deviation as a share of it, for an adult 1.70 m tall.

Means after Drillis and Contini (in Winter, Biomechanics and Motor Control of Human Movement), the shoulders as
joint centres; face points from the head joint, which sits between the mastoids.
"""

STATURE = ("thigh", "shin", "lower_trunk", "upper_trunk", "neck", "top_up")
"""Measures whose sum every sampled body shares: a picture does not tell how tall a person is."""


class BodyModel:
    """Joints as sums of measure times direction: ``joints = (rules · measures) · directions``.

    ``seen`` and ``pose`` are the rules, (joints, directions, measures): of the keypoints that a lifter of ``layout``
    wants (COCO-17, for ``TOES19`` left and right toes after them), and of the pose that it gives. Only bodies with toes
    have the measures of ``FOOT``, so that the others are the same for every layout.
    """

    def __init__(self, layout: Skeleton = H36M17) -> None:
        toes = tuple(joint for joint in ("left_toes", "right_toes") if joint in layout.joints)
        measures = MEASURES | FOOT if toes else MEASURES
        rules = _rules(list(measures))
        self.seen, self.pose = (
            torch.from_numpy(np.stack([rules[name] for name in joints]))
            for joints in ((*COCO17.joints, *toes), layout.joints)
        )
        self.means = torch.tensor([mean for mean, _ in measures.values()])
        self.spreads = torch.tensor([spread for _, spread in measures.values()])
        self.in_stature = torch.tensor([float(name in STATURE) for name in measures])

    def to(self, device: torch.device) -> "BodyModel":
        for name, value in vars(self).items():
            setattr(self, name, value.to(device))
        return self

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Measures (count, m) of ``count`` people, all equally tall."""
        normal = torch.randn(count, len(self.means), generator=generator, device=self.means.device)
        measures = self.means * torch.exp(normal.clamp(-2.5, 2.5) * self.spreads)
        scale = (self.means * self.in_stature).sum() / (measures * self.in_stature).sum(dim=1, keepdim=True)
        return measures * scale


def joints_from(rules: Tensor, measures: Tensor, directions: Tensor) -> Tensor:
    """Joints (b, t, j, 3) around the pelvis from measures (b, m) and directions (b, t, 24, 3)."""
    lengths = torch.einsum("jdm,bm->bjd", rules, measures)
    return torch.einsum("bjd,btdx->btjx", lengths, directions)


Rule = NDArray[np.float32]


def _rules(names: list[str]) -> dict[str, Rule]:
    """Every joint of COCO-17 and Human3.6M-17, and the toes, as (directions, measures); ``names`` are the measures'."""

    def step(direction: str, measure: str, times: float = 1.0) -> Rule:
        rule = np.zeros((len(DIRECTIONS), len(names)), np.float32)
        if measure in names:
            rule[DIRECTIONS.index(direction), names.index(measure)] = times
        return rule

    joints: dict[str, Rule] = {"pelvis": np.zeros((len(DIRECTIONS), len(names)), np.float32)}
    joints["spine"] = step("lower_trunk", "lower_trunk")
    joints["thorax"] = joints["spine"] + step("upper_trunk", "upper_trunk")
    skull = joints["thorax"] + step("neck", "neck")
    joints["head"] = skull + step("head_up", "top_up")
    joints["nose"] = skull + step("head_up", "nose_up") + step("head_ahead", "nose_ahead")
    for side, sign in (("left", 1.0), ("right", -1.0)):
        hip = step("pelvis_left", "half_hips", sign)
        knee = hip + step(f"{side}_thigh", "thigh")
        shoulder = (
            joints["thorax"]
            + step("chest_left", "half_shoulders", sign)
            + step("chest_up", "shoulder_drop", -1.0)
            + step(f"{side}_shoulder_shift", "half_shoulders")
        )
        elbow = shoulder + step(f"{side}_upper_arm", "upper_arm")
        joints |= {
            f"{side}_hip": hip,
            f"{side}_knee": knee,
            f"{side}_ankle": knee + step(f"{side}_shin", "shin"),
            f"{side}_toes": knee + step(f"{side}_shin", "shin") + step(f"{side}_foot", "foot"),
            f"{side}_shoulder": shoulder,
            f"{side}_elbow": elbow,
            f"{side}_wrist": elbow + step(f"{side}_forearm", "forearm"),
            f"{side}_eye": skull
            + step("head_up", "eyes_up")
            + step("head_ahead", "eyes_ahead")
            + step("head_left", "half_eyes", sign),
            f"{side}_ear": skull + step("head_up", "ears_up") + step("head_left", "half_ears", sign),
        }
    shoulders = (joints["left_shoulder"] + joints["right_shoulder"]) / 2
    joints["neck"] = shoulders + 0.75 * (joints["nose"] - shoulders)
    return joints
