"""What earlier versions of the pipeline published, made by them, each in a folder named by its commit; see make.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

FOLDERS = sorted(path.parent for path in Path(__file__).parent.glob("*/aws.json"))


@dataclass(frozen=True)
class PublishedBefore:
    """A layer of two versions, and two functions with two releases; the second is live."""

    folder: Path

    @property
    def aws(self) -> Any:
        return json.loads((self.folder / "aws.json").read_text(encoding="utf-8"))

    def layer(self, version: int) -> bytes:
        return (self.folder / f"tiny-layer-{version}.zip").read_bytes()

    def manifest(self, version: int) -> bytes:
        return (self.folder / f"dist-{version}" / "tiny-layer.json").read_bytes()

    def restore(self, functions: LambdaClient, role: str) -> None:
        """Make an account as it was left: layers, function versions and aliases with their descriptions."""
        for layer in self.aws["layers"]:
            told = {key: value for key, value in layer.items() if key != "zip"}
            content = {"ZipFile": (self.folder / layer["zip"]).read_bytes()}
            functions.publish_layer_version(LayerName="tiny-layer", Content=content, **told)  # type: ignore[arg-type]
        for function in self.aws["functions"]:
            self._function(functions, role, function)

    def _function(self, functions: LambdaClient, role: str, function: dict[str, Any]) -> None:
        name = function["name"]
        first = function["versions"][0]
        code = {"ZipFile": (self.folder / first["code"]).read_bytes()}
        functions.create_function(FunctionName=name, Role=role, Code=code, **first["configuration"])  # type: ignore[arg-type]
        arns = {
            str(each["Version"]): each["LayerVersionArn"]
            for each in functions.list_layer_versions(LayerName="tiny-layer")["LayerVersions"]
        }
        for version in function["versions"]:
            functions.update_function_code(
                FunctionName=name, ZipFile=(self.folder / version["code"]).read_bytes(), Publish=False
            )
            kept = {key: value for key, value in version["configuration"].items() if key != "Architectures"}
            layers = [arns[number] for number in version["layers"]]
            functions.update_function_configuration(FunctionName=name, Layers=layers, **kept)
            functions.publish_version(FunctionName=name, Description=version["description"])
        functions.create_alias(FunctionName=name, **function["alias"])
