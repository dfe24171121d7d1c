from dataclasses import asdict, fields

import bpy
import pytest

from gast_mocap.inference.quality import PRESETS
from gast_mocap.operators.panels.clean_up import FURTHER_CONTROLS, USUAL_CONTROLS
from gast_mocap.operators.preferences import GAST_MOCAP_AP_preferences
from gast_mocap.operators.properties import QUALITIES, GAST_MOCAP_PG_scene
from gast_mocap.take.settings import CleanSettings


def test_defaults_are_those_of_the_clean_up(scene):
    assert asdict(scene.gast_mocap.clean_settings()) == pytest.approx(asdict(CleanSettings()))


def test_raw_turns_all_off(scene):
    scene.gast_mocap.raw = True
    assert scene.gast_mocap.clean_settings() == CleanSettings.raw()


def test_angles_are_radians_in_blender_and_degrees_in_the_clean_up(scene):
    scene.gast_mocap.clean.camera_tilt = 0.5235988
    assert scene.gast_mocap.clean_settings().camera_tilt == pytest.approx(30)


def test_every_setting_has_label_and_tooltip(scene):
    shown = scene.gast_mocap.clean.bl_rna.properties
    assert all(shown[field.name].name and shown[field.name].description for field in fields(CleanSettings))


def test_every_setting_is_in_the_panel():
    drawn = [*USUAL_CONTROLS, *(name for _, names in FURTHER_CONTROLS for name in names)]
    assert sorted(drawn) == sorted(field.name for field in fields(CleanSettings))


def test_every_preset_is_offered():
    assert [name for name, *_ in QUALITIES] == list(PRESETS)


@pytest.mark.skipif(bpy.app.version < (4, 5, 0), reason="Blender does not ask before 4.5")
def test_paths_may_begin_with_the_folder_of_the_file(scene):
    importing, opening = (getattr(bpy.ops.gast_mocap, name).get_rna_type() for name in ("import_video", "open_take"))
    remembered, preferred = GAST_MOCAP_PG_scene.bl_rna, GAST_MOCAP_AP_preferences.bl_rna
    for owner, name in (
        (importing, "filepath"),
        (importing, "take"),
        (opening, "filepath"),
        (remembered, "video"),
        (remembered, "take"),
        (preferred, "takes_folder"),
    ):
        assert owner.properties[name].is_path_supports_blend_relative, (owner.identifier, name)
