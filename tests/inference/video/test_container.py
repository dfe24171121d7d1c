"""What opening a video tells, beyond the formats."""

import errno

import av.error
import pytest

from gast_mocap.inference.video import container

NO_MEMORY = av.error.MemoryError(errno.ENOMEM, "Cannot allocate memory", "v.mp4")
DAMAGE = av.error.InvalidDataError(1, "damaged", "v.mp4")


def test_an_absurd_size_in_a_damaged_video_is_no_lack_of_memory() -> None:
    container.check_memory(NO_MEMORY)


@pytest.mark.parametrize("told", [NO_MEMORY, DAMAGE])
def test_a_lack_of_memory_is_no_damage(told: av.error.FFmpegError, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder in threads that gets no memory calls the data invalid, as it did at 1 GB of address space."""
    monkeypatch.setattr(container, "USUAL_BYTES", 1 << 62)
    with pytest.raises(MemoryError):
        container.check_memory(told)


def test_damage_is_no_lack_of_memory() -> None:
    container.check_memory(DAMAGE)
