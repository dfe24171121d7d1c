"""Many videos, one worker process each: what is there is kept, and a failure does not stop the others."""

import os
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from ...take.errors import MocapError
from ...take.files import load_take
from ...take.records import Take
from ...take.sentences import Sentence
from ..protocol.job import Job
from ..protocol.messages import Cancelled, Failed, Finished, Progress
from ..protocol.process import MocapProcess
from .board import Board
from .one import INTERRUPTED
from .options import Batch

SECONDS_BETWEEN_POLLS = 0.1
MADE, KEPT, FAILED, STOPPED = "made", "kept", "FAILED", "stopped"

Tell = Callable[[Progress], None]


@dataclass(frozen=True)
class Outcome:
    """What became of a video. ``text`` is the take's name, or what went wrong."""

    video: Path
    word: str
    people: int
    seconds: float
    text: str


def run_batch(batch: Batch) -> int:
    """Exit status 0: every video has its take; 1: some have not; 130: Ctrl-C."""
    stop = threading.Event()
    outcomes: list[Outcome] = []
    board = Board(len(batch.jobs))
    if batch.scheduler is None:
        coming = done_here(batch, board, stop)
    else:
        from .farm import done_by_workers

        coming = done_by_workers(batch, board)
    try:
        for outcome in coming:
            outcomes.append(outcome)
            board.end(outcome.video, f"{outcome.word}: {outcome.text}")
    except MocapError as error:
        print(error.text, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        stop.set()
        coming.close()
        board.clear()
        print(table(outcomes))
        print("Stopped. Give the same command again to go on.", file=sys.stderr)
        return INTERRUPTED
    print(table(outcomes))
    return int(any(outcome.word == FAILED for outcome in outcomes))


def done_here(batch: Batch, board: Board, stop: threading.Event) -> Generator[Outcome, None, None]:
    """The outcomes as they come, of worker processes on this computer."""
    with ThreadPoolExecutor(batch.at_once) as pool:
        futures = [pool.submit(do_video, job, board.teller(job.video), stop) for job in batch.jobs]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def do_video(job: Job, tell: Tell, stop: threading.Event) -> Outcome:
    """Make the take of ``job`` in a process of its own, unless it is there already."""
    began = time.monotonic()

    def outcome(word: str, text: str, people: int = 0) -> Outcome:
        return Outcome(job.video, word, people, time.monotonic() - began, text)

    try:
        if take := take_there(job):
            return outcome(KEPT, job.output.name, len(take.people))
        job.output.parent.mkdir(parents=True, exist_ok=True)
        match closing_message(job, tell, stop):
            case Finished(saved):
                place = job.output.name if Path(saved) == job.output else saved  # elsewhere where the disk was full
                return outcome(MADE, place, len(load_take(Path(saved)).people))
            case Failed(_, text):
                return outcome(FAILED, text)
            case _:
                return outcome(STOPPED, "")
    except MocapError as error:
        return outcome(FAILED, error.text)
    except OSError as error:
        text = f"The folder {job.output.parent} could not be made: {error.strerror}. Choose another one."
        return outcome(FAILED, text)


def take_there(job: Job) -> Take | None:
    """The take that an earlier batch left at ``job.output``; None where there is none.

    Raises:
        MocapError: what lies there is no take of this video, and is not to be lost.
    """
    try:
        take = load_take(job.output)
    except MocapError as error:
        if error.code == "take_missing" and not os.path.lexists(job.output):
            return None
        raise
    if os.path.realpath(take.video.path) != os.path.realpath(job.video):
        raise MocapError(
            "take_of_other_video",
            Sentence(
                "{take} is the take of another video. Choose another folder or rename the video.", take=job.output.name
            ),
            str(take.video.path),
        )
    return take


def closing_message(job: Job, tell: Tell, stop: threading.Event) -> Finished | Cancelled | Failed:
    """The last word of a worker that does ``job``. Raises MocapError when it cannot be started."""
    process = MocapProcess()
    process.start(job)
    while True:
        for message in process.poll():
            match message:
                case Progress():
                    tell(message)
                case Finished() | Cancelled() | Failed():
                    return message
        if stop.is_set():
            process.cancel()
        time.sleep(SECONDS_BETWEEN_POLLS)


def table(outcomes: Sequence[Outcome]) -> str:
    """A line a video, in the order of their names, and how many of each there are."""
    width = max((len(outcome.video.name) for outcome in outcomes), default=0)
    lines = [
        f"{outcome.video.name:<{width}}  {outcome.word:<8}{outcome.people:>4}{outcome.seconds:>9.1f}  {outcome.text}"
        for outcome in sorted(outcomes, key=lambda outcome: outcome.video)
    ]
    counted = {word: sum(outcome.word == word for outcome in outcomes) for word in (MADE, KEPT, FAILED, STOPPED)}
    total = ", ".join(f"{count} {word}" for word, count in counted.items() if count)
    return "\n".join([f"{'video':<{width}}  {'':<8}{'who':>4}{'seconds':>9}", *lines, total])
