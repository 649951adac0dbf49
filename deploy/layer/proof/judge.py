"""Two looks, compared: what the zip cannot do and the reference can, what neither can, and what is wrong by itself.

worse     the reference does it, the zip does not: the pipeline's own fault
remarks   neither does: an extra that nobody asked for, another platform
faults    what refuses the layer whatever the reference does: a distribution of which nothing public can be imported,
          unless all that require it do without; a module that comes from elsewhere than the layer,
          bytecode that is not used, an account that is not whole
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ...errors import Fault
from ...inside.look.bounds import LATE
from ...terminal.characters import in_one_line
from ..causes import lacks_library
from .accounts import OTHER, SPEAKS, incomplete, unaccounted
from .compiled import REBUILD, ImportedBytecode
from .grouping import remarks
from .look import asked, asked_services, by_kind, is_of_metadata, outcomes
from .metadata import differences, strangers
from .requires import dependents
from .tree import is_offered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...inside.look.values import Outcome, Subject
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

    @property
    def is_late(self) -> bool:
        return self.error.startswith(LATE)


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
            unaccounted(each.subject, each) for each in self.zip.accounts if each.intruded and is_of_metadata(each)
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
            remarks=(
                *remarks(findings.both, is_compared=self.reference is not None),
                *findings.notes,
                *self._borrowed(),
            ),
        )

    def _subject(self, subject: Subject, findings: _Findings) -> None:
        """Compare what was seen of one subject."""
        account = self.zip.account(subject.key)
        if account is None or account.intruded:
            findings.faults.append(unaccounted(subject.key, account))
            return
        findings.faults += incomplete(subject, account)
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
            elif before and not before.error and outcome.note != before.note:
                findings.add_worse(subject.distribution, replace(outcome, error=outcome.note), is_root=is_root)
            elif is_root:
                offered = is_offered(outcome.what, subject, self.wanted.subjects)
                findings.imported |= {subject.distribution} if offered else set()
                findings.notes += [f"{subject.distribution}: {outcome.what} {outcome.note}"] if outcome.note else []
                findings.faults += _from_elsewhere(subject.distribution, outcome)

    def _roots(self, findings: _Findings) -> None:
        """Refuse a distribution of which nothing can be imported; remark on one of which something cannot."""
        there = {*self.zip.place.runtime_modules, *(each.top for each in self.wanted.subjects)}
        for distribution, failed in findings.roots.items():
            # As ipython is imported without matplotlib-inline, which is of use where somebody has matplotlib, and
            # mlflow without GitPython, which is of use where there is a program called git.
            lacks = {missing(each.error) for each in failed}
            raised = all(_is_raised(each.error) for each in failed)
            is_spare = raised and there.isdisjoint(lacks) and self._works_without(distribution, findings)
            if is_spare or distribution in findings.imported:
                findings.both += [(distribution, outcome) for outcome in failed]
            else:
                findings.faults += [self._refused(distribution, outcome) for outcome in failed]

    def _works_without(self, distribution: str, findings: _Findings) -> bool:
        """Tell whether all that require a distribution can be imported, as the reference's can."""
        users = dependents(distribution, {each.distribution: each.requires for each in self.zip.described()})
        return self.reference is not None and bool(users) and users <= findings.imported

    def _refused(self, distribution: str, outcome: Outcome) -> Fault:
        cause, cure = self.explain(outcome.error, distribution)
        what = f"{outcome.error}{f' ({outcome.at})' if outcome.at else ''}"
        if (name := missing(outcome.error)) and name in self.zip.place.runtime_modules:
            what += " - the layer lacks it, and the runtime's own copy hides that"
            cause += "; AWS changes its copy whenever it likes"
            cure = or_from_runtime(name, cure)
        return Fault(f"{distribution}: {in_one_line(outcome.what)}", what, cause, cure)

    def _clients(self, findings: _Findings) -> None:
        intruded = {each.subject: each for each in self.zip.accounts if each.intruded and asked_services(each)}
        findings.faults += [unaccounted(key, each) for key, each in intruded.items()]
        untold = set[str]().union(*map(asked_services, intruded.values()))
        seen = {each.what: each for each in self.zip.clients()}
        before = {each.what: each for each in self.reference.clients()} if self.reference else {}
        for service in self.wanted.services:
            outcome, expected = seen.get(service), before.get(service)
            if outcome is None and service not in untold:
                findings.faults.append(Fault(f"botocore: {service}", "was not asked anything", SPEAKS, OTHER))
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
    notes: list[str] = field(default_factory=list)

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


def _is_raised(error: str) -> bool:
    """Tell whether Python code gave up by itself: not for want of a library, nor with its process."""
    return not (error.startswith(("the process", LATE)) or lacks_library(error))


def missing(error: str) -> str:
    """Return the top-level name of the module that an import did not find, or nothing."""
    _, found, rest = error.partition("No module named '")
    return rest.partition("'")[0].partition(".")[0] if found else ""


def or_from_runtime(name: str, cure: str) -> str:
    """Name the other way to have a module that the runtime has, too."""
    return f"{cure}; or take the runtime's, which changes, with `runtime-provides: [{name}]`"


def _from_elsewhere(distribution: str, outcome: Outcome) -> Iterator[Fault]:
    if outcome.home != "layer":
        source = _HOMES.get(outcome.home, "a package of the runtime that has its name and lacks it")
        cause = "another copy comes first, or the layer's own has no code"
        yield Fault(f"{distribution}: {outcome.what}", f"an import takes it from {source}", cause, REBUILD)
