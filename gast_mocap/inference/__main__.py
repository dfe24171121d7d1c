"""The command line: ``python -m gast_mocap.inference VIDEO -o NAME.take.npz``."""

import sys
from collections.abc import Sequence

from ..take.console import take_any_name
from .memory import OUT_OF_MEMORY, memory_errors, reserve_for_matrices


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked for. Exit status 0: all is well; 1: something went wrong; 130: Ctrl-C."""
    take_any_name()
    try:
        with memory_errors():
            reserve_for_matrices()
            return run(arguments)
    except MemoryError:
        print(OUT_OF_MEMORY, file=sys.stderr)
        return 1


def run(arguments: Sequence[str] | None) -> int:
    """The same. Modules are loaded here, where a lack of memory is told, and libraries only for work: the check is for
    those who cannot load one."""
    from . import health
    from .command_line.options import Batch, Check, parse

    match parse(arguments):
        case Check(folder):
            found = list(health.findings(folder))
            print(health.report(found))
            return int(not all(finding.is_good for finding in found))
        case Batch() as batch:
            from .command_line.batch import run_batch

            return run_batch(batch)
        case job:
            from .command_line.one import run_one

            return run_one(job)


if __name__ == "__main__":
    sys.exit(main())
