"""The guide uses the panel's own words."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
A_NAME = re.compile(r"\*\*([A-Z][\w-]*(?: (?:[A-Z0-9][\w-]*|to|at|and|from|of|in))+)\*\*")
"""What is bold, of two words or more, and capitalised as Blender writes its controls and buttons."""
BLENDERS_OWN = {"Rest Position"}


def test_controls_and_buttons_that_the_guide_names_are_there() -> None:
    sources = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "gast_mocap").rglob("*.py")]
    constants = (node.value for source in sources for node in ast.walk(source) if isinstance(node, ast.Constant))
    words = {value for value in constants if isinstance(value, str)}
    named = {name: page.name for page in PAGES for name in A_NAME.findall(page.read_text(encoding="utf-8"))}
    assert len(named) > 20
    assert {name: page for name, page in named.items() if name not in words | BLENDERS_OWN} == {}
