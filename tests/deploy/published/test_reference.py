from __future__ import annotations

from pathlib import Path

import pytest

from deploy.aws.arns import LayerVersionArn
from deploy.errors import ConfigError
from deploy.published.reference import ByArn, InAccount, InFile, LayerReference, refer

DIST = Path("dist")
ARN = "arn:aws-us-gov:lambda:us-gov-west-1:770693421928:layer:Klayers-p311-requests:9"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3", InAccount("one", 3)),
        ("other:12", InAccount("other", 12)),
        ("other", InAccount("other", None)),
        (ARN, ByArn(LayerVersionArn.parse(ARN))),
        ("local", InFile(DIST / "one.zip")),
        ("local:other", InFile(DIST / "other.zip")),
        ("/tmp/any.zip", InFile(Path("/tmp/any.zip"))),
    ],
)
def test_a_layer_can_be_named_in_many_ways(text: str, meant: LayerReference) -> None:
    assert refer(text, ["one"], DIST) == meant


@pytest.mark.parametrize("text", ["3", "local"])
def test_where_there_are_several_layers_the_layer_has_to_be_named(text: str) -> None:
    with pytest.raises(ConfigError, match=r"does not say of which layer; there are one, two\n.*LAYER"):
        refer(text, ["one", "two"], DIST)


@pytest.mark.parametrize("text", ["", "a b", "one:", "one:x", "arn:aws:lambda:eu-central-1:123456789012:layer:one"])
def test_what_names_no_layer_version_is_refused_with_what_does(text: str) -> None:
    with pytest.raises(ConfigError, match="names no layer version"):
        refer(text, ["one"], DIST)
