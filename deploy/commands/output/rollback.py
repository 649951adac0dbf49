from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...release.rollback import RollbackPlan


@dataclass(frozen=True, kw_only=True)
class RolledBackFunction:
    """A function's alias, the version that it stood for, and the one that it is to stand for."""

    name: str
    alias: str
    was: str
    version: str


@dataclass(frozen=True, kw_only=True)
class RollbackOutput:
    """What going back takes, and whether it was done: `changed` is false with --plan, and where nothing had to move.

    `was` is the release before, null where functions differ in it. `newer_functions` stay as they are, as no release
    before had them. `commits` are null where git cannot tell; `layers`, `packages` and `configuration` are what the
    release has otherwise, `remarks` what could not be compared.
    """

    stage: str
    was: str | None
    release: str
    functions: tuple[RolledBackFunction, ...]
    newer_functions: tuple[str, ...]
    commits: tuple[str, ...] | None
    layers: tuple[str, ...]
    packages: tuple[str, ...]
    configuration: tuple[str, ...]
    remarks: tuple[str, ...]
    changed: bool


DOCUMENT = RollbackOutput


def output(plan: RollbackPlan, *, changed: bool) -> RollbackOutput:
    return RollbackOutput(
        stage=plan.stage,
        was=plan.was,
        release=plan.release,
        functions=tuple(
            RolledBackFunction(
                name=step.served.name,
                alias=step.served.alias.name,
                was=step.served.alias.version,
                version=step.target.version,
            )
            for step in plan.steps
        ),
        newer_functions=plan.newer,
        commits=plan.losses.commits,
        layers=plan.losses.layers,
        packages=plan.losses.packages,
        configuration=plan.losses.configuration,
        remarks=plan.losses.remarks,
        changed=changed,
    )
