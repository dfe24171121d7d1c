"""Coded frames from containers that fail."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import av
import pytest

from gast_mocap.inference.video.packets import FAILURES, as_shown, read_packets


class Demuxer:
    """A container of packets 0, 1, 2...; an exception in the place of one is raised instead, and is passed by then."""

    def __init__(self, *content: int | Exception) -> None:
        self._left = iter(content)

    def demux(self, _stream: object) -> Iterator[Any]:
        for packet in self._left:
            if isinstance(packet, Exception):
                raise packet
            yield SimpleNamespace(size=packet)
        yield SimpleNamespace(size=0)


def sizes_in(*content: int | Exception) -> list[int]:
    video: Any = SimpleNamespace(container=Demuxer(*content), stream=None)
    return [packet.size for packet in read_packets(video)]


def damage() -> Exception:
    return av.error.InvalidDataError(1, "damaged")


def test_what_cannot_be_read_is_stepped_over_and_the_last_packet_is_empty() -> None:
    assert sizes_in(1, 2, damage(), 3, damage(), damage(), 4) == [1, 2, 3, 4]


def test_a_container_that_fails_again_and_again_is_given_up() -> None:
    errors = [damage() for _ in range(FAILURES)]
    assert sizes_in(1, *errors[1:], 2) == [1, 2]
    assert sizes_in(1, *errors, 2) == [1]


def test_a_stream_that_begins_amid_the_file_is_stepped_over_however_many_packets_it_has() -> None:
    """As sound may in a broadcast, or anything in a damaged one."""
    strange = [IndexError("list index out of range") for _ in range(5 * FAILURES)]
    assert sizes_in(1, *strange, 2, IndexError(), 3) == [1, 2, 3]


@pytest.mark.parametrize(
    ("coded", "shown"),
    [
        ([0.0, 0.12, 0.04, 0.08], [0.0, 0.04, 0.08, 0.12]),  # P before the B-frames that are shown before it
        ([5.0, 5.04, 0.0, 0.08, 0.04], [5.0, 5.04, 0.0, 0.04, 0.08]),  # a join, at which times start over
        ([0.0, None, 0.04], [0.0, None, 0.04]),
    ],
)
def test_stamps_come_in_the_order_of_showing(coded: list[float | None], shown: list[float | None]) -> None:
    assert as_shown(coded) == shown
