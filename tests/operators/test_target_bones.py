import json
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from bake_targets import MIXAMO_BONES, curves_of, make_armature, mirrored
from mathutils import Matrix, Quaternion

from gast_mocap.operators import reports, translation
from gast_mocap.operators.target_bones import GAST_MOCAP_OT_pick_bone, GAST_MOCAP_OT_remove_bone_map, shown_map
from gast_mocap.retarget.rig.roles import ROLES


def bones(scene):
    return {row.name: row.bone for row in scene.gast_mocap.bone_roles}


def strange(name="Strange"):
    """A humanoid whose names and build say too little: its left arm is called something else and lies apart."""
    named = mirrored({f"mixamorig:{bone}": place for bone, place in MIXAMO_BONES.items()})
    _, head, tail = named["mixamorig:LeftForeArm"]
    named["mixamorig:LeftForeArm"] = (None, np.add(head, (0, 0.6, 0)), np.add(tail, (0, 0.6, 0)))
    rig = make_armature(name, named)
    rig.data.bones["mixamorig:LeftForeArm"].name = "tentacle"
    return rig


def test_choosing_a_target_maps_its_bones(scene, mixamo):
    scene.gast_mocap.target = mixamo
    assert list(bones(scene)) == list(ROLES)
    assert bones(scene)["forearm.L"] == "mixamorig:LeftForeArm"
    assert scene.gast_mocap.family == "Mixamo"
    assert shown_map(scene.gast_mocap).summary == "All required roles mapped, 21 of 24"
    scene.gast_mocap.target = None
    assert bones(scene) == {}


def test_a_metarig_and_a_crane_map_nothing_and_say_why(scene):
    crane = make_armature("Crane", {"Arm": (None, (0, 0, 0), (0, 0, 3)), "Hook": ("Arm", (0, 0, 3), (0, 0, 2))})
    scene.gast_mocap.target = crane
    assert set(bones(scene).values()) == {""}
    assert "no human body" in reports.of_bone_map.error
    bpy.ops.preferences.addon_enable(module="rigify")
    bpy.ops.object.armature_human_metarig_add()
    scene.gast_mocap.target = bpy.context.object
    assert set(bones(scene).values()) == {""}
    assert "Generate the rig first" in reports.of_bone_map.error


def doubts(scene):
    return {row.name: row.doubt for row in scene.gast_mocap.bone_roles if row.doubt}


def test_doubts_are_told_in_another_language(scene, mixamo, monkeypatch):
    texts = {"The head lies below the shoulders": "Der Kopf liegt unter den Schultern"}
    monkeypatch.setattr(translation, "rpt_", lambda text: texts.get(text, text))
    scene.gast_mocap.target = mixamo
    scene.gast_mocap.bone_roles["head"].bone = "mixamorig:Spine1"
    assert doubts(scene) == {"head": "Der Kopf liegt unter den Schultern"}


def test_a_bone_that_cannot_be_what_it_is_mapped_to_is_doubted_until_it_is_changed(scene, mixamo):
    scene.gast_mocap.target = mixamo
    assert doubts(scene) == {}
    scene.gast_mocap.bone_roles["head"].bone = "mixamorig:Spine1"
    assert list(doubts(scene)) == ["head"]
    assert "below the shoulders" in doubts(scene)["head"]
    scene.gast_mocap.bone_roles["head"].bone = "mixamorig:Head"
    assert doubts(scene) == {}
    scene.gast_mocap.target = None
    assert doubts(scene) == {}


def test_sides_that_contradict_the_toes_are_told_and_swapped(scene):
    rig = make_armature("Backwards", mirrored({f"mixamorig:{name}": bone for name, bone in MIXAMO_BONES.items()}))
    for bone in rig.data.bones:
        bone.name = bone.name.replace("Left", "L_ft")
    for bone in rig.data.bones:
        bone.name = bone.name.replace("Right", "Left")
    for bone in rig.data.bones:
        bone.name = bone.name.replace("L_ft", "Right")
    scene.gast_mocap.target = rig
    assert scene.gast_mocap.sides_contradict
    assert "Swap Sides" in scene.gast_mocap.body_notices
    bpy.ops.gast_mocap.swap_sides()
    assert bones(scene)["forearm.L"] == "mixamorig:RightForeArm"
    assert not scene.gast_mocap.sides_contradict
    assert scene.gast_mocap.body_notices == ""


def test_a_missing_bone_is_picked_and_the_bake_uses_it(scene, take):
    rig = strange()
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.target = rig
    assert shown_map(scene.gast_mocap).missing == ("forearm.L",)
    assert shown_map(scene.gast_mocap).summary == "1 required missing, 20 of 24 mapped"
    with pytest.raises(RuntimeError, match="Forearm, left"):
        bpy.ops.gast_mocap.bake()
    rig.data.bones.active = rig.data.bones["tentacle"]
    bpy.ops.gast_mocap.pick_bone(role="forearm.L")
    bpy.ops.gast_mocap.bake()
    assert any('"tentacle"' in curve.data_path for curve in curves_of(rig))


def test_a_bone_that_was_renamed_after_mapping_is_told(scene, take, mixamo):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.target = mixamo
    mixamo.data.bones["mixamorig:Head"].name = "Kopf"
    with pytest.raises(RuntimeError, match="mixamorig:Head"):
        bpy.ops.gast_mocap.bake()


def test_the_tooltip_tells_pelvis_from_hips():
    hips, pelvis = (
        GAST_MOCAP_OT_pick_bone.description(None, SimpleNamespace(role=role)) for role in ("hips", "pelvis")
    )
    assert "Hips (required): the bone that carries the whole body" in hips
    assert "Pelvis (not required): only where" in pelvis


def test_a_map_survives_as_a_file_and_is_found_for_the_next_such_rig(scene, own_folder):
    scene.gast_mocap.target = strange()
    scene.gast_mocap.bone_roles["forearm.L"].bone = "tentacle"
    bpy.ops.gast_mocap.save_bone_map(name="My Octopus")
    (path,) = own_folder.iterdir()
    assert json.loads(path.read_text(encoding="utf-8"))["bones"]["forearm.L"] == "tentacle"
    scene.gast_mocap.target = None
    scene.gast_mocap.target = strange("Another")
    assert bones(scene)["forearm.L"] == "tentacle"
    assert scene.gast_mocap.family == "Mixamo"


def test_a_saved_map_is_loaded_and_removed_by_name(scene, mixamo, own_folder):
    scene.gast_mocap.target = mixamo
    bpy.ops.gast_mocap.save_bone_map(name="Mixamo über alles")
    scene.gast_mocap.bone_roles["head"].bone = ""
    bpy.ops.gast_mocap.load_bone_map(name="Mixamo über alles")
    assert bones(scene)["head"] == "mixamorig:Head"
    bpy.ops.gast_mocap.remove_bone_map(name="Mixamo über alles")
    assert list(own_folder.iterdir()) == []
    with pytest.raises(RuntimeError, match="no bone map"):
        bpy.ops.gast_mocap.load_bone_map(name="Mixamo über alles")


def test_find_starts_over_without_saved_maps(scene, mixamo):
    scene.gast_mocap.target = mixamo
    scene.gast_mocap.bone_roles["head"].bone = "mixamorig:Neck"
    scene.gast_mocap.bone_roles["neck"].bone = ""
    bpy.ops.gast_mocap.save_bone_map(name="Mistake")
    bpy.ops.gast_mocap.find_bones()
    assert bones(scene)["head"] == "mixamorig:Head"
    assert bones(scene)["neck"] == "mixamorig:Neck"


def test_find_judges_the_pose_that_motion_is_measured_from(scene, mixamo):
    crawl = Quaternion((1, 0, 0), np.radians(90))
    for side in ("Left", "Right"):
        mixamo.data.bones[f"mixamorig:{side}UpLeg"].use_inherit_rotation = False
        mixamo.pose.bones[f"mixamorig:{side}UpLeg"].rotation_quaternion = crawl
    bpy.context.view_layer.update()
    scene.gast_mocap.bake.reference = "POSE"
    scene.gast_mocap.target = mixamo
    assert "Current Pose" in reports.of_bone_map.error
    scene.gast_mocap.bake.reference = "REST"
    bpy.ops.gast_mocap.find_bones()
    assert bones(scene)["head"] == "mixamorig:Head"


def test_a_saved_map_that_cannot_be_deleted_is_told(scene, mixamo, own_folder, monkeypatch):
    scene.gast_mocap.target = mixamo
    bpy.ops.gast_mocap.save_bone_map(name="Locked")

    def refuse(_path, missing_ok):
        raise PermissionError("in use")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(RuntimeError, match="could not be deleted"):
        bpy.ops.gast_mocap.remove_bone_map(name="Locked")


def test_a_map_is_deleted_only_after_a_question():
    asked = []
    manager = SimpleNamespace(invoke_confirm=lambda operator, event: asked.append(operator) or {"RUNNING_MODAL"})
    context = SimpleNamespace(window_manager=manager)
    operator = SimpleNamespace()
    assert GAST_MOCAP_OT_remove_bone_map.invoke(operator, context, None) == {"RUNNING_MODAL"}
    assert asked == [operator]


@pytest.mark.parametrize("name", ["", "  ", "a/b", ".hidden", "what?"])
def test_names_that_no_file_can_have(scene, mixamo, own_folder, name):
    scene.gast_mocap.target = mixamo
    with pytest.raises(RuntimeError, match="another name"):
        bpy.ops.gast_mocap.save_bone_map(name=name)
    assert list(own_folder.iterdir()) == []


def test_a_broken_file_does_not_keep_rigs_from_being_mapped(scene, mixamo, own_folder):
    (own_folder / "broken.bones.json").write_text("{", encoding="utf-8")
    scene.gast_mocap.target = mixamo
    assert bones(scene)["head"] == "mixamorig:Head"
    with pytest.raises(RuntimeError, match="Save the map again"):
        bpy.ops.gast_mocap.load_bone_map(name="broken")


def test_the_switches_of_the_family_stay_with_a_corrected_map(scene, mixamo):
    scene.gast_mocap.target = mixamo
    scene.gast_mocap.family = "Rigify"
    names = {switch.name for switch in shown_map(scene.gast_mocap).switches}
    assert "IK_FK" in names


def test_a_rig_that_only_stands_as_it_is_posed_now_is_measured_from_that_pose(scene):
    """Its rest pose goes on four feet; posed upright it is a body, and the panel says what it has set."""
    beast = sitting("Beast")
    scene.gast_mocap.target = beast
    assert "does not stand" in reports.of_bone_map.error
    for side, turn in (("Left", 90), ("Right", 90)):
        pose = beast.pose.bones[f"mixamorig:{side}UpLeg"]
        pose.matrix_basis = (
            pose.bone.matrix_local.inverted()
            @ Matrix.Translation(pose.bone.head_local)
            @ Matrix.Rotation(np.radians(turn), 4, "X")
            @ Matrix.Translation(-pose.bone.head_local)
            @ pose.bone.matrix_local
        )
    bpy.context.view_layer.update()
    bpy.ops.gast_mocap.find_bones()
    assert shown_map(scene.gast_mocap).missing == ()
    assert scene.gast_mocap.bake.reference == "POSE"
    assert "Current Pose" in reports.of_bone_map.notices[0]


def sitting(name):
    """A humanoid with its legs straight ahead at rest."""
    named = mirrored({f"mixamorig:{bone}": place for bone, place in MIXAMO_BONES.items()})
    hip = np.array(named["mixamorig:LeftUpLeg"][1])

    def ahead(point):
        return (point[0], hip[1] - (hip[2] - point[2]), hip[2] - (point[1] - hip[1]))

    legs = ("UpLeg", "Leg", "Foot", "Toe")
    return make_armature(
        name,
        {
            bone: (parent, ahead(head), ahead(tail)) if any(leg in bone for leg in legs) else (parent, head, tail)
            for bone, (parent, head, tail) in named.items()
        },
    )
