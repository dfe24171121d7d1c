"""Ways to damage bytes, texts and JSON. All chance comes from the ``Random`` that is passed: cases can be repeated."""

import json
import struct
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, -(2**63), 10**400, 0.5, -0.0, 1e-300, 1e300, float("nan"), float("inf"),
    "", "\0", "\ud800", "nan", "../../x", "http://127.0.0.1:9/x", "x" * 300, "ünïcode\u202e",
    [], {}, [[]], [None] * 50, {"a": {}},
)  # fmt: skip
"""Values that are of the wrong type, out of every range, or no text."""
NUMBERS = (0, 1, -1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""What a count or a size in a header is set to."""


def damaged(content: bytes, rng: Random) -> bytes:
    """``content`` with one to four damages of any kind."""
    kinds: tuple[Callable[[bytearray, Random], bytearray], ...] = (
        flip_bits, flip_bits, overwrite_number, cut, drop, repeat, insert_noise,
    )  # fmt: skip
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        changed = rng.choice(kinds)(changed, rng)
    return bytes(changed)


def flip_bits(content: bytearray, rng: Random) -> bytearray:
    for _ in range(rng.choice((1, 2, 8, 40))):
        if content:
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return content


def overwrite_number(content: bytearray, rng: Random) -> bytearray:
    """Set two, four or eight bytes to an extreme, mostly near the beginning, where headers are."""
    if len(content) < 8:
        return content
    reach = len(content) if rng.random() < 0.5 else min(len(content), 1000)
    at = rng.randrange(max(1, reach - 8))
    kind = rng.choice((">H", "<H", ">I", "<I", ">Q", "<Q"))
    size = struct.calcsize(kind)
    content[at : at + size] = struct.pack(kind, rng.choice(NUMBERS) & ((1 << 8 * size) - 1))
    return content


def cut(content: bytearray, rng: Random) -> bytearray:
    return content[: rng.randint(0, len(content))]


def drop(content: bytearray, rng: Random) -> bytearray:
    start = rng.randint(0, len(content))
    del content[start : start + rng.choice((1, 4, 100))]
    return content


def repeat(content: bytearray, rng: Random) -> bytearray:
    start = rng.randint(0, len(content))
    piece = content[start : start + rng.choice((1, 4, 100))]
    return content[:start] + piece * rng.choice((2, 3, 50)) + content[start:]


def insert_noise(content: bytearray, rng: Random) -> bytearray:
    start = rng.randint(0, len(content))
    return content[:start] + rng.randbytes(rng.choice((1, 4, 100))) + content[start:]


def edited_json(text: str, rng: Random, edits: int = 3) -> Any:
    """What the JSON ``text`` says, with one to ``edits`` of its parts replaced, removed, doubled or renamed."""
    value = json.loads(text)
    for _ in range(rng.randint(1, edits)):
        value = _edited_once(value, rng)
    return value


def _edited_once(value: Any, rng: Random) -> Any:
    if not isinstance(value, dict | list) or not value or rng.random() < 0.15:
        return deepcopy(rng.choice(HOSTILE))
    key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
    action = rng.random()
    if action < 0.6:
        value[key] = _edited_once(value[key], rng)
    elif action < 0.75:
        del value[key]
    elif isinstance(value, dict):
        value[rng.choice(("", "more", "__class__", "\0", str(key).upper()))] = deepcopy(value[key])
    else:
        value.append(deepcopy(value[key]))
    return value


def json_line(text: str, rng: Random) -> str:
    """The JSON ``text`` edited; sometimes damaged as text too, or nested a hundred thousand deep."""
    text = json.dumps(edited_json(text, rng))
    chance = rng.random()
    if chance < 0.01:
        return '{"type": ' + "[" * 100_000
    if chance < 0.4:
        return damaged(text.encode(), rng).decode("utf-8", "surrogateescape")
    return text
