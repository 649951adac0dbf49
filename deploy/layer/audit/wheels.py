"""What the zip holds against what was locked: the distributions, their versions, their wheels, their modules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.tags import parse_tag

from ...errors import Fault
from ...inside import headers
from ...invocation import advised
from ...locking.lockfile import normalised
from ...runtimes.wheel_tags import wheel_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...inside.exchange import Package
    from ..values import BuiltLayer

_METADATA = re.compile(r"python/(?:lib/python3\.[0-9]+/site-packages/)?[^/]+\.dist-info/METADATA")
_MODULE = re.compile(r"python/(?:lib/python3\.[0-9]+/site-packages/)?(?P<below>.+\.(?:py|pyc|so))")
_RELOCK = f"remake the lock with {advised('lock')}"
_REBUILD = "build the layer again with --no-cache"


def is_metadata(path: str) -> bool:
    return _METADATA.fullmatch(path) is not None


def faults(built: BuiltLayer, paths: set[str], metadata: Mapping[str, bytes]) -> Iterator[Fault]:
    """Yield what differs between the zip and the lock; `metadata` holds the METADATA files by path."""
    yield from _versions(built, metadata)
    for package in built.report.packages:
        yield from _wheel(built, package)
    yield from _modules(built, paths)


def _versions(built: BuiltLayer, metadata: Mapping[str, bytes]) -> Iterator[Fault]:
    layer, pins = built.spec.layer.name, {pin.name: pin.version for pin in built.spec.pins}
    found: dict[str, str] = {}
    for path, content in sorted(metadata.items()):
        said = headers.parse(content)
        name, version = normalised(said["Name"] or ""), said["Version"] or ""
        where = f"{name}: {path}"
        if name in found:
            yield Fault(where, f"{name} is in {layer} twice, also as {found[name]}", "two builds were mixed", _REBUILD)
        elif name not in pins:
            yield Fault(
                where, f"{name or 'a nameless distribution'} is not in the lock", "it was added after it", _RELOCK
            )
        elif version != pins[name]:
            yield Fault(
                where, f"is version {version}; the lock has {pins[name]}", "it was built from another lock", _REBUILD
            )
        found[name] = version
    for name in sorted(pins.keys() - found.keys()):
        yield Fault(
            f"{name}: {layer}",
            "is locked and not in the layer",
            "a trim rule took it all, or it was not installed",
            _REBUILD,
        )


def _wheel(built: BuiltLayer, package: Package) -> Iterator[Fault]:
    hashes = {digest for pin in built.spec.pins if pin.name == package.name for digest in pin.hashes}
    where = f"{package.name}: {package.wheel}"
    if package.sha256 not in hashes:
        yield Fault(
            where, f"its sha256 {package.sha256[:12]}… is not in the lock", "another file was installed", _RELOCK
        )
    given = {tag for text in package.tags for tag in parse_tag(text)}
    if not given & wheel_tags(built.spec.target):
        yield Fault(
            where,
            f"is a wheel for {', '.join(sorted(map(str, given))) or 'nothing'}; it does not fit {built.spec.target}",
            cause="it was chosen on a newer Linux, for another Python or for another architecture",
            cure=f"install inside the runtime image, and lock a wheel that fits: {advised('lock')}",
        )


# Modules of the client that starts functions: https://github.com/aws/aws-lambda-python-runtime-interface-client.
_CLIENT = frozenset({"awslambdaric", "bootstrap", "runtime_client", "snapshot_restore_py"})


def remarks(built: BuiltLayer) -> Iterator[str]:
    """Yield what a lawyer would ask about and no runtime does, and what has the name of Lambda's own."""
    for package in built.report.packages:
        for module in sorted(_CLIENT.intersection(package.modules)):
            yield f"{package.name}: its module {module} has the name of one of Lambda's own, which starts functions"
        if not package.license_files:
            yield f"{package.name}: its wheel brings no licence file ({package.license or 'and names no licence'})"


def hidden(layers: Sequence[BuiltLayer]) -> Iterator[Fault]:
    """Yield own modules that have the name of one of a distribution's in any of the layers: an import finds one."""
    theirs: dict[str, str] = {}
    for layer in layers:
        own = layer.spec.layer.modules_name
        theirs |= {top: each.name for each in layer.report.packages if each.name != own for top in each.modules}
    for layer in layers:
        own = layer.spec.layer.modules_name
        for name in (top for each in layer.report.packages if each.name == own for top in each.modules):
            if name in theirs:
                where, cause = f"layers.{layer.spec.layer.name}.modules", "an import finds one of the two"
                yield Fault(where, f"{name} has the name of a module of {theirs[name]}", cause, "rename it")


def _modules(built: BuiltLayer, paths: set[str]) -> Iterator[Fault]:
    """Compare the modules that the report names, which are all that is tried, with those that the zip has."""
    layer = built.spec.layer.name
    named = {module.split(".")[0]: package.name for package in built.report.packages for module in package.modules}
    present = {module for path in paths if (module := top_level(path))}
    for module in sorted(present - named.keys()):
        yield Fault(
            f"{layer}: {module}", "belongs to no distribution", "something was added to what the lock has", _REBUILD
        )
    for module in sorted(named.keys() - present):
        yield Fault(
            f"{named[module]}: {module}",
            "is reported and not in the zip",
            "the build and its report disagree",
            _REBUILD,
        )
    extensions = {f"python/{path}": package.name for package in built.report.packages for path in package.extensions}
    for path in sorted(extensions.keys() - paths):
        yield Fault(
            f"{extensions[path]}: {path}",
            "is reported and not in the zip",
            "the build and its report disagree",
            _REBUILD,
        )


def top_level(path: str) -> str | None:
    """Return the top-level module that a file of the layer makes importable, if any.

    What lies in bin/ is a program, and an __init__ in no folder marks no package. The file's own name may be anything,
    such as 6ec57f__mypyc, which only native code imports; its folders' may not.
    """
    match = _MODULE.fullmatch(path)
    if match is None:
        return None
    *folders, name = match["below"].split("/")
    if folders[:1] == ["bin"] or "__pycache__" in folders or not all(folder.isidentifier() for folder in folders):
        return None
    stem = name.partition(".")[0]
    return folders[0] if folders else stem if stem != "__init__" else None
