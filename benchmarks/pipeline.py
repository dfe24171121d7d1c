"""Speed and memory of video to take, as ratios of what one run measures: ``python -m benchmarks.pipeline``.

A ratio of two timings of one run says the same on any machine; still, close other programs first. Each
measurement is a process of its own, held to two cores where the system allows it (Linux). POSIX only.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from build import environment

HERE = Path(__file__).parent
CORES = 2
MEDIAPIPE = "0.10.14"
SHORT_CLIP, LONG_CLIP = "videos/sports2d_demo.mp4", "videos/intel_one-by-one-person-detection.mp4"
SLOTS = ("detector", "pose", "lifter")
ONE_PERSON_FRAMES = 36  # of the short clip, before the walker comes in


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; default: all")
    parser.add_argument("--data", type=Path, default=data_folder(), help="the folder that holds videos/")
    parser.add_argument("--minutes", type=float, default=10.0, help="length of the long video in 'memory'")
    for slot in SLOTS:
        parser.add_argument(f"--{slot}", type=Path, metavar="FILE", help="a network of your own, for 'networks'")
    options = parser.parse_args(arguments)
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}")
    hold_to_two_cores()
    for name in options.sections or SECTIONS:
        print(f"== {name}", flush=True)
        SECTIONS[name](options)
    return 0


def overlap(options: argparse.Namespace) -> None:
    """Wall time over the time within the networks: what decoding and bookkeeping add. Nothing is drawn."""
    print(f"{'clip':<36}{'preset':<10}{'frames':>7}{'wall s':>8}{'networks s':>12}{'ratio':>7}   (at most 1.15)")
    short, long = in_data(options.data, SHORT_CLIP), options.data / LONG_CLIP
    runs = [(short, quality) for quality in ("fast", "balanced", "best")]
    for video, quality in [*runs, (long, "fast")] if long.exists() else runs:
        done = measure("run", video, "--quality", quality)
        wall, networks = (sum(column) for column in zip(*done["stages"].values(), strict=True))
        seconds = f"{wall:>8.1f}{networks:>12.1f}{wall / networks:>7.2f}"
        print(f"{video.stem:<36}{quality:<10}{done['frames']:>7}{seconds}", flush=True)


def lifter(_options: argparse.Namespace) -> None:
    """The lifter in chunks beside one window at a time."""
    done = measure("lift")
    ratio = done["windows_ms"] / done["chunks_ms"]
    print(f"chunks {done['chunks_ms']:.2f} ms a frame, one window at a time {done['windows_ms']:.2f} ms")
    print(f"ratio {ratio:.1f}   (at least 5)")


def memory(options: argparse.Namespace) -> None:
    """Peak memory of a long video beside that of its first ten seconds."""
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "long.mp4"
        source = in_data(options.data, SHORT_CLIP)
        length = round(options.minutes * 60 * 30)
        size = measure("loop", source, video, "--frames", 230, "--height", 288, "--length", length)
        short = measure("run", video, "--quality", "fast", "--end", 300)
        whole = measure("run", video, "--quality", "fast")
    print(f"{size['width']} x {size['height']} at 30 fps, preset fast")
    for done in (short, whole):
        print(f"{done['frames']:>7} frames, {done['people']} people: peak {done['peak_mb']:.0f} MB")
    print(f"difference {whole['peak_mb'] - short['peak_mb']:.0f} MB   (at most 60)")


def mediapipe(options: argparse.Namespace) -> None:
    """One person beside MediaPipe Pose; loading the networks counts on neither side."""
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "one_person.mp4"
        source = in_data(options.data, SHORT_CLIP)
        measure("loop", source, video, "--frames", ONE_PERSON_FRAMES, "--height", 994, "--length", 300)
        peer = last_line_of([environment("mediapipe"), HERE / "mediapipe_pose.py", video])
        peer_ms = 1000 * peer["seconds"] / peer["frames"]
        found = f"person found in {peer['found']} of {peer['frames']}"
        print(f"mediapipe {MEDIAPIPE} {peer_ms:.1f} ms a frame, {found}", flush=True)
        for quality, least in (("fast", 2.0), ("balanced", 1.0)):
            done = measure("run", video, "--quality", quality)
            ms = 1000 * (done["stages"]["watch"][0] + done["stages"]["lift"][0]) / done["frames"]
            print(
                f"{quality:<16} {ms:.1f} ms a frame, {peer_ms / ms:.2f} x as fast   (at least {least:.0f})",
                flush=True,
            )


def networks(options: argparse.Namespace) -> None:
    """Milliseconds a frame of the files given beside the bundled networks, on the same clip, preset balanced."""
    own = [word for slot in SLOTS if (file := getattr(options, slot)) for word in (f"--{slot}", file.resolve())]
    video = in_data(options.data, SHORT_CLIP)
    for words in [[], own] if own else [[]]:
        done = measure("run", video, "--quality", "balanced", *words)
        watching, lifting = (1000 * done["stages"][stage][1] / done["frames"] for stage in ("watch", "lift"))
        wall = 1000 * sum(seconds for seconds, _ in done["stages"].values()) / done["frames"]
        print("; ".join(f"{slot} {network}" for slot, network in done["networks"].items()))
        print(
            f"  {done['people']} people; ms a frame: {watching:.1f} watching, {lifting:.1f} lifting, {wall:.1f} in all"
        )


SECTIONS = {"overlap": overlap, "lifter": lifter, "memory": memory, "mediapipe": mediapipe, "networks": networks}


def measure(*words: object) -> dict[str, Any]:
    """What ``benchmarks.measure`` says to ``words``."""
    return last_line_of([sys.executable, "-m", "benchmarks.measure", *words])


def last_line_of(command: Sequence[object]) -> dict[str, Any]:
    """The JSON in the last line that ``command`` prints."""
    done = subprocess.run([str(word) for word in command], cwd=HERE.parent, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def hold_to_two_cores() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def data_folder() -> Path:
    """Where the test videos lie: ``GAST_MOCAP_DATA``, else ``shared/data`` beside the checkout."""
    return Path(os.environ.get("GAST_MOCAP_DATA") or HERE.parents[1] / "shared" / "data")


def in_data(data: Path, name: str) -> Path:
    """A file or folder of the folder ``data``; without it the run ends."""
    if not (data / name).exists():
        sys.exit(
            f"There is no {name} in {data}; set GAST_MOCAP_DATA to the folder that holds it, or name it by --data."
        )
    return data / name


if __name__ == "__main__":
    sys.exit(main())
