from __future__ import annotations

import ast
from pathlib import Path

import pytest

from deploy.code.strip_docstrings import undocumented

ROOT = Path(__file__).parents[3]
SOURCES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "deploy").rglob("*.py")])


class Silent(ast.NodeTransformer):
    """Takes the documentation strings out of a tree, as the parser would if they had never been written."""

    def visit(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            only = len(node.body) == 1 and not isinstance(node, ast.Module)
            if ast.get_docstring(node, clean=False) is not None and not only:
                node.body = node.body[1:]
        return node


def positions(tree: ast.AST) -> list[tuple[str, int]]:
    return [(type(node).__name__, node.lineno) for node in ast.walk(tree) if isinstance(node, ast.stmt)]


@pytest.mark.sliced(50)
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_real_module_does_the_same_on_the_same_lines(path: Path) -> None:
    before = Silent().visit(ast.parse(path.read_bytes()))
    after = Silent().visit(ast.parse(undocumented(path.read_bytes())))
    assert ast.dump(after) == ast.dump(before)
    assert positions(after) == positions(before)


def test_what_is_for_readers_goes() -> None:
    source = (
        b'"""Module."""\n\nx = 1  # why\n\n\ndef f():\n    """Two\n    lines."""\n    # alone\n    return "# kept"\n'
    )
    assert undocumented(source) == b'\n\nx = 1\n\n\ndef f():\n\n\n\n    return "# kept"\n'


def test_a_body_of_nothing_but_documentation_keeps_it() -> None:
    source = b'class Refused(Exception):\n    """Why."""\n'
    assert undocumented(source) == source


@pytest.mark.parametrize(
    "source",
    [
        b'class A: "doc"; x = 1\n',
        b'def f():\n    "doc"; return 1\n',
        b'def f():\n    ("do"\n     "c")\n    return f.__doc__\n',
    ],
)
def test_strings_that_share_their_line_do_no_harm(source: bytes) -> None:
    assert ast.dump(Silent().visit(ast.parse(undocumented(source)))) == ast.dump(Silent().visit(ast.parse(source)))


def test_an_encoding_stays_in_force() -> None:
    source = "# -*- coding: latin-1 -*-\n# für Leser\nname = 'Käse'\n".encode("latin-1")
    assert undocumented(source) == "# -*- coding: latin-1 -*-\n\nname = 'Käse'\n".encode("latin-1")
