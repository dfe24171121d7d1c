"""The page *Messages A to Z*: every error code of the code, its words, and what ``docs/messages.toml`` says of it.

A hook of MkDocs, which loads this file by itself.
"""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RAISED = ("MocapError", "Failed")
HEAD = """# Messages A to Z

What the panel and the command lines say when something cannot be done, by the code that the system console and
`python -m gast_mocap.inference` print with it. Search for a few words of your message; what stands as … differs from
case to case.
"""


def on_files(files: Any, config: Any) -> None:
    """Give MkDocs the page."""
    from mkdocs.structure.files import File

    files.append(File.generated(config, "messages.md", content=page()))


def page() -> str:
    codes, notes = messages_of(ROOT / "gast_mocap"), entries()
    sections = []
    for code in sorted(codes):
        words = "".join(f"> {text}\n\n" for text in sorted(codes[code]))
        sections.append(f"## {code}\n\n{words}{notes.get(code, '')}\n")
    return "\n".join([HEAD, *sections])


def entries() -> dict[str, str]:
    """Code -> why it happens and what helps."""
    return tomllib.loads((ROOT / "docs" / "messages.toml").read_text(encoding="utf-8"))


def messages_of(package: Path) -> dict[str, set[str]]:
    """Every error code that the sources in ``package`` raise -> its texts, as far as they stand in the code.

    Raises ValueError where a code cannot be read from the source, so that none is left out.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(package.rglob("*.py")):
        for function, call in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            codes = [_text(node) for node in _values(call.args[0], function)]
            if not codes and not _is_passed_on(call.args[0], function):
                raise ValueError(f"{path}, line {call.lineno}: write the error's code out")
            texts = [text for node in _values(call.args[1], function) if (text := _text(node))]
            for code in codes:
                found[code] |= set(texts)
    return dict(found)


def _calls(module: ast.Module) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Each making of an error, with the innermost function around it."""

    def visit(node: ast.AST, function: ast.AST) -> Iterator[tuple[ast.AST, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in RAISED:
                yield function, child
            yield from visit(child, child if isinstance(child, ast.FunctionDef) else function)

    yield from visit(module, module)


def _values(node: ast.expr, function: ast.AST) -> list[ast.expr]:
    """The texts that ``node`` can be: itself, or whatever ``function`` assigns to the name that it is."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        return [node]
    if isinstance(node, ast.IfExp):
        return [*_values(node.body, function), *_values(node.orelse, function)]
    if isinstance(node, ast.Name):
        assignments = (inside for inside in ast.walk(function) if isinstance(inside, ast.Assign))
        named = (made.value for made in assignments if getattr(made.targets[0], "id", "") == node.id)
        return [value for assigned in named for value in _values(assigned, function)]
    match node:
        case ast.Call(func=ast.Attribute(value=template, attr="format")):
            return _values(template, function)
        case ast.Call(func=ast.Name(id="rpt_" | "Sentence"), args=[template]):
            return [ast.Constant(re.sub(r"{[^{}]*}", "…", _text(value))) for value in _values(template, function)]
    return []


def _is_passed_on(node: ast.expr, function: ast.AST) -> bool:
    """Whether ``node`` is the code of an error that exists already: ``error.code``, or part of a matched message."""
    if isinstance(node, ast.Attribute):
        return node.attr == "code"
    captures = (inside.name for inside in ast.walk(function) if isinstance(inside, ast.MatchAs))
    return isinstance(node, ast.Name) and node.id in captures


def _text(node: ast.expr) -> str:
    """A text of the source, with … for what is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
    return "".join(map(str, parts))
