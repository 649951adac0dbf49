"""Find what is wrong before it hurts: each finding with its cause and what to do. Nothing is changed.

Without a stage, what is on this machine: the configuration and the lock, disks, the container engine and the runtime
image. With one, AWS too: whose the credentials are and what they may do, the stack, the functions and their layers,
imports that failed in the last invocations, limits that are near, who GitHub's workflows say they are, and what the
project's extensions look at.

A check that cannot be made is said to be "not checked", with the reason. Exit code 1 where something is broken;
warnings count only with --strict.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..checkup.findings import UNCHECKED
from ..console import Console
from ..documents.writing import as_json
from ..errors import ConfigError
from ..terminal.characters import plain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection, Iterator, Sequence

    from ..checkup.context import Visit
    from ..checkup.findings import Finding
    from ..checkup.runner import CheckOutcome
    from ..settings import Extension, Option

_SHOWN = {"ok": "ok", "warning": "WARNING", "broken": "BROKEN", "unknown": "-"}
_INDENT = " " * 11


def add(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser], extensions: Collection[Extension] = ()
) -> None:
    import argparse

    from ..checkup.checks import AREAS

    parser = subparsers.add_parser(
        "doctor",
        help="find what is wrong before it hurts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", help="a stage of config/pipeline.yaml; without it, only this machine is looked at")
    parser.add_argument("--hours", type=_hours, default=24.0, help="how far back logs are searched (default: 24)")
    for each in extensions:
        for name, option in (each.doctor or {}).items():
            given = f"{each.name}.{name}"
            parser.add_argument(f"--{name}", dest=given, metavar=option.metavar, type=_valid(option), help=option.help)
    areas = [*AREAS, *(each.name for each in extensions if each.doctor is not None)]
    parser.add_argument(
        "--only", nargs="+", metavar="AREA", choices=areas, help=f"look at these alone: {', '.join(areas)}"
    )
    parser.add_argument("--strict", action="store_true", help="exit code 1 for warnings too")
    parser.add_argument("--json", action="store_true", help="for machines: JSON on stdout, progress on stderr")


def run(arguments: argparse.Namespace) -> int:
    from ..checkup import runner
    from ..checkup.checks import checks, of_areas
    from ..checkup.context import Visit

    now = datetime.now(UTC)
    with Visit(arguments.project, os.environ, arguments.stage, now, arguments.hours, _options(arguments)) as visit:
        _demand_stage(visit)
        with Console(sys.stderr).progress("looking") as say:
            made = list(checks(visit))
            wanted = of_areas(made, arguments.only) if arguments.only else made
            outcomes = runner.make(list(wanted), say)
    findings = [each for outcome in outcomes for each in outcome.findings if _wanted(each, arguments.only)]
    if arguments.json:
        from .output.doctor import output

        print(as_json(output(arguments.stage, findings)), end="")
    else:
        _print(Console(), findings)
    bugs = list(_bugs(outcomes))
    states = {finding.state for finding in findings}
    return int(bool(bugs) or "broken" in states or (arguments.strict and "warning" in states))


def _demand_stage(visit: Visit) -> None:
    """Raise ConfigError for a stage that does not exist; a configuration that cannot be read is a check's to tell."""
    try:
        settings = visit.settings
    except ConfigError:
        return
    if visit.stage_name is not None:
        settings.stage(visit.stage_name)


def _wanted(finding: Finding, only: Sequence[str] | None) -> bool:
    """Whether to tell it: what was looked at only because others need it is told where it stops them."""
    return not only or finding.area in only or finding.state in {"broken", "unknown"}


def _print(console: Console, findings: Sequence[Finding]) -> None:
    for area in dict.fromkeys(finding.area for finding in findings):
        console.say()
        console.say(area)
        for line in (line for finding in _together(findings, area) for line in _lines(finding)):
            console.say(line)
    console.say()
    console.say(summary(findings))


def _together(findings: Sequence[Finding], area: str) -> Iterator[Finding]:
    """Yield an area's findings; those that were not made for one reason are one for people."""
    skipped: dict[str, list[Finding]] = {}
    for finding in (each for each in findings if each.area == area):
        if finding.state == "unknown" and finding.cause and not finding.cure:
            skipped.setdefault(finding.cause, []).append(finding)
        else:
            yield finding
    for some in skipped.values():
        first, *others = some
        yield replace(first, what=", ".join([first.what, *(each.what.removeprefix(UNCHECKED) for each in others)]))


def _lines(finding: Finding) -> Iterator[str]:
    yield f"  {_SHOWN[finding.state]:<8} {_below(finding.what)}"
    if finding.cause:
        yield f"{_INDENT}cause: {_below(finding.cause)}"
    if finding.cure:
        yield f"{_INDENT}do:    {_below(finding.cure)}"


def _below(text: str) -> str:
    """Indent the further lines of a text, so that they stay under its first."""
    return text.replace("\n", f"\n{_INDENT}  ")


def summary(findings: Sequence[Finding]) -> str:
    """Count the findings: `12 ok, 2 warnings, 1 broken, 3 not checked`."""
    count = Counter(finding.state for finding in findings)
    warnings = f"{count['warning']} warning{'' if count['warning'] == 1 else 's'}"
    return f"{count['ok']} ok, {warnings}, {count['broken']} broken, {count['unknown']} not checked"


def _bugs(outcomes: Sequence[CheckOutcome]) -> Iterator[Exception]:
    """Print the traceback of each check that has a bug; what the others found was told before."""
    for outcome in outcomes:
        if outcome.bug:
            trace = "".join(traceback.format_exception(outcome.bug))
            print(plain(f"\nthe check of {outcome.check.name} has a bug:\n{trace}"), file=sys.stderr)
            yield outcome.bug


def _hours(text: str) -> float:
    import argparse

    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]+)?", text) or not float(text):
        raise argparse.ArgumentTypeError(f"{text} is no number of hours")
    return float(text)


def _options(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the options of extensions that were given: EXTENSION.NAME, and the value."""
    return {name: value for name, value in vars(arguments).items() if "." in name and value is not None}


def _valid(option: Option) -> Callable[[str], str]:
    """Return what takes an option's value, or refuses it."""
    import argparse

    def valid(text: str) -> str:
        if not re.fullmatch(option.pattern, text):
            raise argparse.ArgumentTypeError(f"{text} is {option.otherwise}")
        return text

    return valid
