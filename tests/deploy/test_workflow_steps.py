"""The shell of the workflows, run as a runner runs it: in bash, with a `gh` that stands in for GitHub's."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from deploy.local_secrets import with_secrets

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
GH = """#!/bin/sh
echo "$@" >> "$GH_LOG"
case "$*" in
  *"$GH_REFUSES"*) exit 1 ;;
  "pr list"*) echo "$GH_OPEN" ;;
  "api repos/octo/channelwright/commits/v1.2.3 "*) echo c0de ;;
esac
"""

pytestmark = [
    pytest.mark.programs,
    pytest.mark.skipif(
        not (shutil.which("jq") or os.environ.get("CI")),
        reason="jq is not here; `nox -s engine -- --tests` installs it",
    ),
]


class Runner:
    """Runs single steps in `work`; `output` is what they set, `asked` what they asked of gh."""

    def __init__(self, folder: Path, work: Path | None = None) -> None:
        self.folder, self.work = folder, work or folder
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "gh").write_text(GH)
        (folder / "bin" / "gh").chmod(0o755)
        self.environment = {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(folder),
            "GH_LOG": str(folder / "gh.log"),
            "GH_REFUSES": "nothing",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_REPOSITORY": "octo/bot",
            "GITHUB_SHA": "c0ffee",
            "RUNNER_TEMP": str(folder / "temp"),
        }

    def run(self, workflow: str, job: str, step: str, **environment: str) -> int:
        jobs: dict[str, Any] = yaml.safe_load((FOLDER / workflow).read_text())["jobs"]
        (found,) = [each["run"] for each in jobs[job]["steps"] if each.get("name", "").startswith(step)]
        command = ["bash", "--noprofile", "--norc", "-e", "-c", found]
        done = subprocess.run(command, cwd=self.work, env=self.environment | environment, check=False, timeout=60)
        return done.returncode

    @property
    def output(self) -> dict[str, str]:
        lines = (self.folder / "output").read_text().splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}

    @property
    def asked(self) -> str:
        return (self.folder / "gh.log").read_text()


@pytest.fixture
def built(tmp_path: Path) -> Runner:
    """Run the step that packs what was built."""
    runner = Runner(tmp_path / "build")
    for path, text in {
        "cache/layers/f00/layer.zip": "the layer",
        "cache/checks/abc.json": "passed",
        "cache/wheels/six.whl": "is not needed any more",
        "project/dist/tiny.zip": "the layer",
        "project/dist/tiny.json": json.dumps({"image": {"digest": "sha256:1234"}}),
        "project/dist/tiny.cdx.json": "{}",
        "project/src/bot.py": "is checked out there too",
    }.items():
        (runner.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (runner.folder / path).write_text(text)
    assert runner.run("pipeline.yml", "build", "Pack") == 0
    (runner.folder / "tools/boto3").mkdir(parents=True)
    (runner.folder / "tools/boto3/__init__.py").write_text("installed")
    return runner


@pytest.fixture
def tools(built: Runner) -> str:
    """Run the step that packs what was installed; return its digest."""
    (built.folder / "output").rename(built.folder / "of-build")
    assert built.run("pipeline.yml", "tools", "Pack") == 0
    sha256 = built.output["sha256"]
    (built.folder / "of-build").rename(built.folder / "output")
    return sha256


def brought(built: Runner, folder: Path) -> Runner:
    """Make another runner that has downloaded what was packed."""
    runner = Runner(folder)
    for name in ("built.tar", "tools.tar"):
        shutil.copy(built.folder / name, folder / name)
    return runner


def repacked(built: Runner, file: str, *options: str) -> dict[str, str]:
    """Add to a file what somebody in its job could; return what the jobs after it expect."""
    subprocess.run(["tar", "--append", "--file", file, *options], cwd=built.folder, check=True)
    sha256 = hashlib.sha256((built.folder / file).read_bytes()).hexdigest()
    name = {"built.tar": "SHA256", "tools.tar": "TOOLS_SHA256"}[file]
    return {name: sha256}


def test_what_was_built_is_packed_with_the_image_that_it_was_built_in(built: Runner) -> None:
    assert built.output["image"] == "sha256:1234"
    with tarfile.open(built.folder / "built.tar") as archive:
        names = {each.name for each in archive if each.isfile()}
    assert names == {
        "cache/layers/f00/layer.zip",
        "cache/checks/abc.json",
        "project/dist/tiny.zip",
        "project/dist/tiny.json",
        "project/dist/tiny.cdx.json",
    }


def test_of_layers_of_two_images_none_is_named_for_both(built: Runner) -> None:
    other = json.dumps({"image": {"digest": "sha256:5678"}})
    (built.folder / "project/dist/other.json").write_text(other)
    (built.folder / "output").unlink()
    assert built.run("pipeline.yml", "build", "Pack") == 0
    assert built.output["image"] == ""


@pytest.mark.parametrize("job", ["attest", "deploy", "promote"])
def test_what_was_built_is_unpacked_elsewhere(built: Runner, tools: str, tmp_path: Path, job: str) -> None:
    runner = brought(built, tmp_path / "there")
    assert runner.run("pipeline.yml", job, "Unpack", **_expected(built, tools)) == 0
    assert (runner.folder / "project/dist/tiny.zip").read_text() == "the layer"
    assert (runner.folder / "tools").exists() == (job != "attest")


@pytest.mark.parametrize("job", ["attest", "deploy", "promote"])
def test_what_a_build_packs_besides_is_not_unpacked(built: Runner, tools: str, tmp_path: Path, job: str) -> None:
    (built.folder / "project/deploy").mkdir()
    (built.folder / "project/deploy/__main__.py").write_text("evil")
    expected = _expected(built, tools) | repacked(built, "built.tar", "project/deploy/__main__.py")
    runner = brought(built, tmp_path / "there")
    assert runner.run("pipeline.yml", job, "Unpack", **expected) == 0
    assert not (runner.folder / "project/deploy").exists()


@pytest.mark.parametrize("job", ["attest", "deploy", "promote"])
def test_a_link_is_refused_wherever_it_leads(built: Runner, tools: str, tmp_path: Path, job: str) -> None:
    (built.folder / "project/dist/away").symlink_to("../..")
    expected = _expected(built, tools) | repacked(built, "built.tar", "project/dist/away")
    runner = brought(built, tmp_path / "there")
    assert runner.run("pipeline.yml", job, "Unpack", **expected) != 0
    assert not (runner.folder / "project").exists()


@pytest.mark.parametrize("job", ["attest", "deploy", "promote"])
@pytest.mark.parametrize("file", ["built.tar", "tools.tar"])
def test_other_bytes_are_not_unpacked(built: Runner, tools: str, tmp_path: Path, job: str, file: str) -> None:
    runner = brought(built, tmp_path / "there")
    with (runner.folder / file).open("ab") as archive:
        archive.write(b"\0")
    assert runner.run("pipeline.yml", job, "Unpack", **_expected(built, tools)) != 0
    assert not (runner.folder / "project").exists()


@pytest.mark.parametrize("file", ["built.tar", "tools.tar"])
@pytest.mark.parametrize("job", ["deploy", "promote"])
def test_what_is_not_attested_by_this_workflow_on_this_commit_is_not_unpacked(
    built: Runner, tools: str, tmp_path: Path, job: str, file: str
) -> None:
    runner = brought(built, tmp_path / "there")
    refused = f"attestation verify {file}"
    assert runner.run("pipeline.yml", job, "Unpack", **_expected(built, tools), GH_REFUSES=refused) != 0
    assert not (runner.folder / "project").exists()
    assert "--repo octo/bot --source-digest c0ffee" in runner.asked
    assert "--signer-workflow octo/channelwright/.github/workflows/pipeline.yml --signer-digest cafe" in runner.asked


@pytest.mark.parametrize("job", ["deploy", "promote"])
def test_the_variables_of_an_environment_reach_the_stage_as_they_are(tmp_path: Path, job: str) -> None:
    runner = Runner(tmp_path / "there")
    (runner.folder / "project").mkdir()
    variables = {"DISCORD_PUBLIC_KEY": "ab" * 32, "GREETING": 'it\'s "so" $HOME \\ #1\nand on'}
    done = runner.run("pipeline.yml", job, "Hand", VARIABLES=json.dumps(variables), STAGE="dev")
    assert done == 0
    assert with_secrets({}, runner.folder / "project", "dev") == variables


def test_the_credentials_for_the_stage_that_is_read_are_a_profile_of_their_own(tmp_path: Path) -> None:
    runner = Runner(tmp_path / "there")
    (runner.folder / "temp").mkdir()
    given = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "a/b+c%d", "AWS_SESSION_TOKEN": "t=="}
    assert runner.run("pipeline.yml", "promote", "Keep", **given) == 0
    kept = runner.folder / "temp" / "source-credentials"
    assert kept.stat().st_mode & 0o077 == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(kept))
        patch.setenv("AWS_ACCESS_KEY_ID", "of the stage that is changed")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        found, own = (each.get_credentials() for each in (boto3.Session(profile_name="source"), boto3.Session()))
    assert found
    assert own
    assert (found.access_key, found.secret_key, found.token) == tuple(given.values())
    assert own.access_key == "of the stage that is changed"


def test_an_update_commits_the_lock_and_the_image_and_nothing_else(tmp_path: Path) -> None:
    origin, work = tmp_path / "origin.git", tmp_path / "work"
    runner = Runner(tmp_path / "there", work)
    _git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    _git(tmp_path, "clone", "--quiet", str(origin), str(work))
    for name in ("requirements.txt", "config/pipeline.yaml", "src/bot.py"):
        (work / name).parent.mkdir(exist_ok=True)
        (work / name).write_text("before\n")
    _git(work, "add", ".")
    _git(work, "commit", "--quiet", "--message", "before")
    _git(work, "push", "--quiet", "origin", "HEAD:main")
    for name in ("requirements.txt", "src/bot.py"):
        (work / name).write_text("after\n")
    assert runner.run("update-dependencies.yml", "update", "See what changed") == 0
    assert runner.output == {"changed": "true"}
    (runner.folder / "temp").mkdir()
    shutil.move(work / "update", runner.folder / "temp" / "update")
    # As if a package that was built with had got hold of the patch.
    with (runner.folder / "temp/update/update.patch").open("a") as patch:
        patch.write(_git(work, "diff", "--", "src/bot.py"))
    _git(work, "checkout", "--quiet", "--", ".")
    assert runner.run("update-dependencies.yml", "propose", "Commit", BRANCH="update-dependencies") == 0
    changed = _git(origin, "diff", "--name-only", "main", "update-dependencies")
    assert changed == "requirements.txt\n"


def test_an_update_without_changes_proposes_nothing(tmp_path: Path) -> None:
    runner = Runner(tmp_path / "there")
    _git(runner.folder, "init", "--quiet")
    for name in ("requirements.txt", "config/pipeline.yaml"):
        (runner.folder / name).parent.mkdir(exist_ok=True)
        (runner.folder / name).write_text("same\n")
    _git(runner.folder, "add", "requirements.txt", "config")
    _git(runner.folder, "commit", "--quiet", "--message", "before")
    assert runner.run("update-dependencies.yml", "update", "See what changed") == 0
    assert not (runner.folder / "output").exists()


@pytest.mark.parametrize(("number", "verb"), [("", "create --head update-dependencies"), ("7", "edit 7")])
def test_an_open_pull_request_gets_the_new_text_and_none_is_opened_beside_it(
    tmp_path: Path, number: str, verb: str
) -> None:
    runner = Runner(tmp_path / "there")
    done = runner.run("update-dependencies.yml", "propose", "Open", BRANCH="update-dependencies", GH_OPEN=number)
    assert done == 0
    listed, written, started = runner.asked.splitlines()
    assert listed.startswith("pr list --head update-dependencies --state open")
    assert written.startswith(f"pr {verb} ")
    assert started == "workflow run ci.yml --ref update-dependencies"


@pytest.mark.parametrize("job", ["deploy", "promote"])
def test_a_release_of_the_pipeline_is_known_by_its_commit(job: str, built: Runner, tools: str, tmp_path: Path) -> None:
    there = brought(built, tmp_path / "there")
    expected = _expected(built, tools) | {"SIGNER_DIGEST": "v1.2.3"}
    assert there.run("pipeline.yml", job, "Unpack", **expected) == 0
    verified = [line for line in there.asked.splitlines() if line.startswith("attestation verify")]
    assert len(verified) == 2
    assert all("--signer-digest c0de " in line for line in verified)


def _expected(built: Runner, tools: str) -> dict[str, str]:
    return {
        "SHA256": built.output["sha256"],
        "TOOLS_SHA256": tools,
        "SIGNER": "octo/channelwright",
        "SIGNER_DIGEST": "cafe",
    }


def _git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout
