"""What other modules bring to a chalice application: their text is read, and not imported.

https://aws.github.io/chalice/topics/blueprints.html
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REGISTER = "register_blueprint"


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """A blueprint that is registered: `module` is its path without .py, `name` its own in there, `prefix` of names."""

    module: str
    name: str
    tree: ast.Module
    prefix: str


def read(project: Path, tree: ast.Module) -> Iterator[Blueprint | str]:
    """Yield each blueprint that an application registers, or how it is written where it is not found in a module."""
    imported = dict(_imported(tree))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr == _REGISTER and call.args:
            yield _found(project, call, imported) or ast.unparse(call.args[0])


def _imported(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each name that an import gives, with the path of what it stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for each in node.names:
                yield each.asname or each.name, (*node.module.split("."), each.name)
        elif isinstance(node, ast.Import):
            for each in node.names:
                whole = tuple(each.name.split("."))
                yield each.asname or whole[0], whole if each.asname else whole[:1]


def _found(project: Path, call: ast.Call, imported: dict[str, tuple[str, ...]]) -> Blueprint | None:
    first, *rest = ast.unparse(call.args[0]).split(".")
    *folders, name = (*imported.get(first, ()), *rest) or ("",)
    for module in ("/".join(folders), "/".join([*folders, "__init__"])):
        path = project / f"{module}.py"
        if folders and path.is_file() and path.resolve().is_relative_to(project.resolve()):
            try:
                tree = ast.parse(path.read_bytes())
            except (SyntaxError, ValueError):  # which is told when the code is bundled
                return None
            prefix = next((each.value for each in call.keywords if each.arg == "name_prefix"), ast.Constant(""))
            if _makes(tree, name) and isinstance(prefix, ast.Constant):
                return Blueprint(module=module, name=name, tree=tree, prefix=str(prefix.value or ""))
    return None


def _makes(tree: ast.Module, name: str) -> bool:
    """Tell whether a module assigns a call of Blueprint to a name."""
    return any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).rpartition(".")[2] == "Blueprint"
        and any(isinstance(each, ast.Name) and each.id == name for each in node.targets)
        for node in tree.body
    )
