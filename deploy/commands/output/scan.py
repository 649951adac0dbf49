from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a document's annotations are read
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...scan.bundled import Bundled  # noqa: TC001 - as above
from ...scan.findings import Ignored, ScanFinding, Unchecked  # noqa: TC001 - as above
from ...scan.scan import OwnSource  # noqa: TC001 - as above
from ...settings import Ignore  # noqa: TC001 - as above

if TYPE_CHECKING:
    from ...scan.scan import Scanned


@dataclass(frozen=True, kw_only=True)
class AuditCount:
    """Of how many distributions it was asked whether they are vulnerable, and of how many there was an answer."""

    where: str
    wanted: int
    answered: int


@dataclass(frozen=True, kw_only=True)
class ScannedZip:
    """A zip that was looked into: how many files it has, and the version of each distribution."""

    where: str
    sha256: str
    files: int
    packages: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ScanOutput:
    """What a scan found, of a stage or, with null, of dist/; the worst finding is first.

    `ignored` are findings that the project lives with, `idle_ignores` its ignores that cover nothing, `bundled` what
    no scanner sees, as it is compiled in, `own` what no database knows, as no index has it.
    """

    stage: str | None
    passes: bool
    vulnerabilities: tuple[AuditCount, ...]
    zips: tuple[ScannedZip, ...]
    licenses_checked: bool
    findings: tuple[ScanFinding, ...]
    ignored: tuple[Ignored, ...]
    idle_ignores: tuple[Ignore, ...]
    unchecked: tuple[Unchecked, ...]
    bundled: tuple[Bundled, ...]
    own: tuple[OwnSource, ...]


DOCUMENT = ScanOutput


def output(scanned: Scanned, stage: str | None, *, passes: bool) -> ScanOutput:
    return ScanOutput(
        stage=stage,
        passes=passes,
        vulnerabilities=tuple(
            AuditCount(where=each.where, wanted=each.wanted, answered=each.answered) for each in scanned.audits
        ),
        zips=tuple(
            ScannedZip(
                where=each.where,
                sha256=each.contents.sha256,
                files=len(each.contents.files),
                packages=each.contents.versions,
            )
            for each in scanned.targets
        ),
        licenses_checked=scanned.licences_checked,
        findings=tuple(scanned.judged.findings),
        ignored=tuple(scanned.judged.ignored),
        idle_ignores=tuple(scanned.judged.idle),
        unchecked=tuple(scanned.unchecked),
        bundled=tuple(scanned.bundled),
        own=tuple(scanned.own),
    )
