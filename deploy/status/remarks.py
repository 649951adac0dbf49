"""What is worth knowing of a stage, and no drift: newer layers, an ending runtime, dead letters, sizes, the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Fault, LockError
from ..invocation import advised
from ..layer.audit.limits import NEARLY, UNZIPPED
from ..locking import locked
from ..runtimes.end_of_life import days_left
from ..settings import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..settings import Architecture, Settings
    from .values import FunctionStatus, QueueStatus, StageState, VersionStatus

SOON = 180
"""Days before a runtime's deprecation from which on it is remarked: AWS itself tells of it by mail that early.

https://docs.aws.amazon.com/lambda/latest/dg/runtime-support-policy.html
"""

_RUNTIMES = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"


def remarks(settings: Settings, state: StageState) -> tuple[Fault, ...]:
    return tuple(_all(settings, state))


def _all(settings: Settings, state: StageState) -> Iterator[Fault]:
    if state.stack and state.stack.status.endswith("_IN_PROGRESS"):
        yield Fault(f"stack {state.stack.name}", f"is {state.stack.status}: it was not compared with the template")
    for function in state.functions:
        if function.latest.settling:
            yield Fault(function.name, "an update of it is in progress", cure="look again when it has ended")
        for version in _live(function):
            yield from _version(state, function, version)
    for queue in state.queues:
        yield from _queue(queue)
    for part in settings.parts:
        yield from _locked(part, state)


def _version(state: StageState, function: FunctionStatus, version: VersionStatus) -> Iterator[Fault]:
    where = f"{function.name}:{version.state.version}"
    for layer in version.layers:
        if layer.place == "behind":
            what = f"{layer.short} is behind: newest is {layer.newest}, with {', '.join(layer.behind)}"
            cure = f"deploy, or see: {advised('diff', layer.short, f'{layer.layer}:{layer.newest}')}"
            yield Fault(where, what, cure=cure)
    if version.unread:
        yield Fault(where, f"its code could not be looked into: {version.unread}")
    if version.size is not None and version.size > UNZIPPED * NEARLY:
        yield Fault(where, f"takes {version.size / UNZIPPED:.0%} of the {UNZIPPED:,} bytes that Lambda allows unzipped")
    runtime = str(version.state.configuration.get("Runtime", ""))
    left = days_left(runtime, state.today)
    if left is None:
        yield Fault(where, f"when {runtime or 'its runtime'} is deprecated is not known here", cure=f"see {_RUNTIMES}")
    elif left < SOON:
        when = f"is deprecated in {left} days" if left >= 0 else f"was deprecated {-left} days ago"
        yield Fault(where, f"{runtime} {when}", cure=f"move to a newer runtime: {_RUNTIMES}")


def _queue(state: QueueStatus) -> Iterator[Fault]:
    source = state.source
    name = source.arn.rpartition(":")[2]
    if source.state not in {"Enabled", "Creating", "Enabling", "Updating"}:
        yield Fault(name, f"{source.function}:{source.qualifier} does not take from it: {source.state}", source.result)
    if source.qualifier == "$LATEST":
        what = f"{source.function} takes from it with $LATEST, which releases do not decide"
        yield Fault(name, what, cure="let the event source mapping name the alias")
    if source.is_queue and state.queue is None:
        yield Fault(name, "there is no such queue any more", cure=f"{source.function} gets nothing; make it again")
    if state.dead and state.dead.messages:
        what = f"messages that were given up: {state.dead.messages}"
        cure = "read why in the function's log, then: aws sqs start-message-move-task"
        yield Fault(state.dead.name, what, cause=f"{source.function} failed on them too often", cure=cure)


def _locked(settings: Settings, state: StageState) -> Iterator[Fault]:
    """Yield what the lock has in another version than the layers that are live, for the architecture they run on."""
    path = settings.project / settings.requirements
    if not path.exists():
        return
    live: dict[Architecture, dict[str, str]] = {}
    for version in (version for function in state.functions for version in _live(function)):
        for layer in (each for each in version.layers if each.layer in settings.layers or not settings.layers):
            live.setdefault(version.state.architecture, {}).update(layer.contents.versions if layer.contents else {})
    changed: dict[str, None] = {}
    for architecture, has in live.items():
        try:
            pins = {pin.name: pin.version for pin in locked.pins(settings, Target(settings.runtime, architecture))}
        except LockError as error:
            yield from error.faults
            return
        names = sorted(has.keys() & pins.keys())
        changed |= dict.fromkeys(f"{name} {has[name]} -> {pins[name]}" for name in names if has[name] != pins[name])
    if changed:
        yield Fault(str(settings.requirements), f"what is live has other versions than the lock: {', '.join(changed)}")


def _live(function: FunctionStatus) -> tuple[VersionStatus, ...]:
    return function.live.versions if function.live else ()
