"""The zip as a zip: can Lambda unpack it, does every file land where a layer may put one, does anything run unasked."""

from __future__ import annotations

import re
import stat
import sys
from collections import Counter
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED

from ...errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from zipfile import ZipInfo

# Where distributions are, https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html, and the pipeline's own
# record; all else is brought by `files`.
ROOTS = ("python", "channelwright")
_ENCRYPTED = 0x1
_UNIX = 3
_CURE = "build the layer again with --no-cache"

# The folders of a layer that Python's import looks in.
_SITE = re.compile(r"python/(?:lib/python3\.[0-9]+/site-packages/)?(?P<entry>[^/]+)(?P<rest>/.*)?")
# What site runs at start-up, in site directories: https://docs.python.org/3/library/site.html, PEP 829.
_STARTERS = {".pth": "its lines", ".start": "the entry points in it"}
_CUSTOMISERS = {"sitecustomize", "usercustomize"}


def faults(
    layer: str, entries: Sequence[ZipInfo], brought: Collection[str], owner: Callable[[str], str]
) -> Iterator[Fault]:
    """Yield every fault of the zip's directory; the contents of the files are judged elsewhere.

    `brought` are the paths of what the layer brings besides distributions, `owner` names whose any other is.
    """
    for name, times in Counter(entry.filename for entry in entries).items():
        if times > 1:
            yield Fault(f"{layer}: {name}", f"is in the zip {times} times", "the build packed it twice", _CURE)
    paths = {entry.filename for entry in entries}
    for entry in entries:
        where = f"{layer}: {entry.filename}"
        yield from _unpackable(where, entry, paths)
        if entry.filename not in brought:
            yield from _misplaced(where, entry.filename)
        yield from _executed(where, entry.filename, layer, owner)


def remarks(layer: str, entries: Sequence[ZipInfo]) -> Iterator[str]:
    """Yield what would run code elsewhere: /opt/python is on PYTHONPATH, and no site directory."""
    for entry in entries:
        match = _SITE.fullmatch(entry.filename)
        for suffix, what in _STARTERS.items():
            if match and match["entry"].endswith(suffix) and not match["rest"]:
                yield (
                    f"{layer}: {entry.filename} does nothing in Lambda; in a site directory, "
                    f"{what} would run whenever Python starts"
                )


def is_readable(entry: ZipInfo) -> bool:
    """Tell whether the contents can be had at all: not encrypted, and deflated or stored."""
    return not entry.flag_bits & _ENCRYPTED and entry.compress_type in {ZIP_STORED, ZIP_DEFLATED}


def is_harmless(entries: Sequence[ZipInfo]) -> bool:
    """Tell whether unpacking stays within its folder, and every file finds its place."""
    paths = {entry.filename for entry in entries}
    return all(is_plain(path) and paths.isdisjoint(_parents(path)) for path in paths)


def is_plain(name: str) -> bool:
    return "\\" not in name and not {"..", ".", ""} & set(name.removesuffix("/").split("/"))


def _unpackable(where: str, entry: ZipInfo, paths: set[str]) -> Iterator[Fault]:
    name, mode = entry.filename, entry.external_attr >> 16
    if not is_plain(name):
        yield Fault(where, "is not a plain relative path", "the build or a wheel is malicious or broken", _CURE)
    if entry.flag_bits & _ENCRYPTED:
        yield Fault(where, "is encrypted", "the build packed it wrongly", _CURE)
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        yield Fault(
            where, f"uses compression method {entry.compress_type}", "only deflate is unpacked everywhere", _CURE
        )
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        yield Fault(where, "is a link or a special file", "a wheel holds plain files only", _CURE)
    needed = 0o005 if entry.is_dir() else 0o004
    if entry.create_system == _UNIX and stat.S_IMODE(mode) and mode & needed != needed:
        cause = "Lambda's runtime is not the owner of what it unpacks"
        yield Fault(where, f"has mode {stat.S_IMODE(mode):04o}: only its owner may read it", cause, _CURE)
    for parent in _parents(name):
        if parent in paths:
            yield Fault(where, f"lies below {parent}, which is a file", "two wheels disagree on a path", _CURE)


def _parents(name: str) -> Iterator[str]:
    parts = name.rstrip("/").split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))


def _misplaced(where: str, name: str) -> Iterator[Fault]:
    root = name.partition("/")[0]
    if root not in ROOTS or name == root:
        allowed = ", ".join(f"{each}/" for each in ROOTS)
        yield Fault(where, "lies outside of where distributions are", f"a layer holds {allowed} and its `files`", _CURE)


def _executed(where: str, name: str, layer: str, owner: Callable[[str], str]) -> Iterator[Fault]:
    """Yield what would run when an interpreter starts, before the function's own first line."""
    match = _SITE.fullmatch(name)
    if match is None:
        return
    entry, rest = match["entry"], match["rest"] or ""
    module = entry.split(".")[0]
    if module in _CUSTOMISERS:
        yield Fault(where, "runs code at start-up", f"Python imports {module} whenever it starts", _exclude(entry))
    elif module in sys.stdlib_module_names and (rest or entry.endswith((".py", ".pyc", ".so"))):
        cause = f"the layer comes before the standard library, so this replaces its {module}, at start-up already"
        theirs = owner(name)
        cure = f"lock without {theirs}; or, where another needs it, `without: [{theirs}]` of layers.{layer}"
        yield Fault(where, "shadows the standard library", cause, cure)


def _exclude(entry: str) -> str:
    return f"find out who wants it, then drop that package or leave {entry} out with the trim rule `exclude`"
