"""Every text for users goes through Blender's translation, so that anyone can add a language."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gast_mocap import operators
from gast_mocap.inference.protocol.messages import Failed, Found, Looked, Notice, Progress, Stage, from_line, to_line
from gast_mocap.operators import reports
from gast_mocap.operators.import_options import looked_words
from gast_mocap.operators.panels.progress import found_text, rate_text
from gast_mocap.operators.translation import said
from gast_mocap.take.errors import MocapError
from gast_mocap.take.sentences import Sentence

FOLDER = Path(operators.__file__).parent
CHAPTERS = [path for path in sorted(FOLDER.parent.rglob("*.py")) if FOLDER not in path.parents]
MODULES = sorted(FOLDER.rglob("*.py"))
WHY = "There is no video. Choose one."
TRANSLATORS = {"iface_", "tip_", "rpt_", "data_"}
AS_IT_IS = {"report", "poll_message_set", "header_text_set"}
"""Calls whose text Blender shows as it is."""
NO_TEXTS = {"print", "Performance", "getattr", "prop"}
"""Calls whose f-strings are for the console, or name actions and properties."""
NAMES = {"gast_mocap.", "gast_mocap._take", "person ", "person  ", ".txt", "Blender , ", "start", "end"}
"""F-strings that name operators, markers and files, or begin the report of a bug, without what is filled in."""


def words_of(node: ast.JoinedStr) -> str:
    return "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def untranslated(source: str) -> list[str]:
    """The texts in ``source`` that nobody can translate."""
    tree = ast.parse(source)
    for_program = {id(inner) for name, call in calls(tree) if name in NO_TEXTS for inner in ast.walk(call)}
    filled = [
        words
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and id(node) not in for_program
        for words in [words_of(node)]
        if re.search("[A-Za-z]{2}", words) and words not in NAMES
    ]
    shown = [
        ast.unparse(call.args[-1])
        for name, call in calls(tree)
        if name in AS_IT_IS and isinstance(call.func, ast.Attribute) and not is_translated(call.args[-1])
    ]
    templates = [
        ast.unparse(call)
        for name, call in calls(tree)
        if name == "format" and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Constant)
    ]
    return filled + shown + templates


def is_translated(argument: ast.expr) -> bool:
    names = {name for name, _ in calls(argument)}
    return (isinstance(argument, ast.Constant) and argument.value is None) or bool(names & {*TRANSLATORS, "said"})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_every_text_can_be_translated(path: Path) -> None:
    assert untranslated(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        'layout.label(text=f"{count} people so far")',
        'raise MocapError("code", f"There is no {name}.")',
        'self.report({"INFO"}, "Done")',
        'cls.poll_message_set("Choose a target first")',
        "context.area.header_text_set(HINT)",
        'text = "{count} people".format(count=3)',
    ],
)
def test_the_test_finds_what_is_not_translated(source: str) -> None:
    assert len(untranslated(source)) == 1


def test_what_is_translated_passes() -> None:
    assert untranslated('self.report({"INFO"}, rpt_("Deleted {name}").format(name=name))') == []
    assert untranslated('area.header_text_set(None); layout.label(text="People")') == []


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blender as a Python module has no languages: what it would find is put in the place of its translators."""
    texts = {
        "{total} people so far": "{total} Leute",
        "{done} of {total}, {rate:.0f} a second": "{rate:.0f} je Sekunde, {done} von {total}",
        "{fps:.4g} fps": "{fps:.4g} B/s",
        "Cancelled. Nothing was changed.": "Abgebrochen.",
        "There is no video. Choose one.": "Kein Video.",
        "Person {track_id}": "Mensch {track_id}",
        "{name} has {rate:.1f} fps. {why}": "{rate:.2f} B/s hat {name}. {why}",
        "There is no file {path}.": "{path} fehlt.",
        "{count} people": "{amount} Leute",
    }
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{operators.__name__}."):
            for translator in TRANSLATORS & vars(module).keys():
                monkeypatch.setattr(module, translator, lambda text: texts.get(text, text))


def test_another_language_is_spoken(scene, german) -> None:
    assert found_text(Found((), 3)) == "3 Leute"
    assert rate_text(Progress(Stage.WATCH, 40, 100, 5.0)) == "12 je Sekunde, 40 von 100"
    assert looked_words(Looked(640, 360, 30.0, 900, False, 0)) == "640 x 360, 30 B/s, 0:30"
    reports.of_import.notify("Cancelled. Nothing was changed.")
    reports.of_import.fail(MocapError("video_missing", "There is no video. Choose one."))
    assert (reports.of_import.notices, reports.of_import.error) == (["Abgebrochen."], "Kein Video.")
    row = scene.gast_mocap.people.add()
    row.track_id = 7
    assert row.label == "Mensch 7"
    row.label = "Mensch 7"
    assert row.given_name == ""


def untold(source: str) -> list[str]:
    """What errors and notices are made of whose values cannot be told from their words."""
    places = {"MocapError": 1, "notify": 0}
    found = [(places[name], call.args) for name, call in calls(ast.parse(source)) if name in places]
    texts = [arguments[place] for place, arguments in found if len(arguments) > place]
    return [
        ast.unparse(text)
        for text in texts
        if isinstance(text, ast.JoinedStr | ast.BinOp) and re.search("[A-Za-z]{2}", ast.unparse(text))
    ]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.relative_to(FOLDER.parent).as_posix())
def test_errors_and_notices_of_every_chapter_keep_their_templates(path: Path) -> None:
    assert untold(path.read_text(encoding="utf-8")) == []


def test_the_test_finds_what_has_no_template() -> None:
    assert len(untold('raise MocapError("code", f"There is no {name}.")')) == 1
    assert len(untold('notify("There is no " + name)')) == 1
    assert untold('notify(Sentence("There is no {name}.", name=name)); notify(text)') == []


def test_sentences_of_the_worker_are_spoken_in_another_language(german) -> None:
    """As they come through the pipe, with numbers written by the translator's template."""
    notice = from_line(
        to_line(Notice.of(Sentence("{name} has {rate:.1f} fps. {why}", name="a.mp4", rate=29.97, why=WHY)))
    )
    assert notice.text == "a.mp4 has 30.0 fps. There is no video. Choose one."
    reports.of_import.clear()
    reports.of_import.notify(notice.sentence)
    failed = Failed.of(MocapError("video_missing", Sentence("There is no file {path}.", path=Path("a.mp4")), "errno 2"))
    error = from_line(to_line(failed))
    reports.of_import.fail(MocapError(error.code, error.sentence, error.detail))
    assert reports.of_import.notices == ["29.97 B/s hat a.mp4. Kein Video."]
    assert reports.of_import.error == "a.mp4 fehlt."


def test_a_translation_that_fills_in_what_is_not_there_leaves_the_english_text(german) -> None:
    assert said(Sentence("{count} people", count=3)) == "3 people"
    assert said("Person 7 is here.") == "Person 7 is here."
