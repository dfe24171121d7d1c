"""Texts for people in which something is filled in, so that another language can fill it in elsewhere."""

import re
from collections.abc import Mapping
from typing import Any

Value = str | int | float
TEMPLATE = re.compile(r"(?:[^{}]|{{|}}|{[a-z]\w*(?:![rs])?(?::\+?\.?\d?[%dfg]?)?})*")
"""What may be filled in: plain names, with few digits. Any format at all could ask for a line of a gigabyte."""


class Sentence(str):
    """A text that remembers its ``template``, which a translator knows, and the ``values`` that were filled in.

    Wherever no other language is spoken it is a text as any other.
    """

    template: str
    values: dict[str, Value]

    def __new__(cls, template: str, /, **values: Any) -> "Sentence":
        """``values`` by the names in ``template``, as ``str.format`` takes them."""
        filled = {name: _plain(value) for name, value in values.items()}
        sentence = super().__new__(cls, template.format(**filled))
        sentence.template, sentence.values = template, filled
        return sentence

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Value]]:
        return (self.template,), self.values


def restored(text: str, template: str, values: Mapping[str, Value]) -> str:
    """``text``, as the sentence that it was made as, where ``template`` and ``values`` say so."""
    if not TEMPLATE.fullmatch(template):
        return text
    try:
        sentence = Sentence(template, **values)
    except (LookupError, TypeError, ValueError):
        return text
    return sentence if sentence == text else text


def printable(text: str) -> str:
    """``text`` that every screen and file takes: a file's name may hold what is no character."""
    if isinstance(text, Sentence):
        return text  # was made of such
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _plain(value: Any) -> Value:
    """What JSON can hold: numbers stay numbers, which a translator may write otherwise."""
    if hasattr(value, "item"):
        value = value.item()  # of NumPy
    if isinstance(value, Sentence):
        return value
    return value if isinstance(value, int | float) else printable(str(value))
