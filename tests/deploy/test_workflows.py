"""The workflows, as far as no linter knows what they are for: who gets which right, and what the steps call."""

from __future__ import annotations

import argparse
import ast
import re
import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.command_line.running import parser as parser_of
from deploy.commands.promote import SOURCE_PROFILE
from deploy.configuration import load
from deploy.extensions import summaries

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
NOT_COMMANDS = {"actionlint", "docs", "lint", "package", "test"}
INSTALLS = re.compile(r"\b(nox|pip|pipx|uv|uvx|npm|npx)\b")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
NOX = re.compile(
    r"^(?:nox (?:--install-only )?-s (?P<sessions>[a-z][\w-]*(?: [a-z][\w-]*)*)(?: --)?"
    r"|python -m deploy (?P<command>[a-z][\w-]*))"
    r"(?: (?P<options>-[^&|>\n]+?))?[ ]*(?:[&|>].*)?$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Job:
    workflow: str
    name: str
    body: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.workflow}: {self.name}"

    @property
    def steps(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body.get("steps", [])
        return found

    @property
    def runs(self) -> list[str]:
        return [step["run"] for step in self.steps if "run" in step]

    @property
    def uses(self) -> list[str]:
        named = [step["uses"] for step in self.steps if "uses" in step]
        return [*named, self.body["uses"]] if "uses" in self.body else named

    @property
    def takes_tokens(self) -> bool:
        return "uses" not in self.body and self.body["permissions"].get("id-token") == "write"

    @property
    def deploys(self) -> bool:
        return any(re.search(r"python -m deploy (deploy|promote)\b", run) for run in self.runs)


def _read(path: Path) -> dict[str, Any]:
    # YAML reads the key `on` as true.
    return {"on" if key is True else key: value for key, value in yaml.safe_load(path.read_text()).items()}


WORKFLOWS = {path.name: _read(path) for path in sorted(FOLDER.glob("*.yml"))}
JOBS = [Job(file, name, body) for file, each in WORKFLOWS.items() for name, body in each["jobs"].items()]
LINES = [
    (job, found)
    for job in JOBS
    for run in job.runs
    for found in NOX.finditer(re.sub(r"^\s+", "", run, flags=re.MULTILINE))
]


def sessions() -> set[str]:
    found = set()
    for node in ast.parse((ROOT / "noxfile.py").read_text()).body:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                call = decorator.func if isinstance(decorator, ast.Call) else decorator
                if ast.unparse(call) == "nox.session":
                    keywords = {each.arg: each.value for each in getattr(decorator, "keywords", ())}
                    name = keywords.get("name")
                    found.add(str(name.value) if isinstance(name, ast.Constant) else node.name)
    return found


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_has_no_rights_but_those_that_its_jobs_take(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {}
    assert all("permissions" in job.body for job in JOBS if job.workflow == name)


@pytest.mark.parametrize("job", JOBS, ids=str)
def test_only_what_acts_in_aws_signs_or_publishes_gets_an_identity(job: Job) -> None:
    if "uses" in job.body or job.body["permissions"].get("id-token") != "write":
        return
    signs = any("attest" in each for each in job.uses)
    signs_in = any("configure-aws-credentials" in each for each in job.uses)
    publishes = any("gh-action-pypi-publish" in each for each in job.uses)
    assert [signs, signs_in, publishes].count(True) == 1
    if signs_in or publishes:
        # The trust of the role, and of the index, names an environment: a job without one would get nothing.
        assert job.body["environment"]["name"]
    if not signs_in:
        assert all(each.startswith(("actions/", "pypa/gh-action-pypi-publish@")) for each in job.uses)
        assert not re.search(r"\b(nox|pip|python|npm|checkout)\b", " ".join([*job.runs, *job.uses]))


@pytest.mark.parametrize("job", [job for job in JOBS if job.takes_tokens], ids=str)
def test_nothing_is_installed_where_a_token_can_be_had(job: Job) -> None:
    assert not INSTALLS.search(" ".join(job.runs))


@pytest.mark.parametrize("job", [job for job in JOBS if job.takes_tokens and "PYTHONPATH" in str(job.body)], ids=str)
def test_what_runs_beside_a_token_was_installed_from_a_lock_by_a_job_without_any_right(job: Job) -> None:
    assert "tools" in job.body["needs"]
    tools = WORKFLOWS[job.workflow]["jobs"]["tools"]
    assert tools["permissions"] == {"contents": "read"}
    (install,) = [step["run"] for step in tools["steps"] if "pip install" in step.get("run", "")]
    assert {"--require-hashes", "--only-binary=:all:", "--no-deps"} <= set(install.split())
    lock = next(word for word in install.split() if word.startswith("requirements/"))
    assert (ROOT / lock).is_file()
    order = [step.get("run", "") for step in job.steps]
    checked = next(at for at, each in enumerate(order) if "sha256sum --check" in each)
    assert checked < next(at for at, each in enumerate(order) if "python -m deploy" in each)


@pytest.mark.parametrize(("name", "extras"), [("pipeline", ()), ("scan", ("scan",))])
def test_a_lock_has_all_that_the_project_needs_in_versions_that_fit_with_hashes(
    name: str, extras: tuple[str, ...]
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(each for extra in extras for each in project["optional-dependencies"][extra])]
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    pins = dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE))
    assert len(pins) == len(re.findall(r"^[a-z]", text, re.MULTILINE))
    for each in map(Requirement, wanted):
        assert each.specifier.contains(pins[canonicalize_name(each.name)]), each


def test_what_unpacks_a_file_names_what_it_takes_of_it_and_refuses_links() -> None:
    unpacks = [run for job in JOBS for run in job.runs if "tar --extract" in run]
    assert len(unpacks) == 4
    for run in unpacks:
        assert "grep --invert-match '^[-d]'" in run
        for line in (line for line in run.splitlines() if "tar --extract" in line):
            assert re.fullmatch(r" *tar --extract --file \w+\.tar( [\w/]+)+", line), line


@pytest.mark.parametrize("job", [job for job in JOBS if job.deploys], ids=str)
def test_a_deploy_is_never_stopped_half_way_and_two_of_a_stage_never_meet(job: Job) -> None:
    assert job.body["concurrency"]["cancel-in-progress"] is False
    environment = job.body["environment"]["name"]
    assert environment in job.body["concurrency"]["group"]
    assert WORKFLOWS[job.workflow].get("concurrency", {}).get("cancel-in-progress", False) is False


def test_what_calls_a_workflow_that_deploys_is_never_cancelled_either() -> None:
    callers = [job for job in JOBS if job.body.get("uses", "").endswith("/pipeline.yml")]
    assert callers
    for job in callers:
        assert WORKFLOWS[job.workflow]["concurrency"]["cancel-in-progress"] is False


@pytest.mark.parametrize("job", [job for job in JOBS if job.deploys], ids=str)
def test_what_goes_live_was_built_once_and_is_compared_before_anybody_signs_in(job: Job) -> None:
    order = [step.get("uses", step.get("run", "")) for step in job.steps]
    checked = next(at for at, each in enumerate(order) if "gh attestation verify" in each)
    assert "sha256sum --check" in order[checked]
    assert checked < next(at for at, each in enumerate(order) if "configure-aws-credentials" in each)
    (deploying,) = [at for at, each in enumerate(order) if re.match(r"python -m deploy (deploy|promote) ", each)]
    assert checked < deploying
    assert "promote" in order[deploying] or "--built" in order[deploying]
    assert "build" in job.body["needs"]
    assert not any("nox -s layer" in each for each in job.runs)


def test_prod_waits_for_dev_and_for_whoever_guards_its_environment() -> None:
    jobs = WORKFLOWS["pipeline.yml"]["jobs"]
    assert "attest" in jobs["deploy"]["needs"]
    assert "deploy" in jobs["promote"]["needs"]
    assert jobs["promote"]["environment"]["name"] == "${{ inputs.then }}"
    assert jobs["deploy"]["steps"][-1]["run"] == 'python -m deploy status --stage "$STAGE" --check'


@pytest.mark.parametrize("job", JOBS, ids=str)
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(job: Job) -> None:
    lines = (FOLDER / job.workflow).read_text().splitlines()
    for used in job.uses:
        if used.startswith("./"):
            continue
        assert PINNED.fullmatch(used), used
        assert all(re.search(r" # v\d+\.\d+\.\d+$", line) for line in lines if used in line), used


def test_an_action_has_one_commit_everywhere() -> None:
    commits: dict[str, set[str]] = {}
    for name, _, commit in (each.partition("@") for job in JOBS for each in job.uses if "@" in each):
        commits.setdefault(name, set()).add(commit)
    assert {name for name, found in commits.items() if len(found) > 1} == set()


@pytest.mark.parametrize("job", JOBS, ids=str)
def test_no_checkout_leaves_its_token_behind(job: Job) -> None:
    for step in job.steps:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize(("job", "line"), LINES, ids=lambda each: str(each) if isinstance(each, Job) else each[0])
def test_every_session_that_a_step_names_exists_and_takes_its_options(job: Job, line: re.Match[str]) -> None:
    del job
    for name in (line["sessions"] or line["command"]).split():
        assert name in sessions() or line["command"]
        if line["options"] and name not in NOT_COMMANDS:
            words = shlex.split(line["options"])
            parser = parser_of([name], load(ROOT, {}))
            parser.parse_args([name, *words])
            # An abbreviation is taken too, until another option begins like it.
            assert {word for word in words if word.startswith("--")} <= _options(parser, name)
        else:
            assert name in NOT_COMMANDS | summaries(load(ROOT, {})).keys()


def test_every_line_with_nox_was_understood() -> None:
    """So that no step escapes the test above."""
    ours = re.compile(r"\bnox -|\bpython -m deploy\b")
    lines = [line for job in JOBS for run in job.runs for line in run.splitlines() if ours.search(line)]
    assert len(LINES) == len([line for line in lines if "sudo" not in line])


def test_the_stages_of_the_workflows_are_those_of_the_configuration() -> None:
    stages = set(load(ROOT, {}).stages)
    assert set(WORKFLOWS["scan.yml"]["jobs"]["live"]["strategy"]["matrix"]["stage"]) == stages
    released = WORKFLOWS["release.yml"]["jobs"]["release"]["with"]
    assert {released["first"], released["then"]} == stages


def test_the_example_in_the_reusable_workflow_is_a_workflow_of_ten_lines_that_fits_its_inputs() -> None:
    text = (FOLDER / "pipeline.yml").read_text()
    lines = [line.removeprefix("#   ") for line in text.splitlines() if line.startswith("#   ")]
    assert len(lines) <= 10
    example = yaml.safe_load("\n".join(lines))
    (job,) = example["jobs"].values()
    inputs = WORKFLOWS["pipeline.yml"]["on"]["workflow_call"]["inputs"]
    assert job["with"].keys() <= inputs.keys()
    assert job["permissions"] == WORKFLOWS["release.yml"]["jobs"]["release"]["permissions"]
    granted = [each["permissions"] for each in WORKFLOWS["pipeline.yml"]["jobs"].values()]
    assert {right for rights in granted for right in rights} == job["permissions"].keys()


def test_what_may_write_to_the_repository_runs_nobodys_packages() -> None:
    writers = [job for job in JOBS if job.body["permissions"].get("contents") == "write"]
    assert [str(job) for job in writers] == ["publish.yml: release", "update-dependencies.yml: propose"]
    for job in writers:
        assert not re.search(r"\b(nox|pip|npm|python)\b", " ".join(job.runs))


def _options(parser: argparse.ArgumentParser, command: str) -> set[str]:
    (commands,) = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return set(commands.choices[command]._option_string_actions)


def test_a_promotion_reads_with_the_role_of_the_one_stage_and_changes_with_that_of_the_other() -> None:
    steps = WORKFLOWS["pipeline.yml"]["jobs"]["promote"]["steps"]
    roles = [step["with"]["role-to-assume"] for step in steps if "role-to-assume" in step.get("with", {})]
    assert roles == ["${{ vars.AWS_SOURCE_ROLE_ARN }}", "${{ vars.AWS_ROLE_ARN }}"]
    (last,) = [step for step in steps if step.get("with", {}).get("role-to-assume") == roles[1]]
    assert last["with"]["unset-current-credentials"] is True
    (promotes,) = [step for step in steps if "deploy promote" in step.get("run", "")]
    assert SOURCE_PROFILE in promotes["env"]
    assert all("AWS_SHARED_CREDENTIALS_FILE" not in step.get("env", {}) for step in steps if step is not promotes)
