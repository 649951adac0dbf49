"""Functions without a template of their own, from the configuration to live, on an emulated AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from deploy.prepare import Prepared
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.release.faults import refusing
from tests.integration.release.looking import Looker
from tests.integration.release.sources import furnish
from tests.integration.shipment import HEALTH, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.aws.connection import Aws
    from tests.integration.shipment import Shop

CONFIG = f"""
layers: {{tiny-layer: {{}}}}
functions:
  bot:
    name: tiny_bot
    handler: bot.handler
    layers: [tiny-layer]
    health: {HEALTH}
    memory: 256
    timeout: 20
    environment: {{GREETING: hello, STAGE: {{parameter: Stage}}, TABLE: {{parameter: Table}}}}
    url: public
  worker:
    name: tiny_worker
    handler: worker.handler
    layers: [tiny-layer]
    health: {HEALTH}
    queue: true
    schedule: rate(5 minutes)
stages:
  dev: {{region: eu-central-1, suffix: -dev, parameters: {{Table: orders}}}}
"""
BOT, WORKER = "tiny_bot-dev", "tiny_worker-dev"


@pytest.fixture
def look(
    aws: Aws, tmp_path: Path, shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Looker:
    assert aws.account
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    _build(monkeypatch, shop, "one")
    furnish(tmp_path)
    return Looker(tmp_path, capsys, CONFIG)


def test_two_functions_on_a_layer_are_made_and_live(look: Looker, aws: Aws) -> None:
    text = look.text("deploy", "--stage", "dev")
    assert "stack tiny-bot-dev: made" in text
    assert [traffic(aws, name) for name in (BOT, WORKER)] == ["one", "one"]
    live = aws.functions.get_function_configuration(FunctionName=BOT, Qualifier="live")
    assert (live["MemorySize"], live["Timeout"]) == (256, 20)
    assert live["Environment"]["Variables"] == {"GREETING": "hello", "STAGE": "dev", "TABLE": "orders"}
    assert [each["Arn"].rpartition(":layer:")[2] for each in live["Layers"]] == ["tiny-layer:1"]
    (mapping,) = aws.functions.list_event_source_mappings(FunctionName=WORKER)["EventSourceMappings"]
    assert (mapping["FunctionArn"].endswith(":live"), mapping["State"]) == (True, "Enabled")
    assert "BotUrl: http" in text


def test_a_second_deploy_changes_nothing_and_nothing_has_drifted(look: Looker) -> None:
    look.text("deploy", "--stage", "dev")
    found = look.json("deploy", "--stage", "dev")
    assert (found["changed"], found["uploaded_bytes"]) == (False, 0)
    status = look.json("status", "--stage", "dev", "--check")
    assert (status["drift"], status["stack"]["changes"]) == ([], [])


def test_a_new_key_reaches_traffic_with_the_next_deploy(look: Looker, aws: Aws) -> None:
    look.text("deploy", "--stage", "dev")
    config = look.project / "config" / "pipeline.yaml"
    config.write_text(CONFIG.replace("memory: 256", "memory: 512"))
    look.text("deploy", "--stage", "dev")
    assert aws.functions.get_function_configuration(FunctionName=BOT, Qualifier="live")["MemorySize"] == 512


def test_a_new_key_that_is_not_deployed_yet_has_drifted_and_keeps_nobody_from_looking(look: Looker) -> None:
    look.text("deploy", "--stage", "dev")
    config = look.project / "config" / "pipeline.yaml"
    config.write_text(CONFIG.replace("memory: 256", "memory: 512"))
    code, text = look.ran("status", "--stage", "dev", "--check")
    assert (code, "the template would modify BotFunction" in text) == (3, True), text
    assert look.run("status", "--stage", "dev", "--check", "--without-template") == 0
    assert "invocations may run at once" in look.ran("doctor", "--stage", "dev", "--only", "limits")[1]


def test_who_outgrows_it_keeps_it_as_a_file_and_the_stack_stays(look: Looker) -> None:
    look.text("deploy", "--stage", "dev")
    (look.project / "config" / "template.yaml").write_text(look.text("template"))
    lines = CONFIG.replace("stages:", "template: config/template.yaml\nstages:").splitlines()
    own = ("memory:", "timeout:", "environment:", "url:", "queue:", "schedule:")
    kept = [line for line in lines if not line.strip().startswith(own)]
    (look.project / "config" / "pipeline.yaml").write_text("\n".join(kept))
    assert "stack tiny-bot-dev: no changes" in look.text("deploy", "--stage", "dev")


def test_a_parameter_that_no_stage_gives_is_missed_by_its_name(
    look: Looker, capsys: pytest.CaptureFixture[str]
) -> None:
    (look.project / "config" / "pipeline.yaml").write_text(CONFIG.replace(", parameters: {Table: orders}", ""))
    assert look.run("deploy", "--stage", "dev") == 1
    where = "stages.dev.parameters.Table: is required by the pipeline's own template and missing"
    assert where in capsys.readouterr().err


class TestAFunctionThatSomebodyElseMade:
    """It has no alias, and no stack of the pipeline has it."""

    @pytest.fixture(autouse=True)
    def _made(self, aws: Aws) -> None:
        by_hand(aws, BOT, "bot.handler")

    def test_the_plan_says_what_would_be_added_and_what_callers_meet(self, look: Looker, aws: Aws) -> None:
        alone(look)
        text = look.text("deploy", "--stage", "dev", "--plan")
        assert [line.strip() for line in text.splitlines() if "tiny_bot" in line] == [
            f"function  {BOT}  gets a new version",
            f"adopted   {BOT}  is there already: the alias live is added, for what releases move",
            f"adopted   {BOT}  who calls it without an alias meets other code, layers at once, before it is checked",
        ]
        assert "stack" not in text
        assert aws.functions.list_aliases(FunctionName=BOT)["Aliases"] == []

    def test_a_deploy_gives_it_a_version_and_the_alias_and_keeps_what_its_maker_said(
        self, look: Looker, aws: Aws
    ) -> None:
        alone(look)
        text = look.text("deploy", "--stage", "dev")
        assert ["tiny_bot-dev", "live", "1", "was", "none"] in [line.split() for line in text.splitlines()]
        assert traffic(aws, BOT) == "one"
        live = aws.functions.get_function_configuration(FunctionName=BOT, Qualifier="live")
        assert (live["MemorySize"], live["Role"]) == (256, ROLE)
        assert look.json("deploy", "--stage", "dev")["changed"] is False
        assert look.json("status", "--stage", "dev")["drift"] == []

    def test_what_it_is_not_as_the_configuration_says_is_refused_before_anything_is_built(
        self, look: Looker, aws: Aws, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        aws.functions.update_function_configuration(FunctionName=BOT, MemorySize=1024, Handler="bot.other")
        monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: pytest.fail("something was built"))
        for plan in ([], ["--plan"]):
            assert look.run("deploy", "--stage", "dev", *plan) == 1
            said = capsys.readouterr().err
            assert f"{BOT}: has Handler bot.other; config/pipeline.yaml says bot.handler" in said
            assert f"{BOT}: has memory 1024; functions.bot.memory is 256" in said

    def test_the_stack_makes_the_others_alone(self, look: Looker, aws: Aws) -> None:
        unparametrised(look)
        look.text("deploy", "--stage", "dev")
        made = [
            each["PhysicalResourceId"]
            for each in aws.stacks.describe_stack_resources(StackName="tiny-bot-dev")["StackResources"]
            if each["ResourceType"] == "AWS::Lambda::Function"
        ]
        assert made == [WORKER]
        assert [traffic(aws, name) for name in (BOT, WORKER)] == ["one", "one"]
        assert look.json("deploy", "--stage", "dev")["changed"] is False

    def test_an_alias_that_was_made_goes_where_another_cannot_be_made(
        self, look: Looker, aws: Aws, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        by_hand(aws, WORKER, "worker.handler")
        monkeypatch.setattr("deploy.aws.connection.connect", lambda _: aws)
        with refusing(aws, "CreateAlias", {2}):
            assert look.run("deploy", "--stage", "dev") == 1
        assert f"there was no {WORKER}:live and there was no {BOT}:live" in capsys.readouterr().err
        assert [aws.functions.list_aliases(FunctionName=name)["Aliases"] for name in (BOT, WORKER)] == [[], []]


def test_a_stack_of_somebody_else_is_left_alone(look: Looker, aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    body = json.dumps({"Resources": {"Theirs": {"Type": "AWS::SQS::Queue"}}})
    aws.stacks.create_stack(StackName="tiny-bot-dev", TemplateBody=body)
    aws.stacks.get_waiter("stack_create_complete").wait(StackName="tiny-bot-dev")
    assert look.run("deploy", "--stage", "dev") == 1
    assert "stack tiny-bot-dev: is not one of this pipeline" in capsys.readouterr().err
    assert len(aws.stacks.describe_stack_resources(StackName="tiny-bot-dev")["StackResources"]) == 1


def by_hand(aws: Aws, name: str, handler: str) -> None:
    """Make a function as another tool would: without version and alias."""
    aws.functions.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler=handler,
        Role=ROLE,
        MemorySize=256,
        Timeout=20,
        Code={"ZipFile": zipped({"bot.py": PLACEHOLDER, "worker.py": PLACEHOLDER})},
    )


def alone(look: Looker) -> None:
    """Leave the bot as the only function of the project."""
    plain = CONFIG.partition("    memory:")[0]
    stages = "stages:" + CONFIG.partition("stages:")[2].replace(", parameters: {Table: orders}", "")
    (look.project / "config" / "pipeline.yaml").write_text(f"{plain}\n{stages}")


def unparametrised(look: Looker) -> None:
    """Leave out the parameter of a function that the template does not make."""
    text = CONFIG.replace(", TABLE: {parameter: Table}", "").replace(", parameters: {Table: orders}", "")
    (look.project / "config" / "pipeline.yaml").write_text(text)


def traffic(aws: Aws, name: str) -> Any:
    answer = aws.functions.invoke(FunctionName=name, Qualifier="live", Payload=b"{}")
    return json.loads(answer["Payload"].read()).get("release")


def _build(monkeypatch: pytest.MonkeyPatch, shop: Shop, release: str) -> None:
    """Have a verified layer and a bundle, as if they had been built."""
    made = Prepared(layers=(shop.layer({"idna": "3.7"}),), code=shop.codes(release), fresh=frozenset())
    monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: made)
