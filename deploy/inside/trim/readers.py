"""Which distributions read, in code that stays, what a trim rule would take of them.

A rule leaves such a distribution alone. The readers are found by what their code names; there is no list of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .metadata import HEADERS, INSTALLERS_GROUPS
from .source import Module, modules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ..files import Files
    from ..parts import Parts


@dataclass(frozen=True)
class Remaining:
    """The files that are there yet, and the modules among them."""

    files: Files
    modules: list[Module]


# Yields distributions that a rule has to leave alone, with the reason, of the modules that may say so.
Reader = Callable[[list[Module], "Collection[str]", Remaining], "Iterator[tuple[str, str]]"]

_DROPPED = {"METADATA", "PKG-INFO", "WHEEL", "top_level.txt", "entry_points.txt"}
_FILE_READERS = {"read_text", "get_metadata", "get_metadata_lines"}
_ABOUT = re.compile(rb"importlib.{0,9}metadata|pkg_resources", re.DOTALL)
_ZONES = "dateutil.zoneinfo"


def of(rule: str, files: Files, taken: Collection[str], parts: Parts) -> dict[str, str]:
    """Return by distribution why a rule that would take or change these files must not.

    `parts` may have from before what modules name.
    """
    if rule not in _READERS or not taken:
        return {}
    _, _, reader = _READERS[rule]
    remaining = Remaining(files, list(modules(files, parts)))
    every = [each for each in remaining.modules if each.path not in taken and rule in _may_read(each)]
    reasons: dict[str, str] = {}
    for owner, why in reader(every, taken, remaining):
        reasons.setdefault(owner, why)
    return reasons


def _may_read(module: Module) -> frozenset[str]:
    """Return the rules of which a module may read what they take, by what its code spells."""

    def find() -> Iterator[str]:
        content = module.content
        for rule, (letters, hint, _) in _READERS.items():
            if any(word in content for word in letters) and hint.search(content):
                yield rule

    return module.found("may read", find)


def _stubs(every: list[Module], taken: Collection[str], remaining: Remaining) -> Iterator[tuple[str, str]]:
    """Find who reads stubs, such as lazy_loader and jedi, who has its own read, and who names its headers."""
    reading = {each.name: each for each in every if any(text.endswith(".pyi") for text in each.strings)}
    for each in reading.values():
        yield each.owner, f"{each.path} reads .pyi files"
    if reading:
        words = re.compile(b"|".join(re.escape(name.rpartition(".")[2].encode()) for name in reading))
        for each in remaining.modules:
            if words.search(each.content) and (used := sorted(each.imports & reading.keys())):
                yield each.owner, f"{each.path} imports {used[0]}, which reads .pyi files"
    yield from _named(taken, remaining)


def _named(taken: Collection[str], remaining: Remaining) -> Iterator[tuple[str, str]]:
    """Find who spells the name of a header or Cython source that goes, or of a folder that holds nothing else."""
    code = {folder for path in remaining.files if path.endswith((".py", ".so")) for folder in path.split("/")[:-1]}
    names: dict[str, set[str]] = {}
    for path in taken:
        *folders, name = path.split("/")
        if not name.endswith((".pyi", "py.typed")):
            names.setdefault(remaining.files[path].owner, set()).update(
                [name, *(each for each in folders if each not in code)]
            )
    for each in remaining.modules:
        wanted = sorted(names.get(each.owner, ()))
        near = each.found(f"spells of {wanted}", partial(_spelt, each, wanted)) if wanted else frozenset()
        if near and (spelt := near & {part for text in each.strings for part in text.split("/")}):
            yield each.owner, f"{each.path} names {min(spelt)}"


def _spelt(module: Module, names: Sequence[str]) -> list[str]:
    content = module.content
    return [name for name in names if name.encode() in content]


def _metadata(every: list[Module], taken: Collection[str], remaining: Remaining) -> Iterator[tuple[str, str]]:
    """Find who asks for what the rule cuts: headers, or files of .dist-info, of itself or of another by name."""
    del taken
    owners = {file.owner for file in remaining.files.values()}
    for each in every:
        if each.says("asks for metadata", partial(_asks_somewhere, each)):
            for owner in {each.owner} | (owners & {text.lower().replace("_", "-") for text in each.strings}):
                yield owner, f"{each.path} reads more of its metadata than stays"


def _asks_somewhere(module: Module) -> bool:
    """Tell whether a module asks for a header or file that goes, or for entry points of a kind that may go with one."""
    return any(map(_asks, module.nodes))


def _asks(node: ast.AST) -> bool:
    """Tell whether code reads a header or file that the rule drops; `metadata(...)` gives all of them."""
    match node:
        case ast.Constant(value=str() as group):
            return group in INSTALLERS_GROUPS
        case ast.Call(func=ast.Name(id="metadata") | ast.Attribute(attr="metadata")):
            return True
        case ast.Subscript(value=ast.Attribute(attr="metadata"), slice=ast.Constant(value=header)):
            return header not in HEADERS
        case ast.Call(func=ast.Attribute(attr=asked, value=of), args=[ast.Constant(value=name), *_]):
            of_headers = isinstance(of, ast.Attribute) and of.attr == "metadata" and asked in {"get", "get_all"}
            return (of_headers and name not in HEADERS) or (asked in _FILE_READERS and name in _DROPPED)
        case _:
            return False


def _zone_data(every: list[Module], taken: Collection[str], remaining: Remaining) -> Iterator[tuple[str, str]]:
    """Find who asks for dateutil's own zones; its tz module does so only where the system has none."""
    owners = {remaining.files[path].owner for path in taken}
    for each in every:
        if each.owner not in owners and any(name.startswith(_ZONES) for name in each.imports):
            yield from ((owner, f"{each.path} imports {_ZONES}") for owner in owners)


def _resources(every: list[Module], taken: Collection[str], remaining: Remaining) -> Iterator[tuple[str, str]]:
    """Find who calls boto3.resource(), or that of a session that it was given."""
    owners = {remaining.files[path].owner for path in taken}
    services = {path.split("/")[2] for path in taken if path.startswith("boto3/data/")}
    for each in every:
        if each.owner not in owners and any(_asks_for(node, services, each) for node in each.nodes):
            yield from ((owner, f"{each.path} calls boto3's resource()") for owner in owners)


def _asks_for(node: ast.AST, services: Collection[str], module: Module) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="resource"), args=[ast.Constant(value=service), *_]):
            return service in services
        case ast.Call(func=ast.Attribute(attr="resource")):
            return "boto3" in module.imports
        case _:
            return False


# What the code of a reader spells; the letters that it cannot do without, as looking for these takes far less time.
_READERS: dict[str, tuple[tuple[bytes, ...], re.Pattern[bytes], Reader]] = {
    "stubs": ((b".pyi",), re.compile(rb"\.pyi"), _stubs),
    "metadata": ((b"metadata", b"pkg_resources"), _ABOUT, _metadata),
    "zone-data": ((b"zoneinfo",), re.compile(rb"zoneinfo"), _zone_data),
    "boto3-resources": ((b".resource(",), re.compile(rb"\.resource\("), _resources),
}
