"""In place of the real worker, for tests of what surrounds it: reads a job, writes a take of one person, says so.

A video called ``bad*`` fails, ``dies*`` ends without a word; ``stuck*`` takes, the first time, until the process that
started this one is dead; ``full*`` is saved elsewhere, as on a full disk. Each start and end is a line in the file
that ``GAST_MOCAP_STAND_IN_LOG`` names.
"""

import json
import os
import sys
import time
from pathlib import Path

SECONDS = 0.5
"""How long a video takes."""
COMMAND = [sys.executable, str(Path(__file__))]


def main() -> None:
    job = json.loads(sys.stdin.readline())
    parent = os.getppid()
    video, output = Path(job["video"]), Path(job["output"])
    is_first = f"start {video.name} " not in log_file().read_text() if log_file().exists() else True
    note("start", video)
    while video.name.startswith("stuck") and is_first and os.getppid() == parent:
        time.sleep(0.1)
    tell(type="started", version="3")
    if video.name.startswith("bad"):
        tell(type="failed", code="no_video", text=f"{video.name} holds no video. Choose another file.", detail="")
        return
    if video.name.startswith("dies"):
        os._exit(3)
    for done in range(5):
        if os.getppid() != parent:
            return
        tell(type="progress", stage="watch", done=done, total=5, seconds_left=None)
        time.sleep(SECONDS / 5)
    if video.name.startswith("full"):
        output = log_file().with_name("rescued.take.npz")
    save(video, output)
    note("end", video)
    tell(type="finished", take=str(output))


def tell(**message: object) -> None:
    print(json.dumps(message), flush=True)


def log_file() -> Path:
    return Path(os.environ["GAST_MOCAP_STAND_IN_LOG"])


def note(word: str, video: Path) -> None:
    with log_file().open("a") as log:
        log.write(f"{word} {video.name} {os.getppid()}\n")


def save(video: Path, output: Path) -> None:
    import numpy as np

    from gast_mocap.take.files import save_take
    from gast_mocap.take.records import Keypoints2D, Person, Pose3D, Take, TakeSettings, Track, VideoInfo

    frames, scores = np.arange(2), np.full(2, 0.9)
    person = Person(
        Track(1, frames, np.tile([0.0, 0, 10, 10], (2, 1)), scores),
        Keypoints2D(1, frames, np.zeros((2, 17, 2)), np.full((2, 17), 0.9)),
        Pose3D(frames, np.zeros((2, 17, 3))),
        np.zeros((4, 3, 3), np.uint8),
    )
    info = VideoInfo(video, 64, 64, np.array([0.0, 0.04]))
    save_take(Take(info, TakeSettings("fast", 0, 2, False), (person,)), output)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[3]))
    main()
