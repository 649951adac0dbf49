"""Whether the handlers of the configuration are in the sources. Nothing of them is run: the trial does that later."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from ..errors import Fault, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ..settings import Code, Function, Settings

_MAY_DEFINE = {"exec", "globals", "setattr", "vars"}
"""What a module may define names with that cannot be seen in its text."""


def faults(settings: Settings) -> Iterator[Fault]:
    """Yield the handlers whose module, or whose function in it, is not there."""
    for function in settings.functions.values():
        yield from _missing(settings, function)


def _missing(settings: Settings, function: Function) -> Iterator[Fault]:
    where = f"functions.{function.key}.handler"
    module, _, name = function.handler.rpartition(".")
    code = settings.code_of(function)
    path = _source(settings.project, code, module.replace(".", "/"))
    if path is None:
        what = f"{function.handler} needs {module.replace('.', '/')}.py in {code.source}"
        yield Fault(where, what, cure="correct the handler, or `code.source`")
        return
    shown = path.relative_to(settings.project)
    try:
        defined = _defined(path)
    except (SyntaxError, ValueError) as error:
        if _reads(settings.runtime):
            yield Fault(where, f"{shown} is no Python: {error}", cure="correct it")
        return
    if defined is not None and name not in defined:
        yield Fault(where, f"{shown} defines no {name}", cure=suggest(name, defined))


def _source(project: Path, code: Code, module: str) -> Path | None:
    """Find a module's file, in the source folder or among what is included."""
    for name in (f"{module}.py", f"{module}/__init__.py"):
        included = any(name == each.as_posix() or name.startswith(f"{each.as_posix()}/") for each in code.include)
        for path in (project / code.source / name, *([project / name] if included else [])):
            if path.is_file():
                return path
    return None


def _reads(runtime: str) -> bool:
    """Whether this Python reads all that a runtime's does; for code of a newer one, the bundling asks its own."""
    return tuple(map(int, runtime.removeprefix("python").split("."))) <= sys.version_info[:2]


def _defined(path: Path) -> frozenset[str] | None:
    """Return the names that a module defines at its top; None where that cannot be told from its text.

    Raises SyntaxError and ValueError for what this Python cannot read.
    """
    tree = ast.parse(path.read_bytes(), path.name)
    names = frozenset(_names(tree.body))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return None if "*" in names or "__getattr__" in names or called & _MAY_DEFINE else names


def _names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield every name that statements bind, those within `if`, `try`, `with` and loops too."""
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield statement.name
            case ast.Import() | ast.ImportFrom():
                yield from (each.asname or each.name.partition(".")[0] for each in statement.names)
            case _:
                yield from _bound(statement)
                for field in ("body", "orelse", "finalbody"):
                    yield from _names(getattr(statement, field, ()))
                for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                    yield from _names(part.body)


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement itself binds, by whatever form of assignment."""
    for node in ast.iter_child_nodes(statement):
        if not isinstance(node, ast.stmt):
            found = (each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
            yield from (each.id for each in found)
