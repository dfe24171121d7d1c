"""Writing to a process that may be gone. Blender, unlike Python, lets the signal of a broken pipe end it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGPIPE = getattr(signal, "SIGPIPE", None)
"""None on Windows, which has no such signal."""


@contextmanager
def broken_pipe_is_an_error() -> Iterator[None]:
    """Within, a write to a pipe that nobody reads raises BrokenPipeError, whatever the program makes of the signal.

    Only this thread holds the signal back, so what Blender has decided for itself stays as it is.
    """
    if SIGPIPE is None:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {SIGPIPE})
    try:
        yield
    finally:
        if SIGPIPE in signal.sigpending() - before:
            signal.sigwait({SIGPIPE})  # or it would end the program as soon as it is let through
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
