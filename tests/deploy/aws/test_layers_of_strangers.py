"""What AWS answers of a layer version of another account."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from deploy.aws import layers
from deploy.errors import AwsError

ARN = "arn:aws:lambda:eu-central-1:464622532012:layer:Datadog-Extension:1"


def test_an_answer_without_the_content_is_told_as_that() -> None:
    answer = {"Content": {"CodeSize": 0}, "LayerArn": ARN.removesuffix(":1"), "LayerVersionArn": ARN, "Version": 1}
    functions = SimpleNamespace(
        get_layer_version_by_arn=lambda **_: answer,
        exceptions=SimpleNamespace(ResourceNotFoundException=KeyError),
    )
    with pytest.raises(AwsError) as caught:
        layers.read(cast("Any", SimpleNamespace(functions=functions)), ARN)
    assert f"{ARN}: the answer tells nothing of its content" in str(caught.value)
