"""Which calls of AWS a command can reach: read from the sources, so that no branch is missed for not being taken.

A name leads to the function or class that the module defines or imports; an attribute of a module to what that module
defines; an attribute of anything else to every method of that name in a module that the command imports, which can only
add. A call of AWS is `asking("lambda:GetAlias", …)`, as everywhere in deploy/aws.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Function = tuple[str, str]
"""A module by its dotted name, and a function in it, or CLASS.METHOD."""


@dataclass(frozen=True)
class Sources:
    """The modules below a folder of `root`."""

    root: Path
    folder: str = "deploy"

    @cached_property
    def modules(self) -> dict[str, ast.Module]:
        found = {}
        for path in sorted((self.root / self.folder).rglob("*.py")):
            name = ".".join(path.relative_to(self.root).with_suffix("").parts).removesuffix(".__init__")
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
        return found

    @cached_property
    def functions(self) -> dict[Function, ast.FunctionDef]:
        return {
            (name, qualified): node for name, tree in self.modules.items() for qualified, node in _functions(tree.body)
        }

    @cached_property
    def names(self) -> dict[str, dict[str, Function]]:
        """What each module's imported names are: (module, "") or (module, what is defined there)."""
        return {name: dict(self._imported(name, tree)) for name, tree in self.modules.items()}

    def _imported(self, name: str, tree: ast.Module) -> Iterator[tuple[str, Function]]:
        inside = self._package_of(name).split(".")
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                above = inside[: len(inside) - node.level + 1] if node.level else []
                source = ".".join([*above, *([node.module] if node.module else [])])
                for alias in node.names:
                    full = f"{source}.{alias.name}"
                    found = (full, "") if full in self.modules else (source, alias.name)
                    yield alias.asname or alias.name, found
            elif isinstance(node, ast.Import):
                yield from ((alias.asname or alias.name, (alias.name, "")) for alias in node.names)

    def _package_of(self, name: str) -> str:
        is_package = any(each.startswith(f"{name}.") for each in self.modules)
        return name if is_package else name.rpartition(".")[0]

    def actions(self, start: Function) -> frozenset[str]:
        """Return the actions, as IAM names them, of all that can be reached from a function."""
        scope = self._imports_of(start[0])
        seen: set[Function] = set()
        waiting = [start]
        while waiting:
            function = waiting.pop()
            if function not in seen:
                seen.add(function)
                waiting += self._reached(function, scope)
        return frozenset(action for each in seen for action in _asked(self.functions[each]))

    def _imports_of(self, module: str) -> frozenset[str]:
        seen: set[str] = set()
        waiting = [module]
        while waiting:
            name = waiting.pop()
            if name in self.modules and name not in seen:
                seen.add(name)
                waiting += [source for source, _ in self.names[name].values()]
        return frozenset(seen)

    def _reached(self, function: Function, scope: frozenset[str]) -> Iterator[Function]:
        module = function[0]
        for node in ast.walk(self.functions[function]):
            if isinstance(node, ast.Name):
                yield from self._defined(*self.names[module].get(node.id, (module, node.id)))
            elif isinstance(node, ast.Attribute):
                owner = self.names[module].get(node.value.id) if isinstance(node.value, ast.Name) else None
                if owner and not owner[1]:
                    yield from self._defined(owner[0], node.attr)
                else:
                    yield from (each for each in self._methods.get(node.attr, ()) if each[0] in scope)

    @cached_property
    def _methods(self) -> dict[str, list[Function]]:
        found: dict[str, list[Function]] = {}
        for module, qualified in self.functions:
            _, dot, name = qualified.partition(".")
            if dot:
                found.setdefault(name, []).append((module, qualified))
        return found

    def _defined(self, module: str, name: str) -> Iterator[Function]:
        """Yield the function of this name, or what Python calls when an object of this class is made and used."""
        if (module, name) in self.functions:
            yield module, name
        yield from self._special.get((module, name), ())

    @cached_property
    def _special(self) -> dict[Function, list[Function]]:
        found: dict[Function, list[Function]] = {}
        for module, qualified in self.functions:
            owner, _, name = qualified.partition(".")
            if name.startswith("__"):
                found.setdefault((module, owner), []).append((module, qualified))
        return found


def _functions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{node.name}.")


def _asked(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "asking":
            yield str(ast.literal_eval(node.args[0]))
