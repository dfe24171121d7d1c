"""The rig families that are known by name, read from ``names.toml``."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ...take.errors import MocapError
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
        pattern = _pattern(self.prefix)
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
    return families_in(name_table())


def families_in(table: dict[str, Any]) -> tuple[Family, ...]:
    """The families of a table like that of ``names.toml``.

    Raises:
        MocapError: ``names_damaged``.
    """
    try:
        return tuple(_family(entry) for entry in table["family"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, re.error) as error:
        raise _damaged(error) from error


@cache
def name_table() -> dict[str, Any]:
    """What stands in ``names.toml``: ``words`` of the parts of a body, and ``family`` entries.

    Raises:
        MocapError: ``names_damaged``.
    """
    return table_in(NAMES.read_text(encoding="utf-8"))


def table_in(text: str) -> dict[str, Any]:
    """Raises MocapError as ``name_table``."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> MocapError:
    return MocapError("names_damaged", "The list of bone names is damaged. Install the extension again.", repr(error))


def _family(entry: dict[str, Any]) -> Family:
    spellings = dict(zip(Side, entry["sides"], strict=True))
    names: dict[str, tuple[str, ...]] = {}
    for role in (key for key in entry if key in ROLES or key in SIDED):  # in the order of the file
        written = list(map(_text, entry[role] if isinstance(entry[role], list) else [entry[role]]))
        if role in SIDED:
            for side, spelling in spellings.items():
                names[sided(role, side)] = tuple(name.format(spelling) for name in written)
        else:
            names[role] = tuple(written)
    switches = dict.fromkeys(
        Switch(bone.format(spelling), name, value)
        for bone, name, value in entry.get("switches", ())
        for spelling in spellings.values()
    )
    prefix = _text(entry.get("prefix", ""))
    _pattern(prefix)  # raises re.error here and not when a rig is looked at
    return Family(_text(entry["name"]), prefix, names, tuple(switches))


def _pattern(prefix: str) -> re.Pattern[str]:
    """Bone names with and without the prefix; the last group is what follows it."""
    return re.compile(f"(?:.*[:|])?(?:{prefix})(.+)")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
