"""Layers that another account does not share, by Stubber: the emulator has one account and refuses nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from packaging.requirements import Requirement

from deploy.aws.connection import Aws
from deploy.errors import AwsError
from deploy.published import where
from deploy.published.downloads import Downloads
from deploy.published.usage import Usage
from deploy.published.where import Candidates
from tests.deploy.status.standings import ARN, state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

THEIRS = ARN.replace("123456789012", "999999999999")


@pytest.fixture
def aws() -> Aws:
    return Aws(boto3.Session("key", "secret", region_name="eu-central-1"), "123456789012", Config())


@pytest.fixture
def lambda_(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.functions) as stubber:
        stubber.add_client_error("get_layer_version_by_arn", "AccessDeniedException", "not authorized", 403)
        yield stubber
        stubber.assert_no_pending_responses()


def using(arn: str) -> Usage:
    return Usage((replace(state("bot", "$LATEST"), layers=(arn,)),))


def test_a_layer_that_is_not_shared_is_told_with_what_runs_it(aws: Aws, lambda_: Stubber, tmp_path: Path) -> None:
    done: list[None] = []
    lambda_.add_response("list_aliases", {"Aliases": []}, {"FunctionName": "bot"})
    found = where.find(
        Downloads(aws, tmp_path), Candidates((THEIRS,)), Requirement("idna"), using(THEIRS), lambda: done.append(None)
    )
    assert (found.matches, found.opened, len(done)) == ((), 0, 1)
    (unreadable,) = found.unreadable
    assert unreadable.why.startswith("another account's, not readable: not authorized")
    assert [str(each) for each in unreadable.users] == ["bot:$LATEST"]


@pytest.mark.usefixtures("lambda_")
def test_a_layer_of_our_own_that_may_not_be_read_stops_the_run(aws: Aws, tmp_path: Path) -> None:
    with pytest.raises(AwsError, match="not authorized"):
        where.find(Downloads(aws, tmp_path), Candidates((ARN,)), Requirement("idna"), using(ARN), lambda: None)
