"""``python -m gast_mocap.motion export TAKE --person 1 --format bvh``: a cleaned performance for other programs."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from ..take.errors import MocapError
from ..take.files import load_take
from ..take.records import Take
from ..take.settings import CleanSettings
from .clean import clean_motion
from .export import ExportFormat, export_motion
from .resample import resample


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 after a message on stderr."""
    options = _parser().parse_args(arguments)
    try:
        take = _with_given_height(load_take(options.take), options)
        settings = CleanSettings.raw() if options.raw else replace(take.cleaning, **_given(options))
        motion = clean_motion(take, options.person, settings, _tell)
        if options.fps:
            _, motion = resample(motion, options.fps, settings.fill_gaps)
        name = options.take.name.removesuffix(".npz").removesuffix(".take")
        output = options.output or options.take.with_name(f"{name}.person{options.person}.{options.format}")
        export_motion(motion, output, options.format)
    except MocapError as error:
        _tell(error.text)
        return 1
    print(f"{output}: {len(motion.times)} frames, {len(motion.contacts)} foot contacts")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gast_mocap.motion", description=__doc__)
    export = parser.add_subparsers(required=True).add_parser("export", help="clean a take and write it")
    export.add_argument("take", type=Path, help="a .take.npz file")
    export.add_argument("--person", type=int, default=1, help="id of the person; default 1")
    export.add_argument("--format", type=ExportFormat, choices=list(ExportFormat), default=ExportFormat.BVH)
    export.add_argument("-o", "--output", type=Path, help="default: beside the take")
    export.add_argument("--fps", type=float, default=30.0, help="even frame rate; 0 keeps the video's own times")
    export.add_argument("--raw", action="store_true", help="the lifter's poses, nothing cleaned")
    kept = export.add_argument_group("clean-up", "what is not given is as it is kept in the take")
    for control in fields(CleanSettings):
        flag = "--" + control.name.replace("_", "-")
        help_text = control.metadata["tooltip"]
        if isinstance(control.default, bool):
            kept.add_argument(flag, action=argparse.BooleanOptionalAction, help=help_text)
        else:
            unit = f" ({control.metadata['unit']})" if control.metadata["unit"] else ""
            kept.add_argument(flag, type=float, help=help_text + unit)
    return parser


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """The clean-up settings of the command line."""
    settings = {control.name: getattr(options, control.name) for control in fields(CleanSettings)}
    return {name: value for name, value in settings.items() if value is not None}


def _with_given_height(take: Take, options: argparse.Namespace) -> Take:
    """The height of the command line goes before the one that is kept for the exported person."""
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
