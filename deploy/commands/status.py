"""Say what runs in a stage, and whether it is what it should be.

For every function and alias: version, release, the digest of its code, its layers and whether they are the newest for
its runtime and architecture (and what they lack if not), sizes against Lambda's limits, how the last update went, the
days until the runtime's deprecation. Then the queues that the functions take from, with their dead letters.

For a project without functions: every version of its layers in every region, what changed in it, and what follows it:
the channels that name it, and the functions of the account that have it, whoever made them.

Drift is what is not as the template, config/pipeline.yaml and the release's own notes say:
  the stack is not what the template would make, or failed; a function or its alias is missing
  handler, runtime, architecture or layers are not those of config/pipeline.yaml
  $LATEST differs from what is live; an update failed; an alias is weighted, or was moved by hand
  functions are of different releases, or what runs is not what its release was verified with
  a layer version in use was deleted, or is not one of this pipeline
With --check any drift ends with exit code 3, for a schedule. Nothing is changed; to compare the template with the stack
a change set is made and discarded, with the stack's own values for parameters whose variables are not set here.
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console, size
from ..errors import Fault
from ..invocation import advised
from . import read_only

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from ..settings import Settings
    from ..status.published import PublishedVersion
    from ..status.values import StackStatus, StageState, VersionStatus

DRIFTED = 3
VERSIONS = ["layer version", "region", "since", "for", "followed by", "changed"]


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "status",
        help="say what runs in a stage, and whether it is what it should be",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="end with exit code 3 where anything has drifted")
    parser.add_argument(
        "--without-template",
        action="store_true",
        help="do not compare the template with the stack, which takes the right to make and delete a change set",
    )
    read_only.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    from ..local_secrets import with_secrets
    from ..status.drift import drift
    from ..status.observe import observe
    from ..status.remarks import remarks

    settings, console = load(arguments.project, os.environ), read_only.console(arguments)
    place = read_only.Location.chosen(settings, arguments)
    place.need_stage()
    environment = None if arguments.without_template else with_secrets(os.environ, settings.project, place.stage.name)
    downloads = place.downloads()
    console.say(f"stage {place.stage.name}: account {downloads.aws.account}, {downloads.aws.region}")
    with console.step(_looks_at(settings)):
        state = observe(downloads, settings, place.stage, environment)
    drifted, remarked = drift(settings, state), remarks(settings, state)
    if arguments.json:
        from .output.status import output

        read_only.print_json(output(state, drifted, remarked))
    else:
        _show(settings, state, drifted, remarked, Console())
    return DRIFTED if arguments.check and drifted else 0


def _looks_at(settings: Settings) -> str:
    if not settings.functions:
        return "look at the layers' versions, and at every function for those it has"
    return "look at functions, layers, queues and the stack"


def _show(
    settings: Settings, state: StageState, drifted: Sequence[Fault], remarked: Sequence[Fault], console: Console
) -> None:
    if state.stack:
        console.say(f"stack {state.stack.name}: {_stack(state.stack)}")
    for columns, rows in (
        (["function", "alias", "version", "release", "code sha256", "layers", "last update"], _aliases(state)),
        (["layer version", "state", "zip", "unzipped", "the newest has"], _layers(state)),
        (["version", "code zip", "unzipped", "with layers", "of the limit", "layers", "runtime"], _sizes(state)),
        (["queue", "taken by", "state", "waiting", "in flight", "delayed", "dead letters"], _queues(state)),
        (VERSIONS, version_rows(state.published)),
    ):
        if shown := list(dict.fromkeys(rows)):
            console.say()
            console.table(columns, shown)
    for title, faults in (("worth knowing", remarked), ("drift", drifted)):
        if faults:
            console.say(f"\n{title}:")
        for fault in _together(faults):
            console.say(f"  {fault}".replace("\n", "\n  "))
    for line in _newest(settings, state):
        console.say(line)
    if state.functions or state.missing or drifted:
        console.say(f"\n{len(drifted)} drifted" if drifted else "\nno drift")


def _together(faults: Sequence[Fault]) -> Iterator[Fault]:
    """Join what is the same in several places."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for fault in faults:
        places.setdefault((fault.what, fault.cause, fault.cure), []).append(fault.where)
    for (what, cause, cure), where in places.items():
        yield Fault(", ".join(where), what, cause, cure)


def _stack(stack: StackStatus) -> str:
    if not stack.status:
        return "there is none"
    if stack.changes is None:
        return f"{stack.status}, not compared with the template"
    waiting = ", ".join(change.resource for change in stack.changes)
    return f"{stack.status}, {f'a deploy would change: {waiting}' if waiting else 'as the template says'}"


def _aliases(state: StageState) -> Iterator[tuple[str, ...]]:
    for function in state.functions:
        for alias in function.aliases:
            for version in alias.versions:
                share = alias.share(version.state.version)
                yield (
                    function.name,
                    alias.alias.name,
                    version.state.version + (f" ({share:.0%})" if alias.alias.weighted else ""),
                    alias.release if version is alias.stands_for else "",
                    version.state.sha256[:12],
                    ", ".join(layer.short for layer in version.layers) or "none",
                    function.latest.update,
                )


def _layers(state: StageState) -> Iterator[tuple[str, ...]]:
    for version in _versions(state):
        for layer in version.layers:
            held = layer.contents
            place = f"behind: newest is {layer.newest}" if layer.place == "behind" else layer.place
            sizes = (size(held.zipped), size(held.size)) if held else ("", "")
            yield (layer.short, place, *sizes, ", ".join(layer.behind))


def _sizes(state: StageState) -> Iterator[tuple[str, ...]]:
    from ..layer.audit.limits import LAYERS, UNZIPPED

    for version in _versions(state):
        total = version.size
        yield (
            f"{version.state.name}:{version.state.version}",
            size(version.state.size),
            "unknown" if version.unzipped is None else size(version.unzipped),
            "unknown" if total is None else size(total),
            "unknown" if total is None else f"{total / UNZIPPED:.1%}",
            f"{len(version.layers)} of {LAYERS}",
            _runtime(version, state.today),
        )


def _runtime(version: VersionStatus, today: date) -> str:
    from ..runtimes.end_of_life import days_left

    runtime = str(version.state.configuration.get("Runtime", "none"))
    left = days_left(runtime, today)
    until = "deprecation not known" if left is None else f"{left} days left" if left >= 0 else "deprecated"
    return f"{runtime} {version.state.architecture}, {until}"


def _queues(state: StageState) -> Iterator[tuple[str, ...]]:
    for each in state.queues:
        queue, dead = each.queue, each.dead
        yield (
            queue.name if queue else each.source.arn,
            f"{each.source.function}:{each.source.qualifier}",
            each.source.state,
            *((str(queue.waiting), str(queue.in_flight), str(queue.delayed)) if queue else ("", "", "")),
            str(dead.messages) if dead else "no queue for them",
        )


def version_rows(published: Sequence[PublishedVersion]) -> Iterator[tuple[str, ...]]:
    """Yield a row below `VERSIONS` for each version."""
    for each in published:
        version = each.version
        yield (
            version.short,
            each.region,
            version.created[:10],
            f"{', '.join(version.runtimes)} {', '.join(version.architectures)}",
            ", ".join(each.followers) or "nothing",
            each.note.changes if each.note else version.description,
        )


def _newest(settings: Settings, state: StageState) -> Iterator[str]:
    """Yield the ARNs of the newest versions, or that there are none, for a project that has layers alone."""
    if not (settings.functions or state.published):
        yield f"\nnothing is published yet: {advised('deploy', '--stage', state.stage)}"
    newest = {
        (each.region, each.version.layer, each.version.runtimes, each.version.architectures): each.version.arn
        for each in reversed(state.published)
    }
    if newest:
        yield ""
    yield from reversed(newest.values())


def _versions(state: StageState) -> Iterator[VersionStatus]:
    for function in state.functions:
        for alias in function.aliases:
            yield from alias.versions
