from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...checkup.findings import Finding  # noqa: TC001 - a document's annotations are read

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class FindingCounts:
    """How many findings there are of each state."""

    ok: int
    warning: int
    broken: int
    unknown: int


@dataclass(frozen=True, kw_only=True)
class DoctorOutput:
    """What was looked at, in the order of the checks; `stage` is null where none was named."""

    stage: str | None
    counts: FindingCounts
    findings: tuple[Finding, ...]


DOCUMENT = DoctorOutput


def output(stage: str | None, findings: Sequence[Finding]) -> DoctorOutput:
    count = Counter(finding.state for finding in findings)
    counts = FindingCounts(ok=count["ok"], warning=count["warning"], broken=count["broken"], unknown=count["unknown"])
    return DoctorOutput(stage=stage, counts=counts, findings=tuple(findings))
