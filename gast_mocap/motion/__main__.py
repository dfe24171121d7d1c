"""What a take is good for without Blender: ``python -m gast_mocap.motion export TAKE --person 1 --format bvh`` writes a
cleaned performance for other programs; ``join 1 3 TAKE`` and its like mend who was tracked."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, fields, replace
from pathlib import Path
from typing import Any

from ..take.console import take_any_name
from ..take.errors import MocapError
from ..take.files import load_take
from ..take.records import Take
from ..take.sentences import printable
from ..take.settings import CleanSettings, nearest
from ..take.whole_file import fitting_name
from .clean import clean_motion
from .export import ExportFormat, export_motion
from .mend_commands import add_mending
from .resample import resample

FASTEST = 1000.0
"""Frames a second that can be asked for at most; raising it raises the size of the largest export."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 after a message on stderr."""
    take_any_name()
    options = _parser().parse_args(arguments)
    return int(options.run(options))


def _export(options: argparse.Namespace) -> int:
    """Clean one person of a take and write the motion."""
    try:
        take = _with_given_height(load_take(options.take), options)
        output = options.output or _beside(options.take, options.person, options.format)
        check_output(output, {options.take: "take", take.video.path: "video"})
        settings = CleanSettings.raw() if options.raw else replace(take.cleaning, **_given(options))
        motion = clean_motion(take, options.person, settings, _tell)
        if options.fps:
            _, motion = resample(motion, options.fps, settings.fill_gaps)
        export_motion(motion, output, options.format)
    except MocapError as error:
        _tell(error.text)
        return 1
    except MemoryError:
        _tell("The computer ran out of memory. Close other programs, or export at a lower --fps.")
        return 1
    print(printable(f"{output}: {len(motion.times)} frames, {len(motion.contacts)} foot contacts"))
    return 0


def check_output(output: Path, sources: Mapping[Path, str]) -> None:
    """Raises MocapError when the export would take the place of one of ``sources``: path -> what lies there."""
    for path, what in sources.items():
        try:
            is_source = os.path.realpath(output) == os.path.realpath(path) or output.samefile(path)
        except (OSError, ValueError):
            continue  # one of the two is not there, or cannot be: reading or writing it says so
        if is_source:
            text = f"{output.name} is the {what} itself. Choose another name for the export."
            raise MocapError("output_is_source", text)


def _beside(take: Path, person: int, file_format: ExportFormat) -> Path:
    name = take.name.removesuffix(".npz").removesuffix(".take")
    return take.with_name(fitting_name(name, f".person{person}.{file_format}"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gast_mocap.motion", description=__doc__)
    commands = parser.add_subparsers(required=True)
    add_mending(commands)
    export = commands.add_parser("export", help="clean a take and write it")
    export.set_defaults(run=_export)
    export.add_argument("take", type=Path, help="a .take.npz file")
    export.add_argument("--person", type=int, default=1, help="id of the person; default 1")
    export.add_argument("--format", type=ExportFormat, choices=list(ExportFormat), default=ExportFormat.BVH)
    export.add_argument("-o", "--output", type=Path, help="default: beside the take")
    export.add_argument(
        "--fps", type=_rate, default=30.0, help="frames a second, evenly spaced; 0 keeps the video's own times"
    )
    export.add_argument("--raw", action="store_true", help="the lifter's poses, without any clean-up")
    kept = export.add_argument_group("clean-up", "whatever you leave out comes from the take")
    for control in fields(CleanSettings):
        flag = "--" + control.name.replace("_", "-")
        help_text = control.metadata["tooltip"]
        if isinstance(control.default, bool):
            kept.add_argument(flag, action=argparse.BooleanOptionalAction, help=help_text)
        else:
            kept.add_argument(flag, type=_within(control), help=f"{help_text} ({_range_of(control)})")
    return parser


def _within(control: "Field[Any]") -> Callable[[str], float]:
    """Reads an argument that has the bounds of the panel's control."""

    def read(word: str) -> float:
        value = _number(word)
        if nearest(control, value) != value:
            raise argparse.ArgumentTypeError(f"{word} is not within {_range_of(control)}")
        return value

    return read


def _range_of(control: "Field[Any]") -> str:
    low, high, unit = (control.metadata[name] for name in ("min", "max", "unit"))
    return f"{low:g} to {high:g} {unit}".strip()


def _rate(word: str) -> float:
    value = _number(word)
    if value != 0 and not 1 <= value <= FASTEST:
        raise argparse.ArgumentTypeError(f"{word} is neither 0 nor within 1 to {FASTEST:g}")
    return value


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{word} is not a number") from error


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """The clean-up settings of the command line."""
    settings = {control.name: getattr(options, control.name) for control in fields(CleanSettings)}
    return {name: value for name, value in settings.items() if value is not None}


def _with_given_height(take: Take, options: argparse.Namespace) -> Take:
    """A height on the command line overrides the one that the take holds for the exported person."""
    if options.body_height is None:
        return take
    people = (
        replace(person, body_height=options.body_height) if person.track_id == options.person else person
        for person in take.people
    )
    return replace(take, people=tuple(people))


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
