from __future__ import annotations

from pathlib import Path

from deploy.agreement import places
from deploy.aws.regions import offering
from deploy.settings import Settings, Stage

TEMPLATE = """
Resources:
  Home: {Type: AWS::Connect::Instance}
  Queue: {Type: AWS::SQS::Queue}
  Role: {Type: AWS::IAM::Role}
  Own: {Type: Custom::Thing}
"""


def said(tmp_path: Path, *regions: str) -> list[str]:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    settings = Settings(project=tmp_path, layers={}, template=Path("template.yaml"))
    return list(places.remarks(settings, [Stage(name=each, region=each) for each in regions]))


def test_a_region_that_there_is_not_is_said_with_the_one_that_was_meant(tmp_path: Path) -> None:
    (one,) = said(tmp_path, "eu-centrl-1")
    assert one.endswith("boto3 knows no region eu-centrl-1: did you mean eu-central-1?")


def test_a_region_without_what_the_template_needs_is_said(tmp_path: Path) -> None:
    without = min(offering("lambda") - offering("connect"))
    assert said(tmp_path, without) == [
        f"stages.{without}: boto3 knows no connect in {without}, which the template needs"
    ]


def test_a_region_with_all_of_it_needs_no_word_and_a_global_service_is_everywhere(tmp_path: Path) -> None:
    assert said(tmp_path, "eu-central-1", "us-gov-west-1") == []
