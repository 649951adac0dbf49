"""VerifiedLayer: a built layer that was proven fit, with the evidence. Nothing but this module makes one.

What is judged is the final zip: its bytes by the static audit, and what it unpacks to in a fresh sandbox of the
runtime, where everything in it is imported, loaded and asked, as is done with what pip installs from the same wheels.
All faults of all layers come in one VerificationError.
"""

from __future__ import annotations

import json
from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING, Any

from ..errors import Fault, VerificationError
from .evidence import Evidence, Imported, Native, Withdrawn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .audit.audit import Audit
    from .backend.protocol import Runtime
    from .proof.reference import Reference
    from .proof.trial import Trial
    from .proof.withdraw import Rule
    from .values import BuiltLayer


class _Seal:
    """Has one instance, which does not leave this module."""


_SEAL = _Seal()


@dataclass(frozen=True)
class VerifiedLayer:
    """A layer that may be shipped. It is made by `verify` and `restored`, which alone hold the seal."""

    built: BuiltLayer
    evidence: Evidence
    seal: InitVar[_Seal]

    def __post_init__(self, seal: _Seal) -> None:
        if seal is not _SEAL:
            raise TypeError("a VerifiedLayer is made by deploy.layer.verify only")


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a layer is proven with: where it is tried, what pip installs from its wheels, and how it is built again.

    Without a `reference` the zips are judged by themselves, and what cannot be compared is said. Layers
    that were `built_elsewhere` do not tell what was trimmed: that follows from their wheels. `rebuild` takes
    a layer and the trim rules to withdraw by distribution. `runtime_provides` are the distributions that may come
    from the runtime itself.
    """

    runtime: Runtime
    say: Callable[[str], None]
    reference: Reference | None = None
    rebuild: Callable[[BuiltLayer, Mapping[str, tuple[str, ...]]], BuiltLayer] | None = None
    runtime_provides: tuple[str, ...] = ()
    built_elsewhere: bool = False


def verify(layers: Sequence[BuiltLayer], means: Means) -> tuple[VerifiedLayer, ...]:
    """Audit these layers of one architecture, then try them together in one sandbox, in attach order.

    Where the zips do less than what pip installs, the trim rule that made the difference is withdrawn, and they are
    built and tried again: the layers that are returned may be other ones than those that were given.

    Raises VerificationError with every fault of every layer.
    """
    from .audit import audit
    from .audit.wheels import hidden

    audits = _audited(layers)
    faults = [fault for each in audits for fault in each.faults] + [*audit.collisions(layers), *hidden(layers)]
    if not all(each.can_be_tried for each in audits):
        raise VerificationError(faults)
    if not layers[0].spec.can_be_tried:
        faults += [fault for each in audits for fault in each.untried]
        if faults:
            raise VerificationError(faults)
        means.say(f"{layers[0].spec.target}: audited, not imported: {layers[0].spec.image.lack}")
        return tuple(_sealed(layer, each, None, {}) for layer, each in zip(layers, audits, strict=True))
    from .proof import improve, inferred

    if means.built_elsewhere and means.reference:
        layers = [inferred.told(each, means.reference) for each in layers]
    proven = improve.until_no_worse(layers, audits, means, _audited)
    faults += proven.faults
    if faults:
        from .proof.grouping import one_for_each_cause

        raise VerificationError(one_for_each_cause(faults), log=proven.trial.look.log if proven.faults else "")
    return tuple(
        _sealed(layer, each, proven.trial, proven.withdrawn)
        for layer, each in zip(proven.layers, proven.audits, strict=True)
    )


def _audited(layers: Sequence[BuiltLayer]) -> list[Audit]:
    from .audit import audit

    beside = frozenset[str]().union(*(audit.names(layer) for layer in layers))
    return [audit.inspect(layer, beside) for layer in layers]


def restored(built: BuiltLayer, evidence: str) -> VerifiedLayer:
    """Return the layer with the evidence that `verify` gave for these very bytes before, from its `to_json`.

    Raises VerificationError where the evidence is about another zip.
    """
    raw = json.loads(evidence)
    if raw["sha256"] != built.sha256:
        what = f"the evidence kept for it is about {raw['sha256'][:12]}…, it is {built.sha256[:12]}…"
        raise VerificationError([Fault(built.spec.stem, what, cure="verify again with --no-cache")])
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    values["modules"] = tuple(Imported(**each) for each in raw["modules"])
    values["shared_objects"] = tuple(Native(**each) for each in raw["shared_objects"])
    values["withdrawn"] = tuple(Withdrawn(**each) for each in raw["withdrawn"])
    return VerifiedLayer(built, Evidence(**values), _SEAL)


def _sealed(built: BuiltLayer, audited: Audit, trial: Trial | None, withdrawn: Mapping[Rule, str]) -> VerifiedLayer:
    from .proof.record import evidence

    return VerifiedLayer(built, evidence(built, audited, trial, withdrawn), _SEAL)
