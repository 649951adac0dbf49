"""VerifiedLayer: a built layer that was proven fit, with the evidence. Nothing but this module makes one.

What is judged is the final zip: its bytes by the static audit, and what it unpacks to in a fresh sandbox of the
runtime, where everything in it is imported and loaded. All faults of all layers come in one VerificationError.
"""

from __future__ import annotations

import json
from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING, Any

from deploy.errors import Fault, VerificationError
from deploy.layer.evidence import Evidence, Imported, Native

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deploy.layer.audit.audit import Audit
    from deploy.layer.backend.protocol import Runtime
    from deploy.layer.values import BuiltLayer


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


def verify(layers: Sequence[BuiltLayer], runtime: Runtime, say: Callable[[str], None]) -> tuple[VerifiedLayer, ...]:
    """Audit these layers of one architecture, then try them together in one sandbox, in attach order.

    Raises VerificationError with every fault of every layer.
    """
    from deploy.layer import verify_imports
    from deploy.layer.audit import audit

    files = {layer.spec.layer.name: audit.names(layer) for layer in layers}
    beside = frozenset[str]().union(*files.values())
    audits = [audit.inspect(layer, beside) for layer in layers]
    faults: list[Fault] = [fault for each in audits for fault in each.faults]
    faults += audit.collisions(layers)
    if not all(each.can_be_tried for each in audits):
        raise VerificationError(faults)
    if not layers[0].spec.can_be_tried:
        if faults:
            raise VerificationError(faults)
        say(f"{layers[0].spec.target}: audited, not imported: {layers[0].spec.image.lack}")
        return tuple(_sealed(layer, each, None) for layer, each in zip(layers, audits, strict=True))
    tried = verify_imports.try_layers(layers, audits, runtime)
    if faults or tried.faults:
        raise VerificationError([*faults, *tried.faults], log=tried.log if tried.faults else "")
    return tuple(_sealed(layer, each, tried) for layer, each in zip(layers, audits, strict=True))


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
    return VerifiedLayer(built, Evidence(**values), _SEAL)


def _sealed(built: BuiltLayer, audited: Audit, tried: Any) -> VerifiedLayer:
    from deploy.layer import verify_imports

    return VerifiedLayer(built, verify_imports.evidence(built, audited, tried), _SEAL)
