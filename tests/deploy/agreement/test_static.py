"""Faults that are found without AWS, each alone and all at once, in a stranger's project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main

if TYPE_CHECKING:
    from tests.deploy.agreement.strangers import Stranger


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
