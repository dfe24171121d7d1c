"""A few thousand damaged inputs, and a fuzzer that finds what it should find."""

from pathlib import Path
from random import Random

import pytest

from fuzz.cases import Target, run_case, run_cases
from fuzz.targets import TARGETS

CASES = {
    "job": 1500, "message": 1500, "take": 500, "map": 400, "presets": 300, "arguments": 60, "video": 150, "lens": 400,
    "network": 300,
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_damaged_input_costs_one_sentence(name: str) -> None:
    done, findings = run_cases(TARGETS[name], 1, 0, lambda done: done >= CASES[name])
    assert done == CASES[name]
    assert not findings, findings[0].trouble


def broken(_: object, folder: Path) -> None:
    (folder / "left").touch()
    raise KeyError("a bug")


def littering(_: object, folder: Path) -> None:
    (folder / "left").touch()
    raise ValueError("refused")


@pytest.mark.parametrize(("use", "trouble"), [(broken, "KeyError: 'a bug'"), (littering, "left 'left' behind")])
def test_what_should_never_happen_is_found(use, trouble: str, tmp_path: Path) -> None:
    finding = run_case(Target("test", Random.random, use, (ValueError,)), 3, 7, tmp_path)
    assert finding
    assert (finding.target, finding.seed, finding.number) == ("test", 3, 7)
    assert trouble in finding.trouble
    assert list(tmp_path.iterdir()) == []


def test_a_case_is_the_same_every_time() -> None:
    made = [TARGETS["take"].make(Random("take 0 5")) for _ in range(2)]
    assert made[0] == made[1]
