"""The bundled networks: each is the file its card describes, and may be given away."""

import re
from pathlib import Path

import pytest

from gast_mocap.models.catalog import MODELS_FOLDER, bundled_model, read_card
from gast_mocap.take.errors import MocapError

CARDS = sorted(MODELS_FOLDER.glob("*.md"))
FREE = {"Apache-2.0", "CC0-1.0", "MIT", "BSD-3-Clause"}


def test_every_network_has_a_card_and_every_card_a_network() -> None:
    assert {card.stem for card in CARDS} == {network.stem for network in MODELS_FOLDER.glob("*.onnx")}
    assert len(CARDS) >= 4


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.stem)
def test_hash_and_licence(card: Path) -> None:
    head = read_card(card)
    path, sha256 = bundled_model(card.stem)
    assert path.name == f"{head['name'].lower()}.onnx"
    assert sha256 == head["sha256"]
    assert re.fullmatch(r"[0-9a-f]{64}", sha256)
    assert head["licence"] in FREE


def test_a_changed_file_and_a_missing_one_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("gast_mocap.models.catalog.MODELS_FOLDER", tmp_path)
    with pytest.raises(MocapError, match="missing"):
        bundled_model("movenet-thunder")
    (tmp_path / "movenet-thunder.md").write_text((MODELS_FOLDER / "movenet-thunder.md").read_text())
    (tmp_path / "movenet-thunder.onnx").write_bytes(b"not the network")
    with pytest.raises(MocapError, match="damaged"):
        bundled_model("movenet-thunder")
