"""`python -m deploy doctor` as users run it: once in a process of its own, else in this one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from tests.integration.checkup.conftest import CONFIG
from tests.schemas import output

if TYPE_CHECKING:
    from tests.integration.checkup.conftest import Ward

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(ward: Ward) -> Path:
    return ward.folder


def process(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "deploy", "--project", str(project), "doctor", *arguments],
        cwd=ROOT,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def doctor(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run what the process does."""
    command = ["--project", str(project), "doctor", *arguments]
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            code = main(command)
        except SystemExit as ended:
            code = int(str(ended.code))
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def test_without_a_stage_this_machine_alone_is_looked_at(project: Path) -> None:
    done = process(project)
    lines = done.stdout.splitlines()
    assert "  ok       config/pipeline.yaml is good" in lines
    assert "looked at the disks" in done.stderr
    assert "  -        not checked: AWS, without a --stage" in lines
    areas = [line for line in lines if line and not line.startswith(" ")]
    assert areas[:-1] == ["project", "disk", "engine", "stage"]
    assert "Traceback" not in done.stderr


def test_what_needs_a_stage_is_not_passed_over_in_silence_without_one(project: Path) -> None:
    done = doctor(project, "--only", "logs")
    assert "  -        not checked: AWS, without a --stage" in done.stdout.splitlines()


def test_a_stage_that_is_well_is_told_by_area_and_ends_with_0(ward: Ward, project: Path) -> None:
    ward.deploy()
    done = doctor(project, "--stage", "dev", "--only", "stack", "functions", "layers", "logs", "limits")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    areas = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    assert areas[:-1] == ["stack", "functions", "layers", "logs", "limits"]
    assert areas[-1].endswith(" ok, 0 warnings, 0 broken, 0 not checked")


def test_what_is_broken_comes_with_cause_and_cure_and_ends_with_1(project: Path) -> None:
    done = doctor(project, "--stage", "dev", "--only", "stack")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    at = lines.index("  BROKEN   there is no stack tiny-dev")
    assert lines[at + 1 : at + 3] == [
        "           cause: the stage was never deployed here",
        "           do:    `nox -s deploy -- --stage dev` makes it",
    ]


def test_warnings_count_only_with_strict(ward: Ward, project: Path) -> None:
    ward.configure(CONFIG.replace('    account: "123456789012"\n', ""))
    assert doctor(project, "--stage", "dev", "--only", "account").returncode == 0
    assert doctor(project, "--stage", "dev", "--only", "account", "--strict").returncode == 1


def test_machines_get_json_and_nothing_else_on_stdout(project: Path) -> None:
    done = doctor(project, "--stage", "dev", "--json")
    said = output("doctor", done.stdout)
    assert (said["stage"], done.returncode) == ("dev", 1)
    assert said["counts"]["broken"] == sum(each["state"] == "broken" for each in said["findings"])
    assert {"project", "disk", "engine", "account", "stack", "functions"} <= {each["area"] for each in said["findings"]}


def test_a_configuration_that_cannot_be_read_is_a_finding_and_the_rest_goes_on(ward: Ward, project: Path) -> None:
    ward.configure("layers: {a: {bites: 1}}\n")
    done = doctor(project, "--stage", "dev", "--json")
    found = {(each["area"], each["state"]) for each in output("doctor", done.stdout)["findings"]}
    assert done.returncode == 1
    assert {("project", "broken"), ("disk", "ok"), ("account", "unknown"), ("functions", "unknown")} <= found


def test_a_stage_that_does_not_exist_is_refused_before_anything_is_looked_at(project: Path) -> None:
    done = doctor(project, "--stage", "deb")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "--stage deb: no such stage\n    do:    did you mean dev?\n"


@pytest.mark.parametrize("arguments", [("--hours", "-1"), ("--hours", "many"), ("--guild", "mine"), ("--only", "moon")])
def test_wrong_usage_ends_with_2(project: Path, arguments: tuple[str, ...]) -> None:
    done = doctor(project, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage:" in done.stderr


def test_an_aws_that_cannot_be_reached_is_told_and_ends_with_1(project: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody else listens there, and this does not
        nowhere = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{held.getsockname()[1]}"}
        done = doctor(project, "--stage", "dev", "--only", "functions", **nowhere)
    assert done.returncode == 1
    assert "AWS cannot be reached" in done.stdout
    assert "not checked: the functions" in done.stdout
