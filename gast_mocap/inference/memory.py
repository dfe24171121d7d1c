"""A lack of memory, which each library words in its own way."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..take.errors import MocapError

WORDINGS = (
    "allocate memory", "bad allocation",  # onnxruntime
    "Insufficient memory",  # OpenCV
    "can't start new thread",  # Python: a thread's stack
    "Resource temporarily unavailable",  # FFmpeg: the same
)  # fmt: skip


@contextmanager
def memory_errors() -> Iterator[None]:
    """Raises MemoryError for whatever a library raised within for a lack of memory."""
    try:
        yield
    except MocapError:
        raise
    except Exception as error:
        if is_lack_of_memory(error):
            raise MemoryError(str(error)) from error
        raise


def is_lack_of_memory(error: Exception) -> bool:
    """By its words, as no class tells."""
    return any(wording in str(error) for wording in WORDINGS)
