"""A stage as it stands after a deploy, made on the spot: two functions on one layer. Tests change one thing of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from deploy.aws.aliases import AliasState
from deploy.aws.functions import FunctionState
from deploy.published import contents
from deploy.published.descriptions import AliasNote, LayerNote, Passed, VersionNote
from deploy.settings import Function, Layer, Settings
from deploy.status.values import (
    AliasStatus,
    FunctionStatus,
    LayerStatus,
    StackStatus,
    StageState,
    VersionStatus,
)
from tests.deploy.published.layers import ours, package

ARN = "arn:aws:lambda:eu-central-1:123456789012:layer:tiny:3"
RELEASE = "0123456789ab"
CODE, OPT = "c" * 64, "d" * 64
HELD = contents.read(ours([package("idna", "3.7")], {"idna/core.py": "x"}), "tiny:3")
SETTINGS = Settings(
    project=Path("/nowhere"),
    layers={"tiny": Layer(name="tiny")},
    functions={key: Function(key=key, name=key, handler="m.handler", layers=("tiny",)) for key in ("bot", "worker")},
)


def state(name: str, version: str = "2", *, runtime: str = "python3.11") -> FunctionState:
    return FunctionState(
        name=name,
        version=version,
        sha256="a" * 64,
        layers=(ARN,),
        architecture="x86_64",
        revision="",
        settling=False,
        configuration={"Handler": "m.handler", "Runtime": runtime},
        description=str(VersionNote(RELEASE, "abc", CODE, OPT)),
        size=100,
        update="Successful",
    )


def layer() -> LayerStatus:
    described = str(LayerNote(HELD.sha256[:12], "abc", "def"))
    return LayerStatus(arn=ARN, place="current", newest=3, described=described, contents=HELD)


def version(name: str, *, runtime: str = "python3.11") -> VersionStatus:
    return VersionStatus(state=state(name, runtime=runtime), layers=(layer(),), unzipped=1000, code=CODE, opt=OPT)


def function(key: str) -> FunctionStatus:
    alias = AliasState(key, "live", "2", "", description=str(AliasNote((Passed(RELEASE, "2"),))))
    return FunctionStatus(
        function=SETTINGS.functions[key],
        latest=state(key, "$LATEST"),
        aliases=(AliasStatus(alias=alias, versions=(version(key),)),),
        unreleased=(),
    )


def stage(*functions: FunctionStatus, stack: StackStatus | None = None) -> StageState:
    return StageState(
        stage="dev",
        account="123456789012",
        region="eu-central-1",
        today=date(2026, 11, 26),
        stack=stack,
        functions=functions or (function("bot"), function("worker")),
        missing=(),
        queues=(),
    )


def with_version(found: FunctionStatus, changed: VersionStatus) -> FunctionStatus:
    return replace(found, aliases=(replace(found.aliases[0], versions=(changed,)),))


def with_layer(found: FunctionStatus, changed: LayerStatus) -> FunctionStatus:
    return with_version(found, replace(found.aliases[0].versions[0], layers=(changed,)))
