"""The trim rule `tests`: takes folders of tests, but for what a module that stays could import or read of them.

Some libraries have code that runs in such a folder: numpy.testing imports numpy._core.tests._natype. So the imports of
all that stays are followed into these folders, and what they lead to stays too.
"""

from __future__ import annotations

import configparser
import hashlib
import json
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ..files import dist_info
from .source import Module, modules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ..exchange import Recipe
    from ..files import Files, LayerFile
    from ..parts import Parts

Change = dict[str, bytes | None]

_TEST_MODULE = re.compile(r"^(test_.*|.*_test|conftest)\.py$")
_NAMES = ("test", "tests")
_MODULE = (".py", ".pyc", ".so")


@dataclass(frozen=True)
class _Folders:
    """The folders of tests, and what can be imported of them: the file of each name, and the source where it is one."""

    paths: frozenset[str]
    named: dict[str, str]
    sources: dict[str, Module]

    def of(self, path: str) -> str:
        """Return the folder of tests that a file is in; nothing for one that is in none."""
        folder = _test_folder(path)
        return folder if folder in self.paths else ""


def tests(files: Files, recipe: Recipe, parts: Parts) -> Change:
    """Take what only tests reach; a folder is one of tests where it is called so and has a test module in it.

    `parts` may have from before what modules import.
    """
    del recipe
    tests = [path for path in files if not dist_info(path) and _TEST_MODULE.match(path.rpartition("/")[2])]
    paths = frozenset(folder for path in tests if (folder := _test_folder(path)))
    if not paths:
        return {}
    every = list(modules(files, parts))
    folders = _Folders(
        paths,
        {_name(path): path for path in files if path.endswith(_MODULE) and _test_folder(path) in paths},
        {each.name: each for each in every if _test_folder(each.path) in paths},
    )
    words = {folder.rpartition("/")[2].encode() for folder in paths}
    outside = [each for each in every if not folders.of(each.path) and _spells(each, words)]
    reached = _followed({*_imported(outside), *_looked_up(files), *_in_binaries(files, folders, parts)}, folders)
    kept = {folders.named[name] for name in reached}
    read = {folders.of(path) for path in kept if _has_code(path, files)} | set(_read(outside, folders))
    return dict.fromkeys(
        path
        for path in files
        if (folder := folders.of(path)) and path not in kept and (folder not in read or path.endswith(_MODULE))
    )


def _spells(module: Module, words: Collection[bytes]) -> bool:
    """Tell whether one of these is there as a word; that most modules lack its very letters is found out faster."""

    def look() -> bool:
        content = module.content
        return any(word in content and re.search(rb"\b%s\b" % word, content) for word in words)

    return module.says(f"spells {sorted(words)}", look)


def _test_folder(path: str) -> str:
    """Return the outermost folder named test or tests that a file is in."""
    parts = path.split("/")[:-1]
    at = next((index for index, part in enumerate(parts) if part in _NAMES), None)
    return "" if at is None else "/".join(parts[: at + 1])


def _name(path: str) -> str:
    """Return the name that a module of any kind is imported by."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return (folder if stem == "__init__" else f"{folder}/{stem}").replace("/", ".")


def _imported(every: Iterable[Module]) -> Iterator[str]:
    for each in every:
        yield from each.imports


def _looked_up(files: Files) -> Iterator[str]:
    """Yield the modules that entry points name, which programs and pytest import."""
    for path, file in files.items():
        if dist_info(path) and path.endswith("/entry_points.txt"):
            parser = configparser.ConfigParser(delimiters=("=",), strict=False, interpolation=None)
            parser.read_string(file.content.decode(errors="replace"))
            for section in parser.sections():
                yield from (value.partition(":")[0].strip() for value in dict(parser[section]).values())


def _in_binaries(files: Files, folders: _Folders, parts: Parts) -> Iterator[str]:
    """Yield the modules that compiled code outside of the folders spells."""
    dotted = sorted(folder.replace("/", ".") for folder in folders.paths)
    named = sorted(folders.named)

    def spelt(file: LayerFile) -> Iterator[str]:
        content = file.content
        if any(name.encode() in content for name in dotted):
            yield from (name for name in named if name.encode() in content)

    looked_for = hashlib.sha256(json.dumps([dotted, named]).encode()).hexdigest()
    for path, file in files.items():
        if path.endswith((".so", ".pyc")) and not folders.of(path):
            yield from parts.found(
                file.owner, ("spelt in compiled code", looked_for, file.sha256), partial(spelt, file)
            )


def _followed(named: Iterable[str], folders: _Folders) -> set[str]:
    """Return the modules in the folders that are named, and all in them that these lead to."""
    reached: set[str] = set()
    waiting = list(named)
    while waiting:
        name = waiting.pop()
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):  # an import of a.b.c runs a and a.b first
            each = ".".join(parts[:depth])
            if each in folders.named and each not in reached:
                reached.add(each)
                waiting += folders.sources[each].imports if each in folders.sources else ()
    return reached


def _has_code(path: str, files: Files) -> bool:
    """Tell whether a module is more than the empty mark of a package."""
    return not path.endswith("/__init__.py") or bool(files[path].content.strip())


def _read(every: Iterable[Module], folders: _Folders) -> Iterator[str]:
    """Yield the folders of which a module outside of them, in the same part of the tree, spells a path."""
    for each in every:
        near = each.path.rpartition("/")[0]
        spelt = {part for text in each.strings for part in _parts(text)}
        for folder in folders.paths:
            if folder.startswith(f"{near}/") and folder.rpartition("/")[2] in spelt:
                yield folder


def _parts(text: str) -> list[str]:
    return text.split("/") if len(text) < 256 and "\n" not in text else []
