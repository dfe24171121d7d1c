"""Speed and memory of video to take, as ratios of what one run measures: ``python -m benchmarks.pipeline``.

A ratio of two timings of one run says the same on any machine; still, close other programs first. Each
measurement is a process of its own, held to --cores where the system allows it (Linux). POSIX only.
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
LENGTH = 900
"""Frames of the looped clips that are timed, 30 s: shorter videos are not watched in stretches."""
PEOPLE = {"one person": (0, 36), "two people": (60, 36)}
"""First frame and number of frames of the short clip: before the walker comes in, and beside the jumper."""
AT_ONCE = (1, 2, 4, 8)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; default: all")
    parser.add_argument("--data", type=Path, default=data_folder(), help="the folder that holds videos/")
    parser.add_argument("--cores", type=int, default=CORES, help="for 'stretches', where the machine has more of them")
    parser.add_argument("--minutes", type=float, default=10.0, help="length of the long video in 'memory'")
    for slot in SLOTS:
        parser.add_argument(f"--{slot}", type=Path, metavar="FILE", help="a network of your own, for 'networks'")
    options = parser.parse_args(arguments)
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}")
    hold_to(options.cores)
    for name in options.sections or SECTIONS:
        print(f"== {name}", flush=True)
        SECTIONS[name](options)
    return 0


def overlap(options: argparse.Namespace) -> None:
    """Wall time over the time within the networks: what decoding and bookkeeping add. Nothing is drawn."""
    print(f"{'clip':<36}{'preset':<10}{'frames':>7}{'wall s':>8}{'networks s':>12}{'ratio':>7}   (at most 1.10)")
    short, long = in_data(options.data, SHORT_CLIP), options.data / LONG_CLIP
    runs = [(short, quality) for quality in ("fast", "balanced", "best")]
    for video, quality in [*runs, (long, "fast")] if long.exists() else runs:
        done = measure("run", video, "--quality", quality, "--unbroken")
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
        runs = {at_once: measure("run", video, "--quality", "fast", "--at-once", at_once) for at_once in (1, 2)}
    print(f"{size['width']} x {size['height']} at 30 fps, preset fast")
    for done, at_once in ((short, 1), *((done, at_once) for at_once, done in runs.items())):
        what = f"{done['frames']:>7} frames, {done['people']} people, {at_once} at once"
        print(f"{what}: peak {done['peak_mb']:.0f} MB")
    print(f"difference {runs[1]['peak_mb'] - short['peak_mb']:.0f} MB   (at most 60)")
    print(f"a further stretch {runs[2]['peak_mb'] - runs[1]['peak_mb']:.0f} MB")


def mediapipe(options: argparse.Namespace) -> None:
    """One person and two beside MediaPipe Pose, which follows one; loading the networks counts on neither side."""
    with tempfile.TemporaryDirectory() as folder:
        for people, (first, frames) in PEOPLE.items():
            video = looped(options.data, Path(folder), first, frames)
            peer = last_line_of([environment("mediapipe"), HERE / "mediapipe_pose.py", video])
            peer_ms = 1000 * peer["seconds"] / peer["frames"]
            found = f"person found in {peer['found']} of {peer['frames']}"
            print(f"{people}: mediapipe {MEDIAPIPE} {peer_ms:.1f} ms a frame, {found}", flush=True)
            for quality, least in (("fast", 2.0), ("balanced", 1.0)):
                done = measure("run", video, "--quality", quality)
                ms = milliseconds(done)
                print(
                    f"{quality:<9} {done['people']} people, {ms:.1f} ms a frame, {peer_ms / ms:.2f} x as fast   "
                    f"(at least {least:.0f})",
                    flush=True,
                )


def stretches(options: argparse.Namespace) -> None:
    """Stretches side by side, one thread each, beside the video in one stretch with all threads."""
    with tempfile.TemporaryDirectory() as folder:
        video = looped(options.data, Path(folder), *PEOPLE["one person"])
        for quality in ("fast", "balanced"):
            unbroken = milliseconds(measure("run", video, "--quality", quality, "--unbroken"))
            print(f"{quality:<9} in one stretch: {unbroken:.1f} ms a frame", flush=True)
            for at_once in (count for count in AT_ONCE if count <= options.cores):
                done = measure("run", video, "--quality", quality, "--at-once", at_once)
                work = ", ".join(f"{name} {1000 * spent / done['frames']:.1f}" for name, spent in done["work"].items())
                ratio = unbroken / milliseconds(done)
                print(f"  {at_once} at once: {ratio:.2f} x as fast; ms of work a frame: {work}", flush=True)
    print("(2 at once on two cores: at least 1.3)")


def looped(data: Path, folder: Path, first: int, frames: int) -> Path:
    """A clip of LENGTH frames: some frames of the short clip, back and forth."""
    video, source = folder / f"from_{first}.mp4", in_data(data, SHORT_CLIP)
    measure("loop", source, video, "--first", first, "--frames", frames, "--height", 994, "--length", LENGTH)
    return video


def milliseconds(done: dict[str, Any]) -> float:
    """Wall time a frame of watching and lifting."""
    return float(1000 * (done["stages"]["watch"][0] + done["stages"]["lift"][0]) / done["frames"])


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


SECTIONS = {
    "overlap": overlap,
    "stretches": stretches,
    "lifter": lifter,
    "memory": memory,
    "mediapipe": mediapipe,
    "networks": networks,
}


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


def hold_to(cores: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


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
