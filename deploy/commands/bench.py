"""Measure size, build time and cold start against the usual ways, on the same lock.

The usual ways are `pip install -t` for manylinux2014 with zip, what uv documents for Lambda layers, and what `sam
build` leaves; the limit is a function that does nothing, without a layer. All take turns, so that only figures of one
run are compared; the table shows medians. A second one shows what a first request takes without each option of the
project that starts its functions sooner. Caches are their own, so the first run of each round downloads everything.
Needs the container engine. Writes dist/bench.json.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from ..configuration import load
from ..console import Console
from ..documents.writing import as_json
from ..errors import ConfigError, Fault
from ..temporary import folders


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("bench", help="measure against the usual ways", description=__doc__)
    parser.add_argument("--rounds", type=_positive, default=3, help="builds of each kind (default: 3)")
    parser.add_argument("-n", type=_positive, default=11, help="first requests to each layer (default: 11)")
    parser.add_argument("--event", type=Path, metavar="FILE", help="JSON to send; default: an unsigned HTTP request")
    parser.add_argument("--instructions", action="store_true", help="count them too, by valgrind: takes minutes")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown, as a README has it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write (default: dist/bench.json)")


def run(arguments: argparse.Namespace) -> int:
    from ..bench import figures, taken_away
    from ..bench.builds import measure_builds
    from ..bench.first_request import FirstRequests, measure_first_requests
    from ..container.engine import Engine
    from .output.bench import output

    settings, console = load(arguments.project, os.environ), Console()
    event = _event(arguments.event)
    with Engine.connect(os.environ) as engine:  # what is missing shall be said before minutes are spent
        engine.resolve(settings.image, settings.architectures[0], console.say)
    with folders.temporary("bench") as folder:
        builds = measure_builds(settings, folder, arguments.rounds, console)
        asked = FirstRequests()
        if settings.functions:
            counted = arguments.instructions
            asked = measure_first_requests(settings, builds, event, arguments.n, console, counted=counted)
    rows = [*builds.rows, *asked.rows]
    console.say()
    if arguments.markdown:
        console.say("\n".join([*figures.markdown(rows), "", *taken_away.markdown(asked.options)]))
    else:
        figures.table(rows, console)
        console.say()
        taken_away.table(asked.options, console)
    target = arguments.json or settings.project / "dist/bench.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(as_json(output(rows, asked.options)), encoding="utf-8")
    console.say(f"\nmedians of {arguments.rounds} builds and {arguments.n} first requests each; all samples: {target}")
    return 0


def _event(path: Path | None) -> dict[str, object] | None:
    if path is None:
        return None
    try:
        event = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([Fault("--event", f"{path}: {error.strerror}")]) from error
    except ValueError as error:
        raise ConfigError([Fault("--event", f"{path} is not JSON", cause=str(error))]) from error
    if not isinstance(event, dict):
        raise ConfigError([Fault("--event", f"{path} holds {type(event).__name__}, not an object")])
    return event


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return int(text)
