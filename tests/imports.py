"""The imports of the project's modules, read from their sources: what a module names, not what happens to be loaded."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parent.parent


@cache
def modules(*folders: str) -> dict[str, Path]:
    """Return the file of every module below these folders, by dotted name; a package is named without `__init__`."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return {name_of(path): path for path in found}


@cache
def tree(path: Path) -> ast.Module:
    """Return what a file of the project parses to, which is not to be changed."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return all of it, as `ast.walk` gives it."""
    return tuple(ast.walk(tree(path)))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def imported(name: str, *folders: str, for_types: bool = False) -> frozenset[str]:
    """Return the modules of these folders that one of them imports, with `for_types` also for types alone."""
    known = modules(*folders)
    package = name if known[name].name == "__init__.py" else name.rpartition(".")[0]
    named = (each for node in _nodes(tree(known[name]), for_types=for_types) for each in _named(node, package, known))
    return frozenset(each for each in named if each in known and each != name)


def closure(starts: Iterable[str], *folders: str) -> frozenset[str]:
    """Return these modules and all that they load, and what that loads."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += imported(name, *folders)
    return frozenset(seen)


def circles(graph: dict[str, frozenset[str]]) -> list[str]:
    """Return one circle for each set of nodes that lead to each other, as `a -> b -> a`."""
    found: dict[frozenset[str], str] = {}
    for start in sorted(graph):
        if path := _way(graph, start, start):
            found.setdefault(frozenset(path), " -> ".join(path))
    return sorted(found.values())


def _way(graph: dict[str, frozenset[str]], start: str, end: str) -> list[str]:
    """Return a shortest way with at least one step, or nothing."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for following in sorted(graph[way[-1]]):
            if following == end:
                return [*way, end]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def _nodes(module: ast.AST, *, for_types: bool) -> Iterator[ast.AST]:
    waiting = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and not for_types and _is_for_types(node.test):
            waiting += node.orelse
            continue
        yield node
        waiting += ast.iter_child_nodes(node)


def _is_for_types(condition: ast.expr) -> bool:
    return isinstance(condition, ast.Name) and condition.id == "TYPE_CHECKING"


def _named(node: ast.AST, package: str, known: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        source = source_of(node, package)
        for alias in node.names:
            yield f"{source}.{alias.name}" if f"{source}.{alias.name}" in known else source


def source_of(node: ast.ImportFrom, package: str) -> str:
    """Return the full name of the module that a statement in a package imports from."""
    above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def package_of(path: Path) -> str:
    """Return the package that a module lies in, or that it is."""
    return ".".join(path.relative_to(ROOT).parent.parts)
