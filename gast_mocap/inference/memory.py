"""A lack of memory, which each library words in its own way."""

import faulthandler
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ..take.errors import MocapError

WORDINGS = (
    "allocate memory", "bad allocation", "bad_alloc",  # onnxruntime
    "Insufficient memory",  # OpenCV
    "can't start new thread", "unable to start watchdog thread",  # Python: a thread's stack
    "Resource temporarily unavailable",  # FFmpeg: the same
    "failed to map segment",  # the system, as it loads a library
)  # fmt: skip

OUT_OF_MEMORY = "The computer ran out of memory. Close other programs or use --low-memory."
"""What the command line says."""
LONGEST_RESERVING = 20
"""Seconds for what takes milliseconds. Less could end a process on a computer that swaps."""


def reserve_for_matrices() -> None:
    """Have NumPy take the memory that matrices are multiplied in. Where there is none, it asks for it for ever, and no
    other thread can run: the process is ended then."""
    faulthandler.dump_traceback_later(LONGEST_RESERVING, exit=True, file=sys.__stderr__ or sys.stderr)
    import numpy as np  # here: without memory it cannot be loaded, and this module says so

    np.dot(np.ones((256, 256)), np.ones((256, 256)))
    faulthandler.cancel_dump_traceback_later()


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
    """By its words, as no class tells. A library in a folder from which nothing may run is mapped as little."""
    return any(wording in str(error) for wording in WORDINGS) and "not permitted" not in str(error)
