from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from deploy.inside.refusal import Refused
from tests.deploy.inside.synthetic import recipe, tree, trim, wheel

if TYPE_CHECKING:
    from deploy.inside.trim.apply import Trimmed

BOTOCORE = wheel("botocore", {})
DATA = "botocore/data"


def model(prefix: str) -> dict[str, Any]:
    return {
        "metadata": {"endpointPrefix": prefix, "apiVersion": "1"},
        "documentation": "<p>What it is.</p>",
        "shapes": {
            "Tag": {"type": "structure", "members": {"documentation": {"shape": "Text", "documentation": "So."}}}
        },
    }


def gzipped(document: Any) -> bytes:
    return gzip.compress(json.dumps(document).encode())


FILES = tree(
    {
        f"{DATA}/sqs/2011-10-01/service-2.json.gz": gzipped(model("sqs")),
        f"{DATA}/sqs/2012-11-05/service-2.json.gz": gzipped(model("sqs")),
        f"{DATA}/sqs/2012-11-05/examples-1.json": "{}",
        f"{DATA}/sqs/2012-11-05/paginators-1.json": "{}",
        f"{DATA}/cloudwatch/2010-08-01/service-2.json": json.dumps(model("monitoring")),
        f"{DATA}/s3/2006-03-01/service-2.json.gz": gzipped(model("s3")),
        f"{DATA}/endpoints.json": json.dumps(
            {"partitions": [{"partition": "aws", "services": {"sqs": {"a": 1}, "monitoring": {}, "s3": {}, "ec2": {}}}]}
        ),
        f"{DATA}/_retry.json": "{}",
        f"{DATA}/partitions.json": "{}",
        f"{DATA}/sdk-default-configuration.json": "{}",
        "botocore/client.py": "",
    },
    owner="botocore",
)


def data(result: Trimmed) -> list[str]:
    return sorted(path.removeprefix(f"{DATA}/") for path in result.files if path.startswith(DATA))


def content(result: Trimmed, path: str) -> Any:
    return json.loads(result.files[f"{DATA}/{path}"].content)


def test_only_the_kept_services_stay_each_in_its_newest_version_and_what_is_no_services() -> None:
    result = trim(FILES, recipe(BOTOCORE, botocore_data=["sqs"]))
    assert data(result) == [
        "_retry.json",
        "endpoints.json",
        "partitions.json",
        "sdk-default-configuration.json",
        "sqs/2012-11-05/examples-1.json",
        "sqs/2012-11-05/paginators-1.json",
        "sqs/2012-11-05/service-2.json.gz",
    ]


def test_every_service_that_botocore_does_not_know_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(Refused) as caught:
        trim(FILES, recipe(BOTOCORE, botocore_data=["sqss", "sqs", "mail"]))
    assert str(caught.value).splitlines() == [
        "trim.botocore-data: botocore has no service 'sqss'",
        "    do:    did you mean sqs?",
        "trim.botocore-data: botocore has no service 'mail'",
        "    do:    use names such as cloudwatch, s3, sqs",
    ]


def test_naming_services_for_a_layer_without_botocore_is_refused() -> None:
    with pytest.raises(Refused, match="botocore is not in this layer"):
        trim(tree({"a.py": ""}), recipe(wheel("a", {}), botocore_data=["sqs"]))


def test_endpoints_are_cut_to_the_kept_services_by_their_prefix() -> None:
    result = trim(FILES, recipe(BOTOCORE, botocore_data=["sqs", "cloudwatch"], botocore_endpoints=True))
    assert content(result, "endpoints.json")["partitions"][0]["services"] == {"sqs": {"a": 1}, "monitoring": {}}


def test_endpoints_stay_whole_while_all_services_are_kept() -> None:
    result = trim(FILES, recipe(BOTOCORE, botocore_data="all", botocore_endpoints=True))
    assert result.files == FILES


def test_documentation_goes_and_a_member_of_that_name_stays() -> None:
    result = trim(FILES, recipe(BOTOCORE, botocore_data=["sqs"], botocore_documentation=True))
    assert content(result, "sqs/2012-11-05/service-2.json") == {
        "metadata": {"endpointPrefix": "sqs", "apiVersion": "1"},
        "shapes": {"Tag": {"type": "structure", "members": {"documentation": {"shape": "Text"}}}},
    }
    assert not [path for path in data(result) if "examples" in path or path.endswith(".gz")]


def test_documentation_that_botocore_takes_by_key_stays() -> None:
    """As in the models of s3, s3control and acm: botocore/model.py reads clientContextParams[*].documentation."""
    service: dict[str, Any] = model("s3") | {
        "operations": {
            "Put": {
                "documentation": "gone",
                "input": {"shape": "A", "documentation": "gone"},
                "output": {"shape": "A", "documentation": "gone"},
                "errors": [{"shape": "E", "documentation": "gone"}],
            }
        },
        "clientContextParams": {"Accelerate": {"type": "boolean", "documentation": "read"}},
    }
    service["shapes"]["L"] = {"type": "list", "member": {"shape": "A", "documentation": "gone"}}
    service["shapes"]["documentation"] = {"type": "map", "key": {"documentation": "gone"}, "value": {"shape": "A"}}
    rules = {
        "documentation": "gone",
        "parameters": {"Region": {"type": "String", "documentation": "gone"}},
        "rules": [
            {"conditions": [], "documentation": "gone", "rules": [{"documentation": "gone", "type": "endpoint"}]}
        ],
    }
    files = FILES | tree(
        {
            f"{DATA}/s3/2006-03-01/service-2.json.gz": gzipped(service),
            f"{DATA}/s3/2006-03-01/endpoint-rule-set-1.json.gz": gzipped(rules),
        },
        owner="botocore",
    )
    result = trim(files, recipe(BOTOCORE, botocore_data=["s3"], botocore_documentation=True))
    assert "gone" not in json.dumps(content(result, "s3/2006-03-01/endpoint-rule-set-1.json"))
    after = content(result, "s3/2006-03-01/service-2.json")
    assert "gone" not in json.dumps(after)
    assert after["clientContextParams"] == service["clientContextParams"]
    assert set(after["shapes"]) == set(service["shapes"])


def test_gzipped_models_are_read_as_before_and_carry_no_time() -> None:
    result = trim(FILES, recipe(BOTOCORE, botocore_documentation=True))
    packed = result.files[f"{DATA}/sqs/2012-11-05/service-2.json.gz"].content
    assert packed[3:10] == b"\0\0\0\0\0\x02\xff"
    assert json.loads(gzip.decompress(packed))["metadata"]["endpointPrefix"] == "sqs"


def test_the_saving_counts_documentation_and_not_that_a_model_was_unpacked() -> None:
    result = trim(FILES, recipe(BOTOCORE, botocore_data=["s3"], botocore_documentation=True))
    saving = next(each for each in result.applied if each.rule == "botocore-documentation")
    before, after = json.dumps(model("s3")), result.files[f"{DATA}/s3/2006-03-01/service-2.json"].content
    assert (saving.taken, saving.bytes) == ((), len(before) - len(after))


def test_models_stay_gzipped_while_all_services_are_kept() -> None:
    result = trim(FILES, recipe(BOTOCORE, botocore_documentation=True))
    packed = result.files[f"{DATA}/s3/2006-03-01/service-2.json.gz"].content
    assert "documentation" not in json.loads(gzip.decompress(packed))


def test_what_only_boto3_resource_needs_goes() -> None:
    files = tree({"boto3/data/s3/resources-1.json": "", "boto3/examples/s3.rst": "", "boto3/session.py": ""})
    assert list(trim(files, recipe(BOTOCORE, boto3_resources=True)).files) == ["boto3/session.py"]
