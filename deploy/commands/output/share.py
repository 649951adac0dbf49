from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...share.reconcile import Reconciliation


@dataclass(frozen=True, kw_only=True)
class SharedGrant:
    """One grant on one layer version, by the id of its statement. `organization` is empty where none is named."""

    layer: str
    version: int
    region: str
    principal: str
    organization: str
    statement: str
    state: str


@dataclass(frozen=True, kw_only=True)
class SharedChannel:
    """A channel, the parameter that names a layer version, before and after; null where there was, or is, none."""

    name: str
    region: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class ShareOutput:
    """Grants as they are, or with --plan as they would change; channels before and after.

    `applied` is false with --plan. `changed` is what was done, or would be. `catalog` is the file that was written.
    """

    applied: bool
    changed: bool
    grants: tuple[SharedGrant, ...]
    channels: tuple[SharedChannel, ...]
    catalog: str | None


DOCUMENT = ShareOutput


def output(planned: Reconciliation, done: Reconciliation, *, applied: bool) -> ShareOutput:
    return ShareOutput(
        applied=applied,
        changed=planned.changes,
        grants=tuple(
            SharedGrant(
                layer=each.sharing.layer,
                version=each.sharing.version,
                region=each.region,
                principal=each.grant.principal,
                organization=each.grant.organization,
                statement=each.statement,
                state=each.state,
            )
            for each in done.rows()
        ),
        channels=tuple(
            SharedChannel(
                name=each.name,
                region=each.region,
                before=each.before.value if each.before else None,
                after=each.after,
            )
            for each in planned.channels
        ),
        catalog="dist/catalog.json" if applied else None,
    )
