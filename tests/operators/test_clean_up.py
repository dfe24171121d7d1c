import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from mathutils import Euler

from gast_mocap.operators import clean_up, reports
from gast_mocap.operators.panels.clean_up import GAST_MOCAP_PT_clean, is_in_use
from gast_mocap.take.files import load_take, save_take
from gast_mocap.take.records import FootContact
from gast_mocap.take.settings import CleanSettings


@pytest.fixture
def camera(scene):
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(scene.camera)
    return scene.camera


def test_the_scene_camera_fills_in_the_videos(scene, take, camera):
    bpy.ops.gast_mocap.open_take(filepath=take)
    # Blender's camera looks down; turned up by 90 - 12 degrees it looks 12 degrees down
    scene.camera.rotation_euler = Euler((math.radians(78), 0, math.radians(30)))
    scene.camera.location = (3, -2, 1.5)
    scene.camera.data.angle = math.radians(50)
    bpy.context.view_layer.update()
    bpy.ops.gast_mocap.use_scene_camera()
    found = scene.gast_mocap.clean_settings()
    assert (found.find_floor, found.align_camera) == (False, True)
    assert (found.camera_tilt, found.camera_roll, found.camera_heading) == pytest.approx((12, 0, 30), abs=1e-3)
    assert (found.camera_x, found.camera_y, found.camera_height) == pytest.approx((3, -2, 1.5))
    assert found.field_of_view == pytest.approx(50)


@pytest.mark.parametrize("height", [0.0, -0.8])
def test_a_scene_camera_on_the_floor_or_below_it_counts(scene, take, camera, height):
    bpy.ops.gast_mocap.open_take(filepath=take)
    camera.rotation_euler = Euler((math.radians(90), 0, 0))
    camera.location = (0, 0, height)
    bpy.context.view_layer.update()
    bpy.ops.gast_mocap.use_scene_camera()
    found = scene.gast_mocap.clean_settings()
    assert found.camera_height == pytest.approx(height)
    assert found.knows_height


def test_a_camera_height_that_is_entered_is_used_and_one_that_is_found_is_not(scene):
    clean = scene.gast_mocap.clean
    assert not clean.settings().knows_height
    clean.camera_height = 1.5
    assert not clean.find_height
    assert clean.settings().knows_height
    clean.find_height = True
    assert clean.camera_height == 0
    assert not clean.settings().knows_height
    clean.find_height = False
    assert clean.settings().knows_height


def test_heights_of_a_camera_in_takes_of_earlier_versions(scene):
    for height, known in ((1.5, True), (0.0, False)):
        scene.gast_mocap.clean.show(CleanSettings(camera_height=height))
        assert scene.gast_mocap.clean.settings().knows_height is known
        assert scene.gast_mocap.clean.settings().camera_height == height


@pytest.mark.parametrize(("width", "height", "across"), [(1280, 720, 50.0), (720, 1280, 29.4)])
@pytest.mark.parametrize("render", [(1920, 1080), (1080, 1920)])
def test_the_lens_is_that_across_the_video(scene, take, camera, width, height, across, render):
    filmed = load_take(Path(take))
    save_take(replace(filmed, video=replace(filmed.video, width=width, height=height)), Path(take))
    scene.render.resolution_x, scene.render.resolution_y = render
    camera.data.angle = math.radians(50)  # of the longer side of the picture
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.use_scene_camera()
    assert scene.gast_mocap.clean_settings().field_of_view == pytest.approx(across, abs=0.05)


def test_a_camera_without_perspective_is_refused_and_nothing_changes(scene, take, camera):
    bpy.ops.gast_mocap.open_take(filepath=take)
    camera.data.type = "ORTHO"
    before = scene.gast_mocap.clean_settings()
    with pytest.raises(RuntimeError, match="no perspective camera"):
        bpy.ops.gast_mocap.use_scene_camera()
    assert scene.gast_mocap.clean_settings() == before
    assert "no perspective camera" in reports.of_clean_up.error
    bpy.ops.gast_mocap.find_contacts()
    assert not reports.of_clean_up.error


def test_clean_up_leaves_what_the_bake_told(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    reports.of_bake.notify("said by a bake")
    bpy.ops.gast_mocap.keep_clean_up()
    assert reports.of_bake.notices == ["said by a bake"]
    reports.of_bake.clear()


def test_only_what_changes_the_scene_can_be_undone():
    in_scene = (clean_up.GAST_MOCAP_OT_use_scene_camera, clean_up.GAST_MOCAP_OT_mark_contacts)
    in_file = (
        clean_up.GAST_MOCAP_OT_keep_contacts,
        clean_up.GAST_MOCAP_OT_find_contacts,
        clean_up.GAST_MOCAP_OT_keep_clean_up,
    )
    assert all("UNDO" in operator.bl_options for operator in in_scene)
    assert not any("UNDO" in operator.bl_options for operator in in_file)


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
    assert len(scene.timeline_markers) == 5, "one phase a foot, and marking twice marks once"
    assert marked == {
        "person 1 foot left down": 1, "person 1 foot left up": 48,
        "person 1 foot right down": 1, "person 1 foot right up": 48,
    }  # fmt: skip

    next(m for m in scene.timeline_markers if m.name == "person 1 foot right up").frame = 25
    bpy.ops.gast_mocap.keep_contacts()
    kept = load_take(Path(take)).person(1).contacts
    assert FootContact("right", 0.0, 1.0) in kept
    bpy.ops.gast_mocap.mark_contacts()
    assert sorted(m.frame for m in scene.timeline_markers if "right" in m.name) == [1, 25]

    bpy.ops.gast_mocap.find_contacts()
    assert load_take(Path(take)).person(1).contacts is None


def test_each_persons_markers_are_their_own(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.mark_contacts()
    scene.gast_mocap.person_index = 1
    with pytest.raises(RuntimeError, match="no foot markers of person 4"):
        bpy.ops.gast_mocap.keep_contacts()
    assert load_take(Path(take)).person(4).contacts is None
    bpy.ops.gast_mocap.mark_contacts()
    assert len(scene.timeline_markers) == 8, "those of person 1 stay"
    bpy.ops.gast_mocap.keep_contacts()
    kept = load_take(Path(take))
    assert kept.person(1).contacts is None
    assert min(contact.start for contact in kept.person(4).contacts) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("switch", ["raw", "travel"])
def test_contacts_are_not_shown_where_none_are_found(scene, take, switch):
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.mark_contacts()
    if switch == "raw":
        scene.gast_mocap.raw = True
    else:
        scene.gast_mocap.clean.travel = False
    with pytest.raises(RuntimeError, match="Turn Travel on and Raw off"):
        bpy.ops.gast_mocap.mark_contacts()
    assert len(scene.timeline_markers) == 4


def test_a_marker_without_partner_is_told_and_nothing_is_kept(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.timeline_markers.new("person 1 foot left down", frame=3)
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
    assert scene.gast_mocap.people[0].body_height == pytest.approx(1.7)
    usual = height_of_baked()
    scene.gast_mocap.clean.body_height = 1.9
    assert scene.gast_mocap.people[0].body_height == pytest.approx(1.9)
    scene.gast_mocap.people[0].body_height = 0.85
    assert height_of_baked() == pytest.approx(usual / 2, rel=0.01)
    bpy.ops.gast_mocap.keep_clean_up()
    bpy.ops.gast_mocap.open_take(filepath=take)
    assert [person.body_height for person in scene.gast_mocap.people] == pytest.approx([0.85, 1.9])


def test_a_persons_height_stays_in_bounds_and_can_be_given_up(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    person = scene.gast_mocap.people[0]
    person.body_height = 9
    assert person.body_height == 3
    for nothing in (0, -1):
        person.body_height = 1.2
        person.body_height = nothing
        assert person.body_height == pytest.approx(1.7)


def test_settings_kept_in_a_take_greet_whoever_opens_it(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.clean.smooth_body = 0.1
    scene.gast_mocap.clean.camera_tilt = math.radians(20)
    scene.gast_mocap.clean.face_front = True
    bpy.ops.gast_mocap.keep_clean_up()
    scene.gast_mocap.clean.show(CleanSettings())
    assert not scene.gast_mocap.clean.face_front
    bpy.ops.gast_mocap.open_take(filepath=take)
    clean = scene.gast_mocap.clean_settings()
    assert (clean.smooth_body, clean.camera_tilt) == pytest.approx((0.1, 20))
    assert clean.face_front
    assert np.isclose(clean.body_height, 1.7)


def test_a_take_without_kept_clean_up_leaves_the_panel_alone(scene, take):
    scene.gast_mocap.clean.body_height = 1.85
    bpy.ops.gast_mocap.open_take(filepath=take)
    assert scene.gast_mocap.clean.body_height == pytest.approx(1.85)


def test_controls_without_effect_are_grey(scene):
    clean = scene.gast_mocap.clean

    def in_use(*names: str) -> list[bool]:
        return [is_in_use(clean, name) for name in names]

    assert in_use("camera_tilt", "camera_height", "camera_x", "face_front", "foot_lock", "smooth_body") == [
        False, False, False, True, True, True,
    ]  # fmt: skip
    clean.find_floor, clean.align_camera, clean.foot_lock = False, True, False
    assert in_use("camera_tilt", "camera_height", "camera_x", "face_front", "own_origin", "lock_strength") == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    clean.travel, clean.foot_lock = False, True
    assert not any(in_use("foot_lock", "lock_strength", "contact_sensitivity", "camera_height", "field_of_view"))


def test_the_panel_draws_grey_rows_and_its_own_troubles(scene, take):
    """Drawn on a layout that writes down what it is given."""
    drawn: dict[str, bool] = {}
    texts: list[str] = []

    class Layout:
        active = True

        def panel(self, *_args, **_options):
            return Layout(), Layout()

        def row(self, **_options):
            return Layout()

        box = column = row

        def prop(self, _settings, name, **_options):
            drawn[name] = self.active

        def menu(self, _name, text):
            texts.append(text)

        def label(self, text, **_options):
            texts.append(text)

        def operator(self, name, **_options):
            texts.append(name)

    bpy.ops.gast_mocap.open_take(filepath=take)
    reports.of_clean_up.clear()
    reports.of_clean_up.notify("told")
    preferences = SimpleNamespace(system=SimpleNamespace(ui_scale=1.0))  # 0 without a window
    context = SimpleNamespace(scene=scene, preferences=preferences, region=SimpleNamespace(width=300))
    GAST_MOCAP_PT_clean.show(None, Layout(), context, scene.gast_mocap)
    reports.of_clean_up.clear()
    assert texts[0] == "Walk", "the preset that the settings are as"
    assert drawn["body_height"]
    assert not drawn["camera_tilt"]
    assert texts[-2:] == ["gast_mocap.keep_clean_up", "told"]
