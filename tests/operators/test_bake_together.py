"""Several people at once, what a click on Bake shows, and a bake done again in another way."""

import bpy
import numpy as np
import pytest
from bake_targets import curves_of, make_armature

from gast_mocap.operators import bake, reports


@pytest.fixture
def opened(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    return scene.gast_mocap


def keys_of(armature):
    (range_,) = {tuple(curve.range()) for curve in curves_of(armature)}
    return range_


def test_ticked_people_go_to_their_own_targets_in_one_step(opened, mixamo):
    for row in opened.people:
        row.is_chosen = True
    opened.people[1].target = mixamo
    opened.people[0].given_name = "Ada"
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.gast_mocap.bake("EXEC_DEFAULT", True)
    made = next(thing for thing in bpy.data.objects if thing != bpy.data.objects["Armature"])
    assert keys_of(made) == (1, 48)
    assert keys_of(bpy.data.objects["Armature"]) == (25, 48)
    assert sorted(action.name for action in bpy.data.actions) == ["clip Ada", "clip person 4"]
    assert len(reports.of_bake.done) == 2
    bpy.ops.ed.undo()
    assert [thing.name for thing in bpy.data.objects] == ["Armature"]
    assert len(bpy.data.actions) == 0


def test_two_people_on_one_target_are_refused(opened, mixamo):
    for row in opened.people:
        row.is_chosen, row.target = True, mixamo
    with pytest.raises(RuntimeError, match="Two people have one target"):
        bpy.ops.gast_mocap.bake()
    assert len(bpy.data.actions) == 0


def test_where_one_of_several_cannot_be_baked_nobody_is(opened, mixamo):
    crane = make_armature("Crane", {"Arm": (None, (0, 0, 0), (0, 0, 3)), "Hook": ("Arm", (0, 0, 3), (0, 0, 2))})
    for row in opened.people:
        row.is_chosen = True
    opened.people[1].target = crane
    with pytest.raises(RuntimeError):
        bpy.ops.gast_mocap.bake()
    assert {thing.name for thing in bpy.data.objects} == {"Armature", "Crane"}
    assert len(bpy.data.actions) == 0


def test_what_a_script_asks_for_is_not_what_is_ticked(opened, mixamo):
    opened.people[1].is_chosen = True
    bpy.ops.gast_mocap.bake(track_id=1, target="Armature")
    assert keys_of(mixamo) == (1, 48)


def test_a_click_selects_the_rig_and_goes_to_its_first_key(scene, opened, mixamo):
    cube = bpy.data.objects.new("Cube", bpy.data.meshes.new("Cube"))
    scene.collection.objects.link(cube)
    cube.select_set(True)
    opened.person_index, opened.target = 1, mixamo
    scene.frame_set(7)
    bpy.ops.gast_mocap.bake(is_shown=True)  # as invoke() asks, which needs a window
    assert scene.frame_current == 25
    assert bpy.context.selected_objects == [mixamo]
    assert bpy.context.view_layer.objects.active == mixamo


def test_a_click_leaves_somebodys_mode_alone(scene, opened, mixamo):
    bpy.context.view_layer.objects.active = mixamo
    bpy.ops.object.mode_set(mode="POSE")
    bpy.ops.gast_mocap.bake(is_shown=True)  # as invoke() asks, which needs a window
    assert bpy.context.mode == "POSE"
    assert bpy.context.view_layer.objects.active == mixamo


def test_a_bake_can_be_done_again_with_other_options(opened, mixamo):
    bpy.ops.gast_mocap.bake(target="Armature", start_frame=101, keys="NTH", step=10)
    curve = curves_of(mixamo)[0]
    assert tuple(curve.range()) == (101, 148)
    assert len(curve.keyframe_points) < 10
    shown = bpy.ops.gast_mocap.bake.get_rna_type().properties
    assert not shown["travel"].is_hidden and not shown["start_frame"].is_hidden
    assert (opened.start_frame, opened.bake.keys) == (1, "ALL"), "the panel stays"


def test_the_tooltip_follows_the_mode(opened):
    def told():
        return bake.GAST_MOCAP_OT_bake.description(bpy.context, None)

    assert "chosen person's motion on the target as a new action" in told()
    opened.bake.action = "NLA"
    for row in opened.people:
        row.is_chosen = True
    assert "2 ticked people's motion on the target as a new NLA track" in told()


def test_what_was_done_stands_in_the_panel(opened):
    bpy.ops.gast_mocap.bake()
    (done,) = reports.of_bake.done
    assert done.startswith("clip person 1: 48 frames in 2.0 s")


def test_the_made_skeleton_has_a_body_that_can_be_clicked(opened):
    bpy.ops.gast_mocap.bake()
    (made,) = bpy.data.objects
    assert made.data.display_type == "BBONE"
    thigh = made.data.bones["thigh.L"]
    assert thigh.bbone_x == pytest.approx(0.11 * thigh.length, rel=1e-3)


def test_an_added_character_is_the_target_and_is_recognised(opened):
    bpy.ops.gast_mocap.add_character()
    assert opened.target.name == "Character"
    assert opened.family == "Mixamo"
    bpy.ops.gast_mocap.bake()
    assert keys_of(opened.target) == (1, 48)
    body = next(thing for thing in bpy.data.objects if thing.type == "MESH")
    bpy.context.scene.frame_set(10)
    evaluated = body.evaluated_get(bpy.context.evaluated_depsgraph_get())
    heights = np.array([vertex.co.z for vertex in evaluated.data.vertices])
    assert np.ptp(heights) == pytest.approx(1.8, abs=0.4)
