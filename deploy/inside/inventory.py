"""Says what is in a layer: the report for the host, and the manifest that travels in the layer itself."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from .exchange import OwnFile, Package, Pin, Recipe, Report, Saving, lock_digest
from .files import importable, is_shared_object
from .trim.apply import savings
from .trim.metadata import is_licence, license_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .archive import LayerArchive
    from .files import Files
    from .trim.apply import Trimmed
    from .wheel import Wheel

FORMAT = 1
"""Counts up when a key of the manifest changes its meaning or goes."""
_MODULE = (".py", ".pyc", ".so")


@dataclass(frozen=True, kw_only=True)
class Assembled:
    """A layer's files and how they came to be; what both the report and the manifest are made from."""

    recipe: Recipe
    wheels: Sequence[Wheel]
    files: Files
    trimmed: Trimmed
    kept_symbols: dict[str, str]
    uncompiled: dict[str, str]

    @property
    def savings(self) -> tuple[Saving, ...]:
        return savings(self.recipe, self.trimmed.applied)


def manifest(layer: Assembled) -> bytes:
    """Describe a layer to whoever finds it unpacked in /opt.

    It holds nothing that could differ between two builds of the same wheels with the same policy. `lock` is a digest
    over these wheels, whatever else the lock allows; `content` is one over the path and sha256 of every file below
    python/.
    """
    recipe = layer.recipe
    owned = owned_paths({path: file.owner for path, file in layer.files.items()})
    digests = {path: file.sha256 for path, file in sorted(layer.files.items())}
    document = {
        "format": FORMAT,
        "layer": recipe.layer,
        "runtime": recipe.runtime,
        "architecture": recipe.architecture,
        "bytecode": recipe.bytecode,
        "lock": lock_digest(installed(layer.wheels)),
        "content": hashlib.sha256(json.dumps(digests).encode()).hexdigest(),
        "packages": [_described(wheel, layer.files) | {"owns": owned.get(wheel.name, [])} for wheel in layer.wheels],
        "trim": json.loads(recipe.to_json())["trim"],
        "withdrawn": {name: list(rules) for name, rules in sorted(recipe.withdrawn.items())},
        "savings": [asdict(saving) for saving in layer.savings],
        "kept_symbols": layer.kept_symbols,
        "uncompiled": layer.uncompiled,
        "own_files": [_told(each) for each in recipe.files],
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _told(own: OwnFile) -> dict[str, object]:
    return {"path": own.path, "sha256": own.sha256, "bytes": own.bytes, "executable": own.executable}


def installed(wheels: Iterable[Wheel]) -> list[Pin]:
    """Pin each wheel that was installed, and no other."""
    return [Pin(name=wheel.name, version=wheel.version, hashes=(wheel.sha256,)) for wheel in wheels]


def report(layer: Assembled, archive: LayerArchive, unzipped: int) -> Report:
    """Tell the host what was assembled; `unzipped` are the bytes of all entries."""
    return Report(
        python=platform.python_version(),
        glibc=(os.confstr("CS_GNU_LIBC_VERSION") or "").removeprefix("glibc "),
        packages=tuple(_package(wheel, layer.files, archive.zipped) for wheel in layer.wheels),
        savings=layer.savings,
        applied=layer.trimmed.applied,
        spared=layer.trimmed.spared,
        offered=layer.trimmed.offered,
        kept_symbols=layer.kept_symbols,
        uncompiled=layer.uncompiled,
        own_files=tuple(replace(each, zipped=archive.zipped[each.path]) for each in layer.recipe.files),
        files=len(archive.zipped),
        zipped=len(archive.content),
        unzipped=unzipped,
    )


def owned_paths(owners: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the fewest folders, ending in /, and files that say which distribution every file came from.

    >>> owned_paths({"a/x.py": "one", "a/y.py": "one", "b/x.py": "one", "b/y.py": "two", "c.py": "two"})
    {'one': ['a/', 'b/x.py'], 'two': ['b/y.py', 'c.py']}
    """
    inside: dict[str, set[str]] = {}
    for path, owner in owners.items():
        for folder in _folders(path):
            inside.setdefault(folder, set()).add(owner)
    owned: dict[str, set[str]] = {}
    for path, owner in owners.items():
        whole = next((folder for folder in _folders(path) if len(inside[folder]) == 1), path)
        owned.setdefault(owner, set()).add(whole)
    return {owner: sorted(owned[owner]) for owner in sorted(owned)}


def _folders(path: str) -> list[str]:
    """Return every folder that a file is in, the outermost first, each ending in /."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) + "/" for depth in range(len(parts))]


def _package(wheel: Wheel, files: Files, zipped: Mapping[str, int]) -> Package:
    own = [path for path, file in files.items() if file.owner == wheel.name]
    return Package(
        **_described(wheel, files),
        unzipped=sum(files[path].size for path in own),
        zipped=sum(zipped[f"python/{path}"] for path in own),
    )


def _described(wheel: Wheel, files: Files) -> dict[str, Any]:
    """Return the fields of Package that are known before the layer is zipped."""
    own = {path: file for path, file in files.items() if file.owner == wheel.name}
    found = modules(own)
    return {
        "name": wheel.name,
        "version": wheel.version,
        "wheel": wheel.filename,
        "sha256": wheel.sha256,
        "tags": wheel.tags,
        "license": license_of(wheel.metadata),
        "license_files": tuple(sorted(path for path in own if path.startswith(wheel.dist_info) and is_licence(path))),
        "modules": found,
        "extensions": tuple(sorted(path for path, file in own.items() if is_shared_object(path, file))),
        "excluded": not found and bool(modules(wheel.files)),
    }


def modules(files: Files) -> tuple[str, ...]:
    """Return the names under which these files can be imported, as high up as an import runs something.

    A package is named once; of a namespace package, which has no __init__ and proves nothing when imported, the
    packages and modules below it are named.
    """
    importable = [path for path, file in files.items() if file.origin in {"root", "data"} and path.endswith(_MODULE)]
    found = {tuple(each) for path in importable if (each := _parts(path))}
    packages = {each[:-1] for each in found if each[-1] == "__init__"}
    return tuple(sorted({_name(each, packages) for each in found if each != ("__init__",)}))


def _parts(path: str) -> list[str]:
    """Split a file's path into the parts of its module's name; nothing where it cannot be imported, or is a program."""
    *folders, name = importable(path).split("/")
    if folders[:1] == ["bin"] or not all(folder.isidentifier() for folder in folders) or "__pycache__" in folders:
        return []
    return [*folders, name.partition(".")[0]]


def _name(module: tuple[str, ...], packages: Iterable[tuple[str, ...]]) -> str:
    """Return the highest package that a module is in, or its own name."""
    above = [module[:depth] for depth in range(1, len(module))]
    return ".".join(next((each for each in above if each in packages), module))
