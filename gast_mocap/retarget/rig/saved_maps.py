"""Bone maps that an animator keeps: one JSON file each, readable without this add-on."""

import json
from pathlib import Path

from ...take.errors import MocapError
from ...take.sentences import Sentence
from ...take.whole_file import whole_file, why_not_saved
from .bone_map import BoneMap, described_map
from .rest_pose import RestPose
from .roles import ROLES

SUFFIX = ".bones.json"
VERSION = 1


def map_path(folder: Path, name: str) -> Path:
    """Raises:
    MocapError: ``map_name`` when it cannot be the name of a file.
    """
    name = name.strip()
    if not name or name.startswith(".") or any(letter in '/\\:*?"<>|' or ord(letter) < 32 for letter in name):
        raise MocapError("map_name", 'A saved bone map needs a name without / \\ : * ? " < > |. Choose another name.')
    return folder / f"{name}{SUFFIX}"


def saved_names(folder: Path) -> list[str]:
    return sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))


def save_map(bone_map: BoneMap, path: Path) -> None:
    """Raises:
    MocapError: ``map_unwritable``.
    """
    content = {"version": VERSION, "family": bone_map.family, "bones": dict(bone_map.bones)}
    try:
        with whole_file(path) as part:
            part.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as error:
        raise MocapError("map_unwritable", why_not_saved(path, error), str(error)) from error


def remove_map(path: Path) -> None:
    """Raises:
    MocapError: ``map_kept``.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        text = Sentence("{path} could not be deleted. Close what has it open, or delete it by hand.", path=path)
        raise MocapError("map_kept", text, str(error)) from error


def load_map(path: Path) -> BoneMap:
    """Raises:
    MocapError: ``map_unreadable``.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        bones = {role: bone for role, bone in content["bones"].items() if role in ROLES and isinstance(bone, str)}
        return described_map(bones, str(content["family"]))
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        text = Sentence("{name} holds no bone map that can be read. Save the map again.", name=path.name)
        raise MocapError("map_unreadable", text, str(error)) from error


def fitting_map(folder: Path, rest: RestPose) -> BoneMap | None:
    """The saved map all of whose bones the rig has, the fullest if there are several; None if there is none."""
    found = []
    for name in saved_names(folder):
        try:
            saved = load_map(map_path(folder, name))
        except MocapError:
            continue  # loading it by hand says what is wrong with it
        if not saved.missing and set(saved.bones.values()) <= set(rest.bone_names):
            found.append(saved)
    return max(found, key=lambda saved: len(saved.bones), default=None)
