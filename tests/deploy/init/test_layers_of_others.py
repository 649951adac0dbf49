"""Layers that functions of a template have already: ARNs are taken over, and a list of the template's own is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.configuration import load
from tests.deploy.init.projects import HANDLER, write
from tests.deploy.init.test_init_command import init

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

OURS = "arn:aws:lambda:eu-central-1:464622532012:layer:Datadog-Extension:1"
SAM = f"""\
Transform: AWS::Serverless-2016-10-31
Globals: {{Function: {{Runtime: python3.11, CodeUri: src, Layers: [{OURS}]}}}}
Parameters: {{Tools: {{Type: String, Default: "{OURS.replace("Datadog-Extension", "Tools")}"}}}}
Resources:
  Take:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Layers:
        - !Ref Dependencies
        - !Ref Common
        - !Sub "arn:aws:lambda:${{AWS::Region}}:580247275435:layer:LambdaInsightsExtension:53"
        - !Sub "arn:aws:lambda:${{AWS::Region}}:${{AWS::AccountId}}:layer:own:1"
        - !Ref Tools
  Remind: {{Type: AWS::Serverless::Function, Properties: {{Handler: app.handler}}}}
  Dependencies: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: layers/dependencies}}}}
  Common: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: layers/common}}}}
"""
FILES = {
    "template.yaml": SAM,
    "src/app.py": HANDLER,
    "layers/dependencies/requirements.txt": "six\n",
    "layers/common/python/common.py": "",
}
INSIGHTS = "arn:aws:lambda:eu-central-1:580247275435:layer:LambdaInsightsExtension:53"


def test_arns_are_taken_over_in_their_order_and_what_is_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "shop", FILES)
    assert init(tmp_path / "shop", "--yes", "--region", "eu-central-1") == 0
    functions = load(tmp_path / "shop", {}).functions
    tools = OURS.replace("Datadog-Extension", "Tools")
    assert list(functions["take"].layers) == ["shop-dependencies", OURS, INSIGHTS, tools]
    assert list(functions["remind"].layers) == ["shop-dependencies", OURS]
    assert (tmp_path / "shop/requirements.in").read_text() == "-r layers/dependencies/requirements.txt\n"
    said = capsys.readouterr().out
    assert "template.yaml: Take: Layers: Common\n" in said
    assert "layer:own:1" in said
    assert "Layers: Dependencies" not in said


def test_arns_of_another_region_than_the_stages_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "shop", FILES)
    assert init(tmp_path / "shop", "--yes", "--region", "us-east-1") == 0
    functions = load(tmp_path / "shop", {}).functions
    assert list(functions["take"].layers) == ["shop-dependencies", INSIGHTS.replace("eu-central-1", "us-east-1")]
    told = f"remind: layers that are not in the stages' region: {OURS}: `layer-arns` has them by region"
    assert told in capsys.readouterr().out
