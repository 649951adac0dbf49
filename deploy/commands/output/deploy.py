from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a document's annotations are read
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...aws.change_sets import StackChange  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...release.deploy import Deployment, DeployPlan, DeployResult
    from ...release.values import PlannedLayer, Release


@dataclass(frozen=True, kw_only=True)
class DeployedLayer:
    """A layer in a region; with --plan, `version` and `arn` are null where one is still to be made.

    `followed_as` is the parameter that holds the newest version, null without channels.
    """

    layer: str
    region: str
    runtime: str
    architecture: str
    version: int | None
    arn: str | None
    sha256: str
    new: bool
    followed_as: str | None


@dataclass(frozen=True, kw_only=True)
class DeployedAlias:
    """A function's alias and the version that it stands for; with --plan null where that is still to be made.

    `was` is what it stood for before, null where there was nothing.
    """

    name: str
    alias: str
    version: str | None
    was: str | None


@dataclass(frozen=True, kw_only=True)
class DeployOutput:
    """What was done, or with --plan would be: `applied` tells which. Sizes are bytes.

    `release` is null for a project without functions. `stack` are the changes that the template makes, null once they
    are made; `outputs` are the stack's, null with --plan.
    """

    stage: str
    account: str
    region: str
    applied: bool
    changed: bool
    release: str | None
    uploaded_bytes: int
    stack: tuple[StackChange, ...] | None
    layers: tuple[DeployedLayer, ...]
    functions: tuple[DeployedAlias, ...]
    outputs: Mapping[str, str] | None


DOCUMENT = DeployOutput


def of_result(
    done: DeployResult, deployment: Deployment, followed: Callable[[PlannedLayer], str | None]
) -> DeployOutput:
    """Write what was done; `followed` names the parameter that holds the newest version of a layer."""
    release = done.release
    return DeployOutput(
        stage=deployment.stage.name,
        account=deployment.aws.account,
        region=deployment.aws.region,
        applied=True,
        changed=done.changed,
        release=release.id if release.functions else None,
        uploaded_bytes=release.uploaded,
        stack=None,
        layers=tuple(_layers(done.layers, followed)),
        functions=aliases(release),
        outputs={each.key: each.value for each in done.outputs},
    )


def of_plan(
    planned: DeployPlan, deployment: Deployment, followed: Callable[[PlannedLayer], str | None]
) -> DeployOutput:
    """Write what would be done."""
    rollout, delivery = planned.rollout, planned.delivery
    functions = rollout.functions if rollout else ()
    return DeployOutput(
        stage=deployment.stage.name,
        account=deployment.aws.account,
        region=deployment.aws.region,
        applied=False,
        changed=not planned.is_empty,
        release=rollout.release if rollout and functions else None,
        uploaded_bytes=(rollout.uploads if rollout else 0) + delivery.uploads,
        stack=planned.proposed.changes if planned.proposed else (),
        layers=tuple(_layers(delivery.found, followed)),
        functions=tuple(
            DeployedAlias(
                name=each.name,
                alias=each.function.alias,
                version=each.reuse.version if each.reuse else None,
                was=each.alias.version,
            )
            for each in functions
        ),
        outputs=None,
    )


def aliases(release: Release) -> tuple[DeployedAlias, ...]:
    return tuple(
        DeployedAlias(name=each.name, alias=each.alias, version=each.version, was=each.was)
        for each in release.functions
    )


def _layers(
    layers: Mapping[str, tuple[PlannedLayer, ...]], followed: Callable[[PlannedLayer], str | None]
) -> Iterator[DeployedLayer]:
    for region, group in layers.items():
        for each in group:
            yield DeployedLayer(
                layer=each.name,
                region=region,
                runtime=each.runtime,
                architecture=each.architecture,
                version=each.published.version if each.published else None,
                arn=each.arn or None,
                sha256=each.verified.built.sha256,
                new=each.published is None or each.is_new,
                followed_as=followed(each),
            )
