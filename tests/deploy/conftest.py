from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from deploy.aws.connection import Aws
from tests.integration.shipment import Shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Stand before the real AWS, whose answers are all scripted: what is not scripted fails the test."""
    monkeypatch.setattr("botocore.waiter.time.sleep", lambda _: None)
    return Aws(boto3.Session("key", "secret", region_name="eu-central-1"), "123456789012", Config())


@pytest.fixture
def lambda_(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.functions) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def cloudformation(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.stacks) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)
