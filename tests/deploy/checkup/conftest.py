from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.aws.connection import Aws


@pytest.fixture
def iam(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.identities) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
