"""Records as lines of JSON, and back. Every field is checked: a line may come from a stray print or a damaged pipe."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

LONGEST = 1 << 20
"""Bytes of a line. More lets longer paths through, and lets a process that writes without an end take more memory."""
LARGEST = 1 << 53
"""Whole numbers up to here are the same in every reader of JSON."""

Record = TypeVar("Record")


def to_json(record: Any) -> str:
    """One line of ASCII JSON, without the line's end, of a dataclass whose paths become texts."""
    return json.dumps(asdict(record), default=str)


def fields_of(line: str) -> dict[str, Any]:
    """The JSON object in ``line``. Raises ValueError where it is none."""
    try:
        fields = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(fields, dict):
        raise ValueError("no JSON object")
    return fields


def record_from(kind: type[Record], fields: Mapping[str, Any]) -> Record:
    """A ``kind``, which is a dataclass. Raises ValueError where a field is unknown, missing or of another type."""
    hints = hints_of(kind)  # type: ignore[arg-type] # mypy does not know that types can be hashed
    if unknown := fields.keys() - hints.keys():
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    try:
        return kind(**{name: checked(hints[name], value) for name, value in fields.items()})
    except TypeError as error:
        raise ValueError(str(error)) from error


@cache
def hints_of(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def checked(hint: Any, value: Any) -> Any:
    """``value`` from JSON as what the annotation ``hint`` says. Raises ValueError where it is something else."""
    if get_origin(hint) is UnionType:
        return checked_union(get_args(hint), value)
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(checked(get_args(hint)[0], each) for each in value)
    if hint is Path and type(value) is str and "\0" not in value:
        return Path(value)
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(value, dict):
        return record_from(hint, value)
    if isinstance(hint, type) and issubclass(hint, StrEnum) and type(value) is str:
        return hint(value)
    if hint is float and type(value) in (int, float) and abs(value) <= LARGEST and math.isfinite(value):
        return float(value)
    if hint is int and type(value) is int and abs(value) <= LARGEST:
        return value
    if hint in (bool, str, NoneType) and type(value) is hint:
        return value
    raise ValueError(f"{value!r:.80} is no {getattr(hint, '__name__', hint)}")


def checked_union(hints: tuple[Any, ...], value: Any) -> Any:
    for hint in hints:
        try:
            return checked(hint, value)
        except ValueError:
            continue
    raise ValueError(f"{value!r:.80} is none of {hints}")
