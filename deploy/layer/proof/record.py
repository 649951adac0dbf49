"""What was proven of one layer, written down: the evidence that its manifest holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...runtimes.table import BASES
from ..evidence import Evidence, Imported, Native, Withdrawn
from . import look
from .withdraw import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...inside.look.values import Subject
    from ..audit.audit import Audit
    from ..values import BuiltLayer
    from .trial import Trial

_BEFORE = "found when it was built before"


def evidence(built: BuiltLayer, audited: Audit, trial: Trial | None, withdrawn: Mapping[Rule, str]) -> Evidence:
    """Write down what was proven of one layer; `trial` is None where it could only be audited."""
    names = {package.name for package in built.report.packages}
    subjects = _subjects(built, trial) if trial else []
    opened = trial.look.shared_objects(subjects) if trial else {}
    return Evidence(
        sha256=built.sha256,
        image=built.spec.image.reference + (f" {built.spec.image.digest}" if built.spec.image.digest else ""),
        in_container=not built.spec.image.is_host,
        imported=trial is not None,
        not_imported="" if trial else built.spec.image.lack,
        compared=trial is not None and trial.is_compared,
        python=trial.look.place.python if trial else built.report.python,
        glibc=trial.look.place.glibc if trial else built.report.glibc,
        modules=tuple(each for subject in subjects for each in (_imported(trial, subject) if trial else ())),
        nothing_to_import={
            package.name: "the trim policy took it" if package.excluded else "its wheel holds no module"
            for package in built.report.packages
            if not package.modules
        },
        shared_objects=tuple(
            Native(path=each.path, needs=dict(each.needs), loaded=opened.get(each.path.removeprefix("python/"), False))
            for each in audited.shared
        ),
        aws_clients=tuple(each.what for each in trial.look.clients() if not each.error)
        if trial and "botocore" in names
        else (),
        runtime_provides=trial.provided if trial else {},
        bytecode_used=sum(look.bytecode(each).used for each in trial.look.accounts) if trial else 0,
        withdrawn=tuple(
            Withdrawn(rule=rule, distribution=name, because=withdrawn.get(Rule(rule, name), _BEFORE))
            for name, rules in sorted(built.spec.withdrawn.items())
            for rule in rules
        ),
        remarks=(*audited.remarks, *(_remarks(trial, built, names) if trial else ())),
    )


def _subjects(built: BuiltLayer, trial: Trial) -> list[Subject]:
    """Return what was looked at of one layer, in the order of its distributions."""
    names = [package.name for package in built.report.packages]
    return [each for name in names for each in trial.subjects if each.distribution == name]


def _imported(trial: Trial, subject: Subject) -> Iterator[Imported]:
    """Yield the roots of one subject that could be imported, by its own account."""
    account = trial.look.account(subject.key)
    for each in look.outcomes(account) if account else ():
        if each.kind == "module" and each.what in subject.roots and each.home and not each.error:
            yield Imported(distribution=subject.distribution, module=each.what, milliseconds=each.ms)


def _remarks(trial: Trial, built: BuiltLayer, names: set[str]) -> Iterator[str]:
    base, glibc = BASES[built.spec.runtime], trial.look.place.glibc
    if glibc != base.versions["GLIBC"] and any(package.extensions for package in built.report.packages):
        yield (
            f"it was loaded with glibc {glibc}; that it loads with the {base.versions['GLIBC']} of {base.name} "
            "is known from the symbol versions that it needs"
        )
    yield from (each for each in trial.verdict.remarks if each.partition(":")[0] in names)
