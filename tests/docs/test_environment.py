"""docs/reference/environment.md names every variable that the pipeline and the bot's part of it read, and no other."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from deploy import pip_settings
from tests import imports

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs/reference/environment.md"
# What runs in Lambda's place, and in a local system, is given its variables by the pipeline itself.
INSIDE = (
    "deploy/inside",
    "deploy/layer/backend/runtime_api.py",
    "deploy/layer/template_environment.py",
    "tools/discord/deployed.py",
)
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def read_by_the_pipeline() -> dict[str, str]:
    """Return each variable that is read from an environment, and a place that reads it."""
    found = {}
    for path in sorted(path for folder in ("deploy", "tools/discord") for path in (PROJECT / folder).rglob("*.py")):
        shown = str(path.relative_to(PROJECT))
        if not shown.startswith(INSIDE):
            for name in _read(path):
                found[name] = shown
    return found


def _read(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[key, *_]) if _is_environment(owner):
                yield from _values(path, key)
            case ast.Subscript(value=owner, slice=key, ctx=ast.Load()) if _is_environment(owner):
                yield from _values(path, key)
            case ast.Compare(left=key, ops=[ast.In()], comparators=[owner]) if _is_environment(owner):
                yield from _values(path, key)


def _is_environment(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in {"environ", "environment", "given"}


def _values(path: Path, key: ast.expr) -> Iterator[str]:
    """Yield what a key may be: itself, what a constant of this name holds, or what a loop takes it from."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str) and _NAME.fullmatch(key.value):
        yield key.value
    elif isinstance(key, ast.Name):
        for name in _origins(path, key.id):
            yield from (each for each in [*_constants(path, name), *_listed(path, name)] if _NAME.fullmatch(each))


def _listed(path: Path, name: str) -> Iterator[str]:
    """Yield the strings that stand in the loop itself which a variable is taken from."""
    for node in ast.walk(tree(path)):
        match node:
            case (
                ast.For(target=ast.Name(id=taken), iter=source)
                | ast.comprehension(target=ast.Name(id=taken), iter=source)
            ) if taken == name:
                yield from _strings(source)


def _origins(path: Path, name: str) -> set[str]:
    """Return a name and all that it is made from, one step after the other."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            waiting += _taken_from(path, each)
    return seen


def _taken_from(path: Path, name: str) -> Iterator[str]:
    """Yield the names in what a loop variable, or a variable in its way, is made from."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.comprehension(target=ast.Name(id=taken), iter=source) if taken == name:
                yield from (each.id for each in ast.walk(source) if isinstance(each, ast.Name) and each.id != name)
            case ast.Assign(targets=[ast.Name(id=taken)], value=source) if taken == name and not name.isupper():
                yield from (each.id for each in ast.walk(source) if isinstance(each, ast.Name) and each.id != name)


def _constants(path: Path, name: str) -> Iterator[str]:
    for node in tree(path).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=known)], value=value) if known == name:
                yield from _strings(value)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                for target, value in zip(targets, values, strict=True):
                    if isinstance(target, ast.Name) and target.id == name:
                        yield from _strings(value)
            case ast.ImportFrom(names=names) if name in {each.name for each in names}:
                module = imports.source_of(node, imports.package_of(path))
                if source := imports.modules("deploy", "tools").get(module):
                    yield from _constants(source, name)


def _strings(value: ast.expr) -> Iterator[str]:
    return (each.value for each in ast.walk(value) if isinstance(each, ast.Constant) and isinstance(each.value, str))


class Asked(dict[str, str]):
    """An empty environment that remembers which variables it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return False


def documented() -> set[str]:
    """Return the variables that the page has a row for: the first column of its tables."""
    rows = re.findall(r"^\| (`[^|]+`) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)}


def test_every_variable_that_is_read_has_a_row_and_every_row_is_of_one_that_is_read() -> None:
    found = read_by_the_pipeline()
    assert {"CHANNELWRIGHT_CACHE", "DOCKER_HOST", "PIP_CERT", "HTTPS_PROXY", "AWS_REGION"} <= found.keys()
    by_boto3 = {"AWS_PROFILE"}
    asked = Asked()
    pip_settings.read(asked, "")
    by_pip = {name for name in asked.names if name.isupper()}
    assert documented() == found.keys() | by_boto3 | by_pip


def test_variables_are_found_by_constant_import_and_loop(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text(
        "ONE, TWO = 'FIRST_ONE', 'SECOND_ONE'\nMANY = ('THIRD_ONE', 'FOURTH_ONE')\nUNREAD = 'FIFTH_ONE'\n"
        "def f(environment, other):\n    environment.get(TWO); other.get(UNREAD); environment['WRITTEN'] = ''\n"
        "    for each in ('SEVENTH_ONE',): environment.get(each)\n"
        "    return [environment[name] for name in MANY if name in environment], environment['SIXTH_ONE']\n"
    )
    assert set(_read(source)) == {"SECOND_ONE", "THIRD_ONE", "FOURTH_ONE", "SIXTH_ONE", "SEVENTH_ONE"}
