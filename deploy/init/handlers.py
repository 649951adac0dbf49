"""Functions that no file of a tool defines: modules with a handler, as Lambda calls one.

https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from ..terminal.quantity import quantity
from . import places
from .values import FoundFunction, FoundProgram, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE = Path("src")
_NAMES = frozenset({"handler", "lambda_handler", "handle", "main"})
_PARAMETERS = 2
_DEPTH = 3  # of folders in which handlers are looked for
_LISTS = ("pyproject.toml", "requirements.txt", "requirements.in")
# What makes a handler of a web application: https://mangum.fastapiexpert.com, https://github.com/adamchainz/apig-wsgi
_ADAPTERS = frozenset({"Mangum", "make_lambda_handler"})
_NO_FUNCTIONS = ("test_*.py", "*_test.py", "conftest.py", "setup.py", "noxfile.py")


def read(project: Path, *, in_folders: bool = True) -> Iterator[FoundProgram]:
    """Yield the handlers below src/, else those at the project's top, else those `in_folders`."""
    source = _SOURCE if (project / _SOURCE).is_dir() else Path()
    functions: list[FoundFunction] = []
    for depth in (_DEPTH,) if source == _SOURCE else (0, _DEPTH) if in_folders else (0,):
        functions = functions or list(_found(project, source, depth))
    if functions:
        count = quantity(len(functions), "handler")
        yield FoundProgram(what=f"{source}/: {count}", functions=tuple(functions))


def projects_within(project: Path) -> list[Path]:
    """Return the folders below a project that say themselves what they require, and have handlers."""
    inner = (
        each for each in places.folders(project) if each != project and any((each / name).is_file() for name in _LISTS)
    )
    return [each.relative_to(project) for each in inner if any(read(each))]


def _found(project: Path, source: Path, depth: int) -> Iterator[FoundFunction]:
    for folder in places.folders(project / source, depth):
        for path in sorted(folder.glob("*.py")):
            if not any(path.match(pattern) for pattern in _NO_FUNCTIONS):
                yield from _functions(project, source, path)


def _functions(project: Path, source: Path, path: Path) -> Iterator[FoundFunction]:
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):  # which is told when the code is bundled
        return
    module = path.relative_to(project / source).with_suffix("")
    for node in tree.body:
        if name_in_module := _handler(node):
            owner = key_of(project.resolve().name)
            key = key_of("-".join(part for part in module.parts if part not in _NAMES)) or owner
            # An account has one function of a name, whatever project it is of.
            name = key if key.startswith(owner) else f"{owner}-{key}"
            yield FoundFunction(key=key, name=name[:64], handler=f"{module.as_posix()}.{name_in_module}", source=source)


def _handler(node: ast.stmt) -> str:
    """Return the name under which a statement leaves a handler in its module; nothing where it leaves none."""
    match node:
        case ast.FunctionDef(name=name) if name in _NAMES and _takes_an_event(node):
            return name
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=made)) if name in _NAMES:
            called = made.attr if isinstance(made, ast.Attribute) else made.id if isinstance(made, ast.Name) else ""
            return name if called in _ADAPTERS else ""
    return ""


def _takes_an_event(node: ast.FunctionDef) -> bool:
    given = [*node.args.posonlyargs, *node.args.args]
    return len(given) == _PARAMETERS and given[0].arg.lstrip("_") == "event"
