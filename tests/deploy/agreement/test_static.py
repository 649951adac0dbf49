"""Faults that are found without AWS, each alone and all at once, in a stranger's project."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import botocore.session
import pytest

from deploy.__main__ import main
from deploy.agreement import static
from deploy.agreement.lengths import RULES
from deploy.configuration import load

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
layers: {deps: {}}
functions:
  take: {name: orders_take, handler: take.handler, layers: [deps]}
template: template.yaml
stages:
  dev: {region: eu-central-1, suffix: -dev, parameters: {Table: orders-dev}}
  prod: {region: eu-central-1, parameters: {Table: orders}}
"""
TEMPLATE = """
Parameters:
  NameSuffix: {Type: String, Default: ""}
  Table: {Type: String, AllowedPattern: "[a-z-]+", MaxLength: 20}
  Memory: {Type: Number, Default: 128, MaxValue: 1024}
Resources:
  Take:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "orders_take${NameSuffix}"
      Runtime: python3.11
      Handler: take.handler
      Role: !GetAtt Role.Arn
      MemorySize: !Ref Memory
      Code: {ZipFile: "raise RuntimeError('no release yet')"}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {Service: lambda.amazonaws.com}}]
  TakeVersion: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Take}}
  TakeLive:
    Type: AWS::Lambda::Alias
    Properties: {Name: live, FunctionName: !Ref Take, FunctionVersion: !GetAtt TakeVersion.Version}
"""
HANDLER = "def handler(event, context):\n    return {}\n"
LOCK = f"idna==3.7 --hash=sha256:{'0' * 64}\n"


@dataclass(frozen=True)
class Stranger:
    """A project on disk; `said` is what its check finds, as `where: what`."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text()
        assert old in text
        (self.folder / name).write_text(text.replace(old, new))

    def said(self, **environment: str) -> list[str]:
        settings = load(self.folder, {})
        stages = list(settings.stages.values())
        found = static.faults(settings, stages, {each.name: environment for each in stages})
        return [f"{each.where}: {each.what}".replace(f"{self.folder}/", "") for each in found]


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    made = Stranger(tmp_path)
    for name, text in (
        ("config/pipeline.yaml", CONFIG),
        ("template.yaml", TEMPLATE),
        ("src/take.py", HANDLER),
        ("requirements.txt", LOCK),
        ("requirements.in", "idna\n"),
    ):
        made.write(name, text)
    return made


def test_a_project_that_agrees_has_nothing_to_say(stranger: Stranger) -> None:
    assert stranger.said() == []


CASES = [
    ("src/take.py", "def handler", "def handle", "functions.take.handler: src/take.py defines no handler"),
    (
        "config/pipeline.yaml",
        "handler: take.handler",
        "handler: pkg/take.handler",
        "functions.take.handler: pkg/take.handler needs pkg/take.py in src",
    ),
    (
        "template.yaml",
        "Runtime: python3.11",
        "Runtime: python3.12",
        "template.yaml: Take: has Runtime python3.12; config/pipeline.yaml says python3.11",
    ),
    (
        "template.yaml",
        "Handler: take.handler",
        "Handler: take.main",
        "template.yaml: Take: has Handler take.main; config/pipeline.yaml says take.handler",
    ),
    (
        "template.yaml",
        "Handler: take.handler",
        "Handler: take.handler\n      Architectures: [arm64]",
        "template.yaml: Take: runs on arm64; config/pipeline.yaml builds for x86_64",
    ),
    (
        "template.yaml",
        "Handler: take.handler",
        "Handler: take.handler\n      Layers: [!Ref Table]",
        "template.yaml: Take: has Layers, which the rollout owns",
    ),
    (
        "template.yaml",
        "Name: live",
        "Name: current",
        "template.yaml: Take: has no alias live, which releases move",
    ),
    (
        "template.yaml",
        "FunctionName: !Ref Take, FunctionVersion",
        "FunctionName: other, FunctionVersion",
        "template.yaml: Take: has no alias live, which releases move",
    ),
    (
        "template.yaml",
        "orders_take${NameSuffix}",
        "orders_bill${NameSuffix}",
        "template.yaml: has no function named orders_take-dev, which functions.take is in stage dev",
    ),
    (
        "template.yaml",
        "!GetAtt Role.Arn",
        "!GetAtt Rolle.Arn",
        "template.yaml: Take: refers to Rolle, which is not defined",
    ),
    (
        "template.yaml",
        "Type: AWS::IAM::Role",
        "Typo: AWS::IAM::Role",
        "template.yaml: Role: is no resource: it has no Type",
    ),
    ("template.yaml", "Resources:", "Resources: [", "template.yaml:8:9: is not YAML that can be used"),
    (
        "config/pipeline.yaml",
        "{Table: orders-dev}",
        "{Tabel: orders-dev}",
        "stages.dev.parameters.Table: is required by template.yaml and missing",
    ),
    (
        "config/pipeline.yaml",
        "{Table: orders-dev}",
        "{Table: orders-dev, Tabel: x}",
        "stages.dev.parameters.Tabel: template.yaml has no such parameter",
    ),
    (
        "config/pipeline.yaml",
        "{Table: orders-dev}",
        "{Table: Orders}",
        "stages.dev.parameters.Table: is 'Orders', and [a-z-]+ is asked for",
    ),
    (
        "config/pipeline.yaml",
        "{Table: orders-dev}",
        "{Table: orders-dev, Memory: '2048'}",
        "stages.dev.parameters.Memory: is '2048', and any to 1024 is allowed",
    ),
    (
        "config/pipeline.yaml",
        "suffix: -dev",
        f"suffix: -{'d' * 60}",
        f"template.yaml in stage dev: Take.FunctionName: orders_take-{'d' * 60} has 72 characters; AWS takes 64",
    ),
    (
        "config/pipeline.yaml",
        "template: template.yaml",
        "template: tmplate.yaml",
        "tmplate.yaml: there is no such file",
    ),
    ("requirements.txt", "--hash", "#", "requirements.txt:1: idna==3.7 has no sha256 hash"),
]


@pytest.mark.parametrize(("name", "old", "new", "fault"), CASES, ids=[each[3] for each in CASES])
def test_one_thing_wrong_is_said(stranger: Stranger, name: str, old: str, new: str, fault: str) -> None:
    stranger.change(name, old, new)
    assert any(each.startswith(fault) for each in stranger.said()), stranger.said()


def test_all_that_is_wrong_is_said_at_once_and_each_once(stranger: Stranger) -> None:
    stranger.change("src/take.py", "def handler", "def handle")
    stranger.change("template.yaml", "python3.11", "python3.13")
    stranger.change("template.yaml", "Name: live", "Name: next")
    stranger.change("config/pipeline.yaml", "{Table: orders-dev}", "{}")
    said = stranger.said()
    assert len(said) == len(set(said)) == 4


@pytest.mark.programs
def test_the_command_ends_with_1_and_names_every_fault(stranger: Stranger, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--project", str(stranger.folder), "check"]) == 0
    assert capsys.readouterr().out.endswith(
        "requirements.txt, the handlers and the template for every stage are good\n"
    )
    stranger.change("template.yaml", "python3.11", "python3.13")
    stranger.change("src/take.py", "def handler", "def handle")
    assert main(["--project", str(stranger.folder), "check"]) == 1
    said = capsys.readouterr()
    assert "defines no handler\n    do:    did you mean handle?" in said.err
    assert "has Runtime python3.13" in said.err


@pytest.mark.programs
def test_a_lock_that_no_longer_follows_is_said_and_fails_nothing(
    stranger: Stranger, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger.write("requirements.in", "idna>=3.10\nsix\n")
    assert main(["--project", str(stranger.folder), "check"]) == 0
    out = capsys.readouterr().out
    assert "idna 3.7 is locked: requirements.in asks for >=3.10 since the lock was made" in out
    assert "six is asked for and not locked" in out


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
