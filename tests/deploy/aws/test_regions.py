from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from deploy.aws import regions
from deploy.aws.connection import Aws, elsewhere
from deploy.errors import AwsError, Fault, RolloutError
from tests.integration.shipment import STAGE

if TYPE_CHECKING:
    from collections.abc import Sequence


def places(*names: str) -> Sequence[Aws]:
    return [Aws(boto3.Session("key", "secret", region_name=name), "123456789012", Config()) for name in names]


def test_all_regions_work_at_the_same_time() -> None:
    everyone = threading.Barrier(3, timeout=60)
    outcome = regions.everywhere(places("eu-central-1", "us-east-1", "eu-west-1"), lambda _: everyone.wait() >= 0)
    assert outcome.all("done") == {"eu-central-1": True, "us-east-1": True, "eu-west-1": True}


def test_every_region_is_heard_and_each_fault_says_where_it_was() -> None:
    def work(aws: Aws) -> str:
        if aws.region != "eu-central-1":
            raise AwsError([Fault("lambda:PublishLayerVersion", "not allowed"), Fault("s3", "no bucket")])
        return "fine"

    outcome = regions.everywhere(places("us-east-1", "eu-central-1", "eu-west-1"), work)
    assert outcome.done == {"eu-central-1": "fine"}
    with pytest.raises(RolloutError) as caught:
        outcome.all("delivered")
    assert [fault.where for fault in caught.value.faults] == [
        "us-east-1: lambda:PublishLayerVersion",
        "us-east-1: s3",
        "eu-west-1: lambda:PublishLayerVersion",
        "eu-west-1: s3",
        "",
    ]
    assert caught.value.faults[-1].what == "eu-central-1 is delivered; us-east-1 and eu-west-1 not, or not wholly"


def test_with_one_region_an_error_is_what_it_was() -> None:
    with pytest.raises(AwsError, match=r"^x: no$"):
        regions.everywhere(places("eu-central-1"), lambda _: _refuse())


def test_a_bug_in_one_region_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        regions.everywhere(places("eu-central-1", "us-east-1"), lambda _: 1 // 0)


def test_another_region_has_the_same_credentials_in_a_session_of_its_own() -> None:
    home = Aws(boto3.Session("key", "secret", "token", region_name="eu-central-1"), "123456789012", Config())
    there = elsewhere(home, "us-east-1")
    signed_in = there.session.get_credentials()
    assert signed_in is not None
    assert (signed_in.access_key, signed_in.secret_key, signed_in.token) == ("key", "secret", "token")
    assert (there.region, there.account, there.session is home.session) == ("us-east-1", "123456789012", False)


def test_a_stage_is_in_its_own_region_first_and_once() -> None:
    home = places("eu-central-1")[0]
    stage = replace(STAGE, publish_regions=("us-east-1", "eu-central-1"))
    found = regions.of(home, stage)
    assert [each.region for each in found] == ["eu-central-1", "us-east-1"]
    assert found[0] is home


def _refuse() -> None:
    raise AwsError([Fault("x", "no")])
