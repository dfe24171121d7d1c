"""Messages A to Z: every error code of the code has its entry, and no entry is of a code that is gone."""

from pathlib import Path

import pytest

from release.messages_page import ROOT, entries, messages_of, page


def test_every_code_has_an_entry_and_every_entry_a_code() -> None:
    codes = messages_of(ROOT / "gast_mocap").keys()
    assert len(codes) > 80
    assert sorted(codes - entries().keys()) == []
    assert sorted(entries().keys() - codes) == []
    assert all(note.endswith((".", ")", "`")) for note in entries().values())


def test_codes_are_found_however_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "def one(x):\n"
        "    raise MocapError('plain', f'The {x} is bad.')\n"
        "def two(x):\n"
        "    code = 'first' if x else 'third'\n"
        "    code = 'second'\n"
        "    text = 'Two.'\n"
        "    return MocapError(code, text, 'detail')\n"
        "def three(error):\n"
        "    return Failed(error.code, error.text)\n"
        "def four(message):\n"
        "    match message:\n"
        "        case Failed(code, text):\n"
        "            raise MocapError(code, text)\n"
        "def five(x):\n"
        "    raise MocapError('translated', rpt_('The {name!r} is bad.').format(name=x))\n"
        "def six(x):\n"
        "    raise MocapError('sentence', Sentence('The {name:.1f} is bad.', name=x))\n"
        "def seven(x):\n"
        "    more = ' Or {name}.' if x else ''\n"
        "    raise MocapError('longer', Sentence(f'The {{name}} is bad.{more}', name=x))\n"
    )
    assert messages_of(tmp_path) == {
        "plain": {"The … is bad."},
        "first": {"Two."},
        "second": {"Two."},
        "third": {"Two."},
        "translated": {"The … is bad."},
        "sentence": {"The … is bad."},
        "longer": {"The … is bad.…"},
    }


def test_a_code_that_cannot_be_read_from_the_source_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def one(x):\n    raise MocapError(f'is_{x}' + x, 'Bad.')\n")
    with pytest.raises(ValueError, match="write the error's code out"):
        messages_of(tmp_path)


def test_the_page_has_a_section_a_code_with_its_words_and_its_note() -> None:
    text = page()
    assert "## video_missing\n\n> There is no file …. Choose the video again.\n\nThe video was moved" in text
    assert text.count("\n## ") == len(entries())
