from dataclasses import replace

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.retarget.rig.hierarchy import map_by_hierarchy
from gast_mocap.retarget.rig.recognition import map_bones
from trials.rigs import REST_POSES, RigBone, expected_roles, family_names, make_bones, rest_pose_of

TOLD_BY_JOINTS = ("hips", "spine", "chest", "clavicle", "upper_arm", "forearm", "hand", "thigh", "shin", "foot", "head")
REAL = (
    "default", "default_no_toes", "mixamo", "mixamo_unity", "game_engine", "game_engine_with_breast", "cmu_mb",
    "openpose",
)  # fmt: skip
OPENPOSE_LACKS = {"hand", "head"}


@pytest.mark.parametrize(("rest_pose", "tails"), tuple(zip(REST_POSES, ("fbx", "gltf", "native", "gltf"), strict=True)))
@pytest.mark.parametrize("family", family_names())
def test_joints_alone_tell_the_body_of_every_family(family, rest_pose, tails):
    bones = make_bones(family, rest_pose)
    found = map_by_hierarchy(with_tails(rest_pose_of(bones), tails))
    expected = expected_roles(bones)
    assert {role: found.get(role) for role in expected if _told(role)} == {
        role: bone for role, bone in expected.items() if _told(role)
    }


@pytest.mark.parametrize("tails", ["native", "fbx"])
@pytest.mark.parametrize("rig", REAL)
def test_joints_alone_tell_the_body_of_real_rigs(rigs, rig, tails):
    bpy.ops.wm.open_mainfile(filepath=str(rigs / "mpfb_rigs.blend"))
    rest = read_rest_pose(bpy.data.objects[rig])
    named = map_bones(rest).bones
    found = map_by_hierarchy(with_tails(rest, tails))
    roles = [role for role in named if _told(role) and not (rig == "openpose" and role in OPENPOSE_LACKS)]
    assert {role: found.get(role) for role in roles} == {role: named[role] for role in roles}


@pytest.mark.parametrize("file", ["mannequiny_reclined.blend", "mesh2motion_human.blend"])
def test_joints_alone_tell_a_reclined_body_and_a_human(rigs, file):
    bpy.ops.wm.open_mainfile(filepath=str(rigs / file))
    rest = read_rest_pose(next(rig for rig in bpy.data.objects if rig.type == "ARMATURE"))
    named = map_bones(rest).bones
    found = map_by_hierarchy(with_tails(rest, "fbx"))
    assert {role: found.get(role) for role in named if _told(role)} == {
        role: bone for role, bone in named.items() if _told(role)
    }


@pytest.mark.parametrize("tails", ["native", "gltf"])
@pytest.mark.parametrize("file", ["m2m_bird.glb", "m2m_quadruped.glb"])
def test_joints_of_a_bird_and_a_quadruped_are_no_body(rigs, file, tails):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(rigs / file))
    animal = next(rig for rig in bpy.data.objects if rig.type == "ARMATURE")
    assert not map_by_hierarchy(with_tails(read_rest_pose(animal), tails))


@pytest.mark.parametrize("kind", ["bird", "cat", "horse", "wolf", "shark", "basic_quadruped"])
def test_joints_of_rigifys_animals_are_no_body(kind):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.preferences.addon_enable(module="rigify")
    getattr(bpy.ops.object, f"armature_{kind}_metarig_add")()
    assert not map_by_hierarchy(read_rest_pose(bpy.context.object))


@pytest.mark.parametrize("family", ["Mixamo", "Unreal 5", "MakeHuman", "KayKit", "DEF bones"])
def test_what_a_character_wears_and_holds_is_no_limb(family):
    bones = make_bones(family, "down")
    roles = expected_roles(bones)
    extras = [
        *_chain("hair.l", roles["head"], (0.05, 0.1, 1.7), (0.06, 0.02, -0.2), 5),
        *_chain("hair.r", roles["head"], (-0.05, 0.1, 1.7), (-0.06, 0.02, -0.2), 5),
        *_chain("skirt.l", roles["hips"], (0.12, -0.1, 0.95), (0.03, -0.02, -0.2), 4),
        *_chain("skirt.r", roles["hips"], (-0.12, -0.1, 0.95), (-0.03, -0.02, -0.2), 4),
        *_chain("sword", roles["hand.R"], (-0.25, -0.1, 0.9), (0.0, -0.4, 0.0), 2),
        *_chain("tail", roles["hips"], (0.0, 0.1, 0.95), (0.0, 0.1, -0.15), 6),
        *_chain("ponytail", roles["head"], (0.0, 0.1, 1.7), (0.0, 0.05, -0.12), 4),
        *_chain("cape.l", roles["chest"], (0.12, 0.1, 1.4), (0.03, 0.06, -0.22), 4),
        *_chain("cape.r", roles["chest"], (-0.12, 0.1, 1.4), (-0.03, 0.06, -0.22), 4),
    ]
    found = map_by_hierarchy(rest_pose_of([*bones, *extras]))
    limbs = [role for role in roles if role.split(".")[0] in ("upper_arm", "forearm", "thigh", "shin", "hips", "head")]
    assert {role: found.get(role) for role in limbs} == {role: roles[role] for role in limbs}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("family", family_names())
def test_a_body_of_any_proportions_is_told_by_its_joints(family, seed):
    rng = np.random.default_rng(seed)
    bones = _with_proportions(make_bones(family, REST_POSES[seed]), rng)
    roles = expected_roles(bones)
    found = map_by_hierarchy(rest_pose_of(bones))
    limbs = [role for role in roles if role.split(".")[0] in ("upper_arm", "forearm", "thigh", "shin", "hips", "head")]
    assert {role: found.get(role) for role in limbs} == {role: roles[role] for role in limbs}


@pytest.mark.parametrize("family", ["Mixamo", "Unreal 5", "MakeHuman", "KayKit", "DEF bones"])
def test_helpers_for_ik_are_no_limbs(family):
    bones = make_bones(family)
    roles = expected_roles(bones)
    top = next(bone.name for bone in bones if not bone.parent)
    heads = {bone.name: bone.head for bone in bones}
    helpers = [
        RigBone(f"ik {role}", top, "", heads[roles[role]] + offset, heads[roles[role]] + offset - [0, 0.2, 0], 0.0)
        for role in ("hand.L", "hand.R", "foot.L", "foot.R", "forearm.L", "forearm.R", "shin.L", "shin.R")
        for offset in ([0.0, 0.4 if role[:4] in ("fore", "shin") else 0.0, 0.0],)
    ]
    found = map_by_hierarchy(rest_pose_of([*bones, *helpers]))
    limbs = [role for role in roles if role.split(".")[0] in ("upper_arm", "forearm", "thigh", "shin", "foot", "hand")]
    assert {role: found.get(role) for role in limbs} == {role: roles[role] for role in limbs}


@pytest.mark.parametrize("family", ["Mixamo", "Unreal 4", "DEF bones"])
@pytest.mark.parametrize("part", ["spine", "thigh", "clavicle"])
def test_parts_that_hang_beside_their_parents_are_found(family, part):
    bones = make_bones(family)
    roles = expected_roles(bones)
    start = next(bone for bone in bones if bone.role == "hips")
    beside = start.parent or "carrier"
    ground = [] if start.parent else [RigBone("carrier", "", "", np.zeros(3), np.array([0.0, 0.2, 0.0]), 0.0)]
    moved = [replace(bone, parent=beside) if bone.role.split(".")[0] in (part, "hips") else bone for bone in bones]
    found = map_by_hierarchy(rest_pose_of([*ground, *moved]))
    limbs = [role for role in roles if role.split(".")[0] in ("upper_arm", "forearm", "thigh", "shin", "hips")]
    assert {role: found.get(role) for role in limbs} == {role: roles[role] for role in limbs}


def with_tails(rest, kind):
    """The rig as it is, or with tails as importers make them up: all along one axis, or each along its own."""
    if kind == "native":
        return rest
    matrices, count = rest.rest.copy(), len(rest.bone_names)
    own = Rotation.random(count, random_state=5).as_matrix()
    matrices[:, :3, :3] = np.eye(3) if kind == "fbx" else own
    lengths = np.full(count, 2 * rest.lengths.mean())
    return replace(rest, rest=matrices, armature_from_bone=matrices, lengths=lengths)


def _with_proportions(bones, rng):
    """Arms 0.7 to 1.4 times as long, shins 0.6 to 1.3, trunks 0.7 to 1.4, heads 0.6 to 2 times as high."""
    arm, leg, head, trunk = rng.uniform([0.7, 0.6, 0.6, 0.7], [1.4, 1.3, 2.0, 1.4])
    factors = {"upper_arm": arm, "forearm": arm, "hand": arm, "shin": leg, "foot": leg, "head": head}
    factors |= {"spine": trunk, "chest": trunk}
    before = {bone.name: bone for bone in bones}
    heads = {}
    for bone in bones:
        above = before[bone.parent].head if bone.parent else bone.head
        start = heads[bone.parent] if bone.parent else bone.head
        heads[bone.name] = start + (bone.head - above) * factors.get(bone.role.split(".")[0], 1.0)
    return [replace(bone, head=heads[bone.name], tail=heads[bone.name] + bone.tail - bone.head) for bone in bones]


def _told(role):
    return role.split(".")[0] in TOLD_BY_JOINTS


def _chain(name, parent, start, step, count):
    points = [np.array(start) + i * np.array(step) for i in range(count + 1)]
    names = [f"{name}.{i}" for i in range(count)]
    return [RigBone(names[i], names[i - 1] if i else parent, "", points[i], points[i + 1], 0.0) for i in range(count)]
