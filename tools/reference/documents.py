"""The JSON schemas that are made from the types of documents: the manifests, and what each command's --json prints."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from pkgutil import iter_modules

from deploy.commands import output
from deploy.documents.schemas import schema
from deploy.inside import inventory
from deploy.layer.manifest import build, travelling

OUTPUTS = Path("deploy/commands/output")
MANIFESTS = {
    Path("deploy/manifest.schema.json"): (build.BuildManifest, "Manifest of a layer, dist/LAYER.json", build.FORMAT),
    Path("deploy/layer/manifest/travelling-manifest.schema.json"): (
        travelling.TravellingManifest,
        "Manifest inside a layer, channelwright/LAYER.json",
        inventory.FORMAT,
    ),
}


def outputs() -> dict[str, type]:
    """Return the type of what `--json` prints, by command."""
    modules = [importlib.import_module(f"{output.__name__}.{each.name}") for each in iter_modules(output.__path__)]
    found = {module.__name__.rpartition(".")[2]: module for module in modules if hasattr(module, "DOCUMENT")}
    return {name.replace("_", "-"): module.DOCUMENT for name, module in sorted(found.items())}


def schemas() -> dict[Path, str]:
    """Return the text of every schema that is made, by its path in the project."""
    made = {path: schema(*each) for path, each in MANIFESTS.items()}
    for name, kind in outputs().items():
        made[OUTPUTS / f"{name}.schema.json"] = schema(kind, f"Output of `{name} --json`")
    return {path: json.dumps(each, indent=2) + "\n" for path, each in made.items()}
