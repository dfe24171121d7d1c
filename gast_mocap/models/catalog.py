"""Finds a bundled network and checks that it is the file its card describes.

The card ``NAME.md`` beside ``NAME.onnx`` is the one place that states the file's sha256; its head is a block of
``key: value`` lines between two ``---`` lines.
"""

import hashlib
import os
from pathlib import Path

from ..take.errors import MocapError
from ..take.sentences import Sentence

MODELS_FOLDER = Path(__file__).parent


def read_card(card: Path) -> dict[str, str]:
    """The ``key: value`` lines at the head of a model card."""
    head = card.read_text(encoding="utf-8").split("---")[1]
    return {key.strip(): value.strip() for key, value in (line.split(":", 1) for line in head.strip().splitlines())}


def bundled_model(name: str) -> tuple[Path, str]:
    """Path and sha256 of the bundled network ``name``.

    Raises:
        MocapError: the file is missing or is not the one that the card describes.
    """
    path = MODELS_FOLDER / f"{name}.onnx"
    card = MODELS_FOLDER / f"{name}.md"
    if not (os.path.isfile(path) and os.path.isfile(card)):
        raise MocapError(
            "model_missing",
            Sentence("The model {name} is missing from the extension. Install the extension again.", name=name),
        )
    sha256 = _hash_of(path)
    if sha256 != read_card(card)["sha256"]:
        raise MocapError(
            "model_changed", Sentence("The model {name} is damaged. Install the extension again.", name=name), str(path)
        )
    return path, sha256


def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
