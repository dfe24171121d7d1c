"""Videos of 40 kinds, read and judged frame by frame: ``python -m benchmarks.videos``.

Every frame of them tells its own number and which way is up, and it is known when each is to be shown, so what comes
out needs nobody's word. Where FFmpeg's ffprobe is installed, its times are compared as well.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.coded import Recipe, Turn, copy_from, even, join, number_in, uneven, write_coded
from gast_mocap.inference.video.decode import Reading, probe_video
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import FloatArray

X264 = {"preset": "ultrafast", "g": "12", "bf": "2", "crf": "10"}
X265 = {"preset": "ultrafast", "x265-params": "log-level=none:keyint=12", "crf": "10"}
VPX = {"deadline": "realtime", "cpu-used": "8"}
AV1 = {"preset": "8", "crf": "1", "svtav1-params": "enable-tf=0:pred-struct=1"}
MPEG2 = {"g": "12", "bf": "2"}
FRAMES = 90


@dataclass(frozen=True)
class Clip:
    """A video that ``make`` writes, of which the frames ``numbers`` are shown at ``times``; ``is_joined``: of parts
    whose stamps start over, which ffprobe leaves as they are."""

    name: str
    make: Callable[[Path], None]
    numbers: Sequence[int]
    times: Sequence[float]
    is_joined: bool = False


@dataclass(frozen=True)
class Verdict:
    """Frames that are lost, frames that are shown the wrong way up, and the greatest error of a time in ms: to what
    was written, and to ffprobe (None without it)."""

    lost: int
    wrong_way_up: int
    worst_ms: float
    to_ffprobe_ms: float | None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the videos in this folder")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        kept = options.keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        return judge(kept)


def judge(folder: Path) -> int:
    print(f"{'video':<34}{'frames':>7}{'lost':>6}{'wrong way up':>14}{'worst ms':>10}{'to ffprobe':>12}")
    verdicts = []
    for clip in clips():
        path = folder / clip.name
        clip.make(path)
        verdict = verdict_on(path, clip)
        verdicts.append(verdict)
        told = "-" if verdict.to_ffprobe_ms is None else f"{verdict.to_ffprobe_ms:.3f}"
        counts = f"{len(clip.numbers):>7}{verdict.lost:>6}{verdict.wrong_way_up:>14}"
        print(f"{clip.name:<34}{counts}{verdict.worst_ms:>10.3f}{told:>12}", flush=True)
    lost, turned = sum(verdict.lost for verdict in verdicts), sum(verdict.wrong_way_up for verdict in verdicts)
    worst = max(verdict.worst_ms for verdict in verdicts)
    beside = [verdict.to_ffprobe_ms for verdict in verdicts if verdict.to_ffprobe_ms is not None]
    print(f"{len(verdicts)} videos: worst time error {worst:.3f} ms (at most 1), {lost} frames lost (0), ", end="")
    print(f"{turned} wrong way up (0)" + (f"; to ffprobe at most {max(beside):.3f} ms" if beside else ""))
    return int(bool(lost or turned) or worst > 1)


def clips() -> Iterator[Clip]:
    """Containers and codecs, rates, turns, trims and joints: 40 in all."""
    for recipe in containers():
        yield Clip(f"{recipe.codec}{recipe.suffix}", writer(recipe), range(len(recipe.times)), recipe.times)
    for name, times in {"23.976": even(24000 / 1001, FRAMES), "120": even(120, FRAMES), "10": even(10, 30)}.items():
        for suffix in (".mp4", ".ts"):
            recipe = Recipe(suffix, "libx264", times, options=X264)
            yield Clip(f"rate {name}{suffix}", writer(recipe), range(len(times)), times)
    for suffix in (".mp4", ".mkv"):
        varying = list(uneven(FRAMES))
        recipe = Recipe(suffix, "libx264", varying, options=X264)
        yield Clip(f"rate that varies{suffix}", writer(recipe), range(FRAMES), varying)
    turns: list[Turn] = [(90, False, False), (180, False, False), (270, False, False), (0, True, False)]
    for degrees, flip_x, flip_y in [*turns, (0, False, True), (90, True, False)]:
        recipe = Recipe(".mp4", "libx264", even(30, 30), (degrees, flip_x, flip_y), options=X264)
        mirror = " mirrored" if flip_x else " upside down" if flip_y else ""
        yield Clip(f"turned {degrees}{mirror}.mp4", writer(recipe), range(30), recipe.times)
    recipe = Recipe(".mov", "libx264", even(30, 30), (270, False, False), stretched=2, options=X264)
    yield Clip("turned, wide pixels.mov", writer(recipe), range(30), recipe.times)
    times = even(30, FRAMES)
    for suffix, first in {".mp4": 40, ".mov": 40, ".mkv": 36, ".ts": 36}.items():
        yield Clip(f"trimmed by copy{suffix}", trimmer(suffix, 0), range(first, FRAMES), times[first:])
    for suffix in (".mp4", ".mkv", ".ts"):
        yield Clip(f"begins amid a group{suffix}", trimmer(suffix, 2), range(48, FRAMES), times[48:])
    for suffix, codec, options in ((".ts", "libx264", X264), (".mpg", "mpeg2video", MPEG2)):
        part = Recipe(suffix, codec, even(25, 50), options=options)
        numbers = [*range(50), *range(50)]
        yield Clip(f"two parts joined{suffix}", joiner(part), numbers, even(25, 100), is_joined=True)


def containers() -> list[Recipe]:
    second = even(25, 50)
    return [
        Recipe(".mp4", "libx264", even(30, FRAMES), options=X264),
        Recipe(".mp4", "libx265", even(30, 30), options=X265),
        Recipe(".mp4", "libsvtav1", even(30, 12), options=AV1),
        Recipe(".mov", "mjpeg", second, pixel_format="yuvj420p"),
        Recipe(".mkv", "libx264", even(30, FRAMES), options=X264),
        Recipe(".mkv", "ffv1", second),
        Recipe(".webm", "libvpx-vp9", second, options=VPX),
        Recipe(".avi", "libx264", second, options=X264),
        Recipe(".avi", "mpeg4", second, options={"bf": "2"}),
        Recipe(".m2ts", "libx264", second, options=X264),
        Recipe(".3gp", "mpeg4", even(15, 30)),
        Recipe(".flv", "libx264", even(30, 30), options=X264),
        Recipe(".mxf", "mpeg2video", second, options=MPEG2),
        Recipe(".vob", "mpeg2video", second, options=MPEG2),
        Recipe(".ogv", "libvpx", second, options=VPX),
        Recipe(".gif", "gif", second, pixel_format="rgb8"),
    ]


def writer(recipe: Recipe) -> Callable[[Path], None]:
    return lambda path: write_coded(path, recipe)


def trimmer(suffix: str, drop: int) -> Callable[[Path], None]:
    """Of FRAMES frames at 30 a second those from the 40th on; ``drop``: without the first packets, a keyframe."""

    def trim(path: Path) -> None:
        whole = path.with_name(f"whole{suffix}")
        write_coded(whole, Recipe(suffix, "libx264", even(30, FRAMES), options=X264))
        copy_from(whole, path, 40 / 30, drop)
        whole.unlink()

    return trim


def joiner(recipe: Recipe) -> Callable[[Path], None]:
    def join_parts(path: Path) -> None:
        part = path.with_name(f"part{recipe.suffix}")
        write_coded(part, recipe)
        join([part, part], path)
        part.unlink()

    return join_parts


def verdict_on(path: Path, clip: Clip) -> Verdict:
    try:
        reading = Reading(probe_video(path, lambda _: None), 0, None, number_in)
        seen = [frame.picture for frame in reading]
    except MocapError as error:
        print(f"{clip.name}: {error.text}", file=sys.stderr)
        return Verdict(len(clip.numbers), 0, float("inf"), None)
    times, errors = reading.video.times, []
    place = 0
    for number, time in zip(clip.numbers, clip.times, strict=True):
        if number in seen[place:]:
            place = seen.index(number, place)
            errors.append(abs(float(times[place]) - (time - clip.times[0])))
            place += 1
    lost, wrong_way_up = len(clip.numbers) - len(errors), seen.count(None)
    worst = max(errors, default=float("inf"))
    return Verdict(lost, wrong_way_up, 1000 * worst, None if clip.is_joined else beside_ffprobe(path, times))


def beside_ffprobe(path: Path, times: FloatArray) -> float | None:
    """Greatest difference in ms between ``times`` and those of ffprobe, both from the first frame on."""
    program = shutil.which("ffprobe")
    if program is None:
        return None
    key = "best_effort_timestamp_time"
    words = ["-v", "quiet", "-select_streams", "v:0", "-show_entries", f"frame={key}", "-of", "json"]
    told = json.loads(subprocess.run([program, *words, str(path)], capture_output=True, check=True).stdout)
    stamps = [float(frame[key]) for frame in told["frames"] if key in frame]
    if len(stamps) != len(times):
        return float("inf") if len(stamps) == len(told["frames"]) else None
    return 1000 * float(np.abs(np.array(stamps) - stamps[0] - times).max())


if __name__ == "__main__":
    sys.exit(main())
