from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from deploy.aws.connection import Aws, connect
from deploy.release import plan as planning
from deploy.release.publish import find, publish
from deploy.release.rollout import roll_out
from deploy.release.values import PlannedLayer
from tests.integration.aws import EmulatedAws, emulated_aws
from tests.integration.release.looking import Looker
from tests.integration.shipment import COMMIT, HEALTH, STAGE, Shop, settings, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from deploy.code.bundle import CodeBundle
    from deploy.git import Commit
    from deploy.layer.verify import VerifiedLayer
    from deploy.release.plan import RolloutPlan
    from deploy.release.values import Release
    from deploy.settings import Settings
    from tests.aws_calls import Recorder

ROLE = "arn:aws:iam::123456789012:role/tiny"


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAws]:
    with emulated_aws(tmp_path_factory.mktemp("ministack"), settling=0) as running:
        yield running


@pytest.fixture
def aws(emulator: EmulatedAws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Connect to an empty account. What the emulator does in moments is not waited for in seconds."""
    emulator.reset()
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    hurry(monkeypatch)
    return connect(STAGE)


@pytest.fixture
def look(aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Looker:
    """Run commands on a project in an empty account, with a cache of its own."""
    assert aws.account
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    return Looker(tmp_path, capsys)


@pytest.fixture(autouse=True)
def _without_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare no layer of the shop with its lock: it is made of no wheels."""
    monkeypatch.setattr("deploy.prepare.against_lock.compare", lambda *_: None)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the emulator in moments."""
    sleep = time.sleep
    monkeypatch.setattr("botocore.waiter.time.sleep", lambda seconds: sleep(min(seconds, 0.03)))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@dataclass
class Site:
    """Two functions in AWS with an alias each, and the project that is rolled out to them."""

    aws: Aws
    settings: Settings
    calls: Recorder | None = None
    """What records the calls of a command that is run without its face."""

    def plan(self, layers: Sequence[VerifiedLayer], code: CodeBundle) -> RolloutPlan:
        planned = [PlannedLayer(layer, find(self.aws, layer)) for layer in layers]
        return planning.make(
            self.aws,
            self.settings,
            dict.fromkeys(self.settings.functions, code),
            planned,
            planning.look(self.aws, self.settings, STAGE),
        )

    def deploy(self, layers: Sequence[VerifiedLayer], code: CodeBundle, at: Commit = COMMIT) -> Release:
        planned = [PlannedLayer(layer, publish(self.aws, STAGE, layer, at)) for layer in layers]
        plan = planning.make(
            self.aws,
            self.settings,
            dict.fromkeys(self.settings.functions, code),
            planned,
            planning.look(self.aws, self.settings, STAGE),
        )
        return roll_out(self.aws, STAGE, plan, at, lambda _: None)

    def names(self) -> list[str]:
        return [f"{function.name}{STAGE.suffix}" for function in self.settings.functions.values()]

    def traffic(self) -> list[str]:
        """Say which release each alias answers for."""
        return [str(self.ask(name, "live")) for name in self.names()]

    def ask(self, name: str, qualifier: str) -> object:
        answer = self.aws.functions.invoke(FunctionName=name, Qualifier=qualifier, Payload=b"{}")
        return json.loads(answer["Payload"].read()).get("release", "placeholder")

    def live(self) -> list[tuple[str, tuple[str, ...]]]:
        """Say the code and the layers that each alias stands for."""
        found = [
            self.aws.functions.get_function_configuration(FunctionName=name, Qualifier="live") for name in self.names()
        ]
        return [(each["CodeSha256"], tuple(layer["Arn"] for layer in each.get("Layers", ()))) for each in found]


@pytest.fixture
def site(aws: Aws, tmp_path: Path, calls: Recorder) -> Site:
    made = Site(aws, settings(tmp_path), calls)
    for name in made.names():
        handler = f"{name.split('_')[1].split('-')[0]}.handler"
        placeholder = zipped({"bot.py": PLACEHOLDER, "worker.py": PLACEHOLDER})
        aws.functions.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Handler=handler,
            Role=ROLE,
            Code={"ZipFile": placeholder},
            Publish=True,
        )
        aws.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return made


@pytest.fixture
def project(site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the site's settings down for a command, with a cache of their own."""
    folder = site.settings.project
    (folder / "config").mkdir()
    (folder / "config" / "pipeline.yaml").write_text(CONFIG)
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(folder / "cache"))
    return folder


CONFIG = f"""
layers: {{tiny-layer: {{}}}}
functions:
  bot: {{name: tiny_bot, handler: bot.handler, layers: [tiny-layer], health: {HEALTH}}}
  worker: {{name: tiny_worker, handler: worker.handler, layers: [tiny-layer], health: {HEALTH}}}
stages:
  dev: {{region: eu-central-1, stack: tiny-dev, suffix: -dev}}
"""
PLACEHOLDER = "def handler(event, context):\n    return {}\n"


@pytest.fixture
def releases(site: Site, shop: Shop) -> list[str]:
    """Deploy two releases that differ in code and layer; the second is live."""
    first = site.deploy([shop.layer({"idna": "3.7", "six": "1.16"})], shop.code("one"))
    second = site.deploy([shop.layer({"idna": "3.8"})], shop.code("two"))
    return [first.id, second.id]


@pytest.fixture
def used(site: Site, shop: Shop) -> Site:
    """Deploy four releases with a layer version each: 1 to 4, function versions 2 to 5. Version 1 is a placeholder."""
    for number in range(1, 5):
        site.deploy([shop.layer({"idna": str(number)})], shop.code(str(number)))
    return site
