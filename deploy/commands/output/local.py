from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a document's annotations are read
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...local.emulator import Emulator
from .deploy import DeployedAlias, aliases

if TYPE_CHECKING:
    from ...local.session import Session
    from ...release.values import Release


@dataclass(frozen=True, kw_only=True)
class LocalOutput:
    """What ran on this machine: with --keep and --redeploy it still does, which `running` tells.

    `release` is what was deployed, null for none; `functions` are its aliases. `played` is the companion's exit code,
    null where it did not play. `addresses` are for people to open; `environment` are the variables that lead boto3 and
    the AWS CLI to it; `seconds` is what each step took.
    """

    stage: str
    running: bool
    release: str | None
    uploaded_bytes: int
    functions: tuple[DeployedAlias, ...]
    played: int | None
    outputs: Mapping[str, str]
    addresses: Mapping[str, str]
    environment: Mapping[str, str]
    seconds: Mapping[str, float]


DOCUMENT = LocalOutput


def of(  # noqa: PLR0913 - what there is of a system, each its own
    held: Session,
    *,
    region: str,
    running: bool,
    release: Release | None = None,
    played: int | None = None,
    seconds: Mapping[str, float] | None = None,
) -> LocalOutput:
    """Write what a system is, and what was done with it; `release` is what was deployed to it now."""
    return LocalOutput(
        stage=held.stage,
        running=running,
        release=release.id if release and release.functions else None,
        uploaded_bytes=release.uploaded if release else 0,
        functions=aliases(release) if release else (),
        played=played,
        outputs=held.outputs,
        addresses=held.introduction.addresses,
        environment={**Emulator(held.url).environment(region), **held.introduction.environment},
        seconds=seconds or {},
    )
