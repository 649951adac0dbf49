"""Makes a folder of tests/published_before: what a version of the pipeline builds, and leaves in an emulated AWS.

In a checkout of that version, with a container engine and the runtime image:

    python PATH/OF/make.py FOLDER

A layer is built and deployed with two functions, then again with one distribution more. FOLDER gets each build's
papers, every layer version's zip, the code, and aws.json: descriptions, aliases and configurations as AWS has them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3
import requests

HERE = Path.cwd()
sys.path.insert(0, str(HERE))
NAMES = ("tiny_bot-dev", "tiny_worker-dev")
CONFIG = """
layers: {tiny-layer: {license: MIT}}
functions:
  bot: {name: tiny_bot, handler: bot.handler, layers: [tiny-layer], health: {tiny: health}}
  worker: {name: tiny_worker, handler: worker.handler, layers: [tiny-layer], health: {tiny: health}}
template: template.yaml
stages:
  dev: {region: eu-central-1, stack: tiny-dev, suffix: -dev, parameters: {Greeting: hello}}
"""
KEPT = ("Runtime", "Handler", "MemorySize", "Timeout", "Environment", "Architectures")


def main(folder: Path) -> None:
    from tests.integration.aws import emulated_aws
    from tests.integration.shipment import HANDLER

    handler = HANDLER.replace('"__pycache__" not in path.parts', 'not path.match("__pycache__/[bw]o*.pyc")')
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as home, emulated_aws(Path(home)) as aws:
        os.environ |= aws.environment
        project = Path(home) / "project"
        for number, packages in enumerate((["six"], ["jmespath", "six"]), 1):
            _write(project, packages, handler.format(release=f"release {number}"))
            _run(project, "deploy", "--stage", "dev")
            papers = folder / f"dist-{number}"
            papers.mkdir()
            for path in (project / "dist").glob("tiny-layer*.json"):
                (papers / path.name).write_bytes(path.read_bytes())
        (folder / "aws.json").write_text(json.dumps(_recorded(boto3.client("lambda"), folder), indent=1) + "\n")


def _write(project: Path, packages: list[str], handler: str) -> None:
    lock = (HERE / "requirements.txt").read_text()
    pins = [re.search(rf"^{name}==.*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL) for name in packages]
    for path, text in {
        "config/pipeline.yaml": CONFIG,
        "requirements.txt": "".join(pin[0] for pin in pins if pin),
        "Dockerfile.layer": (HERE / "Dockerfile.layer").read_text(),
        "template.yaml": (HERE / "tests/integration/release/tiny.yaml").read_text(),
        "src/bot.py": handler,
        "src/worker.py": handler,
    }.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)


def _run(project: Path, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(HERE), "CHANNELWRIGHT_CACHE": str(project.parent / "cache")}
    command = [sys.executable, "-m", "deploy", "--project", str(project), *arguments]
    subprocess.run(command, check=True, env=environment)


def _recorded(functions: Any, folder: Path) -> dict[str, Any]:
    """Return what AWS has, with the bytes in files beside it."""
    layers = functions.list_layer_versions(LayerName="tiny-layer")["LayerVersions"]
    found: dict[str, Any] = {"layers": [], "functions": []}
    for each in sorted(layers, key=lambda each: each["Version"]):
        there = functions.get_layer_version(LayerName="tiny-layer", VersionNumber=each["Version"])
        name = f"tiny-layer-{each['Version']}.zip"
        (folder / name).write_bytes(requests.get(there["Content"]["Location"], timeout=30).content)
        kept = ("Description", "LicenseInfo", "CompatibleRuntimes", "CompatibleArchitectures")
        found["layers"].append({"zip": name} | {key: there[key] for key in kept if key in there})
    for name in NAMES:
        versions = functions.list_versions_by_function(FunctionName=name)["Versions"]
        alias = functions.get_alias(FunctionName=name, Name="live")
        found["functions"].append(
            {
                "name": name,
                "alias": {key: alias[key] for key in ("Name", "FunctionVersion", "Description")},
                "versions": [_version(functions, folder, each) for each in versions if each["Version"] != "$LATEST"],
            }
        )
    return found


def _version(functions: Any, folder: Path, each: dict[str, Any]) -> dict[str, Any]:
    there = functions.get_function(FunctionName=each["FunctionName"], Qualifier=each["Version"])
    code = requests.get(there["Code"]["Location"], timeout=30).content
    name = f"code-{each['FunctionName']}-{each['Version']}.zip"
    (folder / name).write_bytes(code)
    layers = [layer["Arn"].rpartition(":")[2] for layer in each.get("Layers", ())]
    kept = {key: each[key] for key in KEPT if key in each}
    return {"description": each["Description"], "code": name, "layers": layers, "configuration": kept}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
