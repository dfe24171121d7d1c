"""Rigs that lack limbs bake what they have."""

from dataclasses import replace

import bpy
import numpy as np
import pytest

from gast_mocap.retarget.rig.bone_map import BoneMap
from gast_mocap.retarget.solve.solve import SolveOptions
from trials.performances import LIMB_JOINTS, random_performance, squat, walk
from trials.played import LIMITED, angle, play, worst_gap, worst_sole
from trials.rigs import expected_roles, make_armature, make_bones

LEG = ("thigh", "shin", "foot", "toes")
ARM = ("clavicle", "upper_arm", "forearm", "hand")
LACKING = {
    "a bust": {f"{part}.{side}" for part in LEG for side in "LR"},
    "a bust without hips": {"hips", *(f"{part}.{side}" for part in LEG for side in "LR")},
    "a right arm alone": {f"{part}.L" for part in ARM},
    "a left leg alone": {f"{part}.R" for part in LEG},
    "an arm that ends at the elbow": {"forearm.L", "hand.L"},
    "a leg that ends at the knee": {"shin.R", "foot.R", "toes.R"},
    "legs that end at the knees": {f"{part}.{side}" for part in LEG[1:] for side in "LR"},
    "one arm in the air": {
        "hips", "spine", "chest", "neck", "head", *(f"{part}.{side}" for part in LEG for side in "LR"),
        *(f"{part}.R" for part in ARM),
    },
    "no arms": {f"{part}.{side}" for part in ARM for side in "LR"},
    "two arms in the air": {
        "hips", "spine", "chest", "neck", "head", *(f"{part}.{side}" for part in LEG for side in "LR"),
    },
}  # fmt: skip


def half_rig(lacking):
    """Mixamo's bones without those of these roles; what hung on them hangs on nothing."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bones = [bone for bone in make_bones("Mixamo", "A") if bone.role not in lacking]
    return make_armature(bones), BoneMap(expected_roles(bones))


@pytest.mark.parametrize("lacking", LACKING)
@pytest.mark.parametrize("travel", ["hips", "object", "none"])
def test_what_is_there_performs(lacking, travel):
    rig, bone_map = half_rig(LACKING[lacking])
    motion, _ = random_performance(seed=6, frames=15)
    played = play(rig, motion, SolveOptions(joint_limits=False, travel=travel), bone_map=bone_map)
    joints = motion.joints
    for role, (start, end) in LIMB_JOINTS.items():
        if role in bone_map.bones:
            assert angle(played.direction(role), joints[:, end] - joints[:, start]).max() < 1.0
    assert worst_gap(played) < 0.005


def test_one_leg_stands_on_the_floor():
    rig, bone_map = half_rig(LACKING["a left leg alone"])
    assert worst_sole(play(rig, squat(12), LIMITED, bone_map=bone_map)) < 0.01
    played = play(rig, walk(24), LIMITED, bone_map=bone_map)
    assert abs(played.heads["foot.L"][0, 2] - played.rest_heads["foot.L"][2]) < 0.02


def test_a_leg_stands_beside_one_that_ends_at_the_knee():
    rig, bone_map = half_rig(LACKING["a leg that ends at the knee"])
    assert worst_sole(play(rig, squat(12), LIMITED, bone_map=bone_map)) < 0.01


def test_a_bust_keeps_its_place_and_sinks_with_a_squat():
    rig, bone_map = half_rig(LACKING["a bust"])
    played = play(rig, squat(25), LIMITED, bone_map=bone_map)
    start, low = played.heads["hips"][0], played.heads["hips"][12]
    assert np.linalg.norm(start - played.rest_heads["hips"]) < 0.1
    assert 0.25 < start[2] - low[2] < 0.6


def test_a_bust_stays_as_high_when_the_hips_tilt_about_a_pelvis_that_stays():
    rig, bone_map = half_rig(LACKING["a bust"])
    standing = squat(20)
    joints = np.repeat(standing.joints[:1], 20, axis=0)
    tilt = 0.03 * np.sin(np.linspace(0, 6, 20))
    for leg, sign in ((slice(1, 4), -1), (slice(4, 7), 1)):
        joints[:, leg, 2] += sign * tilt[:, None]
    played = play(rig, replace(standing, joints=joints), LIMITED, bone_map=bone_map)
    assert np.ptp(played.heads["hips"][:, 2]) < 0.002
