"""The rig families that are known by name, read from ``names.toml``."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ...take.skeletons import Side
from .roles import ROLES, SIDED, sided

NAMES = Path(__file__).with_name("names.toml")


@dataclass(frozen=True)
class Switch:
    """A custom property of a pose bone that must have ``value`` while the rig is driven by its mapped
    bones."""

    bone: str
    name: str
    value: float


@dataclass(frozen=True)
class Family:
    """``names``: role -> the names that it may have, best first. ``prefix``: a pattern that may stand
    before them."""

    name: str
    prefix: str
    names: Mapping[str, tuple[str, ...]]
    switches: tuple[Switch, ...] = ()

    def match(self, bone_names: Iterable[str]) -> dict[str, str]:
        """role -> bone, of the roles that these bones fill."""
        pattern = re.compile(f"(?:.*[:|])?(?:{self.prefix})(.+)")
        bare = {found[found.re.groups]: bone for bone in bone_names if (found := pattern.fullmatch(bone))}
        filled: dict[str, str] = {}
        for role, names in self.names.items():
            bone = next((bare[name] for name in names if name in bare and bare[name] not in filled.values()), None)
            if bone is not None:
                filled[role] = bone
        return filled


@cache
def families() -> tuple[Family, ...]:
    """All families, in the file's order."""
    return tuple(_family(entry) for entry in name_table()["family"])


@cache
def name_table() -> dict[str, Any]:
    """What stands in ``names.toml``: ``words`` of the parts of a body, and ``family`` entries."""
    with NAMES.open("rb") as file:
        return tomllib.load(file)


def _family(entry: dict[str, Any]) -> Family:
    spellings = dict(zip(Side, entry["sides"], strict=True))
    names: dict[str, tuple[str, ...]] = {}
    for role in entry.keys() & {*ROLES, *SIDED}:
        written = entry[role] if isinstance(entry[role], list) else [entry[role]]
        if role in SIDED:
            for side, spelling in spellings.items():
                names[sided(role, side)] = tuple(name.format(spelling) for name in written)
        else:
            names[role] = tuple(written)
    switches = {
        Switch(bone.format(spelling), name, value)
        for bone, name, value in entry.get("switches", ())
        for spelling in spellings.values()
    }
    return Family(entry["name"], entry.get("prefix", ""), names, tuple(switches))
