"""What the code of a layer's modules names: the modules that it imports, and its strings.

The names are read, not run, and taken widely: a string that spells a module is an import, as `importlib.import_module`,
`pytest_plugins` and tables of lazy imports have it. Whoever asks is after what could be reached.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..files import Files, LayerFile
    from ..parts import Parts

# Fields of nodes that hold an operator, a context or text: https://docs.python.org/3/library/ast.html
_LEAVES = {"arg", "asname", "attr", "ctx", "id", "kind", "level", "module", "op", "ops", "type_comment", "type_ignores"}
_NAME = re.compile(r"\.*[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True)
class Module:
    """A module of a layer; `name` is the one that it is imported by. `parts` may have its names from before."""

    path: str
    name: str
    file: LayerFile
    parts: Parts

    @property
    def owner(self) -> str:
        return self.file.owner

    @property
    def content(self) -> bytes:
        return self.file.content

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.path.endswith("/__init__.py") else self.name.rpartition(".")[0]

    @cached_property
    def tree(self) -> ast.Module:
        """The code; nothing where it is none of this Python's."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a stranger's code deserves is not ours to say
            try:
                return ast.parse(self.content)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return ast.Module(body=[], type_ignores=[])

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree, in no order that means anything."""
        return tuple(_nodes(self.tree))

    @cached_property
    def strings(self) -> frozenset[str]:
        """Every string in the code but the documentation."""
        return self.found("strings", self._constants)

    @cached_property
    def imports(self) -> frozenset[str]:
        """Every module that it may import, and more: what it takes from a module may be one itself."""
        return self.found("imports", lambda: (*self._statements(), *self._spelt()))

    def says(self, what: str, look: Callable[[], bool]) -> bool:
        """Return what a look at the code says; `what` is as in `found`."""
        return bool(self.found(what, lambda: ["yes"] if look() else []))

    def found(self, what: str, find: Callable[[], Iterable[str]]) -> frozenset[str]:
        """Return what is found in the code; `what` names it, with all that it follows from besides the code."""
        return self.parts.found(self.owner, (what, self.path, self.file.sha256), find)

    def _constants(self) -> Iterator[str]:
        texts = {id(node.value) for node in self.nodes if isinstance(node, ast.Expr)}
        constants = (node for node in self.nodes if isinstance(node, ast.Constant) and id(node) not in texts)
        yield from (node.value for node in constants if isinstance(node.value, str))

    def _statements(self) -> Iterator[str]:
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (each.name for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = self._absolute("." * node.level + (node.module or ""))
                yield source
                yield from (f"{source}.{each.name}" for each in node.names)

    def _spelt(self) -> Iterator[str]:
        """Yield what strings name: modules, and in a package what lies in it, as `__all__` does."""
        for text in self.strings:
            if _NAME.fullmatch(text):
                yield self._absolute(text)
                if self.name == self.package and "." not in text:
                    yield f"{self.package}.{text}"

    def _absolute(self, name: str) -> str:
        inner = name.lstrip(".")
        levels = len(name) - len(inner)
        if not levels:
            return name
        parts = self.package.split(".")
        return ".".join([*parts[: len(parts) - levels + 1], *([inner] if inner else [])])


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree as `ast.walk` does, but for what names nothing, in a third of its time."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name in _inner(node._fields):
            value = getattr(node, name, None)
            if isinstance(value, list):
                waiting += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                waiting.append(value)


@cache
def _inner(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return which fields of a kind of node can hold nodes, operators and contexts apart."""
    return tuple(name for name in fields if name not in _LEAVES)


def modules(files: Files, parts: Parts) -> Iterator[Module]:
    """Yield every module whose source is there."""
    for path, file in files.items():
        if path.endswith(".py") and file.origin == "root":
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            yield Module(path, name, file, parts)
