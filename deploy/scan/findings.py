"""What a scan found, what it could not look at, and what the project decided to live with until a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from ..errors import Fault
from ..settings import Ignore  # noqa: TC001 - read when a scan is printed as JSON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

Severity = Literal["critical", "high", "medium", "low"]
Kind = Literal["vulnerability", "secret", "file", "license", "bytes", "ignore"]

_RANK = {severity: rank for rank, severity in enumerate(get_args(Severity))}


@dataclass(frozen=True, kw_only=True)
class ScanFinding:
    """One thing that is wrong. `id` is what an ignore names; of a vulnerability, `aliases` are its other names."""

    kind: Kind
    id: str
    severity: Severity
    where: str
    what: str
    cause: str = ""
    cure: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name.lower() for name in (self.id, *self.aliases))

    def __str__(self) -> str:
        names = ", ".join((self.id, *self.aliases))
        return str(Fault(f"{self.severity}: {self.where}", f"{self.what} [{names}]", self.cause, self.cure))


@dataclass(frozen=True)
class Unchecked:
    """What could not be looked at, and why; it may hold anything."""

    where: str
    why: str


@dataclass(frozen=True)
class Ignored:
    finding: ScanFinding
    ignore: Ignore


@dataclass(frozen=True)
class Judged:
    """Findings, the worst first; those that an ignore covers; and the ignores that covered nothing."""

    findings: tuple[ScanFinding, ...]
    ignored: tuple[Ignored, ...]
    idle: tuple[Ignore, ...]


def judge(found: Sequence[ScanFinding], ignores: Sequence[Ignore], today: date) -> Judged:
    """Take out what the project ignores. An ignore that has expired covers nothing and is a finding itself.

    A zip that is not what the lock and its manifest say cannot be ignored: what was looked at is then not what ships.
    """
    valid = [each for each in ignores if today.isoformat() <= each.until]
    covered = {
        finding: ignore
        for finding in found
        for ignore in valid
        if ignore.id.lower() in finding.names and finding.kind != "bytes"
    }
    open_ = [finding for finding in dict.fromkeys(found) if finding not in covered]
    open_ += _expired(ignores, today)
    return Judged(
        findings=tuple(sorted(open_, key=lambda each: (_RANK[each.severity], each.where, each.id))),
        ignored=tuple(Ignored(finding, ignore) for finding, ignore in covered.items()),
        idle=tuple(each for each in valid if each not in covered.values()),
    )


def _expired(ignores: Sequence[Ignore], today: date) -> Iterator[ScanFinding]:
    for each in ignores:
        if today.isoformat() > each.until:
            yield ScanFinding(
                kind="ignore",
                id=each.id,
                severity="high",
                where="scan.ignore",
                what=f"expired on {each.until}",
                cause=f"it was to be ignored until then: {each.reason}",
                cure="mend what it hides, or decide again and give it another day",
            )
