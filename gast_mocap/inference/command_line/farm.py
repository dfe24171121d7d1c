"""Many videos on the workers of a Dask scheduler: the same list, on more than one computer.

Each computer needs this package, its libraries and `distributed`, and must see videos and takes under the same paths.
A worker that dies is no loss: the scheduler gives its video to another, and a take that was saved already is kept.
"""

import threading
from collections.abc import Generator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

from ...take.errors import MocapError
from ...take.sentences import Sentence
from ..protocol.job import Job
from ..protocol.messages import Progress, from_line, to_line
from .batch import FAILED, Outcome, do_video
from .board import Board
from .options import Batch

TOPIC = "gast_mocap"
SECONDS_TO_CONNECT = 10
FARM_FAILED = "The farm could not do it. Start scheduler and workers in the project's folder, with the same libraries."
SCHEDULER_LOST = "The connection to the scheduler was lost. Start it, and give the same command again to go on."


def done_by_workers(batch: Batch, board: Board) -> Generator[Outcome, None, None]:
    """The outcomes as they come.

    Raises:
        MocapError: Dask is not installed, or there is no scheduler at the address.
    """
    try:
        import distributed
    except ImportError as error:
        raise MocapError(
            "dask_missing", "A scheduler needs Dask's package distributed. Install it with pip.", str(error)
        ) from error
    with _client(distributed, batch) as client:
        client.subscribe_topic(TOPIC, lambda event: _show(event, board))
        videos = {client.submit(do_line, job.to_json(), pure=False): job.video for job in batch.jobs}
        for future in distributed.as_completed(videos):
            yield _outcome(future, videos[future])


def do_line(line: str) -> Outcome:
    """Do a job on the worker of a scheduler, and tell of its progress."""
    from distributed import get_worker

    job, worker = Job.from_json(line), get_worker()

    def tell(progress: Progress) -> None:
        worker.log_event(TOPIC, {"video": str(job.video), "progress": to_line(progress)})

    return do_video(job, tell, threading.Event())


def _outcome(future: Any, video: Path) -> Outcome:
    """What the worker told of ``video``; a failure where none told anything."""
    try:
        outcome: Outcome = future.result()
        return outcome
    except CancelledError:
        return Outcome(video, FAILED, 0, 0.0, SCHEDULER_LOST)
    except Exception as error:  # whatever another computer lacks
        first_line = str(error).partition("\n")[0]
        return Outcome(video, FAILED, 0, 0.0, f"{FARM_FAILED} ({first_line})")


def _client(distributed: Any, batch: Batch) -> Any:
    if not batch.scheduler:
        cluster = distributed.LocalCluster(n_workers=batch.at_once, threads_per_worker=1, dashboard_address=None)
        return distributed.Client(cluster)
    try:
        return distributed.Client(batch.scheduler, timeout=SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        raise MocapError(
            "scheduler_missing",
            Sentence(
                "No Dask scheduler answers at {address}. Start one, or give its address as tcp://HOST:8786.",
                address=batch.scheduler,
            ),
            str(error),
        ) from error


def _show(event: tuple[float, dict[str, str]], board: Board) -> None:
    _, told = event
    progress = from_line(told["progress"])
    if isinstance(progress, Progress):
        board.show(Path(told["video"]), progress)
