import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

from gast_mocap.take.errors import MocapError
from gast_mocap.take.sentences import Sentence, restored


def test_a_sentence_is_a_text_that_knows_what_was_filled_in() -> None:
    sentence = Sentence("{name} has {count} frames, {share:.0%}", name=Path("a.mp4"), count=np.int64(3), share=0.5)
    assert sentence == "a.mp4 has 3 frames, 50%"
    assert sentence.values == {"name": "a.mp4", "count": 3, "share": 0.5}
    assert [type(value) for value in sentence.values.values()] == [str, int, float]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda sentence: pickle.loads(pickle.dumps(sentence))])
def test_copies_are_sentences(copied) -> None:
    sentence = copied(Sentence("{name} {{holds}} nothing.", name="{a}"))
    assert sentence == "{a} {holds} nothing."
    assert (sentence.template, sentence.values) == ("{name} {{holds}} nothing.", {"name": "{a}"})


def test_errors_keep_sentences_and_print_what_is_filled_in() -> None:
    error = MocapError("code", Sentence("There is no {name}.", name="a\udc80\0"))
    assert isinstance(error.text, Sentence)
    assert error.text == str(error) == "There is no a\\udc80\\0."


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("{name:>999999999}", {"name": "a"}),
        ("{name.__class__}", {"name": "a"}),
        ("{name[0]}", {"name": "a"}),
        ("{other}", {"name": "a"}),
        ("{name:d}", {"name": "a"}),
        ("{name", {"name": "a"}),
        ("{0}", {"name": "a"}),
        ("Another text {name}", {"name": "a"}),
    ],
)
def test_what_comes_from_outside_is_a_sentence_only_if_it_says_the_text(template: str, values: dict) -> None:
    found = restored("a", template, values)
    assert found == "a"
    assert not isinstance(found, Sentence)


def test_a_text_from_outside_is_the_sentence_that_it_was() -> None:
    sentence = Sentence("{fps:.5g} of {all:g}, {part:.0%}, {off:+.1f}", fps=29.97, all=60.0, part=0.25, off=1)
    back = restored(str(sentence), sentence.template, sentence.values)
    assert isinstance(back, Sentence)
    assert back.template == sentence.template
