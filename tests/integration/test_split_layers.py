"""Several layers from one lock, from the configuration to AWS: split, changed in one part, and put together again.

Everything is real but AWS: the wheels of this project's own lock, containers of the runtime image, and an emulated
AWS that runs the functions in such containers too, with the layers at /opt.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.integration.aws import REGION, EmulatedAws, emulated_aws, in_containers
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.shipment import zipped
from tests.integration.small_project import cache_with_wheels

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.container

ROOT = Path(__file__).parents[2]
SPLIT = "aws-sdk: {packages: {with-dependencies-of: [boto3]}, trim: {botocore-data: [sqs, sts]}}\n  app: {}"
OTHER_IDNA = ("idna", "3.10", "946d195a0d259cbba61165e88e65941f16e9b36ea6ddb97f00452bae8b1287d3")
WHOLE = "app: {trim: {botocore-data: [sqs, sts]}}"
CONFIG = """
layers:
  LAYERS
functions:
  api: {name: api, handler: app.handler, layers: [ATTACHED], health: {probe: health}}
stages:
  dev: {region: eu-central-1, stack: split-dev}
"""
# Tells where its modules come from, and answers the health event with the digests of what it finds.
HANDLER = """
import hashlib, os

import boto3, requests

def digest(root):
    lines = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if root == "/opt" or name != "__pycache__"]  # the emulator's is writable
        for name in names:
            path = os.path.join(folder, name)
            content = hashlib.sha256(open(path, "rb").read()).hexdigest()
            lines.append((os.path.relpath(path, root), content))
    text = "".join(f"{content}  {path}\\n" for path, content in sorted(lines))
    return hashlib.sha256(text.encode()).hexdigest()

def handler(event, context):
    if event.get("probe"):
        return {"code": digest("/var/task"), "layers": digest("/opt")}
    return {"homes": [boto3.__file__, requests.__file__], "manifests": sorted(os.listdir("/opt/channelwright"))}
"""


@dataclass(frozen=True)
class Project:
    """A project of the lock's packages, and an AWS with its function."""

    folder: Path
    cache: Path
    aws: EmulatedAws

    def configured(self, layers: str, attached: str) -> None:
        text = CONFIG.replace("LAYERS", layers).replace("ATTACHED", attached)
        (self.folder / "config" / "pipeline.yaml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str, code: int = 0) -> str:
        environment = {**os.environ, **self.aws.environment, "CHANNELWRIGHT_CACHE": str(self.cache)}
        done = subprocess.run(
            [sys.executable, "-m", "deploy", "--project", str(self.folder), *arguments],
            env={**environment, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def deploy(self) -> str:
        return self.run("deploy", "--stage", "dev")

    @property
    def functions(self) -> Any:
        session = boto3.Session("test", "test", region_name=REGION)
        return session.client("lambda", endpoint_url=self.aws.url)

    def published(self) -> dict[str, list[int]]:
        names = [each["LayerName"] for each in self.functions.list_layers()["Layers"]]
        pages = {name: self.functions.list_layer_versions(LayerName=name)["LayerVersions"] for name in names}
        return {name: sorted(each["Version"] for each in found) for name, found in pages.items()}

    def attached(self) -> list[str]:
        live = self.functions.get_function_configuration(FunctionName="api", Qualifier="live")
        return [":".join(each["Arn"].split(":")[-2:]) for each in live["Layers"]]

    def answer(self) -> Any:
        return json.loads(self.functions.invoke(FunctionName="api", Qualifier="live", Payload=b"{}")["Payload"].read())

    def locked(self, name: str) -> set[str]:
        manifest = json.loads((self.folder / "dist" / f"{name}.json").read_text(encoding="utf-8"))
        return {package["name"] for package in manifest["packages"]}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory, runtime_image: str) -> Iterator[EmulatedAws]:
    with emulated_aws(tmp_path_factory.mktemp("ministack"), settling=0, **in_containers(runtime_image)) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, aws: EmulatedAws, shared: Path) -> Project:
    aws.reset()
    made = Project(tmp_path / "project", cache_with_wheels(tmp_path / "cache", shared), aws)
    for path, text in {
        "config/pipeline.yaml": "",
        "requirements.txt": (ROOT / "requirements.txt").read_text(encoding="utf-8"),
        "Dockerfile.layer": (ROOT / "Dockerfile.layer").read_text(encoding="utf-8"),
        "src/app.py": HANDLER,
    }.items():
        (made.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (made.folder / path).write_text(text, encoding="utf-8")
    made.functions.create_function(
        FunctionName="api",
        Runtime="python3.11",
        Handler="app.handler",
        Role=ROLE,
        Code={"ZipFile": zipped({"app.py": PLACEHOLDER})},
        Publish=True,
    )
    made.functions.create_alias(FunctionName="api", Name="live", FunctionVersion="1")
    return made


def test_layers_are_split_changed_one_by_one_and_put_together_again(project: Project) -> None:
    project.configured(SPLIT, "aws-sdk, app")
    out = project.deploy()
    assert "layer     aws-sdk, a new version" in out
    assert "layer     app, a new version" in out
    sdk = {"boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"}
    assert project.locked("aws-sdk") == sdk
    assert {"requests", "pynacl", "certifi"} <= project.locked("app")
    assert not project.locked("app") & sdk
    assert project.attached() == ["aws-sdk:1", "app:1"]
    assert project.answer() == {
        "homes": ["/opt/python/boto3/__init__.py", "/opt/python/requests/__init__.py"],
        "manifests": ["app.json", "aws-sdk.json"],
    }

    _relocked(project, *OTHER_IDNA)
    out = project.deploy()
    assert "layer     aws-sdk:1, these bytes are published" in out
    assert "layer     app, a new version" in out
    assert "app: building (changed: lock)" in out
    assert "aws-sdk: building" not in out
    assert project.published() == {"aws-sdk": [1], "app": [1, 2]}
    assert project.attached() == ["aws-sdk:1", "app:2"]
    together = r"^api: aws-sdk, then app and the code, [\d.]+ MB of 262 MB unzipped$"
    assert re.search(together, project.run("layer"), re.MULTILINE)

    project.configured(WHOLE, "app")
    project.deploy()
    assert project.published() == {"aws-sdk": [1], "app": [1, 2, 3]}
    assert project.attached() == ["app:3"]
    assert project.answer()["manifests"] == ["app.json"]


def _relocked(project: Project, name: str, version: str, sha256: str) -> None:
    """Lock another version of one distribution."""
    lock = project.folder / "requirements.txt"
    entry = f"{name}=={version} \\\n    --hash=sha256:{sha256}\n    # via requests\n"
    pattern = rf"^{name}==.*?(?=^\S|\Z)"
    text = lock.read_text(encoding="utf-8")
    lock.write_text(re.sub(pattern, lambda _: entry, text, flags=re.MULTILINE | re.DOTALL), encoding="utf-8")
