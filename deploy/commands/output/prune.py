from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...errors import Fault
    from ...prune.plan import PrunePlan
    from ...prune.values import JudgedVersion


@dataclass(frozen=True, kw_only=True)
class PrunedVersion:
    """A version of a function or a layer; `kept` are the reasons for which it stays, none where it is to be deleted.

    `made_of` is the release or the digest that its description names. `bytes` are its zip's, null where not known.
    """

    kind: str
    name: str
    version: int
    created: str
    made_of: str
    bytes: int | None
    kept: tuple[str, ...]
    delete: bool


@dataclass(frozen=True, kw_only=True)
class CodeStorage:
    """What the region's code storage holds before, and what it may hold."""

    used_bytes: int
    limit_bytes: int


@dataclass(frozen=True, kw_only=True)
class PruneOutput:
    """The plan, then what was `deleted` and what `failed`: empty for a dry run.

    `keep` and `days` are what was asked for. `frees_bytes` are those of the versions to be deleted whose `bytes` are
    known.
    """

    stage: str
    keep: int
    days: int
    versions: tuple[PrunedVersion, ...]
    frees_bytes: int
    storage: CodeStorage
    deleted: tuple[str, ...]
    failed: tuple[str, ...]


DOCUMENT = PruneOutput


def output(plan: PrunePlan, gone: Sequence[JudgedVersion], faults: Sequence[Fault]) -> PruneOutput:
    return PruneOutput(
        stage=plan.stage,
        keep=plan.policy.keep,
        days=plan.policy.days,
        versions=tuple(_version(each) for each in plan.judged),
        frees_bytes=sum(each.size or 0 for each in plan.going),
        storage=CodeStorage(used_bytes=plan.storage.code_used, limit_bytes=plan.storage.code_limit),
        deleted=tuple(map(str, gone)),
        failed=tuple(map(str, faults)),
    )


def _version(judged: JudgedVersion) -> PrunedVersion:
    return PrunedVersion(
        kind=judged.kind,
        name=judged.name,
        version=judged.version,
        created=judged.created,
        made_of=judged.made_of,
        bytes=judged.size,
        kept=judged.kept,
        delete=judged.goes,
    )
