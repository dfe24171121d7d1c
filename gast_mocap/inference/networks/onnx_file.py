"""Looks into an ONNX file before onnxruntime does: a model file comes from anywhere and must not reach beyond itself.

onnxruntime follows "external data" to any file that the user can read, and has no option that forbids it; the ``onnx``
package is not shipped. So the protobuf is walked here: message by message, over the fields that can hold a tensor or a
node, with everything else skipped by its length. What cannot be walked is refused, since onnxruntime would read it in
a way of its own. Field numbers are those of onnx.proto3 (ONNX 1.19).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...take.errors import MocapError
from ...take.sentences import Sentence

DEEPEST = 100
"""Messages within messages, as protobuf's own readers allow."""
KNOWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""Operator sets that onnxruntime brings along."""

Schema = dict[int, str]
CHILDREN: dict[str, Schema] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "function": {7: "node", 11: "attribute"},
    "training": {1: "graph", 2: "graph"},
    "tensor": {},
}
"""Message -> field -> the message in that field."""
NODE_OPERATOR, NODE_DOMAIN, FUNCTION_DOMAIN = 4, 7, 10
ATTRIBUTE_NAME, ATTRIBUTE_NUMBER, ATTRIBUTE_NUMBERS = 1, 3, 8
DIVISORS = frozenset({"strides", "group"})
"""Attributes by which onnxruntime divides without a look: a 0 there ends the process."""
TENSOR_EXTERNAL, TENSOR_PLACE = 13, 14
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


@dataclass
class _Contents:
    """What matters of a model file."""

    is_external: bool = False
    graphs: int = 0
    used_domains: dict[str, str] = field(default_factory=dict)
    """Domain -> one of its operators."""
    own_domains: set[str] = field(default_factory=set)
    zeros: set[str] = field(default_factory=set)
    """Attributes in which there is a 0."""


def refuse_what_reaches_out(name: str, content: bytes) -> None:
    """Let ``content`` of the file ``name`` pass only if it is an ONNX model that is whole in itself.

    Raises:
        MocapError: it is no ONNX model, refers to other files, or needs operators that are not at hand.
    """
    contents = _Contents()
    try:
        _walk(memoryview(content), "model", contents, DEEPEST)
    except ValueError as error:
        raise _unreadable(name, str(error)) from error
    if not contents.graphs:
        raise _unreadable(name, "no graph")
    if divisors := contents.zeros & DIVISORS:
        raise _unreadable(name, f"{', '.join(sorted(divisors))} of 0")
    if contents.is_external:
        raise MocapError(
            "model_external",
            Sentence(
                "The model {name} keeps weights in other files, which is not allowed since it could read "
                "any file of yours. Save it as one file.",
                name=name,
            ),
        )
    for domain, operator in contents.used_domains.items():
        if domain not in KNOWN_DOMAINS | contents.own_domains:
            raise MocapError(
                "model_operator_unknown",
                Sentence(
                    "The model {name} needs the operator {operator} of {domain}, which is not part of ONNX. "
                    "Export it with standard operators.",
                    name=name,
                    operator=operator,
                    domain=domain,
                ),
            )


def _unreadable(name: str, detail: str) -> MocapError:
    return MocapError(
        "model_unreadable", Sentence("{name} is damaged or no ONNX model. Choose a valid ONNX file.", name=name), detail
    )


def _walk(message: memoryview, kind: str, contents: _Contents, depth: int) -> None:
    """Gather the ``contents`` of a ``message`` of a ``kind``."""
    if depth == 0:
        raise ValueError("nested too deeply")
    contents.graphs += kind == "graph"
    domain = operator = ""
    attribute, numbers = "", set[int]()
    for number, value in _fields(message):
        if kind == "attribute" and number in (ATTRIBUTE_NUMBER, ATTRIBUTE_NUMBERS):
            numbers |= {value} if isinstance(value, int) else set(_varints(value))
        elif isinstance(value, int):
            contents.is_external |= kind == "tensor" and number == TENSOR_PLACE and value != 0
        elif number in CHILDREN[kind]:
            _walk(value, CHILDREN[kind][number], contents, depth - 1)
        elif kind == "tensor" and number == TENSOR_EXTERNAL:
            contents.is_external = True
        elif kind == "attribute" and number == ATTRIBUTE_NAME:
            attribute = _text(value)
        elif kind == "node" and number == NODE_OPERATOR:
            operator = _text(value)
        elif kind == "node" and number == NODE_DOMAIN:
            domain = _text(value)
        elif kind == "function" and number == FUNCTION_DOMAIN:
            contents.own_domains.add(_text(value))
    if kind == "node":
        contents.used_domains.setdefault(domain, operator)
    if 0 in numbers:
        contents.zeros.add(attribute)


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field: a number of any width as int, anything with a length as its bytes."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        number, wire = tag >> 3, tag & 7
        if not 0 < number < 1 << 29:
            raise ValueError(f"field {number}")
        if wire == VARINT:
            numeral, place = _varint(message, place)
            yield number, numeral
            continue
        if wire == BYTES:
            length, place = _varint(message, place)
        elif wire in (FIXED64, FIXED32):
            length = 8 if wire == FIXED64 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if length > len(message) - place:
            raise ValueError("cut off")
        value = message[place : place + length]
        place += length
        yield number, value if wire == BYTES else int.from_bytes(value, "little")


def _varints(packed: memoryview) -> Iterator[int]:
    place = 0
    while place < len(packed):
        value, place = _varint(packed, place)
        yield value


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """The number that begins at ``place``, seven bits a byte, and where it ends."""
    value = 0
    for count in range(10):
        if place >= len(message):
            raise ValueError("cut off")
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, place
    raise ValueError("number too long")


def _text(value: memoryview) -> str:
    return bytes(value[:200]).decode("utf-8", "replace")
