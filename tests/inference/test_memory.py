import re

import pytest

from gast_mocap.inference.memory import memory_errors
from gast_mocap.take.errors import MocapError


@pytest.mark.parametrize(
    "words",
    [
        "can't start new thread",
        "[Errno 11] Resource temporarily unavailable",
        "OpenCV(4.11.0) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 1566720 bytes",
        "std::bad_alloc: bad allocation",
    ],
)
def test_what_libraries_say_at_a_gigabyte_of_address_space_is_a_lack_of_memory(words: str) -> None:
    with pytest.raises(MemoryError, match=re.escape(words)), memory_errors():
        raise RuntimeError(words)


@pytest.mark.parametrize("error", [RuntimeError("generator raised"), MocapError("disk_full", "can't start new thread")])
def test_other_troubles_stay_what_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, memory_errors():
        raise error
    assert caught.value is error
