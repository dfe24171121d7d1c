"""The commands that mend who was tracked: ``python -m gast_mocap.motion join 1 3 TAKE``.

Lifting needs the networks, which only the inference process loads: so that is where the work is done.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..take.edits import FIELDS, KINDS, Edit, Split, free_id, mended, to_json
from ..take.errors import MocapError
from ..take.files import load_take
from ..take.proposals import came_back
from ..take.records import Take
from ..take.sentences import printable
from ..take.visibility import visibility_words
from ..take.worth_a_look import worth_a_look

MENDER = f"{__package__.rpartition('.')[0]}.inference.mend"
PACKAGE_PARENT = Path(__file__).parents[2]


def add_mending(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """One command for each kind of edit, and those that list them and take them back."""
    for name, kind in KINDS.items():
        command = commands.add_parser(name.replace("_", "-"), help=kind.__doc__)
        for word in _words_of(kind):
            command.add_argument(word, type=_reader(word))
        command.add_argument("take", type=Path, help="a .take.npz file")
        command.set_defaults(run=_mend, kind=kind)
    for name, keep, told in (("undo", -1, "take the last edit back"), ("reset", 0, "take all edits back")):
        command = commands.add_parser(name, help=told)
        command.add_argument("take", type=Path)
        command.set_defaults(run=_take_back, keep=keep)
    command = commands.add_parser("people", help="list the people of a take, its edits, and who may be one person")
    command.add_argument("take", type=Path)
    command.set_defaults(run=_list)
    command = commands.add_parser("worth-a-look", help="list the frames in which the tracking may be wrong")
    command.add_argument("take", type=Path)
    command.set_defaults(run=_list_doubts)


def _words_of(kind: type[Edit]) -> list[str]:
    """What is asked for: all but the id of a split-off person, which is the next free one."""
    return [field.name for field in fields(kind) if not (kind is Split and field.name == "other")]


def _reader(word: str) -> Callable[[str], Any]:
    """What reads a field of an edit from the command line."""

    def read(given: str) -> Any:
        try:
            return FIELDS[word](given if word == "joint" else int(given))
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read


def _mend(options: argparse.Namespace) -> int:
    given: dict[str, Any] = {word: getattr(options, word) for word in _words_of(options.kind)}
    try:
        take = load_take(options.take)
        if options.kind is Split:
            given["other"] = free_id(take)
        return _change(take, options.take, (*take.edits, options.kind(**given)))
    except MocapError as error:
        return _refuse(error)


def _take_back(options: argparse.Namespace) -> int:
    try:
        take = load_take(options.take)
        return _change(take, options.take, take.edits[: options.keep])
    except MocapError as error:
        return _refuse(error)


def _change(take: Take, path: Path, edits: Sequence[Edit]) -> int:
    """Raises MocapError where the edits are impossible, before anything is loaded."""
    mended(take, edits)
    command = [sys.executable, "-m", MENDER, str(path.absolute()), to_json(edits)]
    if status := subprocess.run(command, cwd=PACKAGE_PARENT).returncode:
        return status
    return _tell(load_take(path))


def _list(options: argparse.Namespace) -> int:
    try:
        take = load_take(options.take)
    except MocapError as error:
        return _refuse(error)
    for earlier, later in came_back(take):
        print(f"Persons {earlier} and {later} may be one: join {earlier} {later}")
    return _tell(take)


def _list_doubts(options: argparse.Namespace) -> int:
    try:
        take = load_take(options.take)
    except MocapError as error:
        return _refuse(error)
    for person in take.people:
        for doubt in worth_a_look(person.keypoints):
            print(printable(f"{person.label} ({person.track_id}), frame {doubt.frame}: {doubt.why}"))
    return 0


def _tell(take: Take) -> int:
    for person in take.people:
        told = f"{person.label} ({person.track_id}): {take.seconds_on_screen(person):.1f} s on screen"
        hidden = visibility_words(person.keypoints)
        print(printable(f"{told}, {hidden}" if hidden else told))
    for number, edit in enumerate(take.edits, start=1):
        print(f"edit {number}: {edit.words}")
    return 0


def _refuse(error: MocapError) -> int:
    print(error.text, file=sys.stderr)
    return 1
