"""The JSON schemas that are made from the types of documents: the manifests, and what each command's --json prints."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.documents.schemas import schema
from deploy.inside import inventory
from deploy.keys.command_names import COMMANDS
from deploy.layer.manifest import build, travelling

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

OUTPUTS = Path("deploy/commands/output")
MANIFESTS = {
    Path("deploy/manifest.schema.json"): (build.BuildManifest, "Manifest of a layer, dist/LAYER.json", build.FORMAT),
    Path("deploy/layer/manifest/travelling-manifest.schema.json"): (
        travelling.TravellingManifest,
        "Manifest inside a layer, channelwright/LAYER.json",
        inventory.FORMAT,
    ),
}


def outputs() -> dict[str, type[DataclassInstance]]:
    """Return the type of what `--json` prints, by command: a command that prints any has a function `output`."""
    modules = {name: importlib.import_module(f"deploy.commands.{name.replace('-', '_')}") for name in COMMANDS}
    return {name: module.output() for name, module in modules.items() if hasattr(module, "output")}


def schemas() -> dict[Path, str]:
    """Return the text of every schema that is made, by its path in the project."""
    made = {path: schema(*each) for path, each in MANIFESTS.items()}
    for name, kind in outputs().items():
        made[OUTPUTS / f"{name}.schema.json"] = schema(kind, f"Output of `{name} --json`")
    return {path: json.dumps(each, indent=2) + "\n" for path, each in made.items()}
