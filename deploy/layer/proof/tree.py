"""What there is to look at in a tree: its files, each with the distribution that it belongs to, as subjects.

The owner of a file comes from the wheels that were installed, by what they hold. A zip's files are theirs, but for
bytecode, which belongs to whom its source belongs. Where the wheels are not at hand, the report of the build says
whose the modules are.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from zipfile import ZipFile

from ...inside.files import importable
from ...inside.look.values import DataFiles, Subject
from ...inside.wheel import WheelName, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...inside.exchange import Package

    # Paths below python/, each with the distribution that it belongs to.
    Owned = Mapping[str, str]

_MODULE = re.compile(r"\.pyc?$")
_SHARED = re.compile(r"\.so(\.[0-9]+)*$")
_CACHED = re.compile(r"(?P<folder>(?:.*/)?)__pycache__/(?P<stem>[^/]+)\.[a-z]+-[0-9]+(?:\.opt-[12])?\.pyc")


def of_wheels(wheels: Mapping[str, bytes]) -> dict[str, str]:
    """Return the files that wheels, content by file name, have below python/ once installed."""
    owned: dict[str, str] = {}
    for filename, content in wheels.items():
        owner = WheelName.parse(filename).name
        with ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    owned.setdefault(place(owner, entry.filename)[0], owner)
    return owned


def of_report(paths: Iterable[str], packages: Iterable[Package]) -> dict[str, str]:
    """Return those of a zip's files, paths below python/, of which the build's report says whose they are."""
    owners = {module.replace(".", "/"): package.name for package in packages for module in package.modules}
    shared = {path: package.name for package in packages for path in package.extensions}
    owned = {}
    for path in paths:
        source = importable(source_of(path))
        stem = source.rsplit(".", source.rpartition("/")[2].count("."))[0] if "." in source else source
        above = [stem, *("/".join(source.split("/")[:depth]) for depth in range(source.count("/"), 0, -1))]
        owner = shared.get(path) or next((owners[each] for each in above if each in owners), None)
        if owner:
            owned[path] = owner
    return owned


def held(paths: Iterable[str], owned: Owned) -> dict[str, str]:
    """Return those of a zip's files, paths below python/, whose owner is known: bytecode has its source's."""
    found = {path: owned.get(path) or owned.get(source_of(path)) for path in paths}
    return {path: owner for path, owner in found.items() if owner}


def source_of(path: str) -> str:
    """Return the source that a file of bytecode was compiled from, any other path as it is.

    >>> source_of("a/__pycache__/b.cpython-311.pyc"), source_of("a/b.pyc"), source_of("a/b.json")
    ('a/b.py', 'a/b.py', 'a/b.json')
    """
    if match := _CACHED.fullmatch(path):
        return f"{match['folder']}{match['stem']}.py"
    return path.removesuffix("c") if path.endswith(".pyc") else path


def subjects(owned: Owned) -> tuple[Subject, ...]:
    """Return what to look at, a subject for each top-level package of each distribution.

    Shared objects outside of any package, such as those in numpy.libs/, are looked at with every package of their
    distribution, as either may be what needs them. `__main__` modules are programs, and are left alone.
    """
    by_owner: dict[str, list[str]] = {}
    for path, owner in owned.items():
        by_owner.setdefault(owner, []).append(path)
    return tuple(each for owner in sorted(by_owner) for each in _subjects(owner, sorted(by_owner[owner])))


def _subjects(owner: str, paths: list[str]) -> Iterator[Subject]:
    modules = {name for path in paths if (name := _module(path))}
    packages = {name for path in paths if path.endswith(("/__init__.py", "/__init__.pyc")) and (name := _module(path))}
    shared = [path for path in paths if _SHARED.search(path)]
    outside = [path for path in shared if not all(part.isidentifier() for part in path.split("/")[:-1])]
    tops = {name.partition(".")[0] for name in modules} | {_top(path) for path in shared if path not in outside}
    for top in sorted(tops or {_top(path) for path in outside}):
        own = sorted(name for name in modules if name.partition(".")[0] == top)
        inside = [path for path in shared if path not in outside and _top(path) == top]
        yield Subject(
            distribution=owner,
            top=top,
            roots=tuple(sorted({_root(name, packages) for name in own})),
            modules=tuple(own),
            shared=(*inside, *outside),
            data=tuple(_data(top, packages, paths)),
        )


def _top(path: str) -> str:
    return path.partition("/")[0].partition(".")[0]


def _module(path: str) -> str:
    """Return the name under which a source or its bytecode is imported, or nothing."""
    if not _MODULE.search(path) or path.startswith("bin/"):
        return ""
    parts = _MODULE.sub("", importable(source_of(path))).split("/")
    if not all(part.isidentifier() for part in parts) or parts[-1] == "__main__":
        return ""
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _root(name: str, packages: set[str]) -> str:
    """Return the highest package that a module is in, or its own name: what runs first when it is imported."""
    parts = name.split(".")
    above = (".".join(parts[:depth]) for depth in range(1, len(parts)))
    return next((each for each in above if each in packages), name)


def _data(top: str, packages: set[str], paths: list[str]) -> Iterator[DataFiles]:
    """Yield the files beside modules that are none, by the innermost package that they lie in."""
    found: dict[str, list[str]] = {}
    for path in paths:
        if _MODULE.search(path) or _SHARED.search(path) or path.partition("/")[0] != top:
            continue
        parts = path.split("/")
        depth = next((depth for depth in range(len(parts) - 1, 0, -1) if ".".join(parts[:depth]) in packages), 0)
        if depth:
            found.setdefault(".".join(parts[:depth]), []).append("/".join(parts[depth:]))
    for package, names in sorted(found.items()):
        yield DataFiles(package=package, names=tuple(names))


def is_offered(module: str, subject: Subject, subjects: Iterable[Subject]) -> bool:
    """Tell a package that others import from a private one, as _soundfile is soundfile's.

    Of a distribution that has none but private ones, such as an accelerator, others import these.
    """
    own = (root for each in subjects if each.distribution == subject.distribution for root in each.roots)
    return not _is_private(module) or all(map(_is_private, own))


def _is_private(module: str) -> bool:
    return any(part.startswith("_") for part in module.split("."))
