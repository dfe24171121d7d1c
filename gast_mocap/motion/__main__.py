"""``python -m gast_mocap.motion export TAKE --person 1 --format bvh``: a cleaned performance for other programs."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from .clean import clean_motion
from .errors import MocapError
from .export import FORMATS, export_motion
from .resample import resample
from .settings import CleanSettings
from .takes import load_take


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 after a message on stderr."""
    options = _parser().parse_args(arguments)
    settings = CleanSettings.raw() if options.raw else _settings(options)
    try:
        motion = clean_motion(load_take(options.take), options.person, settings, _tell)
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
    export.add_argument("--format", choices=sorted(FORMATS), default="bvh")
    export.add_argument("-o", "--output", type=Path, help="default: beside the take")
    export.add_argument("--fps", type=float, default=30.0, help="even frame rate; 0 keeps the video's own times")
    export.add_argument("--raw", action="store_true", help="the lifter's poses, nothing cleaned")
    for control in fields(CleanSettings):
        flag = "--" + control.name.replace("_", "-")
        help_text = control.metadata["tooltip"]
        if isinstance(control.default, bool):
            export.add_argument(flag, action=argparse.BooleanOptionalAction, default=control.default, help=help_text)
        else:
            unit = f" ({control.metadata['unit']})" if control.metadata["unit"] else ""
            export.add_argument(flag, type=float, default=control.default, help=help_text + unit)
    return parser


def _settings(options: argparse.Namespace) -> CleanSettings:
    return CleanSettings(**{control.name: getattr(options, control.name) for control in fields(CleanSettings)})


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
