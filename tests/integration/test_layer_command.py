"""`python -m deploy layer` as a user runs it, on a project that is not this one."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from deploy.configuration import load
from deploy.console import Console
from deploy.container.digest import image_digest
from deploy.errors import BuildError
from deploy.prepare import Choices, Prepared, prepare
from tests.deploy.layer.tiny_program import program

ROOT = Path(__file__).parents[2]
CONFIG = """
layers:
  tiny: {trim: {debug-symbols: true}}
functions:
  hello: {name: hello, handler: app.handler, layers: [tiny]}
"""
HANDLER = """
import yaml

def handler(event, context):
    return yaml.safe_load("answer: 42")
"""

pytestmark = pytest.mark.container


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


def make_project(folder: Path) -> Path:
    for path, text in {
        "config/pipeline.yaml": CONFIG,
        "requirements.txt": locked("pyyaml"),
        "Dockerfile.layer": (ROOT / "Dockerfile.layer").read_text(encoding="utf-8"),
        "src/app.py": HANDLER,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def locked(name: str) -> str:
    """Return the lines of this project's lock that lock one distribution."""
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{name}==.*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)
    assert found
    return found[0]


class Run:
    """One run of the command, in a process of its own."""

    def __init__(self, project: Path, cache: Path, *arguments: str, **environment: str) -> None:
        self.done = subprocess.run(
            [sys.executable, "-m", "deploy", "--project", str(project), "layer", *arguments],
            env={**os.environ, "CHANNELWRIGHT_CACHE": str(cache), "PYTHONPATH": str(ROOT), **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        self.out, self.err, self.code = self.done.stdout, self.done.stderr, self.done.returncode

    def must(self, code: int = 0) -> Run:
        assert self.code == code, f"{self.code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.err
        return self


def manifest(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project / "dist" / "tiny.json").read_text(encoding="utf-8"))
    return found


def test_a_project_is_built_verified_and_described_and_then_nothing_is_left_to_do(project: Path, cache: Path) -> None:
    first = Run(project, cache, "--no-cache").must()
    assert "building (--no-cache)" in first.out
    assert "built and verified" in first.out
    papers = sorted(path.name for path in (project / "dist").iterdir())
    assert papers == ["code.zip", "tiny.cdx.json", "tiny.json", "tiny.zip"]
    described = manifest(project)
    assert described["verification"]["imported"]
    assert described["image"]["digest"].startswith("sha256:")
    bom = json.loads((project / "dist" / "tiny.cdx.json").read_text(encoding="utf-8"))
    assert [component["name"] for component in bom["components"]] == ["pyyaml"]
    second = Run(project, cache).must()
    assert "unchanged, verified before" in second.out
    assert manifest(project) == described


def test_a_layer_without_sources_is_proven_though_some_wheels_do_not_name_their_top_levels(
    project: Path, cache: Path
) -> None:
    (project / "requirements.txt").write_text(locked("idna") + locked("pyyaml"), encoding="utf-8")
    sourceless = CONFIG.replace("trim: {", "bytecode: sourceless, trim: {")
    (project / "config/pipeline.yaml").write_text(sourceless, encoding="utf-8")
    Run(project, cache).must()
    with ZipFile(project / "dist/tiny.zip") as archive:
        named = {name for name in archive.namelist() if name.endswith("top_level.txt")}
        assert {name.split("/")[1].split("-")[0].lower() for name in named} == {"idna", "pyyaml"}
        assert archive.read(next(name for name in named if "idna" in name)) == b"idna\n"


def test_a_run_without_changes_needs_no_engine_when_the_image_is_pinned(
    project: Path, cache: Path, runtime_image: str
) -> None:
    known = image_digest(runtime_image, os.environ)
    assert known
    Run(project, cache, CHANNELWRIGHT_RUNTIME_IMAGE=known.digest).must()
    again = Run(project, cache, CHANNELWRIGHT_RUNTIME_IMAGE=known.digest, DOCKER_HOST="unix:///nowhere.sock").must()
    assert "unchanged, verified before" in again.out


def test_code_of_another_python_than_this_one_is_read_by_its_own_in_the_image_and_once(
    project: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {**os.environ, "CHANNELWRIGHT_CACHE": str(cache)}
    (project / "config/pipeline.yaml").write_text(f"{CONFIG}code: {{documentation: false}}\n", encoding="utf-8")
    (project / "src/app.py").write_text(f"# What it is for.\n{HANDLER}", encoding="utf-8")

    def shipped() -> tuple[str, str]:
        said = StringIO()
        code = prepare(load(project, environment), Choices(), environment, Console(said)).code["hello"]
        assert b"What it is for" not in code.files["app.py"]
        return code.sha256, said.getvalue()

    by_itself, said = shipped()
    assert "read the code with" not in said
    monkeypatch.setattr("deploy.code.sources.HERE", "python3.14")
    monkeypatch.setattr("deploy.code.bundle.HERE", "python3.14")
    by_its_own, said = shipped()
    assert "read the code with python3.11 in" in said
    assert by_its_own == by_itself
    assert "read the code with" not in shipped()[1]
    (project / "src/app.py").write_text("def handler(event, context):\n", encoding="utf-8")
    with pytest.raises(BuildError, match=r"src/app\.py:1: expected an indented block"):
        shipped()


def test_a_deploying_job_ships_what_was_built_elsewhere_and_makes_nothing(
    project: Path, cache: Path, tmp_path: Path, runtime_image: str
) -> None:
    known = image_digest(runtime_image, os.environ)
    assert known
    Run(project, cache, CHANNELWRIGHT_RUNTIME_IMAGE=known.digest).must()
    for part in ("layers", "checks"):
        shutil.copytree(cache / part, tmp_path / "brought" / part)
    there = make_project(tmp_path / "another" / "checkout")
    environment = {
        "CHANNELWRIGHT_CACHE": str(tmp_path / "brought"),
        "CHANNELWRIGHT_RUNTIME_IMAGE": known.digest,
        "DOCKER_HOST": "unix:///nowhere.sock",
    }

    def shipped() -> Prepared:
        return prepare(load(there, environment), Choices(only_built=True), environment, Console())

    assert [layer.built.sha256 for layer in shipped().layers] == [manifest(project)["zip"]["sha256"]]
    (there / "src" / "app.py").write_text(HANDLER.replace("42", "43"), encoding="utf-8")
    with pytest.raises(BuildError, match="the code: would have to be made: it was not tried on these layers"):
        shipped()
    (there / "requirements.txt").write_text(locked("six"), encoding="utf-8")
    with pytest.raises(BuildError, match="tiny: would have to be made"):
        shipped()


def test_a_source_change_tries_the_code_again_and_leaves_the_layer_alone(project: Path, cache: Path) -> None:
    Run(project, cache).must()
    (project / "src" / "app.py").write_text(HANDLER.replace("42", "43"), encoding="utf-8")
    run = Run(project, cache).must()
    assert "try code.zip on its layers" in run.out
    assert "unchanged, verified before" in run.out


def test_two_builds_in_different_folders_without_a_cache_give_the_same_bytes(tmp_path: Path, cache: Path) -> None:
    here, there = make_project(tmp_path / "here"), make_project(tmp_path / "far" / "away")
    Run(here, cache, "--no-cache").must()
    Run(there, tmp_path / "another-cache", "--no-cache").must()
    assert (here / "dist" / "tiny.zip").read_bytes() == (there / "dist" / "tiny.zip").read_bytes()


def test_a_miss_says_which_input_changed(project: Path, cache: Path) -> None:
    Run(project, cache).must()
    config = project / "config" / "pipeline.yaml"
    config.write_text(CONFIG.replace("trim:", "bytecode: sourceless, trim:"), encoding="utf-8")
    assert "building (changed: policy)" in Run(project, cache).must().out


def test_a_damaged_cache_is_noticed_and_built_anew(project: Path, tmp_path: Path, cache: Path) -> None:
    own = tmp_path / "cache"
    shutil.copytree(cache, own)
    Run(project, own).must()
    for zipped in (own / "layers").glob("*/layer.zip"):
        zipped.write_bytes(zipped.read_bytes()[:-1] + b"?")
    run = Run(project, own).must()
    assert "building (the cached zip is damaged" in run.out


def test_a_handler_that_cannot_import_is_refused_with_its_reason(project: Path, cache: Path) -> None:
    (project / "src" / "app.py").write_text("import numpy\n" + HANDLER, encoding="utf-8")
    run = Run(project, cache).must(code=1)
    assert "No module named 'numpy'" in run.err
    assert "functions.hello" in run.err


def test_a_wheel_that_is_not_the_locked_one_is_refused(project: Path, tmp_path: Path) -> None:
    lock = re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", locked("pyyaml"))
    (project / "requirements.txt").write_text(lock, encoding="utf-8")
    run = Run(project, tmp_path / "empty-cache").must(code=1)
    assert "DO NOT MATCH THE HASHES" in run.err
    assert "nox -s lock" in run.err


def test_without_an_engine_one_message_says_what_to_do(project: Path, tmp_path: Path) -> None:
    run = Run(project, tmp_path / "empty-cache", DOCKER_HOST="unix:///nowhere.sock").must(code=1)
    assert "nox -s engine" in run.err
    assert "--backend host" in run.err


def test_wrong_usage_exits_with_2(project: Path, cache: Path) -> None:
    assert "--backend: moon: is none of the choices" in Run(project, cache, "--backend", "moon").must(code=2).err


def test_a_layer_that_fails_its_verification_never_reaches_dist(project: Path, cache: Path) -> None:
    Run(project, cache).must()
    before = (project / "dist" / "tiny.zip").read_bytes()
    config = project / "config" / "pipeline.yaml"
    config.write_text(
        CONFIG.replace("{debug-symbols: true}", '{exclude: {"yaml/reader.py": why not}}'), encoding="utf-8"
    )
    run = Run(project, cache).must(code=1)
    assert "No module named 'yaml.reader'" in run.err
    assert (project / "dist" / "tiny.zip").read_bytes() == before
    assert manifest(project)["zip"]["sha256"] == hashlib.sha256(before).hexdigest()


def test_a_zip_in_dist_that_was_tampered_with_is_replaced(project: Path, cache: Path) -> None:
    Run(project, cache).must()
    good = (project / "dist" / "tiny.zip").read_bytes()
    (project / "dist" / "tiny.zip").write_bytes(b"other")
    Run(project, cache).must()
    assert (project / "dist" / "tiny.zip").read_bytes() == good


def test_a_damaged_record_of_passed_checks_proves_nothing(project: Path, tmp_path: Path, cache: Path) -> None:
    own = tmp_path / "cache"
    shutil.copytree(cache, own)
    Run(project, own).must()
    for kept in (own / "checks").iterdir():
        kept.write_text("garbage", encoding="utf-8")
    run = Run(project, own).must()
    assert "verify the final zip" in run.out
    assert "try code.zip on its layers" in run.out


def test_on_a_host_a_layer_of_another_architecture_is_audited_and_said_not_to_be_tried(
    project: Path, cache: Path
) -> None:
    other = "x86_64" if platform.machine() in {"aarch64", "arm64"} else "arm64"
    config = f"architectures: [{other}]\nlayers: {{tiny: {{}}}}\n"
    (project / "config" / "pipeline.yaml").write_text(config, encoding="utf-8")
    run = Run(project, cache, "--backend", "host").must()
    assert f"{other}: audited, not imported: this machine is " in run.out
    assert manifest(project)["verification"]["imported"] is False
    assert manifest(project)["verification"]["not_imported"].startswith("this machine is ")
    assert manifest(project)["built_in_runtime_image"] is False


def test_a_function_takes_boto3_from_the_runtime_without_any_layer(project: Path, cache: Path) -> None:
    (project / "requirements.txt").unlink()
    (project / "Dockerfile.layer").unlink()
    (project / "src/app.py").write_text(
        "import boto3\n\ndef handler(event, context):\n    return boto3.client('sqs').meta.service_model.service_name\n"
    )
    config = project / "config/pipeline.yaml"
    config.write_text("functions: {hello: {name: hello, handler: app.handler, trial: {}}}\n")
    refused = Run(project, cache).must(1)
    assert "No module named 'boto3'" in refused.err
    assert "`runtime-provides: [boto3]`" in refused.err
    config.write_text(config.read_text() + "runtime-provides: [boto3]\n")
    done = Run(project, cache).must()
    assert "hello answered on the final zips" in done.out
    versions = re.search(r"the runtime's own, which AWS changes: boto3 [0-9.]+, botocore [0-9.]+", done.out)
    assert versions
    assert versions[0] in Run(project, cache).must().out
    assert sorted(path.name for path in (project / "dist").iterdir()) == ["code.zip"]


def test_a_layer_says_which_versions_the_runtime_has_beside_it(project: Path, cache: Path) -> None:
    config = project / "config/pipeline.yaml"
    config.write_text("layers: {tiny: {}}\nruntime-provides: [boto3]\n")
    Run(project, cache).must()
    assert manifest(project)["verification"]["runtime_provides"].keys() >= {"boto3", "botocore", "urllib3"}
    config.write_text("layers: {tiny: {}}\nruntime-provides: [boto4]\n")
    assert "boto4 is not among what python3.11 brings itself" in Run(project, cache).must(1).err


TOOL_CONFIG = """
layers:
  tiny: {files: {bin/hello: native/hello, lib/: native/lib/}}
functions:
  hello: {name: hello, handler: app.handler, layers: [tiny], trial: {}}
"""
RUNS_A_TOOL = """
import subprocess, yaml

def handler(event, context):
    said = subprocess.run(["hello"], capture_output=True, text=True, check=True).stdout
    if said != "it runs\\n":
        raise ValueError(said)
    return open("/opt/lib/words.txt").read()
"""


def tool(project: Path, content: bytes) -> None:
    for path, each in {"native/hello": content, "native/lib/words.txt": b"words"}.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_bytes(each)
    (project / "native/hello").chmod(0o755)
    (project / "config/pipeline.yaml").write_text(TOOL_CONFIG)
    (project / "src/app.py").write_text(RUNS_A_TOOL)


def test_a_function_runs_a_native_tool_of_its_layer_and_show_diff_and_manifest_name_it(
    project: Path, cache: Path
) -> None:
    tool(project, program())
    done = Run(project, cache).must()
    assert "hello answered on the final zips" in done.out
    described = {each["path"]: each for each in manifest(project)["own_files"]}
    assert described["bin/hello"]["executable"]
    assert described["bin/hello"]["sha256"] == hashlib.sha256(program()).hexdigest()
    bom = json.loads((project / "dist/tiny.cdx.json").read_text(encoding="utf-8"))
    assert {"bin/hello", "lib/words.txt", "pyyaml"} == {each["name"] for each in bom["components"]}
    shutil.copy(project / "dist/tiny.zip", project / "before.zip")
    tool(project, program("something else\n"))
    refused = Run(project, cache)
    assert refused.code == 1
    assert "functions.hello: app.handler: ValueError: something else" in refused.err
    shown = subprocess.run(
        [sys.executable, "-m", "deploy", "--project", str(project), "diff", str(project / "before.zip"), "local"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "bin/hello" in shown
    assert "lib/words.txt" not in shown


def test_an_extension_is_started_with_the_function_and_one_that_ends_is_refused(project: Path, cache: Path) -> None:
    tool(project, program())
    started = """#!/var/lang/bin/python3.11
import json, os, pathlib, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2020-01-01/extension"
pathlib.Path("/tmp/started").write_text("yes")
events = json.dumps({"events": ["INVOKE", "SHUTDOWN"]}).encode()
request = urllib.request.Request(f"{api}/register", events, {"Lambda-Extension-Name": "agent"})
own = urllib.request.urlopen(request).headers["Lambda-Extension-Identifier"]
while True:
    headers = {"Lambda-Extension-Identifier": own}
    with urllib.request.urlopen(urllib.request.Request(f"{api}/event/next", headers=headers)) as answer:
        if json.load(answer)["eventType"] == "SHUTDOWN":
            break
"""
    agent = project / "native/agent"
    agent.write_text(started)
    agent.chmod(0o755)
    config = project / "config/pipeline.yaml"
    config.write_text(config.read_text().replace("lib/: native/lib/", "extensions/agent: native/agent"))
    code = "import os\n\ndef handler(event, context):\n    return os.stat('/tmp/started').st_size\n"
    (project / "src/app.py").write_text(code)
    assert "hello answered on the final zips" in Run(project, cache).must().out
    agent.write_text("#!/bin/sh\nexit 3\n")
    assert "the extension agent ended: exit status 3" in Run(project, cache).must(1).err
