"""A project whose stage lives in an emulated AWS, and the doctor that looks at it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.aws import change_sets
from deploy.checkup import runner
from deploy.checkup.checks import checks
from deploy.checkup.context import Visit
from deploy.configuration import load
from deploy.errors import PipelineError
from deploy.release import stack
from deploy.template import source
from tests.integration.release.conftest import Site, aws, emulator, shop  # noqa: F401 - fixtures
from tests.integration.shipment import HEALTH, STAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.aws.connection import Aws
    from deploy.checkup.findings import Finding, State
    from deploy.checkup.runner import Check, ProjectChecks
    from deploy.settings import Settings
    from tests.aws_calls import Recorder
    from tests.integration.shipment import Shop

TEMPLATE = Path(__file__).parents[1] / "release/tiny.yaml"
HASH = "0" * 64
CONFIG = f"""
layers: {{tiny-layer: {{}}}}
functions:
  bot: {{name: tiny_bot, handler: bot.handler, layers: [tiny-layer], health: {HEALTH}}}
  worker: {{name: tiny_worker, handler: worker.handler, layers: [tiny-layer], health: {HEALTH}}}
template: {TEMPLATE}
stages:
  dev:
    region: eu-central-1
    stack: tiny-dev
    suffix: -dev
    account: "123456789012"
    parameters: {{Greeting: {{env: GREETING}}}}
"""


@dataclass(frozen=True)
class Report:
    findings: tuple[Finding, ...]
    bugs: tuple[Exception, ...]

    def of(self, state: State) -> list[Finding]:
        return [finding for finding in self.findings if finding.state == state]

    def only(self, state: State) -> Finding:
        """Return the one finding of this state; fail where there are others."""
        found = self.of(state)
        assert len(found) == 1, [finding.what for finding in self.findings]
        return found[0]

    @property
    def is_well(self) -> bool:
        return {finding.state for finding in self.findings} <= {"ok"}


@dataclass
class Ward:
    folder: Path
    aws: Aws
    shop: Shop
    calls: Recorder

    def configure(self, text: str) -> None:
        (self.folder / "config/pipeline.yaml").write_text(text)

    def lock(self, **packages: str) -> None:
        lines = [f"{name}=={version} --hash=sha256:{HASH}" for name, version in packages.items()]
        (self.folder / "requirements.txt").write_text("\n".join(lines))

    def site(self) -> Site:
        return Site(self.aws, load(self.folder, os.environ))

    def make_stack(self, template: Path = TEMPLATE) -> None:
        if proposed := stack.propose(self.aws, STAGE, source.file(template), {"Greeting": "hello"}):
            change_sets.execute(self.aws, proposed)

    def deploy(self, release: str = "one", **packages: str) -> None:
        """Make the stack where there is none, and roll a release out."""
        self.make_stack()
        self.site().deploy([self.shop.layer(packages or {"idna": "3.7"})], self.shop.code(release))

    def look(self, *names: str, hours: float = 24) -> Report:
        """Make the checks of these names; those that they need are made, and told only where they stop them."""
        with Visit(self.folder, os.environ, "dev", datetime.now(UTC), hours) as visit:
            wanted = {check.name: check for check in checks(visit)}
            with self.calls.running("doctor", _known(self.folder)):
                outcomes = runner.make(list(_with_needs(wanted, names)), lambda _: None)
        found = [each for outcome in outcomes if outcome.check.name in names for each in outcome.findings]
        return Report(tuple(found), tuple(outcome.bug for outcome in outcomes if outcome.bug))


def _known(folder: Path) -> Settings | None:
    try:
        return load(folder, os.environ)
    except PipelineError:
        return None


def _with_needs(wanted: dict[str, Check | ProjectChecks], names: tuple[str, ...]) -> Iterator[Check | ProjectChecks]:
    needed = list(names)
    for name in needed:
        needed += [each for each in wanted[name].needs if each not in needed]
    yield from (check for name, check in wanted.items() if name in needed)


@pytest.fixture
def ward(aws: Aws, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: Recorder) -> Ward:  # noqa: F811
    (tmp_path / "config").mkdir()
    (tmp_path / "Dockerfile.layer").write_text("FROM scratch\n")
    (tmp_path / "requirements.in").write_text("idna\n")
    monkeypatch.setenv("GREETING", "hello")
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    made = Ward(tmp_path, aws, shop, calls)
    made.configure(CONFIG)
    made.lock(idna="3.7")
    return made
