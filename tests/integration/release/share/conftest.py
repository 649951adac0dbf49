"""A project with one function in AWS, whose layer is shared as it declares, by `deploy` and by `share`."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from deploy.__main__ import main
from deploy.aws import grants
from deploy.aws.connection import elsewhere
from deploy.prepare import Prepared
from tests.integration.refusing_region import refusing
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.release.sources import furnish
from tests.integration.shipment import HEALTH, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.aws.connection import Aws
    from deploy.settings import Architecture
    from tests.integration.shipment import Shop

FRIEND, OTHER = "111122223333", "444455556666"
ORGANIZATION = "o-a1b2c3d4e5"
CONFIG = """
architectures: [{architectures}]
layers:
  tiny-layer: {{{layer}}}
functions:
  bot: {{name: tiny_bot, handler: bot.handler, layers: [tiny-layer], health: {health}}}
stages:
  dev: {{region: eu-central-1, stack: tiny-dev, suffix: -dev{stage}}}
"""
SHARED = f"share: {{accounts: [{FRIEND}], organization: {ORGANIZATION}}}"


class Project:
    """A project with one function in AWS, and what can be done with it from the command line."""

    def __init__(self, folder: Path, aws: Aws, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.aws, self.shop, self.monkeypatch = folder, aws, shop, monkeypatch
        (folder / "config").mkdir()
        furnish(folder)
        self.configure()

    def configure(self, layer: str = "", stage: str = "", architectures: str = "x86_64") -> None:
        text = CONFIG.format(layer=layer, stage=stage, architectures=architectures, health=HEALTH)
        (self.folder / "config" / "pipeline.yaml").write_text(text)

    def deploy(
        self, packages: dict[str, str], *arguments: str, architectures: tuple[Architecture, ...] = ("x86_64",)
    ) -> int:
        layers = tuple(self.shop.layer(packages, architecture=each) for each in architectures)
        made = Prepared(layers=layers, code=self.shop.codes("one"), fresh=frozenset())
        self.monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: made)
        return main(["--project", str(self.folder), "deploy", "--stage", "dev", *arguments])

    def share(self, *arguments: str) -> int:
        return main(["--project", str(self.folder), "share", "--stage", "dev", *arguments])

    @contextmanager
    def refused_in(self, region: str, method: str, ending: str) -> Iterator[None]:
        """Have AWS refuse calls with this method and path ending in a region."""
        with (
            refusing(os.environ["AWS_ENDPOINT_URL"], region, method, ending) as url,
            self.monkeypatch.context() as behind,
        ):
            behind.setenv("AWS_ENDPOINT_URL", url)
            yield

    def grants(self, version: int = 1, region: str = "eu-central-1") -> dict[str, str]:
        """Say who may use a version, by statement id, as AWS has it."""
        there = grants.read(elsewhere(self.aws, region), "tiny-layer", version)
        return {sid: str(grant) for sid, grant in there.grants.items()}

    def channel(self, name: str, region: str = "eu-central-1") -> str | None:
        """Say which version a parameter holds, as AWS has it."""
        found = elsewhere(self.aws, region).parameters.get_parameters(Names=[f"/layers/tiny-layer/{name}"])
        return next((each["Value"] for each in found["Parameters"]), None)

    def catalog(self) -> Any:
        return json.loads((self.folder / "dist" / "catalog.json").read_text())


@pytest.fixture
def project(aws: Aws, tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    aws.functions.create_function(
        FunctionName="tiny_bot-dev",
        Runtime="python3.11",
        Handler="bot.handler",
        Role=ROLE,
        Code={"ZipFile": zipped({"bot.py": PLACEHOLDER})},
        Publish=True,
    )
    aws.functions.create_alias(FunctionName="tiny_bot-dev", Name="live", FunctionVersion="1")
    return Project(tmp_path, aws, shop, monkeypatch)


def arn(version: int, region: str = "eu-central-1") -> str:
    return f"arn:aws:lambda:{region}:123456789012:layer:tiny-layer:{version}"
