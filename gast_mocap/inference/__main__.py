"""The command line: ``python -m gast_mocap.inference VIDEO -o NAME.take.npz``."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..take.console import take_any_name
from ..take.errors import MocapError
from ..take.records import FloatArray, Take
from ..take.settings import Quality
from ..take.visibility import visibility_words
from .bar import Bar
from .choice import OwnNetworks, PreviewView, Refinement
from .pipeline import Run, StageSeconds, run
from .protocol.job import Job
from .protocol.progress import StageClock

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one job in this process. Exit status 0: the take is saved; 1: something went wrong; 130: Ctrl-C."""
    take_any_name()
    job = parse(arguments)
    bar = Bar()
    try:
        print(summary(run(job, StageClock(bar.show), bar.note)))
    except MocapError as error:
        bar.note(f"{error.text}\n  ({error.code}: {error.detail})" if error.detail else error.text)
        return 1
    except MemoryError:
        bar.note("The computer ran out of memory. Close other programs or use --low-memory.")
        return 1
    except KeyboardInterrupt:
        bar.note("Stopped. No take was saved.")
        return INTERRUPTED
    return 0


def parse(arguments: Sequence[str] | None) -> Job:
    parser = argparse.ArgumentParser(
        prog="python -m gast_mocap.inference",
        description="Find, follow and lift the people of a video into a take.",
    )
    parser.add_argument("video", type=Path, nargs="?")
    parser.add_argument("-o", "--output", type=Path, metavar="NAME.take.npz")
    parser.add_argument("--preview", type=Path, metavar="OUT.mp4", help="also write a video that shows what was found")
    parser.add_argument("--start", type=int, default=0, help="the first frame; frames count from 0")
    parser.add_argument("--end", type=int, help="the frame after the last; default: the end of the video")
    parser.add_argument("--quality", type=Quality, choices=list(Quality), default=Quality.BALANCED)
    parser.add_argument(
        "--low-memory", "--lowmemory", action="store_true", help="lift one window at a time: slower, same poses"
    )
    parser.add_argument("--speed", type=float, default=1.0, help="how fast the video plays: 0.25 for slow motion")
    parser.add_argument("--mirror", dest="mirrored", action="store_true", help="swap left and right, for selfie videos")
    parser.add_argument("--frame-rate", type=float, help="of an image sequence, or instead of a video's own times")
    parser.add_argument("--preview-view", type=PreviewView, choices=list(PreviewView), default=PreviewView.CAMERA)
    published = parser.add_argument_group("options of the published demo")
    published.add_argument("--input", type=Path, metavar="VIDEO", help="the video")
    published.add_argument(
        "--savepath",
        type=Path,
        metavar="RESULT.mp4",
        help="the preview in the published view; saves the take beside it",
    )
    own = parser.add_argument_group("your own networks instead of the bundled ones (see docs/models.md)")
    own.add_argument("--detector", type=Path, metavar="FILE", help="YOLOv3, YOLOX or YOLO: .onnx, or .cfg and .weights")
    own.add_argument("--pose", type=Path, metavar="FILE.onnx", help="HRNet, PoseResNet, RTMPose or OpenPose")
    own.add_argument("--lifter", type=Path, metavar="FILE.onnx", help="GAST-Net")
    own.add_argument("--detector-score", type=share, metavar="0..1", help="minimum score for a detected person")
    own.add_argument(
        "--detector-overlap", type=share, metavar="0..1", help="overlap above which two boxes are one person"
    )
    own.add_argument(
        "--refinement",
        type=Refinement,
        choices=list(Refinement),
        default=Refinement.PARABOLA,
        help="how to place a heatmap's peak between its cells; quarter is the published way",
    )
    own.add_argument("--causal", action="store_true", help="the lifter's pose belongs to the last frame it sees")
    stated = as_published(parser, vars(parser.parse_args(arguments)))
    chosen = OwnNetworks(**{of.name: stated.pop(of.name) for of in fields(OwnNetworks)})
    return Job(**stated, own=chosen)


def as_published(parser: argparse.ArgumentParser, stated: dict[str, Any]) -> dict[str, Any]:
    """What was ``stated`` with the published demo's words put into ours. A contradiction ends the program."""
    video, result = stated.pop("input"), stated.pop("savepath")
    if (stated["video"] is None) == (video is None):
        parser.error("name one video, either by itself or with --input")
    stated["video"] = stated["video"] or video
    if result:
        if not result.name:
            parser.error(f"--savepath {result} is a folder: name a result video")
        if stated["preview"]:
            parser.error("--savepath is a --preview: give one of them")
        stated |= {"preview": result, "preview_view": PreviewView.PUBLISHED}
        stated["output"] = stated["output"] or result.with_suffix(".take.npz")
    if stated["output"] is None:
        parser.error("name the take with -o NAME.take.npz, or a result video with --savepath")
    return stated


def share(text: str) -> float:
    """Raises argparse.ArgumentTypeError for what is no number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 1")
    return value


def summary(done: Run) -> str:
    """The run as a few lines of text."""
    video = done.take.video
    frames = done.take.settings.end - done.take.settings.start
    return "\n".join(
        [
            f"video    {video.path.name}, {video.width} x {video.height}, {video.fps:.2f} fps",
            *(
                [f"shots    {len(video.cuts) + 1}, cut at {seconds(video.times[video.cuts])}"]
                if len(video.cuts)
                else []
            ),
            f"take     {done.saved_as}",
            f"frames   {frames}",
            *people_lines(done.take),
            *stage_lines(done.stages),
        ]
    )


def seconds(times: FloatArray) -> str:
    return ", ".join(f"{time:.1f} s" for time in times)


def people_lines(take: Take) -> list[str]:
    """A line a person: id, seconds on screen, mean confidence, and what was hard to see."""
    lines = [f"people   {len(take.people)}"]
    for person in take.people:
        seconds = take.seconds_on_screen(person)
        words = [f"{seconds:.1f} s on screen", f"confidence {person.confidence:.2f}"]
        if hidden := visibility_words(person.keypoints):
            words.append(hidden)
        lines.append(f"  {person.track_id:>3}: {', '.join(words)}")
    return lines


def stage_lines(stages: Sequence[StageSeconds]) -> list[str]:
    """A line a stage: wall seconds, seconds within the networks."""
    total = StageSeconds("total", sum(s.seconds for s in stages), sum(s.in_networks for s in stages))
    head = f"{'seconds':<9}{'wall':>8}{'networks':>10}"
    return [head, *(f"  {s.stage:<7}{s.seconds:>8.1f}{s.in_networks:>10.1f}" for s in (*stages, total))]


if __name__ == "__main__":
    sys.exit(main())
