"""How the code asks about files: without an error where somebody may not look."""

import ast
from pathlib import Path

import pytest

MODULES = sorted((Path(__file__).parents[1] / "gast_mocap").rglob("*.py"))
RAISING = {"is_file", "is_dir", "exists", "is_symlink"}
"""Methods of Path that raise PermissionError where a folder may not be searched, and OSError for a name that is too
long. The functions of os.path answer with False."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_path_is_asked_by_a_method_that_raises(path: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    asked = [
        f"line {call.lineno}: {ast.unparse(call)}"
        for call in calls
        if isinstance(call, ast.Attribute) and call.attr in RAISING and ast.unparse(call.value) != "os.path"
    ]
    assert asked == []
