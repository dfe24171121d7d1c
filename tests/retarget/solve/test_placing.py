"""Who carries the way through the room, and how far."""

from dataclasses import replace

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.retarget.blender.object_start import start_location
from gast_mocap.retarget.blender.write import WriteOptions, write_action
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.solve.placing import ankle_height, stage_of
from gast_mocap.retarget.solve.planting import planted_travel
from gast_mocap.retarget.solve.solve import SolveOptions, solve
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import FloatArray, FootContact, Motion
from gast_mocap.take.skeletons import Side
from trials.performances import random_performance, t_pose, walk
from trials.played import play
from trials.rigs import make_armature, make_bones, placed, rest_pose_of, with_legs_of

LEGS_OF_RIG = np.hypot(0.42, 0.01) + np.hypot(0.42, 0.03)  # thigh and shin of ``rigs``
LEGS_OF_PERFORMER = 0.88
FRAMES = 40


@pytest.fixture(autouse=True)
def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)


def walked(rig: bpy.types.Object, bones: tuple[str, ...]) -> dict[str, FloatArray]:
    """Bone -> (t, 3) its head in the world, frame by frame; "" is the object itself."""
    places = {bone: np.zeros((FRAMES, 3)) for bone in (*bones, "")}
    for frame in range(FRAMES):
        bpy.context.scene.frame_set(frame + 1)
        places[""][frame] = rig.matrix_world.translation
        for bone in bones:
            places[bone][frame] = rig.matrix_world @ rig.pose.bones[bone].head
    return places


def spread(places: FloatArray) -> float:
    return float(np.ptp(places[:, :2], axis=0).max())


@pytest.mark.parametrize(
    ("travel", "still", "moving"),
    [
        ("hips", ("", "root"), ("pelvis",)),
        ("root", ("",), ("root", "pelvis")),
        ("object", (), ("", "root", "pelvis")),
        ("none", ("", "root"), ()),
    ],
)
def test_the_way_is_carried_by_what_was_chosen(travel, still, moving):
    rig = make_armature(make_bones("Unreal 4", "A"))
    motion, _ = random_performance(seed=2, frames=FRAMES)
    play(rig, motion, SolveOptions(travel=travel))
    places = walked(rig, ("root", "pelvis", "thigh_l", "thigh_r"))
    way = (motion.joints[:, 0] - motion.joints[0, 0])[:, :2]
    centre = (places["thigh_l"] + places["thigh_r"])[:, :2] / 2
    assert all(spread(places[name]) < 1e-4 for name in still)
    assert all(spread(places[name]) > 0.2 for name in moving)
    if travel == "none":
        assert spread(centre) < 1e-4
    else:
        assert centre - centre[0] == pytest.approx(way * LEGS_OF_RIG / LEGS_OF_PERFORMER, abs=0.002)


@pytest.mark.parametrize("travel", ["hips", "root"])
def test_hips_that_are_joined_to_the_root_bone_are_carried_by_it(travel):
    rig = make_armature(make_bones("Unreal 4", "A"))
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    root, hips = (rig.data.edit_bones[name] for name in ("root", "pelvis"))
    root.tail = hips.head
    hips.use_connect = True
    bpy.ops.object.mode_set(mode="OBJECT")
    motion, _ = random_performance(seed=2, frames=FRAMES)
    play(rig, motion, SolveOptions(travel=travel))
    places = walked(rig, ("thigh_l", "thigh_r"))
    centre = (places["thigh_l"] + places["thigh_r"])[:, :2] / 2
    way = (motion.joints[:, 0] - motion.joints[0, 0])[:, :2]
    assert centre - centre[0] == pytest.approx(way * LEGS_OF_RIG / LEGS_OF_PERFORMER, abs=0.002)


def test_hips_whose_location_counts_along_their_parents_axes():
    rig = make_armature(make_bones("Mixamo", "A"))
    rig.data.bones["mixamorig:Hips"].use_local_location = False
    motion, _ = random_performance(seed=2, frames=FRAMES)
    play(rig, motion)
    places = walked(rig, ("mixamorig:LeftUpLeg", "mixamorig:RightUpLeg"))
    centre = (places["mixamorig:LeftUpLeg"] + places["mixamorig:RightUpLeg"])[:, :2] / 2
    way = (motion.joints[:, 0] - motion.joints[0, 0])[:, :2]
    assert centre - centre[0] == pytest.approx(way * LEGS_OF_RIG / LEGS_OF_PERFORMER, abs=0.002)


def test_a_rig_without_root_bone_says_so():
    rest = read_rest_pose(make_armature(make_bones("Mixamo")))
    with pytest.raises(MocapError, match="no root bone"):
        solve(t_pose(), rest, map_bones(rest), SolveOptions(travel="root"))


@pytest.mark.parametrize("scale", [1.0, 0.01, 3.0])
def test_a_standing_performer_puts_the_rigs_feet_where_they_rest(scale):
    world = np.diag([scale, scale, scale, 1.0])
    rig = make_armature(make_bones("Mixamo", "A"), world)
    rig.scale *= 2.0
    bpy.context.view_layer.update()
    ankles = ("mixamorig:LeftFoot", "mixamorig:RightFoot")
    at_rest = [rig.matrix_world @ rig.data.bones[bone].head_local for bone in ankles]
    play(rig, t_pose())
    bpy.context.scene.frame_set(1)
    standing = [rig.matrix_world @ rig.pose.bones[bone].head for bone in ankles]
    assert [place.z for place in standing] == pytest.approx([place.z for place in at_rest], abs=0.01)


@pytest.mark.parametrize("scale", [1.0, 0.01, 3.0])
@pytest.mark.parametrize("below", [0.0, 0.93])
def test_the_stage_is_the_performers_world_at_the_rigs_size_on_the_floor_below_the_rig(scale, below):
    """Rigs whose origin is at the pelvis stand on a floor that is as far below it as their lowest toe."""
    world = np.diag([scale, scale, scale, 1.0])
    world[:3, 3] = (5, 6, 7)
    way = np.array([5, 6, 7 - scale * below])
    bones = [
        replace(bone, head=scale * bone.head + way, tail=scale * bone.tail + way) for bone in make_bones("Mixamo", "A")
    ]
    rest = rest_pose_of(bones, world)
    stage = stage_of(t_pose(), rest, map_bones(rest))
    feet = [end[2] for bone in bones if bone.role.startswith(("foot", "toes")) for end in (bone.head, bone.tail)]
    floor = min(feet) if below else 7
    assert stage.origin == pytest.approx([5, 6, floor])
    size = scale * LEGS_OF_RIG / LEGS_OF_PERFORMER
    assert stage.place(np.array([1.0, 2.0, 0.5])) == pytest.approx([5 + size, 6 + 2 * size, floor + 0.5 * size])


@pytest.mark.parametrize(("thigh", "shin"), [(0.42, 0.42), (0.2, 0.3), (0.5, 0.3)])
@pytest.mark.parametrize("travel", ["hips", "root"])
def test_standing_feet_do_not_slide_on_legs_of_other_proportions(thigh, shin, travel):
    rig = make_armature(with_legs_of(make_bones("Unreal 4", "A"), thigh, shin))
    motion = walk(FRAMES)
    play(rig, motion, SolveOptions(travel=travel))
    places = walked(rig, ("foot_l", "foot_r"))
    for contact in motion.contacts:
        standing = (motion.times >= contact.start) & (motion.times <= contact.end)
        assert spread(places[f"foot_{contact.foot[0]}"][standing]) < 0.002


def test_standing_feet_do_not_slide_where_the_file_rounds_times_to_milliseconds():
    rig = make_armature(with_legs_of(make_bones("Unreal 4", "A"), 0.5, 0.3))
    exact = walk(FRAMES)
    rounded = tuple(
        FootContact(contact.foot, np.ceil(contact.start * 1000) / 1000, np.floor(contact.end * 1000) / 1000)
        for contact in exact.contacts
    )
    play(rig, exact)
    planted = walked(rig, ("foot_l", "foot_r"))
    play(rig, replace(exact, contacts=rounded))
    for foot, places in walked(rig, ("foot_l", "foot_r")).items():
        assert places == pytest.approx(planted[foot], abs=1e-4)


def test_legs_of_other_proportions_keep_the_performers_way_in_the_air():
    rig = make_armature(with_legs_of(make_bones("Unreal 4", "A"), 0.2, 0.3))
    motion = replace(walk(FRAMES), contacts=())
    play(rig, motion)
    places = walked(rig, ("thigh_l", "thigh_r"))
    centre = (places["thigh_l"] + places["thigh_r"])[:, :2] / 2
    way = (motion.joints[:, 0] - motion.joints[0, 0])[:, :2]
    legs = np.hypot(0.2, 0.01) + np.hypot(0.3, 0.03)
    assert centre - centre[0] == pytest.approx(way * legs / LEGS_OF_PERFORMER, abs=0.002)


def baked_way(rig: bpy.types.Object, mode: str, travel: str = "object", playhead: int = FRAMES // 2) -> FloatArray:
    """(t, 3) the hips in the world after a bake that was started at ``playhead``."""
    bpy.context.scene.frame_set(playhead)
    motion, _ = random_performance(seed=2, frames=FRAMES)
    rest = read_rest_pose(rig)
    curves = solve(motion, rest, map_bones(rest), SolveOptions(travel=travel))
    write_action(rig, curves, np.arange(1, FRAMES + 1), "again", WriteOptions(mode=mode))
    return walked(rig, ("pelvis",))["pelvis"]


@pytest.fixture(params=["standing free", "parented"])
def placed_rig(request) -> bpy.types.Object:
    rig = make_armature(make_bones("Unreal 4", "A"))
    if request.param == "parented":
        carrier = bpy.data.objects.new("carrier", None)
        bpy.context.scene.collection.objects.link(carrier)
        carrier.matrix_world = np.diag([2.0, 2.0, 2.0, 1.0])[[1, 0, 2, 3]].T
        rig.parent = carrier
    rig.location = (1.0, 2.0, 0.25)
    bpy.context.view_layer.update()
    return rig


@pytest.mark.parametrize("mode", ["NEW", "REPLACE", "NLA"])
def test_object_travel_sets_out_from_the_same_place_at_every_bake(placed_rig, mode, tmp_path):
    first = baked_way(placed_rig, mode)
    assert spread(first) > 0.2
    for playhead in (FRAMES, 13):
        assert baked_way(placed_rig, mode, playhead=playhead) == pytest.approx(first, abs=1e-4)
    name, path = placed_rig.name, str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert baked_way(bpy.data.objects[name], mode, playhead=30) == pytest.approx(first, abs=1e-4)


@pytest.mark.parametrize("mode", ["NEW", "REPLACE", "NLA"])
@pytest.mark.parametrize("travel", ["hips", "none"])
def test_the_object_goes_back_when_something_else_travels(placed_rig, mode, travel):
    fresh = baked_way(placed_rig, "NEW", travel)
    placed_rig.animation_data_clear()
    baked_way(placed_rig, mode)
    assert baked_way(placed_rig, mode, travel, playhead=13) == pytest.approx(fresh, abs=1e-4)
    assert spread(walked(placed_rig, ())[""]) < 1e-5
    assert placed_rig.location[:] == (1.0, 2.0, 0.25)


def test_an_object_that_was_freed_and_placed_anew_sets_out_from_there(placed_rig):
    baked_way(placed_rig, "NEW")
    placed_rig.animation_data.action = None
    placed_rig.location = (5.0, 5.0, 0.0)
    bpy.context.view_layer.update()
    moved = baked_way(placed_rig, "NEW")
    placed_rig.animation_data_clear()
    placed_rig.location = (5.0, 5.0, 0.0)
    bpy.context.view_layer.update()
    assert baked_way(placed_rig, "NEW") == pytest.approx(moved, abs=1e-4)


def mute_track(rig):
    rig.animation_data.nla_tracks[0].mute = True


def turn_nla_off(rig):
    rig.animation_data.use_nla = False


def hear_another_track_alone(rig):
    track = rig.animation_data.nla_tracks.new()
    track.strips.new("still", 1, bpy.data.actions.new("still"))
    track.is_solo = True


@pytest.mark.parametrize("silence", [mute_track, turn_nla_off, hear_another_track_alone])
def test_a_rig_whose_travel_does_not_play_sets_out_from_where_it_was_placed_by_hand(placed_rig, silence):
    baked_way(placed_rig, "NLA")
    silence(placed_rig)
    placed_rig.location = (5.0, 5.0, 0.0)
    bpy.context.scene.frame_set(7)
    assert placed_rig.location[:] == (5.0, 5.0, 0.0)
    assert start_location(placed_rig) == pytest.approx([5.0, 5.0, 0.0])


def test_a_rig_whose_strip_is_muted_sets_out_from_where_blender_then_puts_it(placed_rig):
    baked_way(placed_rig, "NLA")
    placed_rig.animation_data.nla_tracks[0].strips[0].mute = True
    bpy.context.scene.frame_set(7)
    assert start_location(placed_rig) == pytest.approx(placed_rig.location[:])
    assert spread(walked(placed_rig, ())[""]) == 0.0


def test_of_several_tracks_a_solo_one_says_where_the_object_sets_out(placed_rig):
    baked_way(placed_rig, "NLA")
    solo = placed_rig.animation_data.nla_tracks[0]
    solo.is_solo = True
    placed_rig.animation_data.action = bpy.data.actions.new("unheard")
    placed_rig.keyframe_insert("location", frame=1)
    bpy.context.scene.frame_set(FRAMES)
    assert start_location(placed_rig) == pytest.approx([1.0, 2.0, 0.25])


def test_two_objects_in_slots_of_one_action_keep_their_own_starts(placed_rig):
    if bpy.app.version < (4, 4, 0):
        pytest.skip("actions have no slots before Blender 4.4")
    other = make_armature(make_bones("Unreal 4", "A"))
    other.location = (-3.0, 0.0, 0.0)
    bpy.context.view_layer.update()
    first = baked_way(placed_rig, "NEW")
    action = placed_rig.animation_data.action
    other.animation_data_create().action = action
    other.animation_data.action_slot = action.slots.new(id_type="OBJECT", name="other")
    beside = baked_way(other, "REPLACE")
    assert baked_way(placed_rig, "REPLACE", playhead=3) == pytest.approx(first, abs=1e-4)
    assert baked_way(other, "REPLACE", playhead=9) == pytest.approx(beside, abs=1e-4)


@pytest.mark.parametrize("travel", ["hips", "root", "object", "none"])
def test_a_rig_performs_where_its_object_stands(travel):
    """Turned by a quarter and half a metre up: the performer stands still, and so the hips stay where they rest."""
    rig = make_armature(make_bones("Unreal 4", "A"))
    rig.matrix_world = Matrix(placed(1.5, (0, 0, 90), (3.0, -2.0, 0.5)))
    bpy.context.view_layer.update()
    thighs = ("thigh_l", "thigh_r")
    at_rest = np.mean([rig.matrix_world @ rig.data.bones[bone].head_local for bone in thighs], axis=0)
    play(rig, t_pose(), SolveOptions(travel=travel))
    bpy.context.scene.frame_set(1)
    stands = np.mean([rig.matrix_world @ rig.pose.bones[bone].head for bone in thighs], axis=0)
    assert stands == pytest.approx(at_rest, abs=0.02)


@pytest.mark.parametrize(
    ("raised", "is_floor"), [(0.0, True), (0.15, True), (-0.15, True), (0.25, False), (-0.25, False)]
)
def test_an_origin_within_a_fifth_of_a_leg_of_the_soles_is_the_floor(raised, is_floor):
    """Beyond, the rig was built around another point, such as its hips, and stands on its soles."""
    shift = np.array([0.0, 0.0, raised * LEGS_OF_RIG])
    bones = make_bones("Mixamo", "A")
    moved = [replace(bone, head=bone.head + shift, tail=bone.tail + shift) for bone in bones]
    rest = rest_pose_of(moved)
    feet = [bone for bone in moved if bone.role.startswith(("foot", "toes"))]
    soles = min(end[2] for bone in feet for end in (bone.head, bone.tail))
    ankles = np.mean([bone.head[2] for bone in feet if bone.role.startswith("foot")])
    assert ankle_height(rest, map_bones(rest)) == pytest.approx(ankles - (0.0 if is_floor else soles))


@pytest.mark.parametrize(("longer", "held"), [(1.4, True), (1.6, False), (2.0, False)])
def test_nothing_is_known_of_feet_over_a_lost_frame(longer, held):
    """The rig's legs swing 1 cm a frame where the performer's stand still: so far its hips go to hold the foot."""
    times = np.cumsum([0.0, 1, 1, longer, 1, 1]) / 30
    joints = np.tile(t_pose().joints[:1], (6, 1, 1))
    motion = Motion(times, joints, np.ones((6, 17)), (FootContact(Side.LEFT, 0.0, 1.0),))
    swinging = np.array([0.01, 0.0, 0.0]) * np.arange(6)[:, None]
    way = planted_travel(motion, 1.0, {Side.LEFT: swinging})
    steps = [-0.01, -0.01, -0.01 if held else 0.0, -0.01, -0.01]
    assert np.diff(way[:, 0]) == pytest.approx(steps)
    assert not way[:, 1:].any()
