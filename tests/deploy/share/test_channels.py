"""Channels against scripted answers of AWS: the emulator takes any parameter name, and nobody else writes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from deploy.aws import parameters
from deploy.aws.parameters import Parameter
from deploy.errors import AwsError, RolloutError
from deploy.settings import Layer, Settings, Target
from deploy.share import channels
from deploy.share.channels import ChannelMove

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.aws.connection import Aws
    from deploy.settings import Architecture

LAYER = Layer(name="tiny-layer", channels="/layers")
NAME = "/layers/tiny-layer/stable"
X86 = Target("python3.11", "x86_64")


@pytest.fixture
def ssm(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.parameters) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def arn(version: int, region: str = "eu-central-1", layer: str = "tiny-layer") -> str:
    return f"arn:aws:lambda:{region}:123456789012:layer:{layer}:{version}"


@pytest.mark.parametrize(
    ("runtime", "architecture", "expected"),
    [
        ("python3.11", "x86_64", "/team/tiny-layer/stable"),
        ("python3.11", "arm64", "/team/tiny-layer/stable-arm64"),
        ("python3.13", "x86_64", "/team/tiny-layer/stable-python3.13"),
        ("python3.13", "arm64", "/team/tiny-layer/stable-python3.13-arm64"),
    ],
)
def test_only_the_project_s_first_runtime_and_architecture_have_no_suffix(
    tmp_path: Path, runtime: str, architecture: Architecture, expected: str
) -> None:
    layer = Layer(name="tiny-layer", channels="/team")
    settings = Settings(project=tmp_path, layers={"tiny-layer": layer}, architectures=("x86_64", "arm64"))
    assert channels.name(settings, layer, channels.STABLE, Target(runtime, architecture)) == expected


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("/awsome/tiny/next", "begins with aws or ssm"),
        ("/SSM/tiny/next", "begins with aws or ssm"),
        ("/a" * 16, "has 16 levels; SSM allows 15"),
        ("/" + "a" * 964, "has 1012 characters with its ARN; SSM allows 1011"),
        ("/with space", "is no name"),
        ("layers/tiny", "is no name"),
    ],
)
def test_a_name_that_ssm_would_refuse_is_not_sent(aws: Aws, ssm: Stubber, name: str, says: str) -> None:
    with pytest.raises(AwsError, match=says):
        parameters.write(aws, name, arn(1), description="", new=True)
    ssm.assert_no_pending_responses()


def test_the_longest_and_the_deepest_names_are_fine(aws: Aws) -> None:
    assert list(parameters.unfit(aws, "/" + "a" * 963, "x")) == []
    assert list(parameters.unfit(aws, "/a" * 15, "x")) == []


@pytest.mark.parametrize(("value", "fits"), [("x" * 4096, True), ("x" * 4097, False), ("ü" * 2049, False), ("", False)])
def test_a_standard_parameter_holds_4096_bytes(aws: Aws, value: str, *, fits: bool) -> None:
    assert (not list(parameters.unfit(aws, NAME, value))) == fits


def test_a_name_with_the_longest_layer_name_fits(aws: Aws, tmp_path: Path) -> None:
    layer = Layer(name="n" * 140, channels="/layers")
    settings = Settings(project=tmp_path, layers={layer.name: layer})
    name = channels.name(settings, layer, channels.STABLE, Target("python3.13", "arm64"))
    assert list(parameters.unfit(aws, name, arn(999_999, layer=layer.name))) == []


def test_a_new_parameter_does_not_overwrite_one_that_appears_meanwhile(aws: Aws, ssm: Stubber) -> None:
    wanted = {"Name": NAME, "Value": arn(1), "Type": "String", "Overwrite": False}
    ssm.add_client_error(
        "put_parameter",
        "ParameterAlreadyExists",
        "it exists",
        400,
        expected_params=wanted | {"Description": "tiny-layer:1, by channelwright"},
    )
    ssm.add_response("get_parameters", {"Parameters": [_parameter(arn(3), 1)]})
    with pytest.raises(AwsError, match=r"(?s)it exists.*another deployment, or a person"):
        channels.move(aws, ChannelMove(name=NAME, region="eu-central-1", before=None, after=arn(1)))


def test_a_parameter_that_somebody_else_wrote_meanwhile_is_told(aws: Aws, ssm: Stubber) -> None:
    ssm.add_response("put_parameter", {"Version": 7})
    ssm.add_response("get_parameters", {"Parameters": [_parameter(arn(3), 7)]})
    with pytest.raises(RolloutError, match=r"was written by somebody else at the same time; it holds .*:3 now"):
        channels.move(
            aws, ChannelMove(name=NAME, region="eu-central-1", before=Parameter(NAME, arn(1), 5), after=arn(3))
        )


def test_a_value_that_is_read_back_otherwise_is_told(aws: Aws, ssm: Stubber) -> None:
    ssm.add_response("put_parameter", {"Version": 6})
    ssm.add_response("get_parameters", {"Parameters": [_parameter(arn(9), 7)]})
    with pytest.raises(RolloutError, match=r"it holds .*:9 now"):
        channels.move(
            aws, ChannelMove(name=NAME, region="eu-central-1", before=Parameter(NAME, arn(1), 5), after=arn(3))
        )


def test_names_are_asked_for_ten_at_a_time(aws: Aws, ssm: Stubber) -> None:
    names = [f"/layers/{number}/next" for number in range(11)]
    ssm.add_response("get_parameters", {"Parameters": []}, {"Names": names[:10]})
    ssm.add_response("get_parameters", {"Parameters": [_parameter(arn(1), 1)]}, {"Names": names[10:]})
    assert list(parameters.read(aws, names)) == [NAME]


@pytest.mark.parametrize(
    "value", ["latest", arn(1, region="us-east-1"), arn(1, layer="other"), arn(1).replace("123456789012", "9" * 12)]
)
def test_a_parameter_that_holds_anything_else_is_not_ours_to_move(aws: Aws, value: str) -> None:
    move = ChannelMove(name=NAME, region="eu-central-1", before=Parameter(NAME, value, 1), after=arn(2))
    assert "it is somebody else's" in [fault.cause for fault in channels.faults(aws, LAYER, move, X86)]
    assert channels.held(aws, LAYER, {NAME: Parameter(NAME, value, 1)}) == {}


def test_a_parameter_that_holds_a_deleted_version_may_be_moved(aws: Aws, lambda_: Stubber) -> None:
    lambda_.add_client_error("get_layer_version_by_arn", "ResourceNotFoundException", "gone", 404)
    move = ChannelMove(name=NAME, region="eu-central-1", before=Parameter(NAME, arn(1), 1), after=arn(2))
    assert list(channels.faults(aws, LAYER, move, X86)) == []


@pytest.mark.parametrize(("held", "wanted", "moves"), [(1, 2, True), (2, 2, False), (10, 9, False), (9, 10, True)])
def test_next_goes_forward_only(held: int, wanted: int, *, moves: bool) -> None:
    move = ChannelMove(name=NAME, region="eu-central-1", before=Parameter(NAME, arn(held), 1), after=arn(wanted))
    assert (channels.forward(move) is not None) == moves


def _parameter(value: str, version: int) -> dict[str, Any]:
    return {"Name": NAME, "Value": value, "Version": version}
