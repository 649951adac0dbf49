"""Sharing in several regions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from deploy.aws.connection import elsewhere
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.release.share.conftest import FRIEND, SHARED, arn

if TYPE_CHECKING:
    from tests.integration.release.share.conftest import Project


def test_regions_are_published_side_by_side_and_functions_stay_at_home(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure(f"{SHARED}, channels: true", ", publish-regions: [us-east-1, eu-west-1, eu-central-1]")
    assert project.deploy({"idna": "3.7"}, "--plan") == 0
    out = capsys.readouterr().out
    assert "  layer     tiny-layer, a new version in us-east-1" in out
    assert "  channel   /layers/tiny-layer/next  nothing -> the new version in eu-west-1" in out
    assert project.deploy({"idna": "3.7"}) == 0
    assert "us-east-1  tiny-layer:1  published, its digest read back" in capsys.readouterr().out
    for region in ("eu-central-1", "us-east-1", "eu-west-1"):
        assert project.channel("next", region) == arn(1, region)
        assert len(project.grants(1, region)) == 2
    assert elsewhere(project.aws, "us-east-1").functions.list_functions()["Functions"] == []


@pytest.mark.parametrize(
    ("method", "ending", "action"),
    [
        ("POST", "/layers/tiny-layer/versions", "lambda:PublishLayerVersion tiny-layer"),
        ("POST", "/versions/1/policy", "lambda:AddLayerVersionPermission tiny-layer:1"),
    ],
)
def test_a_region_that_fails_stops_the_rollout_and_a_rerun_completes_it_without_publishing_twice(
    project: Project, capsys: pytest.CaptureFixture[str], method: str, ending: str, action: str
) -> None:
    project.configure(f"{SHARED}, channels: true", ", publish-regions: [us-east-1]")
    with project.refused_in("us-east-1", method, ending):
        assert project.deploy({"idna": "3.7"}) == 1
    said = capsys.readouterr()
    assert "eu-central-1  tiny-layer:1  published, its digest read back" in said.out
    assert f"us-east-1: {action}: explicit deny in a service control policy" in said.err
    assert "eu-central-1 is delivered, and no function was changed; us-east-1 not, or not wholly" in said.err
    alias = project.aws.functions.get_alias(FunctionName="tiny_bot-dev", Name="live")
    assert (alias["FunctionVersion"], project.channel("next", "us-east-1")) == ("1", None)
    assert project.deploy({"idna": "3.7"}) == 0
    assert project.channel("next", "us-east-1") == arn(1, "us-east-1")
    for region in ("eu-central-1", "us-east-1"):
        listed = elsewhere(project.aws, region).functions.list_layer_versions(LayerName="tiny-layer")
        assert [each["Version"] for each in listed["LayerVersions"]] == [1]
        assert len(project.grants(1, region)) == 2


def test_sharing_that_fails_in_one_region_is_done_in_the_others_and_by_a_rerun(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure("", ", publish-regions: [us-east-1]")
    project.deploy({"idna": "3.7"})
    project.configure(SHARED, ", publish-regions: [us-east-1]")
    with project.refused_in("us-east-1", "POST", "/policy"):
        assert project.share() == 1
    said = capsys.readouterr()
    assert f"eu-central-1  tiny-layer:1  + account {FRIEND}, read back" in said.out
    assert "eu-central-1 is as declared; us-east-1 not, or not wholly" in said.err
    assert (len(project.grants(1)), len(project.grants(1, "us-east-1"))) == (2, 0)
    assert project.share() == 0
    assert len(project.grants(1, "us-east-1")) == 2


def test_a_stack_of_another_project_follows_the_name(project: Project) -> None:
    project.configure("channels: true")
    project.deploy({"idna": "3.7"})
    project.share("--stable")
    template = {
        "Resources": {
            "Follower": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": "follower",
                    "Runtime": "python3.11",
                    "Handler": "index.handler",
                    "Role": ROLE,
                    "Code": {"ZipFile": PLACEHOLDER},
                    "Layers": ["{{resolve:ssm:/layers/tiny-layer/stable}}"],
                },
            }
        }
    }
    project.aws.stacks.create_stack(StackName="follower", TemplateBody=json.dumps(template))
    project.aws.stacks.get_waiter("stack_create_complete").wait(StackName="follower")
    found = project.aws.functions.get_function_configuration(FunctionName="follower")
    assert [each["Arn"] for each in found["Layers"]] == [arn(1)]


def test_stable_is_the_same_bytes_in_every_region_whatever_their_numbers(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.configure("channels: true")
    project.deploy({"idna": "3.7"})
    project.configure("channels: true", ", publish-regions: [us-east-1]")
    assert project.share("--stable", "1") == 1
    assert "us-east-1: tiny-layer: no version has the bytes of tiny-layer:1" in capsys.readouterr().err
    assert project.channel("stable") is None
    project.deploy({"idna": "3.8"})
    assert project.share("--stable", "2") == 0
    assert (project.channel("stable"), project.channel("stable", "us-east-1")) == (arn(2), arn(1, "us-east-1"))


def test_a_large_layer_goes_through_a_bucket_of_each_region_and_is_refused_before_anything_is_sent(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.aws.uploads.DIRECT_UPLOAD", 10)
    home = {"LocationConstraint": "eu-central-1"}
    project.aws.objects.create_bucket(Bucket="at-home", CreateBucketConfiguration=home)  # type: ignore[arg-type]
    elsewhere(project.aws, "us-east-1").objects.create_bucket(Bucket="in-the-east")
    project.configure("", ", publish-regions: [us-east-1], bucket: at-home")
    assert project.deploy({"idna": "3.7"}) == 1
    assert "stages.dev.bucket.us-east-1: is at-home, in eu-central-1 alone" in capsys.readouterr().err
    assert project.aws.functions.list_layer_versions(LayerName="tiny-layer")["LayerVersions"] == []
    project.configure("", ", publish-regions: [us-east-1], bucket: {eu-central-1: at-home, us-east-1: at-home}")
    assert project.deploy({"idna": "3.7"}) == 1
    assert "cause: the bucket is in another region" in capsys.readouterr().err
    project.configure("", ", publish-regions: [us-east-1], bucket: {eu-central-1: at-home, us-east-1: in-the-east}")
    assert project.deploy({"idna": "3.7"}) == 0
