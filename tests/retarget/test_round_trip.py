"""Motion to keys to Blender's evaluated bones, and back to the motion."""

from itertools import cycle, product

import bpy
import numpy as np
import pytest
from performances import LIMB_JOINTS, motion_of, random_performance, recorded_performance, t_pose
from rigs import REST_POSES, family_names, make_armature, make_bones, turned
from scipy.spatial.transform import Rotation

from gast_mocap.motion.records import FloatArray, Motion
from gast_mocap.retarget.armature import make_h36m_armature, read_rest_pose
from gast_mocap.retarget.bone_map import BoneMap, map_bones
from gast_mocap.retarget.rest_pose import RestPose
from gast_mocap.retarget.solve import SolveOptions, solve
from gast_mocap.retarget.write import write_action

NEXT = {"upper_arm": "forearm", "forearm": "hand", "thigh": "shin", "shin": "foot"}
UPPER = ("upper_arm.L", "upper_arm.R", "thigh.L", "thigh.R")
BENT = 10.0
AS_IT_IS = SolveOptions(joint_limits=False)


def _placed(scale: float, euler: tuple[float, float, float], at: tuple[float, float, float]) -> FloatArray:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", euler, degrees=True).as_matrix() * scale
    matrix[:3, 3] = at
    return matrix


PLACEMENTS = {
    "at the origin": _placed(1, (0, 0, 0), (0, 0, 0)),
    "Mixamo's FBX": _placed(0.01, (90, 0, 0), (0, 0, 0)),
    "turned and moved": _placed(1, (0, 0, 90), (3, -2, 0.5)),
    "lying on its side": _placed(2.5, (20, 70, 40), (1, 1, 1)),
}
VARIANTS = cycle(product(REST_POSES, PLACEMENTS))


@pytest.fixture(autouse=True)
def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)


class Played:
    """What Blender makes of the keys. Heads and tails (t, 3) and turns (t,) away from rest, world, by
    role."""

    def __init__(self, rig: bpy.types.Object, rest: RestPose, bone_map: BoneMap, frames: int) -> None:
        self.bone_map = bone_map
        names = list(bone_map.bones.values())
        poses = np.zeros((frames, len(names), 4, 4))
        for frame in range(frames):
            bpy.context.scene.frame_set(frame + 1)
            poses[frame] = [rig.pose.bones[name].matrix for name in names]
        world = np.array(rig.matrix_world)
        poses, at_rest = world @ poses, world @ rest.rest[[rest.index(name) for name in names]]
        self.rest_heads, self.heads, self.tails, self.turns = {}, {}, {}, {}
        for column, (role, name) in enumerate(bone_map.bones.items()):
            pose, start = poses[:, column], at_rest[column]
            self.rest_heads[role] = start[:3, 3]
            self.heads[role] = pose[:, :3, 3]
            self.tails[role] = (pose @ [0.0, rig.pose.bones[name].length, 0.0, 1.0])[:, :3]
            self.turns[role] = Rotation.from_matrix(_unscaled(pose) @ _unscaled(start).T)

    def direction(self, role: str) -> FloatArray:
        """(t, 3) from a limb's joint to its next."""
        part, side = role.split(".")
        following = f"{NEXT[part]}.{side}"
        end = self.heads[following] if following in self.heads else self.tails[role]
        return _unit(end - self.heads[role])


def play(rig: bpy.types.Object, motion: Motion, options: SolveOptions = AS_IT_IS) -> Played:
    rest = read_rest_pose(rig)
    bone_map = map_bones(rest)
    count = len(motion.times)
    write_action(rig, solve(motion, rest, bone_map, options), np.arange(1, count + 1), "played")
    return Played(rig, rest, bone_map, count)


@pytest.mark.parametrize(
    ("family", "rest_pose", "placement"),
    [(name, *variant) for name, variant in zip(family_names(), VARIANTS, strict=False)]
    + [("Mixamo", rest_pose, placement) for rest_pose in REST_POSES for placement in PLACEMENTS],
)
def test_limbs_point_where_the_performers_do_and_bend_to_the_same_side(family, rest_pose, placement):
    rig = make_armature(make_bones(family, rest_pose), PLACEMENTS[placement])
    motion, turns = random_performance(seed=len(family) + len(placement))
    played = play(rig, motion)
    assert worst_direction(played, motion) < 1.0
    assert lowest_hinge(played, motion) > 0.5
    assert worst_jump(played, turns) < 5.0


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_rig_built_facing_another_way_turns_to_face_as_the_performer(degrees):
    rig = make_armature(turned(make_bones("Unreal 4", "A"), degrees))
    motion, turns = random_performance(seed=degrees)
    played = play(rig, motion)
    assert worst_direction(played, motion) < 1.0
    assert worst_jump(played, turns) < 5.0


def test_a_parented_rig_performs_in_the_world():
    carrier = bpy.data.objects.new("carrier", None)
    bpy.context.scene.collection.objects.link(carrier)
    carrier.matrix_world = _placed(0.5, (10, 30, 50), (1, 2, 3)).T
    rig = make_armature(make_bones("Mixamo", "A"))
    rig.parent = carrier
    bpy.context.view_layer.update()
    motion, _ = random_performance(seed=5)
    assert worst_direction(play(rig, motion), motion) < 1.0


@pytest.mark.parametrize("mode", ["XYZ", "ZYX", "YXZ", "AXIS_ANGLE"])
def test_bones_keep_their_rotation_mode(mode):
    rig = make_armature(make_bones("Mixamo", "A"))
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    motion, _ = random_performance(seed=11)
    assert worst_direction(play(rig, motion), motion) < 1.0
    assert {bone.rotation_mode for bone in rig.pose.bones} == {mode}


@pytest.mark.parametrize(("family", "rest_pose"), [(name, "A") for name in family_names()] + [("Mixamo", "uneven")])
def test_a_t_pose_gives_a_t_pose(family, rest_pose):
    rig = make_armature(make_bones(family, rest_pose))
    played = play(rig, t_pose(), SolveOptions())
    assert worst_direction(played, t_pose()) < 1.0
    for role in ("hips", "spine", "chest", "neck", "head"):
        if role in played.turns:
            assert np.degrees(played.turns[role].magnitude()).max() < 1.0


def test_a_rig_at_rest_in_the_performers_t_pose_does_not_move():
    rig = make_armature(make_bones("Mixamo", "T"))
    played = play(rig, t_pose())
    for role in ("upper_arm.L", "upper_arm.R", "thigh.L", "thigh.R"):
        assert np.degrees(played.turns[role].magnitude()).max() < 2.0


def test_the_skeleton_made_for_a_performer_repeats_every_joint():
    motion, _ = random_performance(seed=3)
    rig = make_h36m_armature("skeleton", motion)
    played = play(rig, motion)
    for role, joint in (("thigh.L", 4), ("shin.R", 2), ("forearm.L", 12), ("neck", 8), ("head", 9), ("clavicle.R", 8)):
        drift = played.heads[role] - motion.joints[:, joint]
        assert np.ptp(drift, axis=0).max() < 0.03
    assert worst_direction(played, motion) < 1.0


def test_elbows_and_knees_stop_when_straight():
    motion = t_pose()
    bent_back = motion.joints.repeat(3, axis=0)
    bent_back[:, [3, 6]] += [0.0, -0.15, 0.0]
    knees_forward = Motion(np.arange(3) / 30, bent_back, np.ones((3, 17)))
    rig = make_armature(make_bones("Mixamo"))
    limited = play(rig, knees_forward, SolveOptions())
    for side in "LR":
        assert _angle(limited.direction(f"thigh.{side}"), limited.direction(f"shin.{side}")).max() < 1.0
        assert np.degrees(limited.turns[f"thigh.{side}"].magnitude()).max() < 3.0


@pytest.mark.parametrize("yaw", [-60.0, 30.0, 75.0])
def test_the_head_turns_with_the_nose_and_the_neck_does_not_lean(yaw):
    joints = t_pose().joints.repeat(5, axis=0)
    turn = Rotation.from_rotvec(np.outer(np.linspace(0, yaw, 5), [0, 0, 1]), degrees=True)
    for joint in (9, 10):
        joints[:, joint] = joints[:, 8] + turn.apply(joints[:, joint] - joints[:, 8])
    played = play(make_armature(make_bones("Mixamo", "A")), motion_of(joints))
    head_error = played.turns["head"] * turn.inv()
    assert np.degrees(head_error.magnitude()).max() < 1.0
    assert _angle(played.turns["neck"].apply([0, 0, 1]), np.array([0, 0, 1])).max() < 1.0


def test_a_standing_foot_stays_flat_and_a_lifted_one_follows_its_shin():
    joints = t_pose().joints.repeat(2, axis=0)
    joints[:, 0:1] += [0.0, 0.1, -0.02]
    joints[:, [1, 2, 4, 5]] += [0.0, 0.1, -0.02]
    joints[1, 6] = joints[1, 5] + [0.0, 0.43, 0.0]
    played = play(make_armature(make_bones("Mixamo", "A")), motion_of(joints))
    assert np.degrees(played.turns["foot.R"].magnitude()).max() < 1.0
    assert np.degrees(played.turns["foot.L"][0].magnitude()) < 1.0
    assert np.degrees((played.turns["foot.L"][1] * played.turns["shin.L"][1].inv()).magnitude()) < 1.0


@pytest.mark.parametrize("clip", ["02_03", "12_01"])
@pytest.mark.parametrize("rig_name", ["mixamo", "default", "game_engine", "cmu_mb", "openpose"])
def test_recorded_motion_on_real_rigs(clip, rig_name, cmu_mocap, rigs):
    bpy.ops.wm.open_mainfile(filepath=str(rigs / "mpfb_rigs.blend"))
    motion = recorded_performance(cmu_mocap / "daz" / f"{clip}.bvh", start=1, end=120)
    played = play(bpy.data.objects[rig_name], motion)
    assert worst_direction(played, motion) < 1.0
    assert lowest_hinge(played, motion) > 0.5


def worst_direction(played: Played, motion: Motion) -> float:
    """Degrees between where limbs of rig and performer point, the most of all limbs and frames."""
    limbs = LIMB_JOINTS.items()
    return max(_angle(played.direction(role), _source_direction(motion, joints)).max() for role, joints in limbs)


def lowest_hinge(played: Played, motion: Motion) -> float:
    """Cosine between the rig's own hinge and the performer's limb plane, the least over all bent limbs and
    frames."""
    lowest = 1.0
    for role in UPPER:
        lower = role.replace("upper_arm", "forearm").replace("thigh", "shin")
        first, second = (_source_direction(motion, LIMB_JOINTS[part]) for part in (role, lower))
        bent = _angle(first, second) > BENT
        along = _unit(played.rest_heads[lower] - played.rest_heads[role])
        across = played.rest_heads["thigh.L"] - played.rest_heads["thigh.R"]
        axis = _rest_hinge(role, along, across, played)
        hinge = played.turns[role].apply(axis)
        if bent.any():
            lowest = min(lowest, float(np.sum(hinge * _unit(np.cross(first, second)), axis=1)[bent].min()))
    return lowest


def _rest_hinge(role: str, along: FloatArray, across: FloatArray, played: Played) -> FloatArray:
    """The axis (3,) about which a limb at rest flexes: elbows forward, knees to the back."""
    up = played.rest_heads["upper_arm.L"] + played.rest_heads["upper_arm.R"]
    up = _unit(up - played.rest_heads["thigh.L"] - played.rest_heads["thigh.R"])
    ahead = _unit(np.cross(_unit(across), up))
    return _unit(np.cross(along, ahead if role.startswith("upper_arm") else -ahead))


def worst_jump(played: Played, turns: dict[str, Rotation]) -> float:
    """Degrees by which a bone turns more from one frame to the next than the performer's limb does."""
    jumps = []
    for role, source in turns.items():
        moved, original = ((turn[1:] * turn[:-1].inv()).magnitude() for turn in (played.turns[role], source))
        jumps.append(np.degrees(moved - original).max())
    return max(jumps)


def _source_direction(motion: Motion, joints: tuple[int, int]) -> FloatArray:
    return _unit(motion.joints[:, joints[1]] - motion.joints[:, joints[0]])


def _unscaled(matrices: FloatArray) -> FloatArray:
    linear = matrices[..., :3, :3]
    return linear / np.linalg.norm(linear, axis=-2, keepdims=True)


def _unit(vectors: FloatArray) -> FloatArray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def _angle(first: FloatArray, second: FloatArray) -> FloatArray:
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second), axis=-1), np.sum(first * second, axis=-1)))
