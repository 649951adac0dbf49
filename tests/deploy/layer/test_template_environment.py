"""The environment that a template gives a function, worked out without AWS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from deploy.errors import ConfigError
from deploy.layer.template_environment import declared, lambda_environment
from deploy.template import source

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Parameters:
  Suffix: {Type: String, Default: ""}
  PublicKey: {Type: String, AllowedPattern: "^[0-9a-f]{64}$"}
  Level: {Type: String, AllowedValues: [info, debug]}
  Count: {Type: Number, MinValue: 3}
Mappings:
  Regions: {eu-central-1: {bucket: frankfurt}}
Conditions:
  IsDev: !Equals [!Ref Suffix, -dev]
  IsNotDev: !Not [!Condition IsDev]
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub "jobs${Suffix}.fifo"}
  Table: {Type: AWS::DynamoDB::Table}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: things}}
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: worker}}
  Other:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: other}
  Bot:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "bot${Suffix}"
      Environment:
        Variables:
          URL: !Ref Jobs
          NAME: !GetAtt Jobs.QueueName
          ARN: !GetAtt Jobs.Arn
          TABLE: !Ref Table
          TOPIC: !Ref Topic
          BUCKET_ARN: !GetAtt Bucket.Arn
          ROLE_ARN: !GetAtt Role.Arn
          KEY: !Ref PublicKey
          LEVEL: {Ref: Level}
          COUNT: !Ref Count
          ENABLED: true
          PATH_OF: !Sub ["/${stage}/${AWS::Region}/${!kept}", {stage: !If [IsDev, dev, prod]}]
          JOINED: !Join [":", [a, !Ref "AWS::AccountId", !Select [1, !Split [",", "x,y"]]]]
          MAPPED: !FindInMap [Regions, !Ref "AWS::Region", bucket]
          GONE: !If [IsNotDev, !Ref "AWS::NoValue", here]
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def test_every_variable_has_a_plausible_value(template: Path) -> None:
    assert declared(source.file(template), "bot", {}, "eu-central-1").environment == {
        "URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs.fifo",
        "NAME": "jobs.fifo",
        "ARN": "arn:aws:sqs:eu-central-1:123456789012:jobs.fifo",
        "TABLE": "Table",
        "TOPIC": "arn:aws:sns:eu-central-1:123456789012:news",
        "BUCKET_ARN": "arn:aws:s3:::things",
        "ROLE_ARN": "arn:aws:iam::123456789012:role/worker",
        "KEY": "0" * 64,
        "LEVEL": "info",
        "COUNT": "3",
        "ENABLED": "true",
        "PATH_OF": "/prod/eu-central-1/${kept}",
        "JOINED": "a:123456789012:y",
        "MAPPED": "frankfurt",
    }


def test_the_stage_decides_by_its_parameters(template: Path) -> None:
    found = declared(
        source.file(template), "bot-dev", {"Suffix": "-dev", "PublicKey": "ab"}, "eu-central-1"
    ).environment
    assert found["URL"].endswith("/jobs-dev.fifo")
    assert found["PATH_OF"].startswith("/dev/")
    assert found["KEY"] == "ab"
    assert found["GONE"] == "here"


def test_a_function_without_variables_has_none(template: Path) -> None:
    assert declared(source.file(template), "other", {}, "eu-central-1").environment == {}


def test_a_function_that_the_template_lacks_is_refused_with_those_it_has(template: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape("has no function named worker; it has bot, other")):
        declared(source.file(template), "worker", {}, "eu-central-1")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("!Ref Jobs", "!Ref Jbos", "refers to Jbos, which it does not define"),
        ("!Ref Jobs", "!Cidr [a, b]", "Fn::Cidr is not worked out here"),
        ("!Ref Jobs", "!Ref [", "is not YAML that can be used"),
        (TEMPLATE, "- a list", "is no CloudFormation template"),
    ],
)
def test_a_template_that_cannot_be_worked_out_is_refused(template: Path, old: str, new: str, expected: str) -> None:
    template.write_text(TEMPLATE.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=expected):
        declared(source.file(template), "bot", {}, "eu-central-1")


def test_an_absent_template_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        declared(source.file(tmp_path / "template.yaml"), "bot", {}, "eu-central-1")


def test_lambda_sets_its_own_variables() -> None:
    found = lambda_environment("bot", "eu-central-1", memory=512, runtime="python3.13")
    assert found["AWS_REGION"] == "eu-central-1"
    assert found["AWS_LAMBDA_FUNCTION_NAME"] == "bot"
    assert found["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"
    assert found["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"


def test_nothing_in_its_environment_tells_a_package_that_it_is_tried() -> None:
    found = lambda_environment("bot", "eu-central-1", memory=512, runtime="python3.13")
    assert found == lambda_environment("bot", "eu-central-1", memory=512, runtime="python3.13")
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", found["AWS_ACCESS_KEY_ID"])
    assert re.fullmatch(r"[A-Za-z0-9+/]{40}", found["AWS_SECRET_ACCESS_KEY"])
    assert len(found["AWS_SESSION_TOKEN"]) > 600
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[1\][0-9a-f]{32}", found["AWS_LAMBDA_LOG_STREAM_NAME"])
    assert not re.search("example|verif|trial|test|none", str(found), re.IGNORECASE)


@pytest.mark.parametrize(("given", "memory"), [("", 128), ("MemorySize: 512", 512), ("MemorySize: !Ref Count", 3)])
def test_the_memory_is_the_template_s(tmp_path: Path, given: str, memory: int) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        TEMPLATE.replace("{FunctionName: other}", f"{{FunctionName: other, {given}}}"), encoding="utf-8"
    )
    assert declared(source.file(template), "other", {}, "eu-central-1").memory == memory


def test_a_memory_that_is_no_number_is_refused(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    changed = TEMPLATE.replace("{FunctionName: other}", "{FunctionName: other, MemorySize: much}")
    template.write_text(changed, encoding="utf-8")
    with pytest.raises(ConfigError, match="MemorySize is much"):
        declared(source.file(template), "other", {}, "eu-central-1")
