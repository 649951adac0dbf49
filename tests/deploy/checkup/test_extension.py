"""Checks that a project adds to `doctor`, in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.aws.stacks import StackOutput, StackState
from deploy.checkup import extension, runner
from deploy.checkup.context import Visit
from deploy.checkup.extension import CONFIGURATION, FUNCTIONS, STACK
from deploy.checkup.findings import broken
from deploy.checkup.runner import Check, CheckOutcome, ProjectChecks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deploy.checkup.findings import Finding

pytestmark = pytest.mark.programs

CONFIG = """\
layers: {dependencies: {}}
extensions:
  weather:
    module: weather
    doctor: {place: {help: where, metavar: CITY, pattern: "[A-Z]+", otherwise: "no city"}}
stages: {dev: {region: eu-central-1, stack: dev}}
"""
# Reports as a finding each key of what it was given.
ECHO = """\
import json, sys
given = json.load(sys.stdin)
findings = [{"state": "ok", "what": f"{key}={json.dumps(given[key])}", "cause": "", "cure": ""} for key in given]
print(json.dumps({"looked": ["looked at the sky"], "findings": findings}))
"""
WELL: Mapping[str, tuple[str, ...]] = {CONFIGURATION: (), STACK: (), FUNCTIONS: ()}


@pytest.fixture
def visit(tmp_path: Path) -> Visit:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/pipeline.yaml").write_text(CONFIG)
    made = Visit(tmp_path, os.environ, "dev", datetime.now(UTC), options={"weather.place": "ROMA", "other.x": "1"})
    made.__dict__["stack"] = StackState("dev", "CREATE_COMPLETE", "", (StackOutput("Url", "https://a/", ""),))
    made.__dict__["functions"] = ()
    return made


def looked(visit: Visit, program: str, stopped: Mapping[str, tuple[str, ...]] = WELL) -> tuple[CheckOutcome, list[str]]:
    """Look through a module with this program; return the outcome, and what was said."""
    (visit.project / "weather.py").write_text(program)
    each, said = visit.settings.extensions["weather"], list[str]()
    checks = ProjectChecks(
        "weather", "weather", lambda found, say: extension.look(visit, each, found, say), tuple(WELL)
    )
    (outcome,) = runner.make([checks], said.append, stopped)
    return outcome, said


def test_checks_get_the_stage_their_own_options_and_what_was_read(visit: Visit) -> None:
    outcome, said = looked(visit, ECHO)
    assert [(each.area, each.state, each.what) for each in outcome.findings] == [
        ("weather", "ok", 'stage="dev"'),
        ("weather", "ok", 'options={"place": "ROMA"}'),
        ("weather", "ok", f"stopped={json.dumps({name: [] for name in WELL})}"),
        ("weather", "ok", 'outputs={"Url": "https://a/"}'),
        ("weather", "ok", "variables={}"),
    ]
    assert said == ["looked at the sky"]


def test_what_was_not_found_well_is_not_read_and_the_checks_are_told_what_stops_it(visit: Visit) -> None:
    del visit.__dict__["stack"], visit.__dict__["functions"]  # to read them would ask AWS
    outcome, _ = looked(visit, ECHO, {CONFIGURATION: (), STACK: ("the credentials",), FUNCTIONS: ("the credentials",)})
    assert outcome.bug is None
    assert '"the stack": ["the credentials"]' in outcome.findings[2].what
    assert outcome.findings[3].what == "outputs={}"


def test_a_check_that_found_something_broken_stops_none_of_them_and_is_named() -> None:
    told: list[Mapping[str, tuple[str, ...]]] = []

    def look(stopped: Mapping[str, tuple[str, ...]], _: Callable[[str], None]) -> list[Finding]:
        told.append(stopped)
        return []

    gone = Check(STACK, "stack", lambda: [broken("it is gone")])
    runner.make([gone, ProjectChecks("weather", "weather", look, (STACK,))], lambda _: None)
    assert told == [{STACK: (STACK,)}]


def test_what_stops_a_check_is_named_in_the_order_of_its_needs_wherever_it_was_made() -> None:
    checks = [
        Check("the clouds", "weather", lambda: [broken("none")]),
        Check("the rain", "weather", list, ("the clouds", STACK)),
    ]
    _, rain = runner.make(checks, lambda _: None, {STACK: ("the credentials",)})
    assert rain.findings[0].cause == "first comes what is wrong with the clouds and the credentials"


@pytest.mark.parametrize(
    "program",
    [
        "print('hello')",
        "print('[]')",
        "print('{}')",
        """print('{"looked": [], "findings": [{"state": "fine", "what": "", "cause": "", "cure": ""}]}')""",
        """print('{"looked": [], "findings": [{"state": "ok", "colour": "red"}]}')""",
    ],
)
def test_what_is_no_report_is_not_taken_for_well(visit: Visit, program: str) -> None:
    outcome, _ = looked(visit, program)
    (found,) = outcome.findings
    assert (found.state, outcome.bug) == ("unknown", None)
    assert "extensions.weather.module: weather doctor: printed something else than a report" in found.what


@pytest.mark.parametrize("before", ["", ECHO])
def test_a_module_with_a_bug_keeps_its_traceback_and_what_it_found_before(visit: Visit, before: str) -> None:
    outcome, _ = looked(visit, f"{before}\nraise KeyError('rain')")
    assert "KeyError: 'rain'" in str(outcome.bug)
    assert [each.state for each in outcome.findings] == [*(["ok"] * 5 if before else []), "unknown"]


def doctor(visit: Visit, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "deploy", "--project", str(visit.project), "doctor", *arguments],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--place", "roma"), "--place: roma is no city"),
        (("--guild", "1"), "--guild: there is no such option"),
        (("--only", "sky"), "--only: sky: is none of the choices"),
    ],
)
def test_what_an_extension_does_not_take_is_wrong_usage(visit: Visit, arguments: tuple[str, ...], told: str) -> None:
    done = doctor(visit, *arguments)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr


def test_its_options_and_its_area_are_in_the_help_and_its_name_in_what_is_not_checked(visit: Visit) -> None:
    shown = " ".join(doctor(visit, "--help").stdout.split())
    assert "--place CITY where" in shown
    assert "limits, weather --strict" in shown
    assert "not checked: AWS and Weather, without a --stage" in doctor(visit, "--only", "weather").stdout
