"""What differs between two layers: packages, files, licences, and what binds them to a Python or a machine.

    difference(before, after)  →  Difference

Sizes are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .contents import Contents, HeldPackage


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A side of the comparison; `runtime` and `architecture` are empty where nothing in the layer says them."""

    sha256: str
    zipped: int
    size: int
    files: int
    packages: int
    runtime: str
    architecture: str
    bytecode: str
    ours: bool


@dataclass(frozen=True, kw_only=True)
class PackageChange:
    """A package that was added, removed or changed: None on the side where it is not there.

    `files` tells that it has other files than before, or other bytes in them.
    """

    before: HeldPackage | None
    after: HeldPackage | None
    files: bool

    @property
    def name(self) -> str:
        return self._either.name

    @property
    def kind(self) -> str:
        """One of: added, removed, upgraded, downgraded, changed (the same version with other bytes or papers)."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return _direction(self.before.version, self.after.version)

    @property
    def growth(self) -> int:
        """Bytes unzipped that it takes more than before."""
        return (self.after.size if self.after else 0) - (self.before.size if self.before else 0)

    @property
    def licence_changed(self) -> bool:
        return self.before is not None and self.after is not None and self.before.license != self.after.license

    @property
    def reasons(self) -> tuple[str, ...]:
        """Name what of a package that is on both sides differs: version, license, tags, wheel, files."""
        if self.before is None or self.after is None:
            return ()
        found = [key for key in ("version", "license") if getattr(self.before, key) != getattr(self.after, key)]
        found += ["tags"] if set(self.before.tags) != set(self.after.tags) else []
        found += ["wheel"] if _other_wheel(self.before, self.after) else []
        return (*found, *(["files"] if self.files else []))

    def __str__(self) -> str:
        """Write it in a few words: `idna 3.7 -> 3.8`, `six 1.17 added`, `six 1.17 changed`."""
        if "version" in self.reasons and self.before and self.after:
            return f"{self.name} {self.before.version} -> {self.after.version}"
        return f"{self.name} {self._either.version} {self.kind}"

    @property
    def _either(self) -> HeldPackage:
        one = self.after or self.before
        if one is None:
            raise ValueError("a package that is on neither side has not changed")
        return one


@dataclass(frozen=True, kw_only=True)
class FileChanges:
    """Paths below /opt, sorted."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, kw_only=True)
class AbiChange:
    """A change of what a layer is bound to: `kind` is runtime, architecture, bytecode, tags or shared object.

    `where` is the package or path that it is about, empty for the layer; `before` or `after` is empty where there
    was, or is, nothing.
    """

    kind: str
    where: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    before: Summary
    after: Summary
    packages: tuple[PackageChange, ...]
    files: FileChanges
    abi: tuple[AbiChange, ...]

    @property
    def same(self) -> bool:
        """Whether the two are the same bytes."""
        return self.before.sha256 == self.after.sha256

    @property
    def licences(self) -> tuple[PackageChange, ...]:
        """Those packages whose licence is another than before."""
        return tuple(each for each in self.packages if each.licence_changed)


def difference(before: Contents, after: Contents) -> Difference:
    """Compare two layers, whoever made them; packages and paths come sorted by name."""
    files = _files(before, after)
    return Difference(
        before=_summary(before),
        after=_summary(after),
        packages=tuple(_packages(before, after, files)),
        files=files,
        abi=(*_bindings(before, after), *_tags(before, after), *_shared_objects(before, after)),
    )


def _summary(contents: Contents) -> Summary:
    return Summary(
        sha256=contents.sha256,
        zipped=contents.zipped,
        size=contents.size,
        files=len(contents.files),
        packages=len(contents.packages),
        runtime=contents.runtime,
        architecture=contents.architecture,
        bytecode=contents.bytecode,
        ours=contents.is_ours,
    )


def _files(before: Contents, after: Contents) -> FileChanges:
    old, new = before.files, after.files
    return FileChanges(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(path for path in old.keys() & new.keys() if old[path].sha256 != new[path].sha256)),
    )


def _packages(before: Contents, after: Contents, files: FileChanges) -> Iterator[PackageChange]:
    old, new = ({each.name: each for each in side.packages} for side in (before, after))
    touched = {side.files[path].owner for side in (before, after) for path in _paths(files) if path in side.files}
    for name in sorted(old.keys() | new.keys()):
        change = PackageChange(before=old.get(name), after=new.get(name), files=name in touched)
        if change.kind in {"added", "removed"} or change.reasons:
            yield change


def _paths(files: FileChanges) -> tuple[str, ...]:
    return (*files.added, *files.removed, *files.changed)


def _direction(before: str, after: str) -> str:
    try:
        old, new = Version(before), Version(after)
    except InvalidVersion:
        return "changed"
    return "upgraded" if new > old else "downgraded" if new < old else "changed"


def _other_wheel(before: HeldPackage, after: HeldPackage) -> bool:
    """Whether both wheels are known, and are two."""
    return bool(before.sha256 and after.sha256) and before.sha256 != after.sha256


def _bindings(before: Contents, after: Contents) -> Iterator[AbiChange]:
    """Yield what changed of the layer as a whole; of a runtime and architecture that nothing says, nothing is said."""
    old, new = vars(_summary(before)), vars(_summary(after))
    for kind in ("runtime", "architecture", "bytecode"):
        known = (old[kind] and new[kind]) or kind == "bytecode"
        if known and old[kind] != new[kind]:
            yield AbiChange(kind=kind, where="", before=old[kind], after=new[kind])


def _tags(before: Contents, after: Contents) -> Iterator[AbiChange]:
    old = {each.name: each.tags for each in before.packages}
    for package in after.packages:
        if set(tags := old.get(package.name, package.tags)) != set(package.tags):
            yield AbiChange(kind="tags", where=package.name, before=" ".join(tags), after=" ".join(package.tags))


def _shared_objects(before: Contents, after: Contents) -> Iterator[AbiChange]:
    old, new = (
        {path: str(file.native) for path, file in side.files.items() if file.native} for side in (before, after)
    )
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path):
            yield AbiChange(kind="shared object", where=path, before=old.get(path, ""), after=new.get(path, ""))
