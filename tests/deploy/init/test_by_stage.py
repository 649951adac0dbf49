"""What differs by stage is written for each stage: nothing of one is left in what another one gets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from deploy.__main__ import main
from deploy.configuration import load
from deploy.settings import FromEnvironment, FromParameter
from tests.deploy.init.projects import HANDLER, write

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.settings import Settings

SERVERLESS = """\
service: billing
custom:
  stage: ${opt:stage, self:provider.stage}
  vars: ${file(config/${self:custom.stage}.yml)}
provider:
  name: aws
  runtime: python3.11
  stage: dev
  region: eu-north-1
  environment:
    STAGE: ${self:custom.stage}
    TABLE: ${self:service}-${sls:stage}-table
    SHARED: ${self:service}
    PASSWORD: ${env:PASSWORD, 'none'}
functions:
  charge: {handler: src/app.handler, memorySize: "${self:custom.vars.memory}"}
  refund: {handler: src/app.handler, memorySize: "${ssm:/memory}", environment: {TABLE: "${opt:stage}-refunds"}}
"""
CHALICE = {
    "version": "2.0",
    "app_name": "desk",
    "environment_variables": {"SHARED": "1"},
    "stages": {
        "dev": {"environment_variables": {"LEVEL": "low"}},
        "prod": {"environment_variables": {"LEVEL": "high"}},
    },
}
APP = "from chalice import Chalice\napp = Chalice('desk')\n\n@app.route('/')\ndef index():\n    return {}\n"


def made(project: Path) -> Settings:
    assert main(["--project", str(project), "init", "--yes", "--region", "eu-north-1"]) == 0
    return load(project, {})


@pytest.fixture
def billing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PASSWORD", "of-this-machine")
    files = {"serverless.yml": SERVERLESS, "src/app.py": HANDLER, "config/dev.yml": "memory: 1024\n"}
    return made(write(tmp_path, files))


def test_a_value_that_differs_is_a_parameter_with_each_stages_own(billing: Settings) -> None:
    charge, refund = (billing.functions[each].resources.environment for each in ("charge", "refund"))
    assert charge["STAGE"] == FromParameter("Stage")
    assert (charge["TABLE"], refund["TABLE"]) == (FromParameter("Table"), FromParameter("RefundTable"))
    assert charge["SHARED"] == "billing"
    assert {name: each.parameters for name, each in billing.stages.items()} == {
        stage: {
            "Table": f"billing-{stage}-table",
            "RefundTable": f"{stage}-refunds",
            "Password": FromEnvironment("PASSWORD"),
        }
        for stage in ("dev", "prod")
    }


def test_nothing_of_this_machine_is_written(billing: Settings) -> None:
    assert "of-this-machine" not in (billing.project / "config/pipeline.yaml").read_text()


def test_a_number_is_followed_through_files_and_one_that_nobody_knows_leaves_the_function(
    billing: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert billing.functions["charge"].resources.memory == 1024
    assert billing.functions["refund"].resources.memory == 128
    assert capsys.readouterr().err == ""


def test_what_is_in_files_of_its_own_is_taken_and_what_is_not_decided_here_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = "  environment: ${file(env.yml):${self:custom.stage}}\nfunctions:\n  list: ${file(list.yml)}\n"
    text = SERVERLESS[: SERVERLESS.index("  environment:")] + environment + "  odd: ${ssm:/function}\n"
    text += (
        '  other: {handler: src/app.handler, memorySize: "${self:custom.vars.memory}", environment: "${ssm:/all}"}\n'
    )
    files = {"list.yml": "handler: src/app.handler\n", "env.yml": "dev:\n  LEVEL: low\nprod:\n  LEVEL: high\n"}
    files |= {"config/dev.yml": "memory: 256\n", "config/prod.yml": "memory: 1024\n", "src/app.py": HANDLER}
    settings = made(write(tmp_path, {"serverless.yml": text, **files}))
    assert list(settings.functions) == ["list", "other"]
    assert settings.functions["list"].resources.environment == {"LEVEL": FromParameter("Level")}
    assert [each.parameters for each in settings.stages.values()] == [{"Level": "low"}, {"Level": "high"}]
    said = capsys.readouterr().out
    assert "serverless.yml: odd: ${ssm:/function} is not decided here" in said
    assert "serverless.yml: other: environment: ${ssm:/all} is not decided here" in said
    assert "serverless.yml: other: memorySize: differs by stage; here as in dev" in said


def test_a_chalice_stage_has_its_own_values(tmp_path: Path) -> None:
    settings = made(write(tmp_path, {".chalice/config.json": json.dumps(CHALICE), "app.py": APP}))
    assert settings.functions["api"].resources.environment == {"SHARED": "1", "LEVEL": FromParameter("Level")}
    assert [each.parameters for each in settings.stages.values()] == [{"Level": "low"}, {"Level": "high"}]


def test_variables_that_lead_to_each_other_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SERVERLESS.replace("vars: ${file(config/${self:custom.stage}.yml)}", "vars: ${self:custom.vars.memory}")
    made(write(tmp_path, {"serverless.yml": text, "src/app.py": HANDLER}))
    assert "leads to itself" in capsys.readouterr().out
