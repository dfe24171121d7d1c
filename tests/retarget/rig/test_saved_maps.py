"""Bone maps as files: whole, damaged, and of names that no file can have."""

import errno
import json
import os
from pathlib import Path

import pytest

from gast_mocap.retarget.rig.bone_map import BoneMap
from gast_mocap.retarget.rig.families import families
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.rig.saved_maps import fitting_map, load_map, map_path, remove_map, save_map, saved_names
from gast_mocap.take.errors import MocapError
from trials.rigs import make_bones, rest_pose_of

BONES = {"hips": "Hüfte", "thigh.L": "腿.L"}


def test_a_map_comes_back_with_its_familys_switches(tmp_path: Path) -> None:
    family = next(family for family in families() if family.switches)
    bone_map = BoneMap(BONES, family.name, family.switches)
    save_map(bone_map, map_path(tmp_path, " mine "))
    assert saved_names(tmp_path) == ["mine"]
    assert load_map(tmp_path / "mine.bones.json") == bone_map
    remove_map(tmp_path / "mine.bones.json")
    remove_map(tmp_path / "mine.bones.json")  # gone already: nothing to tell
    assert saved_names(tmp_path) == []


def test_names_of_any_script_stand_in_the_file_as_they_are(tmp_path: Path) -> None:
    save_map(BoneMap(BONES), tmp_path / "a.bones.json")
    assert "Hüfte" in (tmp_path / "a.bones.json").read_text(encoding="utf-8")
    assert dict(load_map(tmp_path / "a.bones.json").bones) == BONES


def test_what_no_role_has_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.bones.json"
    path.write_text(json.dumps({"family": "", "bones": BONES | {"tail": "Tail", "head": None, "neck": ["Neck"]}}))
    assert dict(load_map(path).bones) == BONES


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"bones": []}',
        b'{"bones": {}}',
        b'{"family": "", "bones": null}',
        b"\xff",
        b"[" * 10**5,
    ],
)
def test_a_damaged_map_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.bones.json"
    path.write_bytes(content)
    with pytest.raises(MocapError) as caught:
        load_map(path)
    assert caught.value.code == "map_unreadable"


def test_every_truncation_of_a_map_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.bones.json"
    save_map(BoneMap(BONES), path)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(MocapError):
            load_map(path)


@pytest.mark.parametrize("name", ["", "  ", ".hidden", "a/b", "a\\b", "a:b", "a\0b", "a\nb", 'say "hi"'])
def test_names_that_no_file_can_have_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(MocapError) as caught:
        map_path(tmp_path, name)
    assert caught.value.code == "map_name"


def test_a_disk_that_is_full_keeps_the_map_that_is_there(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.bones.json"
    save_map(BoneMap(BONES), path)

    def fill(part: Path, text: str, **_options: str) -> None:
        part.write_bytes(text.encode()[:5])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", fill)
    with pytest.raises(MocapError) as caught:
        save_map(BoneMap({}), path)
    assert caught.value.code == "map_unwritable"
    assert list(tmp_path.iterdir()) == [path]
    assert dict(load_map(path).bones) == BONES


def test_the_fullest_of_the_maps_that_fit_a_rig_is_chosen(tmp_path: Path) -> None:
    rest = rest_pose_of(make_bones("Mixamo"))
    whole = map_bones(rest)
    fewer = {role: bone for role, bone in whole.bones.items() if not role.startswith("toes")}
    save_map(BoneMap(fewer), tmp_path / "a fewer.bones.json")
    save_map(whole, tmp_path / "b whole.bones.json")
    save_map(BoneMap({**whole.bones, "root": "not there"}), tmp_path / "c of another rig.bones.json")
    save_map(BoneMap({"hips": whole.bones["hips"]}), tmp_path / "d incomplete.bones.json")
    (tmp_path / "e damaged.bones.json").write_bytes(b"{")
    found = fitting_map(tmp_path, rest)
    assert found
    assert dict(found.bones) == dict(whole.bones)
    assert fitting_map(tmp_path / "nowhere", rest) is None
