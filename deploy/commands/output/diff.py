from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...published.contents import HeldPackage  # noqa: TC001 - a document's annotations are read
from ...published.difference import AbiChange, FileChanges, Summary  # noqa: TC001 - as above

if TYPE_CHECKING:
    from ...published.difference import Difference, PackageChange
    from ...published.reference import OpenedLayer


@dataclass(frozen=True, kw_only=True)
class ComparedNames:
    """What the two layers were called."""

    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ComparedPackage:
    """A package that differs; null on the side where it is not there.

    `kind` is added, removed, upgraded, downgraded or changed, the same version with other bytes or papers. `reasons`
    are version, license, tags, wheel and files.
    """

    name: str
    kind: str
    reasons: tuple[str, ...]
    before: HeldPackage | None
    after: HeldPackage | None


@dataclass(frozen=True, kw_only=True)
class ComparedLicense:
    """A package with another licence than before."""

    package: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class DiffOutput:
    """How two layers differ; `same` tells that they are the same bytes. Sizes are bytes."""

    names: ComparedNames
    same: bool
    before: Summary
    after: Summary
    packages: tuple[ComparedPackage, ...]
    files: FileChanges
    abi: tuple[AbiChange, ...]
    licenses: tuple[ComparedLicense, ...]


DOCUMENT = DiffOutput


def output(before: OpenedLayer, after: OpenedLayer, found: Difference) -> DiffOutput:
    return DiffOutput(
        names=ComparedNames(before=before.name, after=after.name),
        same=found.same,
        before=found.before,
        after=found.after,
        packages=tuple(_package(each) for each in found.packages),
        files=found.files,
        abi=found.abi,
        licenses=tuple(
            ComparedLicense(package=each.name, before=each.before.license, after=each.after.license)
            for each in found.licences
            if each.before and each.after
        ),
    )


def _package(change: PackageChange) -> ComparedPackage:
    return ComparedPackage(
        name=change.name, kind=change.kind, reasons=change.reasons, before=change.before, after=change.after
    )
