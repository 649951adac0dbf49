"""`destroy` on an emulated AWS: all that a stage made is named and goes; what others have stays."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest

from deploy.errors import AwsError, Fault
from deploy.prepare import Prepared
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.release.looking import Looker
from tests.integration.release.sources import furnish
from tests.integration.shipment import HEALTH, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.aws.connection import Aws
    from tests.integration.shipment import Shop

CONFIG = f"""
layers: {{tiny-layer: {{channels: true}}}}
functions:
  bot: {{name: tiny_bot, handler: bot.handler, layers: [tiny-layer], health: {HEALTH}, queue: true}}
  worker: {{name: tiny_worker, handler: worker.handler, layers: [tiny-layer], health: {HEALTH}}}
stages:
  dev: {{region: eu-central-1, suffix: -dev, publish-regions: [us-east-1]}}
"""
BOT = "tiny_bot-dev"
YES = ("--yes", "--confirm", "dev")


@pytest.fixture
def look(
    aws: Aws, tmp_path: Path, shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Looker:
    assert aws.account
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    made = Prepared(layers=(shop.layer({"idna": "3.7"}),), code=shop.codes("one"), fresh=frozenset())
    monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: made)
    furnish(tmp_path)
    return Looker(tmp_path, capsys, CONFIG)


def left(aws: Aws) -> dict[str, list[str]]:
    """Say what an account has in the stage's own region, and which layers in the other one."""
    away = aws.session.client("lambda", region_name="us-east-1")
    stacks = aws.stacks.describe_stacks()["Stacks"]
    return {
        "stacks": [each["StackName"] for each in stacks if each["StackStatus"] != "DELETE_COMPLETE"],
        "functions": [each["FunctionName"] for each in aws.functions.list_functions()["Functions"]],
        "layers": [
            each["LatestMatchingVersion"]["LayerVersionArn"]
            for client in (aws.functions, away)
            for each in client.list_layers()["Layers"]
        ],
        "parameters": [each["Name"] for each in aws.parameters.describe_parameters()["Parameters"]],
        "logs": [each["logGroupName"] for each in aws.logs.describe_log_groups()["logGroups"]],
    }


NOTHING: dict[str, list[str]] = {"stacks": [], "functions": [], "layers": [], "parameters": [], "logs": []}


def test_a_plan_names_everything_and_changes_nothing(look: Looker, aws: Aws) -> None:
    look.text("deploy", "--stage", "dev")
    before = left(aws)
    text = look.text("destroy", "--stage", "dev", "--plan")
    for name in ("tiny-bot-dev", BOT, "AWS::SQS::Queue", "tiny-layer:1", "us-east-1", "/layers/tiny-layer/next"):
        assert name in text
    assert text.endswith("nothing was changed; without --plan it is done\n")
    assert left(aws) == before


def test_all_of_it_goes_in_every_region_and_a_second_run_finds_nothing(look: Looker, aws: Aws) -> None:
    look.text("deploy", "--stage", "dev")
    assert left(aws)["layers"] != []
    found = look.json("destroy", "--stage", "dev", *YES)
    assert {each["kind"] for each in found["deleted"]} >= {"stack", "parameter", "layer version"}
    assert found["failed"] == []
    assert left(aws) == NOTHING
    assert look.text("destroy", "--stage", "dev", *YES).endswith("nothing to delete\n")


def test_the_logs_that_lambda_made_by_itself_go_too(look: Looker, aws: Aws) -> None:
    """A template of one's own that makes no log group: Lambda does, at the first invocation."""
    text = re.sub(r"  \w+Logs:\n(?:    .*\n|\n)+?(?=  \w)", "", look.text("template"))
    text = re.sub(r" +LoggingConfig: .*\n", "", text)
    (look.project / "template.yaml").write_text(re.sub(r"!GetAtt \w+Logs.Arn", "'*'", text))
    config = f"template: template.yaml\n{CONFIG}".replace(", queue: true", "")
    (look.project / "config" / "pipeline.yaml").write_text(config)
    look.text("deploy", "--stage", "dev")
    made = {f"/aws/lambda/{BOT}", "/aws/lambda/tiny_worker-dev"} - set(left(aws)["logs"])
    for each in made:
        aws.logs.create_log_group(logGroupName=each)
    found = look.json("destroy", "--stage", "dev", *YES)
    assert f"/aws/lambda/{BOT}" in {each["name"] for each in found["deleted"] if each["kind"] == "log"}
    assert left(aws) == NOTHING


def test_a_run_that_was_stopped_once_the_stack_was_gone_is_run_again_to_its_end(
    look: Looker, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    look.text("deploy", "--stage", "dev")
    with monkeypatch.context() as patch:
        patch.setattr("deploy.aws.parameters.delete", _killed)
        assert look.run("destroy", "--stage", "dev", *YES) == 130
    assert left(aws)["stacks"] == []
    # Lambda made one of these at the first invocation, where the template made none.
    aws.logs.create_log_group(logGroupName=f"/aws/lambda/{BOT}")
    found = look.json("destroy", "--stage", "dev", *YES)
    assert f"/aws/lambda/{BOT}" in {each["name"] for each in found["deleted"]}
    assert left(aws) == NOTHING


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_version_whose_parameter_cannot_be_deleted_stays_with_it(
    look: Looker, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    look.text("deploy", "--stage", "dev")
    refused = AwsError([Fault("ssm:DeleteParameter", "not allowed")])
    monkeypatch.setattr("deploy.aws.parameters.delete", lambda *_: (_ for _ in ()).throw(refused))
    assert look.run("destroy", "--stage", "dev", *YES) == 1
    assert len(left(aws)["layers"]) == 2
    names = {each["Name"] for each in aws.parameters.describe_parameters()["Parameters"]}
    assert names == {"/layers/tiny-layer/next"}


def test_without_a_yes_and_a_terminal_nothing_is_touched(
    look: Looker, aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    look.text("deploy", "--stage", "dev")
    before = left(aws)
    assert look.run("destroy", "--stage", "dev") == 1
    assert "nothing was changed: not confirmed" in capsys.readouterr().err
    assert left(aws) == before


def test_the_stage_s_name_is_wanted_once_more(look: Looker, aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    look.text("deploy", "--stage", "dev")
    before = left(aws)
    for more in ([], ["--confirm", "prod"]):
        assert look.run("destroy", "--stage", "dev", "--yes", *more) == 1
        assert "--confirm dev" in capsys.readouterr().err
    assert left(aws) == before


@pytest.mark.parametrize(("typed", "goes"), [("y\ndev\n", True), ("y\nprod\n", False), ("n\n", False), ("", False)])
def test_a_person_is_asked_twice(
    look: Looker, aws: Aws, monkeypatch: pytest.MonkeyPatch, typed: str, *, goes: bool
) -> None:
    look.text("deploy", "--stage", "dev")
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    monkeypatch.setattr("deploy.commands.confirm.is_terminal", lambda: True)
    assert look.run("destroy", "--stage", "dev") == (0 if goes else 1)
    assert (left(aws) == NOTHING) is goes


def test_what_somebody_else_s_function_has_stays_with_the_reason(look: Looker, aws: Aws) -> None:
    look.text("deploy", "--stage", "dev")
    arn = "arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer:1"
    by_hand(aws, "theirs", arn)
    found = look.json("destroy", "--stage", "dev", *YES)
    stays = {each["name"]: each["stays"] for each in found["remnants"] if each["stays"]}
    assert stays == dict.fromkeys(("/layers/tiny-layer/next", "tiny-layer:1"), "theirs:$LATEST has it")
    assert left(aws)["layers"] == [arn]
    assert left(aws)["functions"] == ["theirs"]


def test_a_layer_of_another_stage_stays(look: Looker, aws: Aws) -> None:
    text = CONFIG + "  prod: {region: us-east-1}\n"
    (look.project / "config" / "pipeline.yaml").write_text(text)
    look.text("deploy", "--stage", "dev")
    look.text("deploy", "--stage", "prod")
    found = look.json("destroy", "--stage", "dev", *YES)
    assert [(each["name"], each["region"]) for each in found["remnants"] if each["stays"]] == [
        ("/layers/tiny-layer/next", "us-east-1"),
        ("tiny-layer:1", "us-east-1"),
    ]
    assert left(aws)["layers"] == ["arn:aws:lambda:us-east-1:123456789012:layer:tiny-layer:1"]


def test_once_no_stage_is_there_no_layer_is_left(look: Looker, aws: Aws) -> None:
    """As `init` writes it: both stages in one region, each kept by the other for as long as that is there."""
    (look.project / "config" / "pipeline.yaml").write_text(CONFIG + "  prod: {region: eu-central-1}\n")
    for stage in ("dev", "prod"):
        look.text("deploy", "--stage", stage)
    for stage in ("dev", "prod"):
        look.json("destroy", "--stage", stage, "--yes", "--confirm", stage)
    assert left(aws) == NOTHING


def test_a_function_that_was_adopted_stays(look: Looker, aws: Aws) -> None:
    by_hand(aws, BOT)
    (look.project / "config" / "pipeline.yaml").write_text(CONFIG.replace(", queue: true", ""))
    look.text("deploy", "--stage", "dev")
    look.text("destroy", "--stage", "dev", *YES)
    assert left(aws)["functions"] == [BOT]
    assert len(left(aws)["layers"]) == 1


def test_a_stack_that_was_not_made_for_the_stage_is_refused(
    look: Looker, aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    look.text("deploy", "--stage", "dev")
    text = CONFIG.replace("  dev: {", "  test: {stack: tiny-bot-dev, ")
    (look.project / "config" / "pipeline.yaml").write_text(text)
    before = left(aws)
    assert look.run("destroy", "--stage", "test", "--yes", "--confirm", "test") == 1
    said = capsys.readouterr().err
    assert "stack tiny-bot-dev: was not made for stage test\n    cause: it is tagged for stage dev" in said
    assert left(aws) == before


def by_hand(aws: Aws, name: str, *layers: str) -> Any:
    return aws.functions.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="bot.handler",
        Role=ROLE,
        Code={"ZipFile": zipped({"bot.py": PLACEHOLDER, "worker.py": PLACEHOLDER})},
        Layers=list(layers),
    )
