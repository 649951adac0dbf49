"""Layers that do less than the reference are built again without the trim rule that made the difference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import Fault
from . import trial, withdraw

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..audit.audit import Audit
    from ..values import BuiltLayer
    from ..verify import Means
    from .judge import Worse
    from .trial import Trial
    from .withdraw import Rule, Withdrawals

_ROUNDS = 12


@dataclass(frozen=True, kw_only=True)
class Improved:
    """The layers as they were tried last, what came of it, and why which rule was withdrawn."""

    layers: Sequence[BuiltLayer]
    audits: Sequence[Audit]
    trial: Trial
    faults: tuple[Fault, ...]
    withdrawn: Mapping[Rule, str]


def until_no_worse(
    layers: Sequence[BuiltLayer],
    audits: Sequence[Audit],
    means: Means,
    audited: Callable[[Sequence[BuiltLayer]], Sequence[Audit]],
) -> Improved:
    """Try layers, and as long as they are worse than the reference and a rule explains it, build them without it."""
    withdrawals = withdraw.Withdrawals(trial.applied(layers))
    first, tried = layers, trial.attempt(layers, audits, means)
    for _ in range(_ROUNDS):
        worse = _repairable(tried, layers)
        if means.rebuild is None or not worse or not withdrawals.next(worse):
            break
        means.say(f"worse than what pip installs; trying without {', '.join(map(str, withdrawals.picked))}")
        layers = [_without(layer, withdrawals, means.rebuild) for layer in first]
        audits = audited(layers)
        tried = trial.attempt(layers, audits, means)
    if not _repairable(tried, layers):
        withdrawals.done()
    for rule, because in withdrawals.found.items():
        means.say(f"withdrew {rule}: {because.what}: {because.error}")
    return Improved(
        layers=layers,
        audits=audits,
        trial=_with_remarks(tried, layers),
        faults=(*tried.verdict.faults, *_unexplained(tried, layers)),
        withdrawn={rule: f"{because.what}: {because.error}" for rule, because in withdrawals.found.items()},
    )


def _without(
    layer: BuiltLayer,
    withdrawals: Withdrawals,
    rebuild: Callable[[BuiltLayer, Mapping[str, tuple[str, ...]]], BuiltLayer],
) -> BuiltLayer:
    """Build a layer again without the rules that touch its own distributions; any other layer stays as it is."""
    names = {package.name for package in layer.report.packages}
    own = {name: rules for name, rules in withdrawals.by_distribution.items() if name in names}
    return rebuild(layer, withdraw.merged(layer.spec.withdrawn, own)) if own else layer


def _repairable(tried: Trial, layers: Sequence[BuiltLayer]) -> list[Worse]:
    """Return the differences that are neither the user's own wish nor the machine's, whose load decides no bytes."""
    applied = trial.applied(layers)
    return [each for each in tried.verdict.worse if not each.is_late and not withdraw.excluded(each, applied)]


def _unexplained(tried: Trial, layers: Sequence[BuiltLayer]) -> list[Fault]:
    """Return as faults what is worse than the reference and cannot be repaired."""
    applied = trial.applied(layers)
    faults = []
    for each in tried.verdict.worse:
        at = f" ({each.at})" if each.at else ""
        where = f"{each.distribution}: {each.what}"
        path = withdraw.excluded(each, applied)
        if path and each.is_root:
            cause = f"the trim rule `exclude` took {path}; what pip installs from the same wheels works"
            faults.append(Fault(where, f"{each.error}{at}", cause, "keep it: narrow `exclude` in config/pipeline.yaml"))
        elif each.is_late:
            cause = "this machine is busy, or it waits for something; what pip installs came to its end in time"
            faults.append(Fault(where, f"{each.error}{at}", cause, "run it again where less runs beside it"))
        elif not path:
            cause = "what pip installs from the same wheels works, and no trim rule explains why this does not"
            faults.append(Fault(where, f"{each.error}{at}", cause, "this is a fault of the pipeline: report it"))
    return faults


def _with_remarks(tried: Trial, layers: Sequence[BuiltLayer]) -> Trial:
    """Add a remark for what a user excluded and only a part that is not at the top needs."""
    applied = trial.applied(layers)
    remarks = []
    for each in tried.verdict.worse:
        path = withdraw.excluded(each, applied)
        if path and not each.is_root:
            remarks.append(f"{each.distribution}: {each.what} does not work without {path}, which `exclude` took")
    return replace(tried, verdict=replace(tried.verdict, remarks=(*tried.verdict.remarks, *remarks)))
