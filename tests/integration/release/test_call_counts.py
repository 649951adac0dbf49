"""How many calls a command makes of AWS: each has its latency, and Lambda allows some fifteen in a second."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import botocore.client
import pytest

from deploy.__main__ import main
from deploy.prepare import Prepared
from tests.integration.release.sources import furnish
from tests.integration.release.test_deploy_command import TEMPLATE
from tests.integration.shipment import HEALTH

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.shipment import Shop

CONFIG = f"""
layers: {{tiny-layer: {{}}}}
functions:
  bot: {{name: tiny_bot, handler: bot.handler, layers: [tiny-layer], health: {HEALTH}}}
  worker: {{name: tiny_worker, handler: worker.handler, layers: [tiny-layer], health: {HEALTH}}}
stages:
  dev: {{region: eu-central-1, stack: tiny-dev, suffix: -dev}}
"""
PARAMETERS = {str(TEMPLATE): ", parameters: {Greeting: hello}", "": ""}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count every call of AWS by its operation, each page of a list as one."""
    made: Counter[str] = Counter()
    client: Any = botocore.client.BaseClient
    ask = client._make_api_call

    def counted(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        made[operation] += 1
        return ask(self, operation, parameters)

    monkeypatch.setattr(client, "_make_api_call", counted)
    return made


@pytest.mark.parametrize("template", PARAMETERS, ids=["its own template", "the pipeline's"])
@pytest.mark.usefixtures("aws")
def test_a_deploy_that_changes_nothing_takes_at_most_ten_calls(
    template: str, asked: Counter[str], tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").mkdir()
    furnish(tmp_path)
    named = f"template: {template}\n" if template else ""
    config = CONFIG.replace("suffix: -dev", f"suffix: -dev{PARAMETERS[template]}")
    (tmp_path / "config" / "pipeline.yaml").write_text(config + named)
    made = Prepared(layers=(shop.layer({"idna": "3.7"}),), code=shop.codes("one"), fresh=frozenset())
    monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: made)
    command = ["--project", str(tmp_path), "deploy", "--stage", "dev", "--yes"]
    assert main(command) == 0
    first = asked.total()
    asked.clear()
    assert main(command) == 0
    assert asked.total() <= 10, dict(asked)
    assert asked.total() < first
    assert not [each for each in asked if not each.startswith(("Get", "List", "Describe"))]
