"""A whole scan: every check on every zip, and how much was looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..layer.spec import own_modules
from ..locking import locked
from . import vulnerabilities
from .bundled import Bundled, bundled
from .findings import Judged, ScanFinding, Unchecked, judge
from .licences import check, licences
from .secrets import secrets
from .targets import ScanTarget, built, live
from .unwanted import unwanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from ..inside.exchange import Pin
    from ..published.downloads import Downloads
    from ..settings import Scan, Settings, Stage
    from .vulnerabilities import VulnerabilityAudit


@dataclass(frozen=True, kw_only=True)
class OwnSource:
    """A distribution that was built from a source of the project's or of a repository, and where that lies."""

    name: str
    version: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """What was looked at and what came of it.

    `bundled` is what no scanner sees, by distribution and version; `own` what no database knows, as it is the
    project's or comes from somewhere else than an index.
    """

    targets: tuple[ScanTarget, ...]
    audits: tuple[VulnerabilityAudit, ...]
    judged: Judged
    unchecked: tuple[Unchecked, ...]
    bundled: tuple[Bundled, ...]
    licences_checked: bool
    own: tuple[OwnSource, ...] = ()

    def passes(self, *, allow_unchecked: bool) -> bool:
        return not self.judged.findings and (allow_unchecked or not self.unchecked)


def scan_built(settings: Settings, service: str, today: date) -> Scanned:
    """Scan the lock and the zips in dist/; raise PipelineError where one is missing."""
    check(settings.scan)
    targets, differing = built(settings)
    audits = [vulnerabilities.audit_lock(pins, where, service) for where, pins in _locked(settings)]
    return replace(_scanned(_Asked(targets, audits, differing), settings.scan, today), own=tuple(_own(settings)))


def _own(settings: Settings) -> Iterator[OwnSource]:
    """Yield each source of which no database says anything, once; modules of the project's among them."""
    for name, modules in own_modules(settings).items():
        places = ", ".join(settings.layers[name].modules)
        yield OwnSource(name=modules.name, version=modules.pin.version, origin=places)
    found = {
        each.name: OwnSource(name=each.name, version=each.version, origin=each.origin)
        for part in settings.parts
        for target in part.targets
        for each in locked.read(part, target).sources
        if each.is_own
    }
    yield from (found[name] for name in sorted(found))


def _locked(settings: Settings) -> Iterator[tuple[str, tuple[Pin, ...]]]:
    """Yield what the lock comes to, once for all targets for which that is the same."""
    for part in settings.parts:
        yield from _of_lock(part)


def _of_lock(settings: Settings) -> Iterator[tuple[str, tuple[Pin, ...]]]:
    """What no index has is left out: a database would take it for somebody else's of that name."""
    found = {target: locked.read(settings, target).of_indexes for target in settings.targets}
    for pins in dict.fromkeys(found.values()):
        targets = [str(target) for target in found if found[target] == pins]
        same = len(targets) == len(found)
        yield str(settings.requirements) if same else f"{settings.requirements} for {', '.join(targets)}", pins


def scan_live(settings: Settings, stage: Stage, downloads: Downloads, service: str, today: date) -> Scanned:
    """Scan the code and the layers that a stage's aliases send traffic to, by what these very zips hold."""
    check(settings.scan)
    targets, gone = live(downloads, settings, stage)
    audits = [
        vulnerabilities.audit_packages(target.contents.packages, target.where, service)
        for target in targets
        if target.contents.packages
    ]
    return _scanned(_Asked(targets, audits, unchecked=gone), settings.scan, today)


@dataclass(frozen=True)
class _Asked:
    """The zips, and what is known before they are looked into."""

    targets: Sequence[ScanTarget]
    audits: Sequence[VulnerabilityAudit]
    findings: Sequence[ScanFinding] = ()
    unchecked: Sequence[Unchecked] = ()


def _scanned(asked: _Asked, rules: Scan, today: date) -> Scanned:
    found = [*asked.findings, *(finding for audit in asked.audits for finding in audit.findings)]
    for target in asked.targets:
        found += [*secrets(target), *unwanted(target)]
        if rules.licenses:
            found += licences(target, rules)
    return Scanned(
        targets=tuple(asked.targets),
        audits=tuple(asked.audits),
        judged=judge(found, rules.ignore, today),
        unchecked=(*asked.unchecked, *(each for audit in asked.audits for each in audit.unchecked)),
        bundled=tuple(dict.fromkeys(each for target in asked.targets for each in bundled(target))),
        licences_checked=bool(rules.licenses),
    )
