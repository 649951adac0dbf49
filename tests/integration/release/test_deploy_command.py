"""`python -m deploy deploy` from the arguments to the last line, on a tiny project; only building is left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from deploy.prepare import Prepared
from tests.integration.release.faults import refusing
from tests.integration.release.sources import furnish
from tests.integration.shipment import HEALTH

if TYPE_CHECKING:
    from deploy.aws.connection import Aws
    from tests.integration.shipment import Shop

TEMPLATE = Path(__file__).with_name("tiny.yaml")
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
    parameters: {{Greeting: {{env: GREETING}}}}
  prod:
    region: eu-central-1
    stack: tiny-prod
    account: "999999999999"
    parameters: {{Greeting: hello}}
"""


@pytest.fixture
def project(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert aws.account == "123456789012"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "pipeline.yaml").write_text(CONFIG)
    furnish(tmp_path)
    monkeypatch.setenv("GREETING", "hello")
    return tmp_path


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> Prepared:
    return _prepare(monkeypatch, shop, "one")


@pytest.mark.usefixtures("prepared")
def test_a_first_deploy_shows_everything_before_it_does_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _deploy(project) == 0
    lines = capsys.readouterr().out.splitlines()
    order = [
        "stage dev: account 123456789012, eu-central-1",
        "stack tiny-dev: will be made",
        "  layer     tiny-layer, a new version",
        "stack tiny-dev: made",
        "  layer     tiny-layer, a new version",
        "tiny_bot-dev  version 2 runs the code and the layers that were verified",
        "tiny_worker-dev  version 2 runs the code and the layers that were verified",
    ]
    assert [line for line in lines if line in order] == order
    assert ["tiny_bot-dev", "live", "2", "was", "1"] in [line.split() for line in lines]
    assert any(line.startswith("release ") and "is live in dev:" in line and "uploaded" in line for line in lines)
    assert any(line.startswith("QueueUrl: http") and line.endswith("(where messages go)") for line in lines)
    assert lines[-1] == "next: try it, then `nox -s promote -- --from dev --to prod`"


@pytest.mark.usefixtures("prepared")
def test_a_second_deploy_changes_nothing_and_says_so(
    project: Path, aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    _deploy(project)
    capsys.readouterr()
    assert _deploy(project) == 0
    out = capsys.readouterr().out
    assert "stack tiny-dev: no changes" in out
    assert "  layer     tiny-layer:1, these bytes are published" in out
    assert "is live in dev: nothing changed, nothing uploaded" in out
    assert len(aws.functions.list_layer_versions(LayerName="tiny-layer")["LayerVersions"]) == 1
    assert len(aws.functions.list_versions_by_function(FunctionName="tiny_bot-dev")["Versions"]) == 3


def test_a_new_memory_size_and_new_code_reach_traffic_together(
    project: Path, aws: Aws, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _prepare(monkeypatch, shop, "one")
    _deploy(project)
    config = project / "config" / "pipeline.yaml"
    config.write_text(CONFIG.replace("{env: GREETING}}", "{env: GREETING}, Memory: '512'}"))
    _prepare(monkeypatch, shop, "two")
    assert _deploy(project) == 0
    live = aws.functions.get_function_configuration(FunctionName="tiny_bot-dev", Qualifier="live")
    assert (live["MemorySize"], live["Version"]) == (512, "3")


@pytest.mark.usefixtures("prepared")
def test_a_plan_of_a_new_stack_leaves_nothing_behind(
    project: Path, aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _deploy(project, "--plan") == 0
    out = capsys.readouterr().out
    assert "stack tiny-dev: will be made" in out
    assert "the rollout is planned once the stack has made its functions" in out
    assert out.endswith("nothing was changed; without --plan it is done\n")
    assert aws.functions.list_functions()["Functions"] == []
    assert aws.functions.list_layer_versions(LayerName="tiny-layer")["LayerVersions"] == []


def test_a_plan_of_a_release_says_what_moves_and_moves_nothing(
    project: Path, aws: Aws, shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _prepare(monkeypatch, shop, "one")
    _deploy(project)
    _prepare(monkeypatch, shop, "two")
    capsys.readouterr()
    assert _deploy(project, "--plan") == 0
    assert "tiny_bot-dev  version 2 -> a new version (code)" in capsys.readouterr().out
    assert aws.functions.get_alias(FunctionName="tiny_bot-dev", Name="live")["FunctionVersion"] == "2"


@pytest.mark.usefixtures("prepared")
def test_another_account_a_missing_variable_and_an_unknown_stage_are_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _deploy(project, stage="prod") == 1
    assert "the credentials are for account 123456789012; this stage is 999999999999's" in capsys.readouterr().err
    assert _deploy(project, stage="prd") == 1
    assert "did you mean prod?" in capsys.readouterr().err
    monkeypatch.delenv("GREETING")
    assert _deploy(project) == 1
    assert "stages.dev.parameters.Greeting: GREETING is not set in the environment" in capsys.readouterr().err


@pytest.mark.usefixtures("prepared")
def test_a_stack_that_cannot_be_made_is_told_with_what_failed_first(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TEMPLATE.read_text().replace("FifoQueue: true", "FifoQueue: true, DelaySeconds: 5000")
    (project / "broken.yaml").write_text(text)
    (project / "config" / "pipeline.yaml").write_text(CONFIG.replace(str(TEMPLATE), str(project / "broken.yaml")))
    assert _deploy(project) == 1
    assert "Queue (AWS::SQS::Queue)" in capsys.readouterr().err


@pytest.mark.usefixtures("prepared")
def test_an_alias_that_cannot_be_moved_is_asked_for_before_anything_is_said_of_it(
    project: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("deploy.aws.connection.connect", lambda _: aws)
    with refusing(aws, "UpdateAlias", {2}):
        assert _deploy(project) == 1
    assert "no alias is left moved" in capsys.readouterr().err


def _deploy(project: Path, *arguments: str, stage: str = "dev") -> int:
    return main(["--project", str(project), "deploy", "--stage", stage, *arguments])


def _prepare(monkeypatch: pytest.MonkeyPatch, shop: Shop, release: str) -> Prepared:
    """Have a verified layer and a bundle, as if they had been built."""
    made = Prepared(layers=(shop.layer({"idna": "3.7"}),), code=shop.codes(release), fresh=frozenset())
    monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: made)
    return made
