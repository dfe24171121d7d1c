"""One measurement in a process of its own; prints one line of JSON. Called by ``benchmarks.pipeline``."""

import argparse
import json
import math
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from gast_mocap.inference import stretches
from gast_mocap.inference.choice import OwnNetworks
from gast_mocap.inference.networks.session import Session
from gast_mocap.inference.pipeline import run
from gast_mocap.inference.poses.lift import Lifter
from gast_mocap.inference.protocol.job import Job
from gast_mocap.inference.video.decode import probe_video, read_frames
from gast_mocap.models.catalog import bundled_model
from gast_mocap.take.records import Keypoints2D, VideoInfo


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    measurements = parser.add_subparsers(required=True)

    pipeline = measurements.add_parser("run", help="turn a video into a take")
    pipeline.add_argument("video", type=Path)
    pipeline.add_argument("--quality", required=True)
    pipeline.add_argument("--end", type=int)
    pipeline.add_argument("--at-once", type=int, help="stretches watched at once")
    pipeline.add_argument("--unbroken", action="store_true", help="watch in one stretch, all threads in each network")
    for slot in ("detector", "pose", "lifter"):
        pipeline.add_argument(f"--{slot}", type=Path)
    pipeline.set_defaults(measure=measure_run)

    loop = measurements.add_parser(
        "loop", help="write some frames of a video, back and forth, until the length is reached"
    )
    loop.add_argument("--first", type=int, default=0)
    loop.add_argument("video", type=Path)
    loop.add_argument("output", type=Path)
    loop.add_argument("--frames", type=int, required=True)
    loop.add_argument("--height", type=int, required=True)
    loop.add_argument("--length", type=int, required=True, help="frames to write, at 30 a second")
    loop.set_defaults(measure=loop_video)

    measurements.add_parser("lift", help="run the lifter alone").set_defaults(measure=measure_lift)

    options = vars(parser.parse_args(arguments))
    print(json.dumps(options.pop("measure")(**options)))


def measure_run(
    detector: Path | None,
    pose: Path | None,
    lifter: Path | None,
    at_once: int | None,
    unbroken: bool,
    **job: Any,
) -> dict[str, Any]:
    """Seconds and seconds within the networks of each stage, the work, and the peak of resident memory."""
    if unbroken:
        stretches.SHORTEST_SECONDS = math.inf
    with tempfile.TemporaryDirectory() as folder:
        own = OwnNetworks(detector, pose, lifter)
        done = run(Job(output=Path(folder) / "bench.take.npz", own=own, **job), ignore, note, at_once)
    return {
        "frames": done.take.settings.end - done.take.settings.start,
        "people": len(done.take.people),
        "networks": dict(done.take.settings.networks),
        "stages": {stage.stage: (stage.seconds, stage.in_networks) for stage in done.stages},
        "work": done.work,
        "peak_mb": peak_megabytes(),
    }


def loop_video(video: Path, output: Path, first: int, frames: int, height: int, length: int) -> dict[str, Any]:
    """Write ``output``; forth and back, so that nobody leaps where the loop closes."""
    info = probe_video(video, note)
    size = (round(info.width * height / info.height / 2) * 2, height)
    pictures = [
        cv2.cvtColor(cv2.resize(frame.picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR)
        for frame in read_frames(info, first, first + frames)
    ]
    writer = cv2.VideoWriter(str(output), cv2.VideoWriter.fourcc(*"mp4v"), 30.0, size)
    for picture in islice(cycle(pictures + pictures[-2:0:-1]), length):
        writer.write(picture)
    writer.release()
    return {"width": size[0], "height": size[1]}


def measure_lift() -> dict[str, Any]:
    """Milliseconds a frame of the bundled lifter on 300 made-up frames, in chunks and window by window."""
    lifter = Lifter(Session(bundled_model("gast-27")[0]))
    rng = np.random.default_rng(0)
    frames = np.arange(300)
    points = 500 + 100 * rng.normal(size=(1, 17, 2)) + 5 * rng.normal(size=(len(frames), 17, 2))
    keypoints = Keypoints2D(1, frames, points, np.ones((len(frames), 17)))
    video = VideoInfo(Path("made-up.mp4"), 1000, 1000, frames / 30)

    def milliseconds(low_memory: bool) -> float:
        began = time.perf_counter()
        lifter.lift(keypoints, video, low_memory, ignore)
        return 1000 * (time.perf_counter() - began) / len(frames)

    milliseconds(low_memory=False)  # onnxruntime lays out its memory in the first call
    return {"chunks_ms": milliseconds(low_memory=False), "windows_ms": milliseconds(low_memory=True)}


def peak_megabytes() -> float:
    """This process's greatest resident size so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def ignore(*_progress: object) -> None:
    pass


def note(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
