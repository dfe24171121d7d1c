"""Names that no text can hold, in every field for a path."""

from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from gast_mocap.operators import preferences, reports
from gast_mocap.operators.paths import chosen_path
from gast_mocap.take.errors import MocapError

LATIN_1 = "caf\udce9"  # as Python reads the bytes b"caf\xe9" of a name on a disk of UTF-8


def refused(call, **given):
    with pytest.raises(RuntimeError, match=r"caf\? is not valid Unicode\. Rename the file or folder"):
        call(**given)
    assert "valid Unicode" in reports.of_import.error


def test_a_video(scene, tmp_path):
    refused(bpy.ops.gast_mocap.import_video, filepath=str(tmp_path / LATIN_1), wait=True)
    assert scene.gast_mocap.video == ""
    scene.gast_mocap.video = str(tmp_path / LATIN_1)
    refused(bpy.ops.gast_mocap.import_video, wait=True)


def test_a_take(scene, take, tmp_path):
    refused(bpy.ops.gast_mocap.open_take, filepath=str(tmp_path / LATIN_1))
    refused(bpy.ops.gast_mocap.import_video, filepath=str(tmp_path / "a.mp4"), take=str(tmp_path / LATIN_1), wait=True)
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.take = str(tmp_path / LATIN_1)
    with pytest.raises(RuntimeError, match="valid Unicode"):
        bpy.ops.gast_mocap.bake()
    with pytest.raises(RuntimeError, match="valid Unicode"):
        bpy.ops.gast_mocap.keep_clean_up()


@pytest.mark.parametrize("field", ["takes_folder", "detector", "pose", "lifter"])
def test_the_preferences(scene, tmp_path, monkeypatch, field):
    empty = dict.fromkeys(("takes_folder", "detector", "pose", "lifter"), "")
    numbers = {"low_memory": False, "detector_score": 0.0, "detector_overlap": 0.0, "causal": False, "gentle": False}
    chosen = SimpleNamespace(**{**empty, **numbers, field: str(tmp_path / LATIN_1)})
    monkeypatch.setattr(preferences, "_preferences", lambda: chosen)
    refused(bpy.ops.gast_mocap.import_video, filepath=str(tmp_path / "a.mp4"), wait=True)


def test_half_a_character():
    with pytest.raises(MocapError, match="not valid Unicode"):
        chosen_path("walk\ud83d.mp4")


@pytest.mark.parametrize("field", ["http://example.org/a.mp4", "tcp:1", "concat:a|b", "subfile,,start,0,end,9,,:a"])
def test_no_name_is_a_url(field):
    assert chosen_path(field).is_absolute()
    assert Path.cwd() in chosen_path(field).parents
