from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import bpy

from gast_mocap.inference.choice import OwnNetworks
from gast_mocap.operators import preferences
from gast_mocap.operators.panels.people import readable_take
from gast_mocap.operators.scene_take import show_take
from gast_mocap.take.files import load_take, save_take


def test_an_installed_extension_keeps_its_files_where_an_update_leaves_them_alone(tmp_path, monkeypatch):
    monkeypatch.undo()  # of the folder that stands in for it in other tests
    asked = []

    def extension_path_user(package, path, create):
        asked.append((package, path, create))
        return str(tmp_path)

    monkeypatch.setattr(preferences, "EXTENSION", "bl_ext.user_default.gast_mocap")
    monkeypatch.setattr(bpy.utils, "extension_path_user", extension_path_user)
    assert preferences.own_folder("bone maps") == tmp_path
    assert asked == [("bl_ext.user_default.gast_mocap", "bone maps", True)]


def test_files_of_ones_own_reach_the_worker(monkeypatch, tmp_path):
    chosen = SimpleNamespace(
        detector=str(tmp_path / "yolo.cfg"), pose="", lifter=str(tmp_path / "gast.onnx"),
        detector_score=0.0, detector_overlap=0.25, causal=True,
    )  # fmt: skip
    monkeypatch.setattr(preferences, "_preferences", lambda: chosen)
    own = preferences.own_networks()
    assert (own.detector, own.pose, own.lifter) == (tmp_path / "yolo.cfg", None, tmp_path / "gast.onnx")
    assert own.detector_score is None  # 0 is what it was published with
    assert own.detector_overlap == 0.25
    assert own.causal


def test_without_files_all_is_bundled(monkeypatch):
    chosen = SimpleNamespace(detector="", pose="", lifter="", detector_score=0.0, detector_overlap=0.0, causal=True)
    monkeypatch.setattr(preferences, "_preferences", lambda: chosen)
    assert preferences.own_networks() == OwnNetworks()


def test_the_panel_tells_which_networks_made_the_take(scene, take):
    take = Path(take)
    named = replace(load_take(take).settings, networks={"detector": "mine, YOLOX", "lifter": "gast-27, bundled"})
    save_take(replace(load_take(take), settings=named), take)
    show_take(scene, str(take))
    assert readable_take(scene).settings.networks == {"detector": "mine, YOLOX", "lifter": "gast-27, bundled"}
    take.unlink()
    assert readable_take(scene) is None
