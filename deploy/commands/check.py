"""Check the project without building anything and without asking AWS.

Reads config/pipeline.yaml and the hash-locked requirements, and sees that every distribution goes to exactly one
layer; that every handler is in the sources; and, for every stage, that the template has the functions that the
configuration names, each with its handler, runtime, architecture and alias, that its parameters are given, and that
names with the stage's suffix fit AWS's limits. Where cfn-lint is installed, it looks at a template of one's own for the
stages' regions. Then it runs the project's own checks. Every fault is reported, with its key or line and what is
allowed there. `deploy`, with --plan too, and `promote` do the same for their stage first, without cfn-lint.

That the lock no longer follows from what it was made of is said, and does not fail the check: `lock` makes it anew. So
is a region that boto3 does not know, or knows to lack what the template needs: boto3 may be older than it.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from .. import project_module
from ..checkup import project
from ..configuration import load
from ..container.digest import RuntimeImage, is_pinned
from ..errors import ConfigError
from ..invocation import advised
from ..keys.place import CONFIG
from ..layer.spec import every_spec
from ..local_secrets import with_secrets
from ..locking import locked
from ..settings import IMAGE_VARIABLE
from ..terminal.quantity import quantity
from . import read_only

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ..settings import Settings


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "check",
        help="check configuration, lock, handlers and template",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON alone; all else goes to stderr")


def run(arguments: argparse.Namespace) -> int:
    # These import botocore, which takes a quarter of a second: other commands import this file without them.
    from ..agreement import lint, places, static

    settings = load(arguments.project, os.environ)
    console = read_only.console(arguments)
    environments = {name: with_secrets(os.environ, settings.project, name) for name in settings.stages}
    if found := static.faults(settings, list(settings.stages.values()), environments):
        raise ConfigError(found)
    stages = list(settings.stages.values())
    offered = (*lint.remarks(settings, stages), *places.remarks(settings, stages))
    good, remarks = tuple(_layers(settings)), (*stale(settings), *_unpinned(settings), *offered, *settings.remarks)
    for line in (*good, *remarks):
        console.say(line)
    project_module.check(settings, console.say)
    for line in settings.code.checks:
        console.say(f"{line}: good")
    console.say(_summary(arguments, settings))
    if arguments.json:
        from .output.check import CheckOutput

        good = (*good, *settings.code.checks, _summary(arguments, settings))
        read_only.print_json(CheckOutput(good=good, remarks=remarks))
    return 0


def _unpinned(settings: Settings) -> Iterator[str]:
    """Yield the runtime images that may be other ones tomorrow."""
    for image in sorted({settings.image_of(target.runtime) for target in settings.targets}):
        if is_pinned(image):
            continue
        cure = advised("lock", "--image")
        if variable := next(
            (name for name in os.environ if name.startswith(IMAGE_VARIABLE) and os.environ[name] == image), ""
        ):
            cure = f"unset {variable}, which overrides config/pipeline.yaml, where {cure} pins it"
        yield f"{image} is not pinned by a digest: its registry may give another one; {cure}"


def _layers(settings: Settings) -> Iterator[str]:
    for target in settings.targets:
        image = RuntimeImage(settings.image_of(target.runtime), "")
        for spec in every_spec(settings, image, target, partial(locked.pins, target=target)):
            files = f" and {quantity(len(spec.files), 'file')}" if spec.files else ""
            yield f"{spec.stem}: {quantity(len(spec.pins), 'distribution')}{files}, {target}"


def stale(settings: Settings) -> Iterator[str]:
    """Yield in what the lock no longer follows from what it was made of."""
    for part in settings.parts:
        pins = {target: {pin.name: pin for pin in locked.pins(part, target)} for target in part.targets}
        for finding in project.unlocked(part, pins) if any(pins.values()) else ():
            if finding.state == "broken":
                yield f"{finding.what}: {finding.cause}; {finding.cure}"


def _summary(arguments: argparse.Namespace, settings: Settings) -> str:
    """Say what was looked at."""
    parts = [str(arguments.project / CONFIG)]
    parts += [str(each.requirements) for each in settings.parts if each.wants_lock]
    parts += ["the handlers"] if settings.functions else []
    parts += ["the template for every stage"] if settings.has_stack and settings.stages else []
    return f"{', '.join(parts[:-1])}{' and ' if parts[1:] else ''}{parts[-1]} {'are' if parts[1:] else 'is'} good"
