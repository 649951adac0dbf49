"""What a function that starts from a snapshot may not be, found without AWS."""

from __future__ import annotations

import pytest

from deploy.agreement import snap_start
from deploy.template.source import ProjectTemplate
from deploy.template_values import TemplateValues

TEMPLATE = """
Parameters:
  Size: {Type: Number, Default: 1024}
Resources:
  Take:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.12, SnapStart: {ApplyOn: PublishedVersions}}
"""


def said(text: str) -> list[str]:
    values = TemplateValues.of(ProjectTemplate("template.yaml", text), {}, "eu-central-1")
    return [str(each).splitlines()[0] for each in snap_start.faults(values)]


@pytest.mark.parametrize("runtime", ["python3.12", "python3.13", "python3.14"])
def test_a_runtime_of_today_may(runtime: str) -> None:
    assert said(TEMPLATE.replace("python3.12", runtime)) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("python3.12", "python3.11", "starts from a snapshot, which python3.11 cannot"),
        ("3.12,", "3.12, EphemeralStorage: {Size: !Ref Size},", "starts from a snapshot and has 1024 MB of /tmp"),
        ("3.12,", "3.12, FileSystemConfigs: [{Arn: a}],", "starts from a snapshot and has a file system"),
    ],
)
def test_what_lambda_would_refuse_is_said_before(old: str, new: str, fault: str) -> None:
    (found,) = said(TEMPLATE.replace(old, new))
    assert found.startswith(f"template.yaml: Take: {fault}")


def test_without_a_snapshot_all_of_it_may_be() -> None:
    text = TEMPLATE.replace("python3.12", "python3.11").replace("PublishedVersions", "None")
    assert said(text) == []
