"""What the code of a layer's modules names: the modules that it imports, and its strings.

The names are read, not run, and taken widely: a string that spells a module is an import, as `importlib.import_module`,
`pytest_plugins` and tables of lazy imports have it. Whoever asks is after what could be reached.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..files import Files

_NAME = re.compile(r"\.*[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True)
class Module:
    """A module of a layer; `name` is the one that it is imported by, `owner` its distribution."""

    path: str
    name: str
    owner: str
    content: bytes

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
    def strings(self) -> frozenset[str]:
        """Every string in the code but the documentation."""
        texts = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        constants = (node for node in ast.walk(self.tree) if isinstance(node, ast.Constant) and id(node) not in texts)
        return frozenset(node.value for node in constants if isinstance(node.value, str))

    @cached_property
    def imports(self) -> frozenset[str]:
        """Every module that it may import, and more: what it takes from a module may be one itself."""
        return frozenset(self._statements()) | frozenset(self._spelt())

    def _statements(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
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


def modules(files: Files) -> Iterator[Module]:
    """Yield every module whose source is there."""
    for path, file in files.items():
        if path.endswith(".py") and file.origin == "root":
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            yield Module(path, name, file.owner, file.content)
