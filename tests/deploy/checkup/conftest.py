from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber

from tests.deploy.release.conftest import aws, cloudformation, lambda_, shop  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.aws.connection import Aws


@pytest.fixture
def iam(aws: Aws) -> Iterator[Stubber]:  # noqa: F811
    with Stubber(aws.identities) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
