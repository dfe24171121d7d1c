"""A rig that Rigify has really generated, controls, switches, deform bones and all."""

from dataclasses import replace

import bpy
import numpy as np
import pytest

from gast_mocap.retarget.blender.access import pose_bones
from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.retarget.rig.bone_map import BoneMap
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.solve.solve import SolveOptions
from gast_mocap.take.errors import MocapError
from trials.performances import lunge, random_performance, recorded_performance, squat, t_pose, walk
from trials.played import LIMITED, Played, play, worst_direction, worst_gap, worst_hinge, worst_jump, worst_sole

HINGE_OFF = 16.0  # degrees; 14 measured: its elbows at rest are bent by 21, in a plane of their own
DEFORMED = BoneMap(
    {"hips": "DEF-spine"}
    | {
        f"{part}.{side}": f"DEF-{part}.{side}"
        for part in ("upper_arm", "forearm", "hand", "thigh", "shin", "foot")
        for side in "LR"
    }
)


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """A file with a generated rig in it, and the metarig beside it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.preferences.addon_enable(module="rigify")
    bpy.ops.object.armature_human_metarig_add()
    bpy.ops.pose.rigify_generate()
    path = tmp_path_factory.mktemp("rigify") / "rigify.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return str(path)


@pytest.fixture
def rig(generated):
    bpy.ops.wm.open_mainfile(filepath=generated)
    return bpy.data.objects["rig"]


def test_the_metarig_is_refused(rig):
    with pytest.raises(MocapError, match="Generate the rig first"):
        map_bones(read_rest_pose(bpy.data.objects["metarig"]))


def test_without_names_limbs_are_the_controls_and_not_their_helpers(rig):
    rest = read_rest_pose(rig)
    numbered = replace(rest, bone_names=tuple(f"bone {number}" for number in range(len(rest.bone_names))))
    found = {role: rest.bone_names[numbered.index(bone)] for role, bone in map_bones(numbered).bones.items()}
    limbs = [f"{part}.{side}" for part in ("upper_arm", "forearm", "thigh", "shin", "foot") for side in "LR"]
    assert [found[limb] for limb in limbs] == [limb.replace(".", "_fk.") for limb in limbs]


def test_controls_and_deform_bones_follow(rig):
    motion, turns = random_performance(seed=7, frames=40)
    controls = play(rig, motion)
    assert controls.bone_map.family == "Rigify"
    assert worst_direction(controls, motion) < 1.0
    assert worst_hinge(controls, motion) < HINGE_OFF
    assert worst_jump(controls, turns) < 5.0
    deformed = Played(rig, read_rest_pose(rig), DEFORMED, 40)
    assert worst_direction(deformed, motion) < 1.0


def test_recorded_motion(rig, cmu_mocap):
    motion, turns = recorded_performance(cmu_mocap / "daz" / "12_01.bvh", end=60)
    played = play(rig, motion, LIMITED)
    assert worst_direction(played, motion) < 1.0
    assert worst_hinge(played, motion) < HINGE_OFF
    assert worst_jump(played, turns) < 5.0


def test_a_t_pose_in_gives_a_t_pose_out(rig):
    play(rig, t_pose(), SolveOptions())
    assert worst_direction(Played(rig, read_rest_pose(rig), DEFORMED, 1), t_pose()) < 1.0


@pytest.mark.parametrize("travel", ["hips", "root", "none"])
def test_deform_bones_travel_with_their_controls(rig, travel):
    motion, _ = random_performance(seed=9, frames=30)
    play(rig, motion, SolveOptions(joint_limits=False, travel=travel))
    heads = Played(rig, read_rest_pose(rig), DEFORMED, 30).heads
    centre = (heads["thigh.L"] + heads["thigh.R"])[:, :2] / 2
    way = motion.joints[:, 0, :2] - motion.joints[0, 0, :2]
    moved = centre - centre[0]
    if travel == "none":
        assert np.abs(moved).max() < 0.01
    else:
        scale = np.sum(moved * way) / np.sum(way * way)
        assert 0.5 < scale < 1.5
        assert np.abs(moved - scale * way).max() < 0.01


@pytest.mark.parametrize("performance", [squat(24), walk(30)], ids=["squat", "walk"])
def test_feet_and_joints_of_a_generated_rig(rig, performance):
    played = play(rig, performance, LIMITED)
    assert worst_sole(played) < 0.01
    assert worst_gap(played) < 0.005


@pytest.mark.parametrize("performance", [squat(24), walk(30), lunge(24)], ids=["squat", "walk", "lunge"])
def test_toes_that_hang_elsewhere_until_the_keys_set_the_switches(rigs, performance):
    """A giant of 18 m, in IK when it is read: the constraint that carries its toe controls goes out of force."""
    bpy.ops.wm.open_mainfile(filepath=str(rigs / "rigify_giant.blend"))
    played = play(bpy.data.objects["rig"], performance, LIMITED)
    assert worst_sole(played) < 0.1  # 1 cm of a man
    assert worst_direction(played, performance) < 0.1


def test_its_hands_hang_relaxed(rig):
    """The deform bones follow the controls of the fingers, which do not hang on that of the hand."""

    def apart(finger: str, side: str) -> float:
        """Metres from the fingertip to 3 cm before the palm."""
        bones = pose_bones(rig)
        index, pinky, hand = (bones[f"DEF-{name}.{side}"].head for name in ("f_index.01", "f_pinky.01", "hand"))
        palm = (pinky - index).cross((index + pinky) / 2 - hand).normalized() * (1 if side == "L" else -1)
        return float((bones[f"DEF-{finger}.03.{side}"].tail - ((index + pinky) / 2 + hand) / 2 - 0.03 * palm).length)

    fingers = ("thumb", "f_index", "f_middle", "f_ring", "f_pinky")
    flat = {(finger, side): apart(finger, side) for finger in fingers for side in "LR"}
    play(rig, squat(3), LIMITED)
    for place, distance in flat.items():
        assert apart(*place) < distance - 0.002, place
