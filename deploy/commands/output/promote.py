from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...release.deploy import DeployResult
    from ...release.promote import Candidate
    from ...settings import Stage


@dataclass(frozen=True, kw_only=True)
class PromotedFunction:
    """A function's alias and the version that it stands for now; null is what there was not before."""

    name: str
    alias: str
    version: str
    was: str | None
    was_release: str | None


class PromoteOutput(Struct, frozen=True, kw_only=True, rename={"source": "from", "target": "to"}):
    """What was made live. `changed` is false with --plan, and where it was live before; `functions` are empty then.

    `release` and `git` are what the stage that it is from runs.
    """

    source: str
    target: str
    release: str
    git: str
    changed: bool
    uploaded_bytes: int
    functions: tuple[PromotedFunction, ...]


DOCUMENT = PromoteOutput


def output(
    candidate: Candidate, done: DeployResult | None, before: Mapping[str, str], source: Stage, target: Stage
) -> PromoteOutput:
    """Write what was done, None with --plan; `before` names the release of each function that had one."""
    functions = done.release.functions if done else ()
    return PromoteOutput(
        source=source.name,
        target=target.name,
        release=candidate.release,
        git=candidate.git,
        changed=done.changed if done else False,
        uploaded_bytes=done.release.uploaded if done else 0,
        functions=tuple(
            PromotedFunction(
                name=each.name,
                alias=each.alias,
                version=each.version,
                was=each.was,
                was_release=before.get(each.name),
            )
            for each in functions
        ),
    )
