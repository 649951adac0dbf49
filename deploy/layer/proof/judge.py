"""Two looks, compared: what the zip cannot do and the reference can, what neither can, and what is wrong by itself.

worse     the reference does it, the zip does not: the pipeline's own fault
remarks   neither does: an extra that nobody asked for, another platform
faults    what refuses the layer whatever the reference does: a distribution of which nothing can be imported, a
          module that comes from elsewhere than the layer, bytecode that is not used, an account that is not whole
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ...errors import Fault
from .compiled import REBUILD, ImportedBytecode
from .grouping import more, remarks
from .look import asked, asked_services, by_kind, is_of_metadata, outcomes
from .metadata import differences, strangers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...inside.look.values import Account, Outcome, Subject
    from ..causes import Explain
    from .look import Look, WantedLook

_HOMES = {"code": "the function's code", "python": "the standard library", "runtime": "the runtime"}


@dataclass(frozen=True, kw_only=True)
class Worse:
    """Something that the reference does and the zip does not: `error` is what happens instead."""

    distribution: str
    kind: str
    what: str
    error: str
    at: str = ""
    is_root: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """Name the difference by what shows it, and by how."""
        return self.kind, self.what, self.error


@dataclass(frozen=True, kw_only=True)
class Verdict:
    faults: tuple[Fault, ...]
    worse: tuple[Worse, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    """What was wanted of a zip, and what was seen: of the zip, and of the reference where there is one.

    `pins` are the locked versions by distribution, `uncompiled` the paths of sources that have no bytecode, `cut` the
    distributions whose metadata the policy cuts by name, `asked_for` the AWS services that it keeps by name.
    `explain` gives the likely cause of an error and its cure.
    """

    wanted: WantedLook
    zip: Look
    reference: Look | None
    pins: Mapping[str, str]
    uncompiled: frozenset[str]
    cut: frozenset[str]
    asked_for: frozenset[str]
    sourceless: bool
    explain: Explain

    @cached_property
    def _compiled(self) -> ImportedBytecode:
        return ImportedBytecode(self.wanted.subjects, self.uncompiled)

    def judged(self) -> Verdict:
        findings = _Findings()
        for subject in self.wanted.subjects:
            self._subject(subject, findings)
        self._roots(findings)
        findings.faults += [
            _unaccounted(each.subject, each) for each in self.zip.accounts if each.intruded and is_of_metadata(each)
        ]
        if "botocore" not in findings.roots:
            self._clients(findings)
        findings.faults += strangers(self.zip.described(), self.wanted.distributions, self.pins)
        if self.reference:
            # importlib.metadata infers import names from sources alone, which a sourceless layer has none of.
            tops = set[str]() if self.sourceless else {subject.top for subject in self.wanted.subjects}
            for name, what in differences(self.zip.described(), self.reference.described(), self.cut, tops):
                findings.worse.append(Worse(distribution=name, kind="metadata", what=name, error=what))
        return Verdict(
            faults=tuple(findings.faults),
            worse=tuple(findings.worse),
            remarks=(*remarks(findings.both, is_compared=self.reference is not None), *self._borrowed()),
        )

    def _subject(self, subject: Subject, findings: _Findings) -> None:
        """Compare what was seen of one subject."""
        account = self.zip.account(subject.key)
        if account is None or account.intruded:
            findings.faults.append(_unaccounted(subject.key, account))
            return
        findings.faults += _incomplete(subject, account)
        findings.faults += self._compiled.faults(subject, account)
        expected = by_kind(self.reference.account(subject.key) if self.reference else None)
        for outcome in outcomes(account):
            is_root = outcome.kind == "module" and outcome.what in subject.roots
            before = expected.get((outcome.kind, outcome.what))
            if outcome.error and before and not before.error:
                findings.add_worse(subject.distribution, outcome, is_root=is_root)
            elif outcome.error and is_root:
                findings.roots.setdefault(subject.distribution, []).append(outcome)
            elif outcome.error:
                findings.both.append((subject.distribution, outcome))
            elif is_root:
                findings.imported.add(subject.distribution)
                findings.faults += _from_elsewhere(subject.distribution, outcome)

    def _roots(self, findings: _Findings) -> None:
        """Refuse a distribution of which nothing can be imported; remark on one of which something cannot."""
        for distribution, failed in findings.roots.items():
            if distribution in findings.imported:
                findings.both += [(distribution, outcome) for outcome in failed]
            else:
                findings.faults += [self._refused(distribution, outcome) for outcome in failed]

    def _refused(self, distribution: str, outcome: Outcome) -> Fault:
        cause, cure = self.explain(outcome.error, distribution)
        what = f"{outcome.error}{f' ({outcome.at})' if outcome.at else ''}"
        if (name := missing(outcome.error)) and name in self.zip.place.runtime_modules:
            what += " - the layer lacks it, and the runtime's own copy hides that"
            cause += "; AWS changes its copy whenever it likes"
            cure = or_from_runtime(name, cure)
        return Fault(f"{distribution}: {outcome.what}", what, cause, cure)

    def _clients(self, findings: _Findings) -> None:
        intruded = {each.subject: each for each in self.zip.accounts if each.intruded and asked_services(each)}
        findings.faults += [_unaccounted(key, each) for key, each in intruded.items()]
        untold = set[str]().union(*map(asked_services, intruded.values()))
        seen = {each.what: each for each in self.zip.clients()}
        before = {each.what: each for each in self.reference.clients()} if self.reference else {}
        for service in self.wanted.services:
            outcome, expected = seen.get(service), before.get(service)
            if outcome is None and service not in untold:
                findings.faults.append(Fault(f"botocore: {service}", "was not asked anything", _SPEAKS, _OTHER))
            elif outcome is None:
                continue
            elif outcome.error and (expected is None or expected.error):
                if service in self.asked_for:
                    findings.faults.append(self._refused("botocore", outcome))
                else:
                    findings.both.append(("botocore", outcome))
            elif outcome.error:
                findings.add_worse("botocore", outcome)
            elif expected and expected.note != outcome.note:
                what = f"is asked at {outcome.note}, and not at {expected.note}"
                findings.worse.append(Worse(distribution="botocore", kind="client", what=service, error=what))

    def _borrowed(self) -> Iterator[str]:
        """Yield what only the runtime has, and what was imported would have taken."""
        tops = {subject.top for subject in self.wanted.subjects}
        own = set(self.zip.place.runtime_modules) - tops
        seen: set[tuple[str, str]] = set()
        for subject in self.wanted.subjects:
            account = self.zip.account(subject.key)
            for name in sorted(asked(account) & own if account else ()):
                if (subject.distribution, name) not in seen:
                    seen.add((subject.distribution, name))
                    yield f"{subject.distribution}: uses the runtime's own {name}, and works without it"


@dataclass
class _Findings:
    """What was found so far; `roots` are top-level packages that cannot be imported, by distribution."""

    faults: list[Fault] = field(default_factory=list)
    worse: list[Worse] = field(default_factory=list)
    both: list[tuple[str, Outcome]] = field(default_factory=list)
    roots: dict[str, list[Outcome]] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)

    def add_worse(self, distribution: str, outcome: Outcome, *, is_root: bool = False) -> None:
        self.worse.append(
            Worse(
                distribution=distribution,
                kind=outcome.kind,
                what=outcome.what,
                error=outcome.error,
                at=outcome.at,
                is_root=is_root,
            )
        )


_OTHER = "find out why before anything else; lock another version"
_SPEAKS = "its code, or code that it imports, speaks in the place of the look; what it says of itself proves nothing"
_REPORT = ("the probe ended early; this is a fault of the pipeline, and of no package", "report it")


def missing(error: str) -> str:
    """Return the top-level name of the module that an import did not find, or nothing."""
    _, found, rest = error.partition("No module named '")
    return rest.partition("'")[0].partition(".")[0] if found else ""


def or_from_runtime(name: str, cure: str) -> str:
    """Name the other way to have a module that the runtime has, too."""
    return f"{cure}; or take the runtime's, which changes, with `runtime-provides: [{name}]`"


def _unaccounted(key: str, account: Account | None) -> Fault:
    if account is None:
        return Fault(key, "was not looked at", *_REPORT)
    tail = f"\n{account.tail.rstrip()}" if account.tail.strip() else ""
    return Fault(key, f"{account.intruded}{tail}", _SPEAKS, _OTHER)


def _incomplete(subject: Subject, account: Account) -> Iterator[Fault]:
    """Yield what was to be tried and was not, at most one fault for each subject."""
    seen = {(each.kind, each.what) for each in outcomes(account)}
    wanted = [("module", name) for name in subject.modules]
    wanted += [("shared object", path) for path in subject.shared]
    wanted += [("resources", data.package) for data in subject.data]
    ended = [each for each in outcomes(account) if each.error.startswith(("the process", "still ran"))]
    left = [what for kind, what in wanted if (kind, what) not in seen]
    if ended and (untried := [each for each in left if each in subject.roots]):
        # The rest of a package may stay untried where parts of it end the process, but not all of it.
        what = f"was not tried: {ended[-1].error} at {ended[-1].what[:200]}"
        yield Fault(f"{subject.distribution}: {untried[0]}", what, "what is tried before it ends the process", _OTHER)
    elif left and not ended:
        what = f"was not tried{more(len(left) - 1)}, and its process says that it came to its end"
        yield Fault(f"{subject.distribution}: {left[0]}", what, _SPEAKS, _OTHER)


def _from_elsewhere(distribution: str, outcome: Outcome) -> Iterator[Fault]:
    if outcome.home != "layer":
        source = _HOMES.get(outcome.home, "a package of the runtime that has its name and lacks it")
        cause = "another copy comes first, or the layer's own has no code"
        yield Fault(f"{distribution}: {outcome.what}", f"an import takes it from {source}", cause, REBUILD)
