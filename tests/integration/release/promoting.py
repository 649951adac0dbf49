"""A release in dev, and its promotion."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from deploy.__main__ import main
from deploy.aws.connection import connect
from deploy.container.digest import RuntimeImage
from deploy.git import Commit
from deploy.layer.verify import restored
from deploy.prepare import Prepared
from deploy.published.descriptions import AliasNote
from deploy.settings import Stage
from tests.deploy.layer.synthetic import Made
from tests.deploy.layer.synthetic import layer as synthetic
from tests.integration.shipment import HANDLER, _evidence

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from mypy_boto3_lambda.client import LambdaClient

    from deploy.layer.values import BuiltLayer
    from tests.integration.shipment import Shop

BUILT_IN = RuntimeImage("public.ecr.aws/lambda/python:3.11", "sha256:" + "ab" * 32)


# Counts the layer's bytecode, which a real layer brings, and not what Python leaves beside the code.
PLAIN = HANDLER.replace('"__pycache__" not in path.parts', 'not path.match("__pycache__/[bw]o*.pyc")')


def promote(project: Path, *arguments: str, to: str = "prod") -> int:
    return main(["--project", str(project), "promote", "--from", "dev", "--to", to, *arguments])


def deployed(
    project: Path,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    release: str,
    *,
    handler: str = PLAIN,
    made: Made | None = None,
) -> str:
    """Deploy a layer and code to dev as if they had been built here; return the release's name."""
    built = built_layer(project / "built", made or Made())
    layer = restored(built, _evidence(built).to_json())
    prepared = Prepared(layers=(layer,), code=shop.codes(release, handler=handler), fresh=frozenset())
    monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: prepared)
    monkeypatch.setattr("deploy.release.deploy.commit", lambda _: Commit("c0ffee" * 6 + "c0de", dirty=False))
    assert main(["--project", str(project), "deploy", "--stage", "dev"]) == 0
    aws = connect(Stage(name="dev", region="eu-central-1", stack="tiny-dev"))
    alias = aws.functions.get_alias(FunctionName="tiny_bot-dev", Name="live")
    return AliasNote.parse(alias["Description"]).history[0].release


def built_layer(folder: Path, made: Made) -> BuiltLayer:
    """Make a layer that can be proven, with the manifest that a build puts into it."""
    package = asdict(made.package) | {"owns": ["tiny/", "tiny-1.0.dist-info/"]}
    manifest = {"layer": "tiny-layer", "packages": [package]}
    inside = {"channelwright/tiny-layer.json": json.dumps(manifest).encode()}
    built = synthetic(folder, made, extra=inside)
    return replace(built, spec=replace(built.spec, image=BUILT_IN, layer=replace(built.spec.layer, license="MIT")))


def answer(functions: LambdaClient, name: str) -> object:
    answer = functions.invoke(FunctionName=name, Qualifier="live", Payload=b"{}")
    return json.loads(answer["Payload"].read())["release"]
