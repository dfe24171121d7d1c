import json

import bpy
import numpy as np
import pytest
from bake_targets import curves_of, make_armature

from gast_mocap.operators import reports
from gast_mocap.retarget.blender import new_skeleton


def key_range(armature_object):
    ranges = {tuple(curve.range()) for curve in curves_of(armature_object)}
    assert len(ranges) == 1
    return ranges.pop()


def arm_is_level(armature_object, upper_arm, forearm, frame):
    bpy.context.scene.frame_set(frame)
    bones = armature_object.pose.bones
    slope = (armature_object.matrix_world.to_3x3() @ (bones[forearm].tail - bones[upper_arm].head)).normalized()
    return slope.z > -0.3


def test_without_a_target_a_skeleton_is_made_and_keyed(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.bake()
    (made,) = bpy.data.objects
    assert made.type == "ARMATURE"
    assert key_range(made) == (1, 48)
    assert not arm_is_level(made, "upper_arm.L", "forearm.L", 15)
    assert arm_is_level(made, "upper_arm.L", "forearm.L", 40)
    assert not arm_is_level(made, "upper_arm.R", "forearm.R", 40)


def test_a_mixamo_rig_follows(scene, take, mixamo):
    mixamo.scale = (0.01, 0.01, 0.01)
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.bake(track_id=1, target="Armature")
    left = ("mixamorig:LeftArm", "mixamorig:LeftForeArm")
    assert not arm_is_level(mixamo, *left, 15)
    assert arm_is_level(mixamo, *left, 40)
    assert len(bpy.data.objects) == 1


def test_the_panel_chooses_person_and_target(scene, take, mixamo):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.person_index = 1
    scene.gast_mocap.target = mixamo
    scene.gast_mocap.start_frame = 101
    bpy.ops.gast_mocap.bake()
    assert key_range(mixamo) == (125, 148)  # person 4 appears after one second


@pytest.mark.parametrize(("fps", "fps_base", "raised_frame"), [(24, 1.0, 25), (30, 1.001, 31), (60, 1.0, 61)])
def test_events_land_by_time_stamp_on_the_scenes_frame_rate(scene, save, fps, fps_base, raised_frame):
    times = np.cumsum(np.random.default_rng(2).choice([1 / 30, 2 / 30, 4 / 30], size=40))
    path = save(times - times[0], {1: range(40)})
    scene.render.fps, scene.render.fps_base = fps, fps_base
    bpy.ops.gast_mocap.open_take(filepath=path)
    scene.gast_mocap.raw = True
    bpy.ops.gast_mocap.bake()
    (made,) = bpy.data.objects
    slack = int(np.ceil(fps * 4 / 30))  # the arm rises between two frames of the video
    assert not arm_is_level(made, "upper_arm.L", "forearm.L", raised_frame - slack)
    assert arm_is_level(made, "upper_arm.L", "forearm.L", raised_frame + slack)


def test_raw_keys_every_frame(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.raw = True
    bpy.ops.gast_mocap.bake()
    (made,) = bpy.data.objects
    assert {len(curve.keyframe_points) for curve in curves_of(made)} == {48}


@pytest.mark.parametrize("start", [2**31 - 1, -(2**31)])
def test_a_start_beyond_blenders_frames_stays_within_them(scene, take, mixamo, start):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.start_frame = start
    assert bpy.ops.gast_mocap.bake(track_id=1, target="Armature") == {"FINISHED"}
    first, last = bpy.data.objects["Armature"].animation_data.action.frame_range
    assert -1_048_574 <= first <= last <= 1_048_574


def test_one_undo_takes_back_all_of_it(scene, take, mixamo):
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.gast_mocap.bake("EXEC_DEFAULT", True, track_id=1, target="Armature")
    assert bpy.data.objects["Armature"].animation_data.action
    bpy.ops.ed.undo()
    assert bpy.data.objects["Armature"].animation_data is None
    assert len(bpy.data.actions) == 0
    assert [person.track_id for person in bpy.context.scene.gast_mocap.people] == [1, 4]


def test_the_rest_of_the_file_stays_as_it_was(scene, take, mixamo):
    mixamo.select_set(False)
    cube = bpy.data.objects.new("Cube", bpy.data.meshes.new("Cube"))
    scene.collection.objects.link(cube)
    cube.select_set(True)
    bpy.context.view_layer.objects.active = cube
    scene.frame_set(7)
    bpy.ops.gast_mocap.open_take(filepath=take)
    before = (scene.frame_start, scene.frame_end, list(bpy.data.objects), list(bpy.data.armatures))
    bpy.ops.gast_mocap.bake(track_id=1, target="Armature")
    assert (scene.frame_start, scene.frame_end, list(bpy.data.objects), list(bpy.data.armatures)) == before
    assert scene.frame_current == 7
    assert bpy.context.view_layer.objects.active == cube
    assert bpy.context.selected_objects == [cube]


def test_a_scene_that_would_cut_the_motion_off_is_made_longer_and_that_is_told(scene, take, mixamo):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.frame_end = 30
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.gast_mocap.bake("EXEC_DEFAULT", True, track_id=1, target="Armature")
    scene = bpy.context.scene
    assert scene.frame_end == 48
    assert any("frame 48 instead of 30" in notice for notice in reports.of_bake.notices)
    bpy.ops.ed.undo()
    assert bpy.context.scene.frame_end == 30


def test_a_target_that_was_stretched_after_it_was_chosen_is_told(scene, take, mixamo):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.target = mixamo
    mixamo.scale = (1, 1, 2)
    bpy.context.view_layer.update()
    bpy.ops.gast_mocap.bake()
    assert any("Ctrl A" in notice for notice in reports.of_bake.notices)


def test_an_earlier_action_is_kept(scene, take, mixamo):
    earlier = bpy.data.actions.new("Earlier")
    mixamo.animation_data_create().action = earlier
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.bake(track_id=1, target="Armature")
    assert mixamo.animation_data.action != earlier
    assert earlier.use_fake_user


def test_an_action_that_gives_way_to_an_nla_track_is_told(scene, take, mixamo):
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.bake(target="Armature")
    scene.gast_mocap.bake.action = "NLA"
    bpy.ops.gast_mocap.bake(target="Armature")
    assert any("clip person 1 was taken off Armature" in notice for notice in reports.of_bake.notices)


def test_a_target_in_edit_mode_is_baked_and_stays_in_it(scene, take, mixamo):
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.context.view_layer.objects.active = mixamo
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.gast_mocap.bake(track_id=1, target="Armature")
    assert bpy.context.mode == "EDIT_ARMATURE"
    bpy.ops.object.mode_set(mode="OBJECT")
    assert arm_is_level(mixamo, "mixamorig:LeftArm", "mixamorig:LeftForeArm", 40)


@pytest.mark.parametrize("mode", ["POSE", "EDIT", "OBJECT"])
def test_making_a_skeleton_leaves_mode_selection_and_active_object(scene, take, mixamo, mode):
    bpy.ops.gast_mocap.open_take(filepath=take)
    mixamo.select_set(True)
    bpy.context.view_layer.objects.active = mixamo
    bpy.ops.object.mode_set(mode=mode)
    bpy.ops.gast_mocap.bake()
    assert len(bpy.data.objects) == 2
    assert mixamo.mode == mode
    assert bpy.context.view_layer.objects.active == mixamo
    assert [selected.name for selected in bpy.context.view_layer.objects.selected] == [mixamo.name]


def test_a_bake_without_a_target_that_fails_leaves_no_skeleton(scene, take, mixamo):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.bake.travel = "root"
    bpy.context.view_layer.objects.active = mixamo
    bpy.ops.object.mode_set(mode="POSE")
    with pytest.raises(RuntimeError, match="no root bone"):
        bpy.ops.gast_mocap.bake()
    assert list(bpy.data.objects) == [mixamo]
    assert list(bpy.data.armatures) == [mixamo.data]
    assert bpy.context.mode == "POSE"


def test_a_target_with_a_scale_of_0_is_refused_and_nothing_is_left_behind(scene, take, mixamo):
    mixamo.scale = (0.0, 0.0, 0.0)
    bpy.ops.gast_mocap.open_take(filepath=take)
    with pytest.raises(RuntimeError, match="scale of 0"):
        bpy.ops.gast_mocap.bake(target="Armature")
    assert mixamo.animation_data is None
    assert len(bpy.data.actions) == 0
    assert len(bpy.data.objects) == 1


def test_a_skeleton_that_cannot_be_made_leaves_nothing(scene, take, monkeypatch):
    bpy.ops.gast_mocap.open_take(filepath=take)

    def refuse(*_args):
        raise RuntimeError("the context is incorrect")

    monkeypatch.setattr(new_skeleton, "_add_bone", refuse)
    with pytest.raises(RuntimeError, match="the context is incorrect"):
        bpy.ops.gast_mocap.bake()
    bpy.ops.object.mode_set(mode="OBJECT") if bpy.context.mode != "OBJECT" else None
    assert len(bpy.data.objects) == len(bpy.data.armatures) == 0


def test_somebody_who_is_seen_between_two_frames_of_the_scene_only_gets_the_nearest_one(scene, save, mixamo):
    # at 2 frames a second the scene has a frame at 0 s, one at 0.5 s and one at 1 s, each in a gap
    times = np.arange(120) / 60
    bpy.ops.gast_mocap.open_take(filepath=save(times, {1: [*range(5, 25), *range(65, 85)]}))
    scene.gast_mocap.clean.fill_gaps = 0.1
    scene.render.fps = 2
    bpy.ops.gast_mocap.bake(target="Armature")
    assert key_range(mixamo) == (2, 2)


@pytest.mark.parametrize("index", [2, 99])
def test_a_person_who_is_not_in_the_list_is_not_chosen(scene, take, index):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.person_index = index
    assert scene.gast_mocap.person() is None
    with pytest.raises(RuntimeError, match="No person is chosen"):
        bpy.ops.gast_mocap.bake()
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.gast_mocap.keep_contacts()
    assert len(bpy.data.objects) == 0
    bpy.ops.gast_mocap.bake(track_id=4)


def test_no_person_has_a_number_below_0(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.person_index = -3
    assert scene.gast_mocap.person().track_id == 1


@pytest.mark.parametrize("of", ["object", "parent"])
@pytest.mark.parametrize("scale", [(0, 0, 0), (1, 1, 0)])
def test_an_object_without_a_size_is_refused_and_stays_as_it_is(scene, take, mixamo, scale, of):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scaled = mixamo
    if of == "parent":
        scaled = mixamo.parent = bpy.data.objects.new("Holder", None)
        scene.collection.objects.link(scaled)
    scaled.scale = scale
    bpy.context.view_layer.update()
    with pytest.raises(RuntimeError, match="scale of 0"):
        bpy.ops.gast_mocap.bake(target="Armature")
    assert mixamo.animation_data is None
    assert len(bpy.data.actions) == 0


def test_a_target_that_is_no_armature(scene, take):
    scene.collection.objects.link(bpy.data.objects.new("Cube", bpy.data.meshes.new("Cube")))
    bpy.ops.gast_mocap.open_take(filepath=take)
    with pytest.raises(RuntimeError, match="not an armature"):
        bpy.ops.gast_mocap.bake(track_id=1, target="Cube")
    assert len(bpy.data.actions) == 0
    assert "not an armature" in reports.of_bake.error


def test_a_target_that_is_not_there(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    with pytest.raises(RuntimeError, match="no object named Nobody"):
        bpy.ops.gast_mocap.bake(track_id=1, target="Nobody")


def test_an_armature_without_known_bones(scene, take):
    make_armature("Crane", {"Arm": (None, (0, 0, 0), (0, 0, 3)), "Hook": ("Arm", (0, 0, 3), (0, 0, 2))})
    bpy.ops.gast_mocap.open_take(filepath=take)
    with pytest.raises(RuntimeError):
        bpy.ops.gast_mocap.bake(track_id=1, target="Crane")
    assert len(bpy.data.actions) == 0
    assert reports.of_bake.error


@pytest.mark.parametrize("track_id", [9, 0, -5])
def test_a_person_who_is_not_in_the_take(scene, take, track_id):
    bpy.ops.gast_mocap.open_take(filepath=take)
    with pytest.raises(RuntimeError, match=f"no person {track_id}"):
        bpy.ops.gast_mocap.bake(track_id=track_id)
    assert len(bpy.data.objects) == 0


def test_nothing_to_bake_yet(scene):
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.gast_mocap.bake()


def test_people_are_listed_with_seconds_and_confidence(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    listed = [(row.track_id, round(row.seconds, 3), round(row.confidence, 3)) for row in scene.gast_mocap.people]
    assert listed == [(1, 2.0, 0.9), (4, 1.0, 0.9)]


def test_a_take_from_a_newer_version_leaves_the_list_alone(scene, take, tmp_path):
    bpy.ops.gast_mocap.open_take(filepath=take)
    with np.load(take) as arrays:
        content = dict(arrays)
    header = json.loads(str(content["header"])) | {"version": 99}
    newer = tmp_path / "newer.take.npz"
    np.savez(newer, **content | {"header": np.array(json.dumps(header))})
    with pytest.raises(RuntimeError, match="newer version"):
        bpy.ops.gast_mocap.open_take(filepath=str(newer))
    assert scene.gast_mocap.take == take
    assert len(scene.gast_mocap.people) == 2


def test_a_take_that_has_moved(scene, take, tmp_path):
    bpy.ops.gast_mocap.open_take(filepath=take)
    (tmp_path / "clip.take.npz").unlink()
    with pytest.raises(RuntimeError, match="no take at"):
        bpy.ops.gast_mocap.bake()


@pytest.mark.parametrize("hangs_apart", [True, False])
def test_gaps_have_keys_where_they_hold_the_body_together(scene, save, mixamo, hangs_apart):
    """Thighs on the spine: in the frames in which nobody is seen they stay where they are at rest on the hips."""
    if hangs_apart:
        bpy.ops.object.mode_set(mode="EDIT")
        bones = mixamo.data.edit_bones
        for side in ("Left", "Right"):
            bones[f"mixamorig:{side}UpLeg"].parent = bones["mixamorig:Spine"]
        bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.gast_mocap.open_take(filepath=save(np.arange(90) / 30, {1: [*range(20), *range(70, 90)]}))
    bpy.ops.gast_mocap.bake(track_id=1, target="Armature")
    keyed = {
        point.co[0] for curve in curves_of(mixamo) if "UpLeg" in curve.data_path for point in curve.keyframe_points
    }
    assert (40 in keyed) == hangs_apart
    assert any("hang apart" in notice for notice in reports.of_bake.notices) == hangs_apart
    hips, thigh = (mixamo.pose.bones[f"mixamorig:{name}"] for name in ("Hips", "LeftUpLeg"))
    at_rest = hips.bone.matrix_local.inverted() @ thigh.bone.head_local
    for frame in range(1, 70, 3):
        scene.frame_set(frame)
        assert (hips.matrix @ at_rest - thigh.head).length < 0.001
