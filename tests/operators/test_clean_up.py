import math
from pathlib import Path

import bpy
import numpy as np
import pytest
from mathutils import Euler

from gast_mocap.motion.records import FootContact
from gast_mocap.motion.settings import CleanSettings
from gast_mocap.motion.takes import load_take
from gast_mocap.operators.clean_up import show_clean_up


def test_the_scene_camera_fills_in_the_videos(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    data = bpy.data.cameras.new("Camera")
    scene.camera = bpy.data.objects.new("Camera", data)
    scene.collection.objects.link(scene.camera)
    # Blender's camera looks down; turned up by 90 - 12 degrees it looks 12 degrees down
    scene.camera.rotation_euler = Euler((math.radians(78), 0, math.radians(30)))
    scene.camera.location = (3, -2, 1.5)
    data.angle = math.radians(50)
    bpy.context.view_layer.update()
    bpy.ops.gast_mocap.use_scene_camera()
    found = scene.gast_mocap.clean_settings()
    assert (found.find_floor, found.align_camera) == (False, True)
    assert (found.camera_tilt, found.camera_roll, found.camera_heading) == pytest.approx((12, 0, 30), abs=1e-3)
    assert (found.camera_x, found.camera_y, found.camera_height) == pytest.approx((3, -2, 1.5))
    assert found.field_of_view == pytest.approx(math.degrees(data.angle_x))


def test_without_a_camera_it_cannot_be_used(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    with pytest.raises(RuntimeError, match="no active camera"):
        bpy.ops.gast_mocap.use_scene_camera()


def test_contacts_are_marked_moved_kept_and_found_again(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.timeline_markers.new("foot of the hill", frame=5)
    for _ in range(2):
        bpy.ops.gast_mocap.mark_contacts()
    marked = {marker.name: marker.frame for marker in scene.timeline_markers}
    assert marked.pop("foot of the hill") == 5
    assert len(scene.timeline_markers) == 5, "one spell a foot, and marking twice marks once"
    assert marked == {"foot left down": 1, "foot left up": 48, "foot right down": 1, "foot right up": 48}

    next(m for m in scene.timeline_markers if m.name == "foot right up").frame = 25
    bpy.ops.gast_mocap.keep_contacts()
    kept = load_take(Path(take)).person(1).contacts
    assert FootContact("right", 0.0, 1.0) in kept
    bpy.ops.gast_mocap.mark_contacts()
    assert sorted(m.frame for m in scene.timeline_markers if "right" in m.name) == [1, 25]

    bpy.ops.gast_mocap.find_contacts()
    assert load_take(Path(take)).person(1).contacts is None


def test_a_marker_without_partner_is_told_and_nothing_is_kept(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.timeline_markers.new("foot left down", frame=3)
    with pytest.raises(RuntimeError, match="has no partner"):
        bpy.ops.gast_mocap.keep_contacts()
    assert load_take(Path(take)).person(1).contacts is None


def test_a_persons_own_height_makes_the_body_and_is_kept_with_the_clean_up(scene, take):
    def height_of_baked() -> float:
        bpy.ops.gast_mocap.bake()
        made = next(iter(o for o in scene.objects if o.type == "ARMATURE"))
        height = max(bone.head_local.z for bone in made.data.bones)
        bpy.data.objects.remove(made)
        return height

    bpy.ops.gast_mocap.open_take(filepath=take)
    assert scene.gast_mocap.people[0].body_height == 0
    usual = height_of_baked()
    scene.gast_mocap.people[0].body_height = 0.85
    assert height_of_baked() == pytest.approx(usual / 2, rel=0.01)
    bpy.ops.gast_mocap.keep_clean_up()
    bpy.ops.gast_mocap.open_take(filepath=take)
    assert scene.gast_mocap.people[0].body_height == pytest.approx(0.85)


def test_settings_kept_in_a_take_greet_whoever_opens_it(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.clean.smooth_body = 0.1
    scene.gast_mocap.clean.camera_tilt = math.radians(20)
    scene.gast_mocap.clean.face_front = True
    bpy.ops.gast_mocap.keep_clean_up()
    show_clean_up(scene, CleanSettings())
    assert not scene.gast_mocap.clean.face_front
    bpy.ops.gast_mocap.open_take(filepath=take)
    clean = scene.gast_mocap.clean_settings()
    assert (clean.smooth_body, clean.camera_tilt) == pytest.approx((0.1, 20))
    assert clean.face_front
    assert np.isclose(clean.body_height, 1.7)
