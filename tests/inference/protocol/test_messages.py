"""Messages survive the wire."""

import json

import pytest

from gast_mocap.inference.protocol.messages import (
    Cancelled,
    Failed,
    Finished,
    Found,
    Glimpse,
    Message,
    Notice,
    Progress,
    Started,
    from_line,
    to_line,
)

MESSAGES = [
    Started("3.11.9"),
    Progress("watch", 3, 90, 12.5),
    Progress("watch", 0, 90, None),
    Found((Glimpse(1.5, 2, 1, "AAECAwQF"), Glimpse(0.5, 1, 1, "AAEC")), 14),
    Found((), 0),
    Notice("Person 3 is seen for 0.4 s only — «коротко»"),
    Finished("/clips/Übung 1.take.npz"),
    Cancelled(),
    Failed("no_person", "Nobody was found.", 'first line\nsecond "line"'),
]


@pytest.mark.parametrize("message", MESSAGES)
def test_message_comes_back_from_one_plain_line(message: Message) -> None:
    line = to_line(message)
    assert line.isascii()
    assert "\n" not in line
    assert from_line(line) == message


def test_progress_reads_as_the_protocol_says() -> None:
    assert json.loads(to_line(Progress("lift", 1, 2, 3.0))) == {
        "type": "progress", "stage": "lift", "done": 1, "total": 2, "seconds_left": 3.0,
    }  # fmt: skip


@pytest.mark.parametrize("line", ["", "loading...", "{}", "[]", '{"type": "dance"}', '{"type": "finished"}'])
def test_garbage_is_no_message(line: str) -> None:
    with pytest.raises(ValueError):
        from_line(line)


@pytest.mark.parametrize(
    "field",
    [
        {"done": "3"}, {"done": 1.5}, {"done": True}, {"total": 10**400}, {"seconds_left": "soon"}, {"stage": None},
        {"stage": "rest"},
        {"seconds_left": float("nan")}, {"seconds_left": float("inf")}, {"seconds_left": 10**400}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_field_of_another_type_is_no_message(field: dict[str, object]) -> None:
    fields = json.loads(to_line(Progress("watch", 3, 90, 12.5)))
    with pytest.raises(ValueError):
        from_line(json.dumps(fields | field))


@pytest.mark.parametrize("field", [{"pixels": "AAA="}, {"width": 2}, {"height": 0}, {"pixels": "no base64"}], ids=str)
def test_a_picture_of_another_size_is_no_message(field: dict[str, object]) -> None:
    person = {"seconds": 1.0, "width": 1, "height": 1, "pixels": "AAEC"}
    line = json.dumps({"type": "found", "total": 1, "people": [person | field]})
    with pytest.raises(ValueError):
        from_line(line)


def test_a_deeply_nested_line_is_no_message() -> None:
    with pytest.raises(ValueError):
        from_line('{"type": ' + "[" * 100_000)
