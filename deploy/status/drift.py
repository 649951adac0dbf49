"""What of a stage is not as the template, config/pipeline.yaml and the notes of its release say.

Each is a Fault: where, what, the likely cause, what to do. A stage that a `deploy` has just left has none. That a newer
layer version exists, or that a runtime ends soon, is no drift: it is a remark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Fault
from ..invocation import advised
from ..published.descriptions import LayerNote
from ..published.functions import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..settings import Settings
    from .values import (
        AliasStatus,
        FunctionStatus,
        LayerStatus,
        StackStatus,
        StageState,
        VersionStatus,
    )


def drift(settings: Settings, state: StageState) -> tuple[Fault, ...]:
    return tuple(_all(settings, state))


def _all(settings: Settings, state: StageState) -> Iterator[Fault]:
    deploy = f"deploy the release that is meant: {advised('deploy', '--stage', state.stage)}"
    if state.stack:
        yield from _stack(state.stack, deploy)
    for name in state.missing:
        yield Fault(name, "there is no such function", "it was never deployed, or was deleted by hand", deploy)
    for function in state.functions:
        yield from _function(settings, function, settings.attached(function.function, state.region), deploy)
    yield from _releases(state, deploy)


def _stack(stack: StackStatus, deploy: str) -> Iterator[Fault]:
    where = f"stack {stack.name}"
    if not stack.status:
        yield Fault(where, "there is no such stack", "it was never deployed, or was deleted", deploy)
    elif "FAILED" in stack.status or stack.status == "ROLLBACK_COMPLETE":
        yield Fault(where, f"is {stack.status}", stack.reason, deploy)
    for change in stack.changes or ():
        details = f" ({', '.join(change.properties)})" if change.properties else ""
        what = f"the template would {change.action.lower()} {change.resource}, {change.kind}{details}"
        yield Fault(where, what, "the template or the stage's parameters changed since the stack was made", deploy)


def _function(settings: Settings, function: FunctionStatus, wanted: tuple[str, ...], deploy: str) -> Iterator[Fault]:
    """Yield what is wrong with a function; `wanted` are its own layers by name, and those of others by ARN."""
    if function.latest.update.startswith("Failed"):
        yield Fault(function.name, f"its last update: {function.latest.update}", cure=deploy)
    if function.unreleased:
        deployed = f"version {function.compared}, which was deployed last" if function.compared else "what is live"
        what = f"$LATEST differs from {deployed}: {', '.join(function.unreleased)}"
        cure = "deploy, which puts code and layers right; a configuration is put back first, or goes live with it"
        yield Fault(function.name, what, "it was changed by hand, or a deploy ended half-way", cure)
    if function.live is None:
        what = f"there is no alias {function.function.alias}, which config/pipeline.yaml names"
        yield Fault(function.name, what, cure=deploy)
    for alias in function.aliases:
        yield from _alias(alias)
    for alias in function.aliases if function.live is None else (function.live,):
        yield from _traffic(settings, function, alias, wanted, deploy)


def _alias(state: AliasStatus) -> Iterator[Fault]:
    alias = state.alias
    where = f"{alias.function}:{alias.name}"
    if alias.weighted:
        shares = ", ".join(f"{share:.0%} to version {version}" for version, share in sorted(alias.weights.items()))
        call = f"aws lambda update-alias --function-name {alias.function} --name {alias.name}"
        cure = f"take the weights away: {call} --routing-config AdditionalVersionWeights={{}}"
        yield Fault(where, f"sends {shares}", "a gradual deployment goes on, or was left", cure)
    if state.stands_for is None:
        what = f"points to version {alias.version}, which is gone"
        yield Fault(where, what, cure="move it to a version that is there")
    current = state.note.current
    if current and current.version != alias.version:
        what = f"stands for version {alias.version}; release {current.release} left it at {current.version}"
        yield Fault(where, what, "it was moved by hand", "deploy or roll back, which moves all functions together")


def _traffic(
    settings: Settings, function: FunctionStatus, alias: AliasStatus, wanted: tuple[str, ...], deploy: str
) -> Iterator[Fault]:
    for version in alias.versions:
        where = f"{function.name}:{version.state.version}"
        for what in (*_declared(settings, function, version, wanted), *_released(version)):
            yield Fault(where, what, cure=deploy)
        for layer in version.layers:
            if layer.arn not in wanted:
                yield from _layer(where, layer, deploy)


def _declared(
    settings: Settings, function: FunctionStatus, version: VersionStatus, layers: tuple[str, ...]
) -> Iterator[str]:
    """Yield how a version is not as config/pipeline.yaml says."""
    said = version.state.configuration
    for key, wanted in (("Handler", function.function.handler), ("Runtime", settings.runtime)):
        if said.get(key) != wanted:
            yield f"has {key} {said.get(key)}; config/pipeline.yaml says {wanted}"
    if version.state.architecture not in settings.architectures:
        wanted = " and ".join(settings.architectures)
        yield f"runs on {version.state.architecture}; config/pipeline.yaml builds for {wanted}"
    if (has := named(version.state.layers, layers)) != layers:
        yield f"has {_named(has)}; config/pipeline.yaml says {_named(layers)}"


def _released(version: VersionStatus) -> Iterator[str]:
    """Yield how a version is not what its release's note says of it."""
    note = version.note
    if note is None:
        yield "was not published by this pipeline: its description names no release"
        return
    if note.code and version.code and not version.code.startswith(note.code):
        yield f"has other code than release {note.release} was verified with"
    if note.layers and version.opt and not version.opt.startswith(note.layers):
        yield f"has other layers than release {note.release} was verified with"


def _layer(where: str, layer: LayerStatus, deploy: str) -> Iterator[Fault]:
    name = layer.short
    if layer.place == "deleted":
        what = f"has {name}, which was deleted: it runs on, and cannot be attached or looked into any more"
        yield Fault(where, what, "the layer version was deleted while in use", deploy)
    elif layer.contents is None or not layer.contents.is_ours:
        what = f"has {name}, which is not a layer of this pipeline: no manifest of ours is in it, or may be read"
        yield Fault(where, what, "it was attached by hand, or published by another tool", deploy)
    elif (note := LayerNote.parse(layer.described)) and not layer.contents.sha256.startswith(note.digest):
        yield Fault(where, f"has {name}, whose description speaks of other bytes: sha256 {note.digest}…", cure=deploy)


def _releases(state: StageState, deploy: str) -> Iterator[Fault]:
    """Yield it where functions of one release are live in different ones."""
    live: dict[str, list[str]] = {}
    for function in state.functions:
        if function.live and function.live.release:
            live.setdefault(function.live.release, []).append(function.name)
    if len(live) > 1:
        parts = "; ".join(f"{' and '.join(names)} on {release}" for release, names in live.items())
        cause = "a deploy was killed between two aliases, or an alias was moved by hand"
        yield Fault(state.stage, f"its functions are of different releases: {parts}", cause, deploy)


def _named(layers: tuple[str, ...]) -> str:
    return f"the layers {', '.join(layers)}" if layers else "no layers"
