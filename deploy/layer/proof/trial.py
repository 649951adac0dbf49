"""Layers tried together: the final zips unpacked in a fresh sandbox, looked at, and judged against the reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...locking.lockfile import normalised
from ...runtimes.table import BASES
from ..causes import LockedImports
from ..evidence import Evidence, Imported, Native, Withdrawn
from ..opt_folder import merged
from . import look, runtime_provides, strangers, tree
from .judge import Case, Verdict
from .look import Look, WantedLook
from .requires import but_for, unmet
from .withdraw import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...errors import Fault
    from ...inside.exchange import Applied
    from ...inside.look.values import Described, Outcome
    from ..audit.audit import Audit
    from ..causes import Explain
    from ..values import BuiltLayer
    from ..verify import Means
    from .reference import Reference

_SERVICE = re.compile(r"botocore/data/(?P<service>[^/]+)/[^/]+/service-2\.json(?:\.gz)?")
_BEFORE = "found when it was built before"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of trying layers: the look at the zips, what is to be said of it, and what explains an error.

    `provided` are the versions of what comes from the runtime, which the project wants from there.
    """

    look: Look
    verdict: Verdict
    lacking: Mapping[str, Fault]
    is_compared: bool
    provided: Mapping[str, str]


def attempt(layers: Sequence[BuiltLayer], audits: Sequence[Audit], means: Means) -> Trial:
    """Look at the zips, and at the reference where there is one; judge both."""
    spec, reference = layers[0].spec, means.reference
    files = merged(layers)
    paths = [path.removeprefix("python/") for path in files if path.startswith("python/")]
    owned = _owned(paths, layers, reference)
    wanted = WantedLook(
        subjects=tree.subjects(owned),
        distributions=tuple(package.name for layer in layers for package in layer.report.packages),
        services=_services(layers, paths),
        runtime_provides=means.runtime_provides,
    )
    with means.runtime.sandbox(spec.runtime, files, {}) as sandbox:
        seen = look.take(sandbox, wanted, spec.runtime)
    before = reference.look(spec, wanted.services, wanted.runtime_provides) if reference else None
    described = {each.distribution: each for each in (before or seen).described()}
    verdict = _case(layers, wanted, seen, before, lock(layers, owned, described, reference).explain).judged()
    pins = _pins(layers)
    provided = runtime_provides.told(seen.place, pins)
    left = _left_out(layers) - pins.keys()
    requires = {name: but_for(each.requires, left) for name, each in described.items()}
    faults = [
        *verdict.faults,
        *unmet(requires, pins, spec.target, seen.place.python, provided),
        *runtime_provides.faults(means.runtime_provides, seen.place, pins, spec.target, _named(layers)),
        *strangers.faults(paths, owned, described, reference, layers),
    ]
    lacking, remarks = _lacking(audits, seen, verdict)
    return Trial(
        look=seen,
        verdict=Verdict(faults=(*faults, *lacking.values()), worse=verdict.worse, remarks=(*verdict.remarks, *remarks)),
        lacking=lacking,
        is_compared=before is not None,
        provided=provided,
    )


def _case(layers: Sequence[BuiltLayer], wanted: WantedLook, seen: Look, before: Look | None, explain: Explain) -> Case:
    return Case(
        wanted=wanted,
        zip=seen,
        reference=before,
        pins=_pins(layers),
        uncompiled=frozenset(path for layer in layers for path in layer.report.uncompiled),
        cut=frozenset(each.distribution for each in applied(layers) if each.rule == "metadata"),
        asked_for=frozenset(_asked_for(layers)),
        sourceless=any(layer.spec.layer.bytecode == "sourceless" for layer in layers),
        explain=explain,
    )


def _pins(layers: Sequence[BuiltLayer]) -> dict[str, str]:
    return {pin.name: pin.version for layer in layers for pin in layer.spec.pins}


def _named(layers: Sequence[BuiltLayer]) -> str:
    return " and ".join(layer.spec.stem for layer in layers)


def applied(layers: Sequence[BuiltLayer]) -> tuple[Applied, ...]:
    """Return what each trim rule did to each distribution."""
    return tuple(each for layer in layers for each in layer.report.applied)


def lock(
    layers: Sequence[BuiltLayer],
    owned: Mapping[str, str],
    described: Mapping[str, Described],
    reference: Reference | None,
) -> LockedImports:
    """Return what is known of the locked distributions, to explain errors with."""
    every = {**owned, **(reference.owned if reference else {})}
    brought = {each.top: each.distribution for each in tree.subjects(every)}
    taken = {package.name for layer in layers for package in layer.report.packages if package.excluded}
    return LockedImports(
        brought={**{name.replace("-", "_"): name for name in taken}, **brought},
        present=frozenset(each.top for each in tree.subjects(owned)),
        requires={name: each.requires for name, each in described.items()},
    )


def _owned(paths: Sequence[str], layers: Sequence[BuiltLayer], reference: Reference | None) -> dict[str, str]:
    packages = [package for layer in layers for package in layer.report.packages]
    if reference is None:
        return tree.of_report(paths, packages)
    changed = {path: each.distribution for each in applied(layers) for path in each.changed}
    return tree.held(paths, {**reference.owned, **changed})


def _services(layers: Sequence[BuiltLayer], paths: Sequence[str]) -> tuple[str, ...]:
    """Return the AWS services of which a client has to work: those that a policy names, else all that are there."""
    has = {match["service"] for path in paths if (match := _SERVICE.fullmatch(path))}
    if not any(package.name == "botocore" for layer in layers for package in layer.report.packages):
        return ()
    return tuple(sorted(has | set(_asked_for(layers))))


def _asked_for(layers: Sequence[BuiltLayer]) -> Iterator[str]:
    """Yield the services that a policy keeps by name."""
    for layer in layers:
        kept = layer.spec.layer.trim.botocore_data
        if kept != "all" and any(package.name == "botocore" for package in layer.report.packages):
            yield from kept


def _left_out(layers: Sequence[BuiltLayer]) -> frozenset[str]:
    """Return the distributions that somebody else is to bring."""
    return frozenset(normalised(name) for each in layers for name in each.spec.layer.without)


def _lacking(audits: Sequence[Audit], seen: Look, verdict: Verdict) -> tuple[dict[str, Fault], list[str]]:
    """Tell libraries that are needed from those of which only a part that nothing imports speaks.

    One that loads here, where the audit says that the runtime lacks a library, proves nothing of the runtime.
    """
    loaded = {each.what: not each.error for account in seen.accounts for each in look.outcomes(account)}
    worse = {each.what for each in verdict.worse}
    faults, remarks = {}, []
    for path, fault in (pair for each in audits for pair in each.lacking):
        below = path.removeprefix("python/")
        if loaded.get(below, True) or below in worse:
            faults[path] = fault
        else:
            remarks.append(f"{fault.where}: {fault.what}; what pip installs cannot load it either, and works without")
    return faults, remarks


def evidence(built: BuiltLayer, audited: Audit, trial: Trial | None, withdrawn: Mapping[Rule, str]) -> Evidence:
    """Write down what was proven of one layer; `trial` is None where it could only be audited."""
    names = {package.name for package in built.report.packages}
    seen = list(_seen(built, trial)) if trial else []
    loaded = {f"python/{each.what}" for _, each in seen if each.kind == "shared object" and not each.error}
    return Evidence(
        sha256=built.sha256,
        image=built.spec.image.reference + (f" {built.spec.image.digest}" if built.spec.image.digest else ""),
        in_container=not built.spec.image.is_host,
        imported=trial is not None,
        not_imported="" if trial else built.spec.image.lack,
        compared=trial is not None and trial.is_compared,
        python=trial.look.place.python if trial else built.report.python,
        glibc=trial.look.place.glibc if trial else built.report.glibc,
        modules=tuple(
            Imported(distribution=name, module=each.what, milliseconds=each.ms)
            for name, each in seen
            if each.kind == "module" and each.home and not each.error
        ),
        nothing_to_import={
            package.name: "the trim policy took it" if package.excluded else "its wheel holds no module"
            for package in built.report.packages
            if not package.modules
        },
        shared_objects=tuple(
            Native(path=each.path, needs=dict(each.needs), loaded=each.path in loaded) for each in audited.shared
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


def _seen(built: BuiltLayer, trial: Trial) -> Iterator[tuple[str, Outcome]]:
    """Yield what was tried of one layer, each with its distribution."""
    for package in built.report.packages:
        for account in trial.look.accounts:
            if account.subject.startswith(f"{package.name}: "):
                yield from ((package.name, outcome) for outcome in look.outcomes(account))


def _remarks(trial: Trial, built: BuiltLayer, names: set[str]) -> Iterator[str]:
    base, glibc = BASES[built.spec.runtime], trial.look.place.glibc
    if glibc != base.versions["GLIBC"] and any(package.extensions for package in built.report.packages):
        yield (
            f"it was loaded with glibc {glibc}; that it loads with the {base.versions['GLIBC']} of {base.name} "
            "is known from the symbol versions that it needs"
        )
    yield from (each for each in trial.verdict.remarks if each.partition(":")[0] in names)
