"""What the command line's words ask for."""

import argparse
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ...take.settings import Quality
from ...take.whole_file import fitting_name
from ..choice import BUNDLED, OwnNetworks, PreviewView, Refinement
from ..protocol.job import Job

OPTIONS_OF_OWN = {
    "detector_score": "detector",
    "detector_overlap": "detector",
    "refinement": "pose",
    "causal": "lifter",
}
"""What says how a network of one's own is used -> the slot of that network."""


@dataclass(frozen=True)
class Batch:
    """Many videos, each a job; ``at_once`` of them at a time.

    ``scheduler`` None works on this computer; otherwise it is the address of a Dask scheduler, or "" for a Dask cluster
    of this computer's own.
    """

    jobs: tuple[Job, ...]
    at_once: int
    scheduler: str | None = None


@dataclass(frozen=True)
class Check:
    """Whether an import would work, with takes saved in ``folder``."""

    folder: Path


def parse(arguments: Sequence[str] | None) -> Job | Batch | Check:
    """A contradiction ends the program with a usage error."""
    parser = argparse.ArgumentParser(
        prog="python -m gast_mocap.inference",
        description="Find, follow and lift the people of a video into a take.",
    )
    parser.add_argument("video", nargs="*", help="a video, or with --out-dir any number; * and ? stand for any names")
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
    parser.add_argument("--gentle", action="store_true", help="use one core instead of half of them: slower, same take")
    parser.add_argument(
        "--feet",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="read heels and toes as well; the default",
    )
    parser.add_argument("--hands", action="store_true", help="read fingers as well: slower")
    many = parser.add_argument_group("many videos")
    many.add_argument("--out-dir", type=Path, metavar="FOLDER", help="save each take here; what is there is kept")
    many.add_argument("--jobs", type=several, default=1, metavar="N", help="how many videos at a time")
    many.add_argument(
        "--scheduler",
        nargs="?",
        const="",
        metavar="ADDRESS",
        help="of a Dask scheduler, whose workers do the videos; without an address, workers are started here",
    )
    parser.add_argument("--check", action="store_true", help="only check that everything works on this computer")
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
    stated = vars(parser.parse_args(arguments))
    stated["own"] = OwnNetworks(**{of.name: stated.pop(of.name) for of in fields(OwnNetworks)})
    refuse_idle(parser, stated["own"])
    out_dir, at_once, scheduler = stated.pop("out_dir"), stated.pop("jobs"), stated.pop("scheduler")
    if stated.pop("check"):
        return Check(out_dir or Path.cwd())
    if out_dir:
        return Batch(batch_jobs(parser, stated, out_dir), at_once, scheduler)
    if scheduler is not None or at_once > 1:
        parser.error("--jobs and --scheduler are for many videos: name a folder for their takes with --out-dir")
    return Job(**as_published(parser, stated))


def refuse_idle(parser: argparse.ArgumentParser, own: OwnNetworks) -> None:
    """End the program where an option speaks of a network of one's own and none is named."""
    for option, network in OPTIONS_OF_OWN.items():
        if getattr(own, option) != getattr(BUNDLED, option) and getattr(own, network) is None:
            parser.error(f"--{option.replace('_', '-')} is for a network of your own: add --{network} FILE")


def batch_jobs(parser: argparse.ArgumentParser, stated: dict[str, Any], out_dir: Path) -> tuple[Job, ...]:
    """A job for each video, which all have the same settings. A contradiction ends the program."""
    if any(stated.pop(name) for name in ("output", "preview", "input", "savepath")):
        parser.error("with --out-dir, no other result can be named")
    videos = [video for words in stated.pop("video") for video in matching(words)]
    if not videos:
        parser.error("name at least one video")
    videos = list(dict.fromkeys(video.absolute() for video in videos))
    named: dict[Path, Path] = {}
    for video in videos:
        output = out_dir.absolute() / fitting_name(video.stem, ".take.npz")
        if named.setdefault(output, video) != video:
            parser.error(f"{named[output]} and {video} would both be saved as {output.name}: rename one of them")
    return tuple(Job(video=video, output=output, **stated) for output, video in named.items())


def matching(words: str) -> list[Path]:
    """The files whose names ``words`` fits, as Windows leaves wildcards to the program; else ``words`` as it is."""
    path = Path(words)
    with suppress(OSError, ValueError):  # ValueError: what can be no file's name
        if not os.path.lexists(path):
            return sorted(path.parent.glob(path.name)) or [path]
    return [path]


def as_published(parser: argparse.ArgumentParser, stated: dict[str, Any]) -> dict[str, Any]:
    """What was ``stated`` with the published demo's words put into ours. A contradiction ends the program."""
    videos = [Path(video) for video in stated.pop("video")]
    video, result = stated.pop("input"), stated.pop("savepath")
    videos += [video] if video else []
    if len(videos) != 1:
        parser.error("name one video, either by itself or with --input, or a folder for many takes with --out-dir")
    stated["video"] = videos[0]
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


def several(text: str) -> int:
    """Raises argparse.ArgumentTypeError for what is no number from 1 on."""
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 on")
    return int(text)
