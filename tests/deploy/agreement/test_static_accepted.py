"""What agrees though it looks otherwise, and what cannot be known: neither is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import botocore.session
import pytest

from deploy.agreement.lengths import RULES

if TYPE_CHECKING:
    from tests.deploy.agreement.strangers import Stranger


@pytest.mark.parametrize(
    "text",
    [
        "from elsewhere import handler\n",
        "import elsewhere as handler\n",
        "handler = make()\n",
        "other, (handler, rest) = make()\n",
        "try:\n    from a import handler\nexcept ImportError:\n    handler = None\n",
        "if True:\n    async def handler(event, context): ...\n",
        "from elsewhere import *\n",
        "globals()['handler'] = print\n",
        "def __getattr__(name): ...\n",
        "match 1:\n    case 1:\n        handler = 1\n",
        "with open('x') as handler: ...\n",
        "for handler in (): ...\n",
        "(handler := 1)\n",
        "class handler: ...\n",
    ],
)
def test_a_handler_is_there_however_it_is_defined(stranger: Stranger, text: str) -> None:
    stranger.write("src/take.py", text)
    assert stranger.said() == []


def test_what_only_looks_like_a_definition_is_none(stranger: Stranger) -> None:
    stranger.write("src/take.py", "def other():\n    handler = 1\n\n\nclass Some:\n    def handler(self): ...\n")
    assert stranger.said() == ["functions.take.handler: src/take.py defines no handler"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Handler: take.handler", "Handler: !ImportValue handlers"),
        ("Runtime: python3.11", "Runtime: '{{resolve:ssm:/runtime}}'"),
        ('FunctionName: !Sub "orders_take${NameSuffix}"', 'FunctionName: !Sub "${AWS::StackName}-take"'),
        ("Name: live", "Name: !GetAtt Role.RoleName"),
        ("FunctionName: !Ref Take, FunctionVersion", 'FunctionName: !Sub "orders_take${NameSuffix}", FunctionVersion'),
        ("FunctionName: !Ref Take, FunctionVersion", "FunctionName: !GetAtt Take.Arn, FunctionVersion"),
        ("Runtime: python3.11", "Runtime: !If [Old, python3.9, python3.11]\n      Tags: []"),
    ],
)
def test_what_cannot_be_known_or_is_said_otherwise_is_not_refused(stranger: Stranger, old: str, new: str) -> None:
    stranger.change("template.yaml", old, new)
    stranger.change("template.yaml", "Resources:", 'Conditions: {Old: !Equals [!Ref NameSuffix, "old"]}\nResources:')
    assert stranger.said() == []


def test_a_sam_template_is_read_with_its_globals_and_its_alias(stranger: Stranger) -> None:
    stranger.write(
        "template.yaml",
        """
Transform: AWS::Serverless-2016-10-31
Parameters: {Table: {Type: String}}
Globals: {Function: {Runtime: python3.11, AutoPublishAlias: live}}
Resources:
  Take: {Type: AWS::Serverless::Function, Properties: {FunctionName: orders_take, Handler: take.handler}}
Outputs: {Arn: {Value: !Ref Take.Alias}}
""",
    )
    stranger.change("config/pipeline.yaml", ", suffix: -dev", "")
    assert stranger.said() == []


def test_a_value_of_the_environment_is_judged_and_not_shown(stranger: Stranger) -> None:
    stranger.change("config/pipeline.yaml", "{Table: orders-dev}", "{Table: {env: TABLE}}")
    assert stranger.said() == []
    assert stranger.said(TABLE="SECRET") == ["stages.dev.parameters.Table: is in TABLE, and [a-z-]+ is asked for"]


def test_the_pipelines_own_template_has_names_that_are_judged_too(stranger: Stranger) -> None:
    stranger.change("config/pipeline.yaml", "template: template.yaml\n", "")
    stranger.change("config/pipeline.yaml", "layers: [deps]}", "layers: [deps], queue: {fifo: true}}")
    stranger.change("config/pipeline.yaml", ", parameters: {Table: orders-dev}", "")
    stranger.change("config/pipeline.yaml", ", parameters: {Table: orders}", "")
    assert stranger.said() == []
    stranger.change("config/pipeline.yaml", "suffix: -dev", f"suffix: -{'d' * 65}")
    assert {re.split(r"[:.]", each)[1].strip() for each in stranger.said()} == {
        "TakeFunction",
        "TakeQueue",
        "TakeDeadLetters",
    }


@pytest.mark.parametrize(
    ("kind", "key", "service", "shape"),
    [
        ("AWS::IAM::Role", "RoleName", "iam", "roleNameType"),
        ("AWS::Logs::LogGroup", "LogGroupName", "logs", "LogGroupName"),
        ("AWS::Events::Rule", "Name", "events", "RuleName"),
        ("AWS::CloudWatch::Alarm", "AlarmName", "cloudwatch", "AlarmName"),
    ],
)
def test_what_is_taken_is_what_botocore_has_from_aws(kind: str, key: str, service: str, shape: str) -> None:
    told = botocore.session.get_session().get_service_model(service).shape_for(shape).metadata
    rule = RULES[kind, key]
    assert rule.length == told["max"]
    for name in ("a", "a-b_c.d", "a/b", "a b", "ä", "a#b", "a+b"):
        if "pattern" in told:
            assert bool(re.fullmatch(rule.pattern, name)) == bool(re.fullmatch(told["pattern"], name)), name


def test_a_function_s_name_is_what_lambda_takes_without_an_arn() -> None:
    told = botocore.session.get_session().get_service_model("lambda").shape_for("FunctionName").metadata["pattern"]
    rule = RULES["AWS::Lambda::Function", "FunctionName"]
    for name in ("a", "a-b_c", "a.b", "a b", "ä", "a/b"):
        assert bool(re.fullmatch(rule.pattern, name)) == bool(re.fullmatch(told, name)), name
