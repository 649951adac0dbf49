from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import Fault  # noqa: TC001 - a document's annotations are read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...destroy.plan import DestroyPlan, Remnant


@dataclass(frozen=True, kw_only=True)
class DestroyedRemnant:
    """Something that a stage made. `of` is what it goes with, empty where it goes by itself.

    `stays` is why it stays, null where it goes.
    """

    kind: str
    name: str
    region: str
    of: str
    stays: str | None


@dataclass(frozen=True, kw_only=True)
class DestroyOutput:
    """All that a stage made, what of it was deleted, and what could not be."""

    stage: str
    account: str
    remnants: tuple[DestroyedRemnant, ...]
    deleted: tuple[DestroyedRemnant, ...]
    failed: tuple[Fault, ...]


DOCUMENT = DestroyOutput


def output(account: str, plan: DestroyPlan, gone: Sequence[Remnant], faults: Sequence[Fault]) -> DestroyOutput:
    return DestroyOutput(
        stage=plan.stage.name,
        account=account,
        remnants=tuple(map(_remnant, plan.remnants)),
        deleted=tuple(map(_remnant, gone)),
        failed=tuple(faults),
    )


def _remnant(each: Remnant) -> DestroyedRemnant:
    return DestroyedRemnant(kind=each.kind, name=each.name, region=each.region, of=each.of, stays=each.stays or None)
