from __future__ import annotations

import pytest

from deploy.aws.arns import LayerVersionArn
from deploy.errors import AwsError

REGIONS = {"aws": "eu-central-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-iso-b": "us-isob-east-1"}


@pytest.mark.parametrize("partition", REGIONS)
def test_an_arn_of_each_partition_is_read_and_written_the_same(partition: str) -> None:
    text = f"arn:{partition}:lambda:{REGIONS[partition]}:123456789012:layer:my_Layer-1:12"
    found = LayerVersionArn.parse(text)
    assert str(found) == text
    assert (found.partition, found.region, found.account) == (partition, REGIONS[partition], "123456789012")
    assert (found.name, found.version, found.short) == ("my_Layer-1", 12, "my_Layer-1:12")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tiny:3",
        "arn:aws:lambda:eu-central-1:123456789012:layer:tiny",
        "arn:aws:lambda:eu-central-1:123456789012:layer:tiny:",
        "arn:aws:lambda:eu-central-1:123456789012:layer:tiny:x",
        "arn:aws:lambda:eu-central-1:1:layer:tiny:3",
        "arn:aws:lambda:eu-central-1:123456789012:function:tiny:3",
        "arn:aws:s3:eu-central-1:123456789012:layer:tiny:3",
        "arn:gcp:lambda:eu-central-1:123456789012:layer:tiny:3",
        "arn:aws:lambda:eu-central-1:123456789012:layer:tiny:3\n",
    ],
)
def test_what_is_no_layer_version_is_refused_with_the_form_that_it_has(text: str) -> None:
    assert LayerVersionArn.match(text) is None
    with pytest.raises(AwsError, match="is not the ARN of a layer version") as caught:
        LayerVersionArn.parse(text)
    assert "layer:NAME:VERSION" in caught.value.faults[0].cure


def test_versions_of_a_layer_are_ordered_by_number() -> None:
    texts = [f"arn:aws:lambda:eu-central-1:123456789012:layer:tiny:{number}" for number in (10, 9, 2)]
    assert [each.version for each in sorted(map(LayerVersionArn.parse, texts))] == [2, 9, 10]
