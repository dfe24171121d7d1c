"""The page that documents the take's fields names those that a take has, and no others."""

import json
import re
from dataclasses import fields
from pathlib import Path

import numpy as np

from gast_mocap.take.edits import KINDS
from gast_mocap.take.files import save_take
from gast_mocap.take.records import Keypoints2D, PartPoints, Person, Pose3D, Take, TakeSettings, Track, VideoInfo
from gast_mocap.take.skeletons import PARTS, dimensions

PAGE = Path(__file__).parents[2] / "docs" / "file_formats.md"
OPEN = {"settings.models", "settings.networks", "video.playback", "cleaning", "people", "edits", "tracked"}
"""What is documented as a whole."""


def fields_of(header: dict, prefix: str = "") -> set[str]:
    found = set()
    for name, value in header.items():
        if isinstance(value, dict) and prefix + name not in OPEN:
            found |= fields_of(value, f"{prefix}{name}.")
        else:
            found.add(prefix + name)
    return found


def documented(heading: str) -> set[str]:
    """What stands in the first column of the table below ``heading``."""
    section = PAGE.read_text(encoding="utf-8").split(f"### {heading}\n")[1].split("\n#")[0]
    first_cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_field_and_array_of_a_take_is_documented(tmp_path: Path) -> None:
    frames, scores = np.arange(2), np.full(2, 0.9)
    parts = {
        name: PartPoints(np.zeros((2, len(part.joints), dimensions(name))), np.zeros((2, len(part.joints))))
        for name, part in PARTS.items()
    }
    person = Person(
        Track(1, frames, np.tile([0.0, 0, 10, 10], (2, 1)), scores),
        Keypoints2D(1, frames, np.zeros((2, 17, 2)), np.full((2, 17), 0.9), parts),
        Pose3D(frames, np.zeros((2, 17, 3))),
        np.zeros((4, 3, 3), np.uint8),
    )
    video = VideoInfo(tmp_path / "v.mp4", 64, 64, np.array([0.0, 0.04]))
    save_take(Take(video, TakeSettings("fast", 0, 2, False), (person,)), tmp_path / "t.take.npz")
    with np.load(tmp_path / "t.take.npz") as arrays:
        assert set(arrays.files) == documented("The arrays")
        header = json.loads(str(arrays["header"]))
    assert fields_of(header) == documented("The header")
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in (*header["people"][0], *header["video"]["playback"]))


def test_every_kind_of_edit_is_documented_with_its_fields() -> None:
    section = PAGE.read_text(encoding="utf-8").split("### The edits\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1:3] for line in section.splitlines() if line.startswith("| `")]
    said = {kind.strip(" `"): set(re.findall(r"`(\w+)`", named)) for kind, named in rows}
    assert said == {kind: {field.name for field in fields(edit)} for kind, edit in KINDS.items()}
