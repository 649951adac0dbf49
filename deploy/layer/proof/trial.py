"""Layers tried together: the final zips unpacked in a fresh sandbox, looked at, and judged against the reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...locking.lockfile import normalised
from ..causes import LockedImports
from ..opt_folder import merged
from . import look, runtime_provides, strangers, tree
from .judge import Case, Verdict
from .look import Look, WantedLook
from .requires import but_for, unmet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...errors import Fault
    from ...inside.exchange import Applied
    from ...inside.look.values import Described, Subject
    from ..audit.audit import Audit
    from ..causes import Explain
    from ..values import BuiltLayer
    from ..verify import Means
    from .reference import Reference

_SERVICE = re.compile(r"botocore/data/(?P<service>[^/]+)/[^/]+/service-2\.json(?:\.gz)?")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of trying layers: the look at the zips, what is to be said of it, and what explains an error.

    `subjects` are what was looked at; each speaks of itself alone. `provided` are the versions of what comes from the
    runtime, which the project wants from there.
    """

    look: Look
    subjects: tuple[Subject, ...]
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
    lacking, misfits, remarks = _natives(audits, seen, wanted.subjects, verdict)
    return Trial(
        look=seen,
        subjects=wanted.subjects,
        verdict=Verdict(
            faults=(*faults, *lacking.values(), *misfits),
            worse=verdict.worse,
            remarks=(*verdict.remarks, *remarks),
        ),
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


def _natives(
    audits: Sequence[Audit], seen: Look, subjects: Sequence[Subject], verdict: Verdict
) -> tuple[dict[str, Fault], list[Fault], list[str]]:
    """Judge what was a fault as long as nothing was tried: what libraries lack by path, other faults, and remarks."""
    lacking, idle = _lacking(audits, seen.shared_objects(subjects), verdict)
    foreign, spare = _foreign(audits, verdict)
    newer, unused = _newer(audits, seen.imported_objects(subjects), verdict)
    return lacking, [*foreign, *newer], [*idle, *spare, *unused]


def _lacking(
    audits: Sequence[Audit], loaded: Mapping[str, bool], verdict: Verdict
) -> tuple[dict[str, Fault], list[str]]:
    """Tell libraries that are needed from those of which only a part that nothing imports speaks.

    One that loads here, where the audit says that the runtime lacks a library, proves nothing of the runtime.
    """
    worse = {each.what for each in verdict.worse}
    faults, remarks = {}, []
    for path, fault in (pair for each in audits for pair in each.lacking):
        below = path.removeprefix("python/")
        if loaded.get(below, True) or below in worse:
            faults[path] = fault
        else:
            remarks.append(f"{fault.where}: {fault.what}; what pip installs cannot load it either, and works without")
    return faults, remarks


def _foreign(audits: Sequence[Audit], verdict: Verdict) -> tuple[list[Fault], list[str]]:
    """Tell libraries of another system that a distribution cannot be without from those that it chooses at run time."""
    broken = {fault.where.partition(":")[0] for fault in verdict.faults}
    faults, remarks = [], []
    for fault in (fault for each in audits for fault in each.foreign):
        if fault.where.partition(":")[0] in broken:
            faults.append(fault)
        else:
            remarks.append(f"{fault.where}: {fault.what}; nothing loads it here, nor in what pip installs, which works")
    return faults, remarks


def _newer(audits: Sequence[Audit], imported: frozenset[str], verdict: Verdict) -> tuple[list[Fault], list[str]]:
    """Tell libraries for a newer Linux that an import loads from those that a wheel for any system does without.

    That one loads here proves nothing of the runtime, as above.
    """
    broken = {fault.where.partition(":")[0] for fault in verdict.faults}
    faults, remarks = [], []
    for path, fault in (pair for each in audits for pair in each.newer):
        if path.removeprefix("python/") in imported or fault.where.partition(":")[0] in broken:
            faults.append(fault)
        else:
            remarks.append(f"{fault.where}: {fault.what}; no import loads it, and its wheel is for any system")
    return faults, remarks
