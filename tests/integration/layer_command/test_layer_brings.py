"""What a layer brings beside packages, and what the runtime does: tools, extensions, boto3."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.deploy.layer.tiny_program import program
from tests.integration.small_project import ROOT, Run, manifest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.container


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
